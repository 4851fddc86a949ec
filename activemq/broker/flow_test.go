package broker_test

import (
	"fmt"
	"strings"
	"testing"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
)

// limited gives a broker little memory.
func limited(bytes int64) func(*broker.Options) {
	return func(o *broker.Options) { o.MemoryLimit = bytes }
}

// transient makes a message that stays in memory.
func (f *fixture) transient(c *client, destination, name string) *message.Message {
	m := f.newMessage(c, destination, name)
	m.Persistent = false
	return m
}

// TestFlowControl shows that a producer waits while memory is full, and goes on when there is room.
func TestFlowControl(t *testing.T) {
	over(t, func(f *fixture) {
		p, c := f.connect("p"), f.connect("c")
		for _, name := range []string{"1", "2", "3"} {
			f.must(f.sendOne(p, f.transient(p, "Q", name)))
		}
		sent := make(chan error, 1)
		m := f.transient(p, "Q", "4")
		go func() { sent <- f.sendOne(p, m) }()
		f.settle()
		select {
		case err := <-sent:
			f.Fatalf("a full broker took a message: %v", err)
		default:
		}
		f.send(c, "stored", "s") // the store has room
		x := f.consume(c, "x", "Q")
		f.want(x, "1 2 3")
		f.must(f.ack(x, message.Standard, "1", "2"))
		f.must(<-sent)
		f.want(x, "4")
	}, limited(3000))
}

// TestFlowControlEnds shows that the end of its connection frees a producer that waits, and so does the broker's.
func TestFlowControlEnds(t *testing.T) {
	over(t, func(f *fixture) {
		p, other := f.connect("p"), f.connect("other")
		for _, name := range []string{"1", "2", "3"} {
			f.must(f.sendOne(p, f.transient(p, "Q", name)))
		}
		send := func(c *client, name string) chan error {
			sent := make(chan error, 1)
			m := f.transient(c, "Q", name)
			go func() { sent <- f.sendOne(c, m) }()
			f.settle()
			return sent
		}
		first, second := send(p, "4"), send(other, "5")
		p.conn.Close()
		f.wantKind(<-first, broker.NotConnected)
		f.ruined = true // there is nobody to drain what the next line leaves
		f.broker.Close()
		f.wantKind(<-second, broker.NotConnected)
	}, limited(3000))
}

// TestFlowControlRefuses shows that with sendFailIfNoSpace a producer is told at once.
func TestFlowControlRefuses(t *testing.T) {
	over(t, func(f *fixture) {
		p := f.connect("p")
		for _, name := range []string{"1", "2", "3"} {
			f.must(f.sendOne(p, f.transient(p, "Q", name)))
		}
		f.wantKind(f.sendOne(p, f.transient(p, "Q", "4")), broker.LimitReached)
		if c, _ := f.counters("Q"); c.Pending != 3 {
			f.Errorf("%d pending, want 3", c.Pending)
		}
	}, limited(3000), func(o *broker.Options) { o.SendFailIfNoSpace = true })
}

// TestBacklog sends far more than memory may hold, takes it back over several consumers that come and go, and restarts in
// between. The order stays, and memory its limit.
func TestBacklog(t *testing.T) {
	const limit, page, n = 100_000, 20, 1000
	bubble(t, "kahadb", func(f *fixture) {
		p := f.connect("p")
		names := sequenceNames("m", n)
		for i, name := range names {
			m := f.newMessage(p, "Q", name)
			f.must(p.conn.Send(m, nil))
			if i%100 == 99 {
				f.settle()
			}
		}
		f.settle()
		within := func() {
			f.Helper()
			if used := f.broker.Memory().Used(); used > limit+page*1100 {
				f.Fatalf("%d bytes of memory used, want the limit of %d and a page at most", used, limit)
			}
		}
		within()
		var got []string
		for round := 0; len(got) < n; round++ {
			if round == 5 {
				f.restart()
			}
			c := f.connect("c")
			x := f.consume(c, "x", "Q", func(i *message.ConsumerInfo) { i.Prefetch = 30 })
			for range 4 {
				f.settle()
				within()
				for _, d := range x.take() {
					got = append(got, f.nameOf(d.Message))
					f.must(f.ack(x, message.Individual, "", "", d.Message.ID))
				}
			}
			f.settle()
			c.conn.CloseAfter(message.NoneDelivered) // with up to 30 in flight, which come again
			x.take()
		}
		if want := strings.Join(names, " "); strings.Join(got, " ") != want {
			f.Error(firstDifference(got, names))
		}
	}, limited(limit), policies(func(e *policy.Entry) { e.MaxPageSize = page }))
}

// firstDifference tells where two lists part.
func firstDifference(got, want []string) string {
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			return fmt.Sprintf("at %d of %d: got %v, want %v", i, len(got), got[i:min(i+5, len(got))], want[i:min(i+5, len(want))])
		}
	}
	return fmt.Sprintf("%d more than wanted", len(got)-len(want))
}
