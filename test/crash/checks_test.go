package crash

import (
	"strings"
	"testing"
)

// clean is a history in which nothing is wrong.
const clean = `open 1 B1 sync
open 2 B1 tx1
open 3 B1 xa
open 4 B1 durable1
open 5 B1 durable2
send q.a/p/1
sent q.a/p/1
send q.a/p/2
sent q.a/p/2
got 2 - q.a/p/1 0
got 2 - q.a/p/2 0
abandon 1 2 -q.a/p/1 -q.a/p/2
got 2 - q.a/p/1 1
got 2 - q.a/p/2 1
commit 2 2 -q.a/p/1 -q.a/p/2
committed 2
commit 3 1 +q.a/t/1 +q.a/t/2
send t.d/n/1
sent t.d/n/1
got 4 durable1 t.d/n/1 0
got 5 durable2 t.d/n/1 0
ack 4 durable1 t.d/n/1
acked 4 durable1 t.d/n/1
send q.in/f/1
sent q.in/f/1
got 2 - q.in/f/1 0
commit 4 2 +q.out/f/1 -q.in/f/1
prepare 5 3 +q.x/x/1
prepared 5
closed 2
closed 3
open 6 B2 tx1
open 7 B2 xa
recovered 7 5
finish 5
committed 5
got 6 - q.a/t/1 0
got 6 - q.a/t/2 0
got 6 - q.in/f/1 1
commit 6 6 +q.out/f/1 -q.in/f/1
committed 6
got 6 - q.out/f/1 0
got 6 - q.x/x/1 0
done`

// TestChecksFindWhatIsBroken changes one thing that the named check must find.
func TestChecksFindWhatIsBroken(t *testing.T) {
	for _, c := range []struct{ check, old, new string }{
		{"confirmed_sends_arrive", "got 5 durable2 t.d/n/1 0\n", ""},
		{"confirmed_consumption_is_final", "open 7", "got 6 - q.a/p/1 1\nopen 7"},
		{"transactions_are_atomic", "got 6 - q.a/t/2 0\n", ""},
		{"transactions_are_atomic", "commit 3 1", "abandon 3 1"},
		{"prepared_branches_survive", "recovered 7 5", "recovered 7"},
		{"moves_happen_once", "done", "got 6 - q.in/f/1 1\ndone"},
		{"one_delivery_in_a_brokers_life", "ack 4 durable1", "got 4 durable1 t.d/n/1 1\nack 4 durable1"},
		{"order_of_a_producer", "got 6 - q.a/t/1 0\ngot 6 - q.a/t/2 0", "got 6 - q.a/t/2 0\ngot 6 - q.a/t/1 0"},
		{"redelivery_is_flagged_on_queues", "got 6 - q.in/f/1 1", "got 6 - q.in/f/1 0"},
		{"redelivery_is_flagged_on_durable_topics", "ack 4 durable1", "got 4 durable1 t.d/n/1 0\nack 4 durable1"},
	} {
		t.Run(c.check, func(t *testing.T) {
			if strings.Count(clean, c.old) != 1 {
				t.Fatalf("%q is not once in the history", c.old)
			}
			found := map[string][]string{}
			for _, check := range Checks {
				found[check.Name] = check.Find(parsed(t, strings.Replace(clean, c.old, c.new, 1)))
			}
			if len(found[c.check]) == 0 {
				t.Errorf("found %v", found)
			}
		})
	}
}

// TestChecksLetABrokerStop has two consumers of a queue; the broker closes the first a little before the other.
func TestChecksLetABrokerStop(t *testing.T) {
	text := `open 1 B1 tx1
open 2 B1 tx2
got 1 - q.a/p/1 0
got 2 - q.a/p/2 0
stopping
got 2 - q.a/p/1 0
closed 1
closed 2`
	for _, check := range Checks {
		if broken := check.Find(parsed(t, text)); len(broken) > 0 {
			t.Errorf("%s finds %q", check.Name, broken)
		}
	}
	unasked := parsed(t, strings.Replace(text, "stopping\n", "", 1))
	if len(oneDeliveryInALife(unasked)) == 0 || len(orderOfProducer(unasked)) == 0 || len(unflagged(unasked, false)) == 0 {
		t.Error("the same without a stop is not found")
	}
}

func TestChecksPassACleanHistory(t *testing.T) {
	for _, check := range Checks {
		if broken := check.Find(parsed(t, clean)); len(broken) > 0 {
			t.Errorf("%s finds %q", check.Name, broken)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, line := range []string{"", "dance", "got 1 - q", "commit 1 2 q.a/p/1"} {
		if _, err := Parse([]string{line}); err == nil {
			t.Errorf("%q is accepted", line)
		}
	}
}

func parsed(t *testing.T, text string) []Event {
	t.Helper()
	history, err := Parse(strings.Split(text, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return history
}
