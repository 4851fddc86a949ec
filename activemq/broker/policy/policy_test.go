package policy_test

import (
	"testing"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
)

// entryFor makes an entry that its pattern tells apart.
func entryFor(pattern string) policy.Entry {
	e := policy.Default()
	e.Pattern = message.ParseDestination(pattern, message.Queue)
	return e
}

func TestFor(t *testing.T) {
	var entries []policy.Entry
	for _, pattern := range []string{">", "topic://>", "A.>", "A.*", "A.B", "*.B", "A.B.C", "A.*.C", "A.>", "topic://A.*.C.>"} {
		entries = append(entries, entryFor(pattern))
	}
	fallback := entryFor("temp-queue://fallback")
	m := policy.NewMap(entries, fallback)
	for _, c := range []struct{ name, want string }{
		{"Q", "queue://>"},
		{"topic://T", "topic://>"},
		{"A", "queue://A.>"},
		{"A.B", "queue://A.B"},
		{"A.C", "queue://A.*"},
		{"X.B", "queue://*.B"},
		{"A.X.C", "queue://A.*.C"},
		{"A.B.C", "queue://A.B.C"},
		{"A.B.C.D", "queue://A.>"},
		{"AB", "queue://>"},
		{"topic://A.B.C", "topic://A.*.C.>"},
		{"topic://A.B.C.D.E", "topic://A.*.C.>"},
		{"topic://A.B.D", "topic://>"},
		{"temp-queue://ID:a:1", "temp-queue://fallback"},
		{"temp-topic://ID:a:1", "temp-queue://fallback"},
	} {
		if got := m.For(message.ParseDestination(c.name, message.Queue)).Pattern.String(); got != c.want {
			t.Errorf("%s follows the entry for %s, want that for %s", c.name, got, c.want)
		}
	}
}

// TestFirstOfSame shows that of two entries for the same pattern the first one holds, and that the map keeps no hold of the slice it was made of.
func TestFirstOfSame(t *testing.T) {
	first, second := entryFor("A"), entryFor("A")
	first.MemoryLimit, second.MemoryLimit = 1, 2
	entries := []policy.Entry{first, second}
	m := policy.NewMap(entries, policy.Default())
	entries[0].MemoryLimit = 3
	if n := m.For(*message.NewQueue("A")).MemoryLimit; n != 1 {
		t.Errorf("memory limit %d, want 1", n)
	}
}

func TestDeadLetterQueue(t *testing.T) {
	individual := policy.Default().DeadLetter
	individual.Individual = true
	named := individual
	named.QueuePrefix, named.QueueSuffix, named.TopicPrefix, named.TopicSuffix = "dead.", ".q", "dead.", ".t"
	named.UseQueueForTopic = false
	for _, c := range []struct {
		what       string
		strategy   policy.DeadLetter
		from, want string
	}{
		{"shared", policy.Default().DeadLetter, "Q", "queue://ActiveMQ.DLQ"},
		{"shared", policy.Default().DeadLetter, "topic://T", "queue://ActiveMQ.DLQ"},
		{"individual", individual, "Q", "queue://ActiveMQ.DLQ.Queue.Q"},
		{"individual", individual, "topic://T", "queue://ActiveMQ.DLQ.Topic.T"},
		{"named", named, "Q", "queue://dead.Q.q"},
		{"named", named, "topic://T", "topic://dead.T.t"},
	} {
		if got := c.strategy.QueueFor(message.ParseDestination(c.from, message.Queue), "").String(); got != c.want {
			t.Errorf("%s: dead letters of %s go to %s, want %s", c.what, c.from, got, c.want)
		}
	}
}

func TestDeadLetterWants(t *testing.T) {
	base := policy.Default().DeadLetter
	all, none, notExpired := base, base, base
	all.ProcessNonPersistent = true
	none.Discard = true
	notExpired.ProcessExpired = false
	for _, c := range []struct {
		what                      string
		strategy                  policy.DeadLetter
		persistent, expired, want bool
	}{
		{"default", base, true, false, true},
		{"default", base, true, true, true},
		{"default", base, false, false, false},
		{"default", base, false, true, false},
		{"all", all, false, true, true},
		{"none", none, true, false, false},
		{"not expired", notExpired, true, true, false},
		{"not expired", notExpired, true, false, true},
	} {
		if got := c.strategy.Wants(&message.Message{Persistent: c.persistent}, c.expired); got != c.want {
			t.Errorf("%s, persistent %v, expired %v: wanted %v, want %v", c.what, c.persistent, c.expired, got, c.want)
		}
	}
}
