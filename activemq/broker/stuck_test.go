package broker_test

import (
	"slices"
	"strings"
	"testing"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
)

// why asks the broker why messages of queue Q wait; reasons are what the consumers have against the first one.
func (f *fixture) why(id string) (w broker.Waiting, reasons []string) {
	f.Helper()
	f.settle()
	i := slices.IndexFunc(f.broker.Queues(), func(q *broker.Queue) bool { return q.Name().Name == "Q" })
	if i < 0 {
		f.Fatal("no queue Q")
	}
	w = f.broker.Queues()[i].Why(id, 10)
	for _, m := range w.Messages {
		if m.Stuck {
			f.Errorf("stuck: %+v", m)
		}
	}
	if len(w.Messages) > 0 {
		reasons = w.Messages[0].Against
	}
	return w, reasons
}

// wantReasons compares the beginnings of reasons.
func (f *fixture) wantReasons(got []string, want ...string) {
	f.Helper()
	if len(got) != len(want) {
		f.Fatalf("reasons %q, want %q", got, want)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) || got[i] == "" {
			f.Errorf("reason %q, want %q", got[i], want[i])
		}
	}
}

// TestWhy has a message wait for each reason that there is.
func TestWhy(t *testing.T) {
	inGroup := func(f *fixture, c *client, name string) {
		m := f.newMessage(c, "Q", name)
		m.GroupID = message.T("g")
		f.must(f.sendOne(c, m))
	}
	cases := map[string]func(f *fixture, a *client) []string{
		"prefetch": func(f *fixture, a *client) []string {
			f.consume(a, "x", "Q", func(i *message.ConsumerInfo) { i.Prefetch = 1 })
			f.send(a, "Q", "1", "2")
			return []string{"no credit: 1 messages are in flight, of which 0 count no more, and its prefetch is 1"}
		},
		"pull": func(f *fixture, a *client) []string {
			f.consume(a, "x", "Q", func(i *message.ConsumerInfo) { i.Prefetch = 0 })
			f.send(a, "Q", "1")
			return []string{"no credit: its prefetch is 0"}
		},
		"selector": func(f *fixture, a *client) []string {
			f.consume(a, "x", "Q", func(i *message.ConsumerInfo) { i.Selector = message.T("n > 1") })
			f.send(a, "Q", "1")
			return []string{"its selector does not match"}
		},
		"noLocal": func(f *fixture, a *client) []string {
			f.consume(a, "x", "Q", func(i *message.ConsumerInfo) { i.NoLocal = true })
			f.send(a, "Q", "1")
			return []string{"it wants nothing that its own connection sent"}
		},
		"group": func(f *fixture, a *client) []string {
			f.consume(a, "x", "Q", func(i *message.ConsumerInfo) { i.Prefetch = 1; i.Priority = 5 })
			f.consume(a, "y", "Q")
			inGroup(f, a, "1")
			inGroup(f, a, "2")
			return []string{"no credit", "message group g belongs to ID:a:1:1"}
		},
		"exclusive": func(f *fixture, a *client) []string {
			f.consume(a, "x", "Q", func(i *message.ConsumerInfo) { i.Prefetch = 1; i.Exclusive = true; i.Priority = 5 })
			f.consume(a, "y", "Q")
			f.send(a, "Q", "1", "2")
			return []string{"no credit", "another consumer is exclusive: ID:a:1:1"}
		},
	}
	for name, set := range cases {
		t.Run(name, func(t *testing.T) {
			over(t, func(f *fixture) {
				want := set(f, f.connect("a"))
				_, got := f.why("")
				f.wantReasons(got, want...)
			})
		})
	}
}

// TestWhyElsewhere asks after messages that do not wait.
func TestWhyElsewhere(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		f.send(a, "Q", "1", "2")
		if w, _ := f.why(""); w.Note != "there is no consumer" || w.Pending != 2 {
			t.Errorf("without consumers: %+v", w)
		}
		x := f.consume(a, "x", "Q")
		f.want(x, "1 2")
		tx := a.local(1)
		f.must(a.conn.Begin(tx))
		f.must(f.ackIn(tx, x, message.Standard, "1", "1"))
		for id, want := range map[string]string{
			f.ids["1"].String(): "in flight to ID:a:1:1 of tcp://a:1, which acknowledged it in a transaction that is open",
			f.ids["2"].String(): "in flight to ID:a:1:1 of tcp://a:1, after 0 earlier deliveries",
			"ID:nobody":         "the queue has no such message",
		} {
			w, _ := f.why(id)
			if len(w.Messages) != 1 || !strings.HasPrefix(w.Messages[0].Reason, want) {
				t.Errorf("%s: %+v, want %s", id, w.Messages, want)
			}
		}
	})
}
