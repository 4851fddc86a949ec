// Package crash kills a broker again and again under producers and consumers, and then holds what they saw against what
// they were promised.
//
// testdata/CrashClient.java is the clients, and says what the lines of its log mean. A log is a History; a Check finds the
// broken promises in one. Each check is a sub-test of its own, so that a broker's weak point can be told by its name.
package crash

import (
	"fmt"
	"strconv"
	"strings"
)

// Event is a line of the clients' log. Lines are in the order in which the clients knew them: a confirmation stands
// after the broker gave it, an attempt before the broker could see it. The test adds the line "stopping" before it asks a
// broker to stop.
type Event struct {
	Verb         string
	Connection   string   // of open, closed, got, recovered, and of the begin of a transaction's end
	Broker       string   // of open: the broker process at the other end
	Role         string   // of open
	Transaction  string   // of commit, prepare, prepare-abandon, prepared, finish, committed, abandon
	Subscription string   // of got, ack, acked and of a transaction that takes: "-" for a queue
	IDs          []string // of send, sent, got, ack, acked; the sent ones of a transaction; the branches of recovered
	Taken        []string // of a transaction
	Redelivered  bool     // of got
}

// Parse reads a log. It refuses a line that it does not know.
func Parse(lines []string) ([]Event, error) {
	var events []Event
	for n, line := range lines {
		e, err := parseLine(strings.Fields(line))
		if err != nil {
			return nil, fmt.Errorf("line %d %q: %w", n+1, line, err)
		}
		if e.Verb != "done" {
			events = append(events, e)
		}
	}
	return events, nil
}

// words is how many words a verb needs at least.
var words = map[string]int{
	"open": 4, "closed": 2, "send": 2, "sent": 2, "commit": 3, "prepare": 3, "prepare-abandon": 3, "prepared": 2, "finish": 2,
	"committed": 2, "abandon": 3, "recovered": 2, "got": 5, "ack": 3, "acked": 3, "done": 1, "stopping": 1,
}

func parseLine(w []string) (Event, error) {
	if len(w) == 0 || words[w[0]] == 0 {
		return Event{}, fmt.Errorf("unknown event")
	}
	if len(w) < words[w[0]] {
		return Event{}, fmt.Errorf("%d words, want %d", len(w), words[w[0]])
	}
	e := Event{Verb: w[0]}
	switch e.Verb {
	case "open":
		e.Connection, e.Broker, e.Role = w[1], w[2], w[3]
	case "closed":
		e.Connection = w[1]
	case "send", "sent":
		e.IDs = w[1:]
	case "recovered":
		e.Connection, e.IDs = w[1], w[2:]
	case "got":
		e.Connection, e.Subscription, e.IDs, e.Redelivered = w[1], w[2], w[3:4], w[4] == "1"
	case "ack", "acked":
		e.Connection, e.Subscription, e.IDs = w[1], w[2], w[3:]
	case "prepared", "finish", "committed":
		e.Transaction = w[1]
	case "commit", "prepare", "prepare-abandon", "abandon":
		e.Transaction, e.Connection, e.Subscription = w[1], w[2], "-"
		for _, id := range w[3:] {
			switch id[0] {
			case '+':
				e.IDs = append(e.IDs, id[1:])
			case '-':
				e.Taken = append(e.Taken, id[1:])
			case '=':
				e.Subscription = id[1:]
			default:
				return Event{}, fmt.Errorf("%q is neither sent nor taken", id)
			}
		}
	}
	return e, nil
}

// split takes an id apart: DESTINATION/PRODUCER and the number that its producer gave it.
func split(id string) (stream string, number int) {
	at := strings.LastIndexByte(id, '/')
	number, _ = strconv.Atoi(id[at+1:])
	return id[:max(at, 0)], number
}

// delivery is one message on its way to one subscription.
type delivery struct{ subscription, id string }

// destinations of messages that go to both durable subscriptions, by their first letters.
var subscriptions = []string{"durable1", "durable2"}

// deliveries are the ways that a message has to go.
func deliveries(id string) []delivery {
	if !strings.HasPrefix(id, "t.") {
		return []delivery{{"-", id}}
	}
	var all []delivery
	for _, s := range subscriptions {
		all = append(all, delivery{s, id})
	}
	return all
}
