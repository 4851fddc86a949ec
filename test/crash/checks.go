package crash

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Check is a promise, and the search for where a history breaks it.
type Check struct {
	Name string
	Find func(history []Event) (broken []string)

	// JavaBreaks says why ActiveMQ 5.17 does not keep the promise; it is not asked to.
	JavaBreaks string

	// SwapsBreak says why it is not kept where the original and ours take turns.
	SwapsBreak string
}

// giddy is what was seen of the original a few times, never of ours.
const giddy = "after a swap the original gives a durable subscriber twice what was sent while it came back"

// Checks are all promises, the gravest first.
var Checks = []Check{
	{Name: "confirmed_sends_arrive", Find: confirmedSendsArrive},
	{Name: "confirmed_consumption_is_final", Find: consumptionIsFinal,
		JavaBreaks: "it answers a durable subscription's acknowledgement before the journal has it"},
	{Name: "transactions_are_atomic", Find: transactionsAreAtomic},
	{Name: "prepared_branches_survive", Find: preparedBranchesSurvive},
	{Name: "moves_happen_once", Find: movesHappenOnce},
	{Name: "one_delivery_in_a_brokers_life", Find: oneDeliveryInALife, SwapsBreak: giddy},
	{Name: "order_of_a_producer", Find: orderOfProducer, SwapsBreak: giddy},
	{Name: "redelivery_is_flagged_on_queues", Find: func(h []Event) []string { return unflagged(h, false) },
		SwapsBreak: "what a broker had delivered when it ended, each keeps in its own way"},
	{Name: "redelivery_is_flagged_on_durable_topics", Find: func(h []Event) []string { return unflagged(h, true) },
		JavaBreaks: "persistJMSRedelivered is for queues alone"},
}

// began maps the transactions to the event that began their end.
func began(history []Event) map[string]Event {
	all := map[string]Event{}
	for _, e := range history {
		switch e.Verb {
		case "commit", "prepare", "prepare-abandon", "abandon":
			all[e.Transaction] = e
		}
	}
	return all
}

func seen(history []Event) map[delivery]bool {
	all := map[delivery]bool{}
	for _, e := range history {
		if e.Verb == "got" {
			all[delivery{e.Subscription, e.IDs[0]}] = true
		}
	}
	return all
}

// confirmedSendsArrive: what was confirmed, alone or by its transaction, reaches each of its subscriptions.
func confirmedSendsArrive(history []Event) (broken []string) {
	got, begun := seen(history), began(history)
	for _, e := range history {
		ids, how := e.IDs, "sent"
		switch e.Verb {
		case "sent":
		case "committed":
			ids, how = begun[e.Transaction].IDs, "committed in "+e.Transaction
		default:
			continue
		}
		for _, id := range ids {
			for _, d := range deliveries(id) {
				if !got[d] {
					broken = append(broken, fmt.Sprintf("%s %s, and never received by %s", id, how, d.subscription))
				}
			}
		}
	}
	return broken
}

// consumptionIsFinal: nothing comes back after the broker confirmed its acknowledgement or its transaction.
func consumptionIsFinal(history []Event) (broken []string) {
	begun, consumed := began(history), map[delivery]string{}
	for _, e := range history {
		switch e.Verb {
		case "acked":
			for _, id := range e.IDs {
				consumed[delivery{e.Subscription, id}] = "acknowledged on connection " + e.Connection
			}
		case "committed":
			for _, id := range begun[e.Transaction].Taken {
				consumed[delivery{begun[e.Transaction].Subscription, id}] = "taken in transaction " + e.Transaction
			}
		case "got":
			if how := consumed[delivery{e.Subscription, e.IDs[0]}]; how != "" {
				broken = append(broken, fmt.Sprintf("%s %s, and received again on connection %s", e.IDs[0], how, e.Connection))
			}
		}
	}
	return broken
}

// transactionsAreAtomic: a transaction whose end nobody saw has sent all or nothing, one that was rolled back nothing.
// What several transactions tried to send, as a mover does, is left to movesHappenOnce.
func transactionsAreAtomic(history []Event) (broken []string) {
	got, begun := seen(history), began(history)
	attempts, committed := map[string]int{}, map[string]bool{}
	for _, e := range begun {
		for _, id := range e.IDs {
			attempts[id]++
		}
	}
	for _, e := range history {
		if e.Verb == "committed" {
			committed[e.Transaction] = true
		}
	}
	for _, t := range slices.Sorted(maps.Keys(begun)) {
		e, visible, all := begun[t], 0, 0
		for _, id := range e.IDs {
			for _, d := range deliveries(id) {
				if attempts[id] > 1 {
					continue
				}
				all++
				if got[d] {
					visible++
				}
			}
		}
		if strings.HasSuffix(e.Verb, "abandon") && visible > 0 {
			broken = append(broken, fmt.Sprintf("transaction %s was rolled back, and %d of %d deliveries are seen: %v", t, visible, all, e.IDs))
		} else if !committed[t] && visible != 0 && visible != all {
			broken = append(broken, fmt.Sprintf("transaction %s of unknown end, %d of %d deliveries are seen: %v", t, visible, all, e.IDs))
		}
	}
	return broken
}

// preparedBranchesSurvive: after a crash the broker lists each branch whose first phase it confirmed, until the second
// began, and none whose commit it confirmed.
func preparedBranchesSurvive(history []Event) (broken []string) {
	prepared, committed := map[string]bool{}, map[string]bool{}
	for _, e := range history {
		switch e.Verb {
		case "prepared":
			prepared[e.Transaction] = true
		case "finish":
			delete(prepared, e.Transaction)
		case "committed":
			committed[e.Transaction] = true
		case "recovered":
			for t := range prepared {
				if !slices.Contains(e.IDs, t) {
					broken = append(broken, fmt.Sprintf("branch %s was prepared, and is not listed on connection %s", t, e.Connection))
				}
			}
			for _, t := range e.IDs {
				if committed[t] {
					broken = append(broken, fmt.Sprintf("branch %s was committed, and is listed on connection %s", t, e.Connection))
				}
			}
		}
	}
	return broken
}

// movesHappenOnce: what was taken from q.in goes on to q.out in the same transaction. So all that was confirmed to be in
// the one comes to the other, and what was seen in the other does not come back to the one. (A second copy in q.out is
// found by consumptionIsFinal and unflagged. A message may be received, and yet be gone after a crash that came before its
// send was confirmed.)
func movesHappenOnce(history []Event) (broken []string) {
	got, moved := seen(history), map[string]bool{}
	for _, e := range history {
		if e.Verb != "got" && e.Verb != "sent" {
			continue
		}
		id := e.IDs[0]
		in, isIn := strings.CutPrefix(id, "q.in/")
		out, isOut := strings.CutPrefix(id, "q.out/")
		switch {
		case isOut && e.Verb == "got":
			moved[out] = true
		case isIn && e.Verb == "got" && moved[in]:
			broken = append(broken, fmt.Sprintf("%s was moved, and comes back on connection %s", id, e.Connection))
		case isIn && e.Verb == "sent" && !got[delivery{"-", "q.out/" + in}]:
			broken = append(broken, fmt.Sprintf("%s was sent for moving, and never comes out", id))
		}
	}
	return broken
}

// oneDeliveryInALife: while a broker process and a connection to it live, a message that the connection holds is not
// delivered again, there or elsewhere, unless it was given back. A crash that doubled a message in the store shows here.
// A broker that stops may close one connection and give what it held to another, before that one ends too.
func oneDeliveryInALife(history []Event) (broken []string) {
	life := map[string]string{}   // broker by connection, without those that a stop ends
	held := map[delivery]string{} // connection by what it got
	for _, e := range history {
		switch e.Verb {
		case "open":
			life[e.Connection] = e.Broker
		case "stopping":
			clear(life)
		case "closed":
			maps.DeleteFunc(held, func(_ delivery, c string) bool { return c == e.Connection })
		case "abandon":
			for _, id := range e.Taken {
				delete(held, delivery{e.Subscription, id})
			}
		case "got":
			d := delivery{e.Subscription, e.IDs[0]}
			if c := held[d]; c != "" && life[c] != "" && life[c] == life[e.Connection] {
				broken = append(broken, fmt.Sprintf("%s came on connection %s, and again on %s in the same life of the broker", d.id, c, e.Connection))
			}
			held[d] = e.Connection
		}
	}
	return broken
}

// orderOfProducer: a connection receives what one producer sent to one destination in the order of the sends. What it
// gives back by a rollback comes once more, as does, on a connection that a stop ends, what another one held.
func orderOfProducer(history []Event) (broken []string) {
	type stream struct{ connection, producer string }
	last := map[stream]int{}
	open := map[string]bool{}
	for _, e := range history {
		switch e.Verb {
		case "open":
			open[e.Connection] = true
		case "stopping":
			clear(open)
		case "abandon":
			for _, id := range e.Taken {
				producer, number := split(id)
				s := stream{e.Connection, producer}
				last[s] = min(last[s], number-1)
			}
		case "got":
			producer, number := split(e.IDs[0])
			s := stream{e.Connection, producer}
			if open[e.Connection] && number <= last[s] {
				broken = append(broken, fmt.Sprintf("%s comes after number %d on connection %s", e.IDs[0], last[s], e.Connection))
			}
			last[s] = number
		}
	}
	return broken
}

// unflagged: who gets a message that somebody got before is told so. It looks at durable subscriptions or at queues. On a
// connection that a stop ends, a message may wait that the broker has given to another one since, and that one is told.
func unflagged(history []Event, durable bool) (broken []string) {
	before := map[delivery]string{}
	open := map[string]bool{}
	for _, e := range history {
		switch e.Verb {
		case "open":
			open[e.Connection] = true
		case "stopping":
			clear(open)
		}
		if e.Verb != "got" || (e.Subscription != "-") != durable {
			continue
		}
		d := delivery{e.Subscription, e.IDs[0]}
		if before[d] != "" && !e.Redelivered && open[e.Connection] {
			broken = append(broken, fmt.Sprintf("%s came on connection %s, and comes unflagged on %s", d.id, before[d], e.Connection))
		}
		before[d] = e.Connection
	}
	return broken
}
