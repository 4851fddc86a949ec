package broker_test

import (
	"slices"
	"strings"
	"testing"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
	"goactivemq/activemq/vfs"
)

// TestPriorityBacklog has far more pending than memory may hold, of all priorities and in turns stored and not, and takes it over several consumers and a
// restart. Whatever is taken is the oldest of the most urgent of its kind, and memory keeps its limit.
func TestPriorityBacklog(t *testing.T) {
	const limit, page, n = 100_000, 20, 2000
	for _, mixed := range []bool{false, true} {
		t.Run(map[bool]string{false: "stored", true: "mixed"}[mixed], func(t *testing.T) {
			bubble(t, "kahadb", func(f *fixture) {
				p := f.connect("p")
				for i, name := range sequenceNames("m", n) {
					m := f.newMessage(p, "Q", name)
					m.Priority = 4
					switch {
					case i > n-100:
						m.Priority = 9 // behind a backlog of others
					case i%3 == 0:
						m.Priority = int8(i % 10)
					}
					m.Persistent = !mixed || i%5 != 0
					f.must(p.conn.Send(m, nil))
					if i%100 == 99 {
						f.settle()
					}
				}
				var got []*message.Message
				for round := 0; round < 60 && len(got) < n; round++ {
					if round == 3 && !mixed {
						f.restart()
					}
					c := f.connect("c")
					x := f.consume(c, "x", "Q", func(i *message.ConsumerInfo) { i.Prefetch = 1 })
					for range 50 {
						f.settle()
						if used := f.broker.Memory().Used(); used > limit+page*1100 {
							f.Fatalf("%d bytes of memory used, want the limit of %d and a page at most", used, limit)
						}
						for _, d := range x.take() {
							got = append(got, d.Message)
							f.must(f.ack(x, message.Individual, "", "", d.Message.ID))
						}
					}
					f.settle()
					c.conn.CloseAfter(message.NoneDelivered)
					x.take()
				}
				if len(got) != n {
					f.Fatalf("%d messages came, want %d", len(got), n)
				}
				wants := slices.Clone(got)
				slices.SortStableFunc(wants, func(a, b *message.Message) int {
					switch {
					case a.Priority != b.Priority:
						return int(b.Priority) - int(a.Priority)
					case a.Persistent == b.Persistent:
						return int(a.ID.ProducerSequence - b.ID.ProducerSequence)
					}
					return 0 // between the two kinds there is no order
				})
				name := func(ms []*message.Message) []string {
					var names []string
					for _, m := range ms {
						names = append(names, f.nameOf(m))
					}
					return names
				}
				if g, w := name(got), name(wants); strings.Join(g, " ") != strings.Join(w, " ") && !mixed {
					f.Error(firstDifference(g, w))
				}
				for i := 1; i < n; i++ {
					if got[i].Priority > got[i-1].Priority {
						f.Fatalf("%s of priority %d came behind %s of %d", f.nameOf(got[i]), got[i].Priority, f.nameOf(got[i-1]), got[i-1].Priority)
					}
				}
			}, limited(limit), policies(func(e *policy.Entry) { e.MaxPageSize, e.Prioritized = page, true }), spooling(t, vfs.NewMem(), 0))
		})
	}
}

// TestUrgentArrival shows that a message which comes while memory is full of less urgent ones is the next, and that those come in their order later.
func TestUrgentArrival(t *testing.T) {
	bubble(t, "kahadb", func(f *fixture) {
		p, c := f.connect("p"), f.connect("c")
		for _, name := range sequenceNames("m", 60) {
			f.must(f.sendOne(p, f.newMessage(p, "Q", name)))
		}
		x := f.consume(c, "x", "Q", func(i *message.ConsumerInfo) { i.Prefetch = 1 })
		f.want(x, "m1")
		urgent := f.newMessage(p, "Q", "urgent")
		urgent.Priority = 9
		f.must(f.sendOne(p, urgent))
		f.must(f.ack(x, message.Standard, "", "m1"))
		f.want(x, "urgent")
		f.must(f.ack(x, message.Standard, "", "urgent"))
		for _, name := range sequenceNames("m", 60)[1:] {
			f.want(x, name)
			f.must(f.ack(x, message.Standard, "", name))
		}
	}, limited(20_000), policies(func(e *policy.Entry) { e.MaxPageSize, e.Prioritized = 5, true }), func(o *broker.Options) { o.StoreBeforeDispatch = true })
}
