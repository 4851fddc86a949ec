package kahadb

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/vfs"
)

var queueA = *message.NewQueue("A")

// harness is a store under test, with what its destinations need at hand.
type harness struct {
	*Store
	t testing.TB
	n int64
}

// testOptions are small files in memory, and no housekeeping but what a test asks for.
func testOptions(fs vfs.FS) Options {
	o := Defaults("data", rawCodec{})
	o.FS, o.Log = fs, slog.New(slog.DiscardHandler)
	o.MaxFileLength, o.CheckpointInterval, o.CleanupInterval, o.CleanupOnStop = 16<<10, -1, -1, false
	return o
}

func open(t testing.TB, o Options) *harness {
	t.Helper()
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return &harness{Store: s, t: t}
}

func (h *harness) close() {
	h.t.Helper()
	if err := h.Store.Close(); err != nil {
		h.t.Fatal(err)
	}
}

func (h *harness) queue(name string) store.Queue {
	q, err := h.OpenQueue(*message.NewQueue(name))
	if err != nil {
		h.t.Fatal(err)
	}
	return q
}

func (h *harness) topic(name string) store.Topic {
	q, err := h.OpenTopic(*message.NewTopic(name))
	if err != nil {
		h.t.Fatal(err)
	}
	return q
}

func testMessage(n int64, size int) *message.Message {
	return &message.Message{ID: testID(n), Priority: 4, Content: slices.Repeat([]byte{byte(n)}, size)}
}

func testID(n int64) *message.ID {
	return &message.ID{Producer: &message.ProducerID{Connection: "ID:test-1", Session: 1, Value: 1}, ProducerSequence: n}
}

// wait calls f with a completion and waits for it.
func (h *harness) wait(f func(done store.Completion)) {
	h.t.Helper()
	done := make(chan error, 1)
	f(func(err error) { done <- err })
	if err := <-done; err != nil {
		h.t.Fatal(err)
	}
}

// send appends and admits the next message, and waits until it is stored.
func (h *harness) send(l store.Log, size int) *store.Entry {
	h.t.Helper()
	h.n++
	e := &store.Entry{}
	h.wait(func(done store.Completion) {
		l.Append(e, testMessage(h.n, size), nil, done)
		l.Admit(e)
	})
	return e
}

// pager is a queue or a subscription.
type pager interface {
	Page(after int64, limit, bytes int) ([]store.Loaded, error)
}

// numbers pages through all messages and returns the numbers that testMessage made them of.
func (h *harness) numbers(p pager) []int64 {
	h.t.Helper()
	var all []int64
	after := int64(0)
	for {
		page, err := p.Page(after, 7, 1<<20)
		if err != nil {
			h.t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		for _, m := range page {
			if m.Entry.Sequence <= after {
				h.t.Fatalf("sequence %d after %d", m.Entry.Sequence, after)
			}
			after = m.Entry.Sequence
			all = append(all, m.Message.ID.ProducerSequence)
		}
	}
}

func (h *harness) expect(p pager, want ...int64) {
	h.t.Helper()
	if got := h.numbers(p); !slices.Equal(got, want) {
		h.t.Fatalf("holds %v, want %v", got, want)
	}
}

// reopened runs f on the store, on the store closed and opened again, crashed (its files as they are), and with its index made anew.
func reopened(t *testing.T, o Options, h *harness, f func(*harness)) {
	t.Helper()
	f(h)
	for _, way := range []string{"killed", "closed", "rebuilt"} {
		mem := o.FS.(*vfs.Mem)
		if way == "killed" {
			if err := h.journal.barrier(); err != nil {
				t.Fatal(err)
			}
			o.FS = mem.Copy()
		}
		h.close()
		if way == "rebuilt" {
			o.ForceRecoverIndex = true
		}
		n := h.n
		h = open(t, o)
		h.n = n
		f(h)
	}
	h.close()
}

func TestQueue(t *testing.T) {
	o := testOptions(vfs.NewMem())
	h := open(t, o)
	q := h.queue("A")
	var es []*store.Entry
	for range 20 {
		es = append(es, h.send(q, 100))
	}
	for _, i := range []int{0, 1, 2, 7, 19} {
		h.wait(func(done store.Completion) { q.Remove(es[i], nil, nil, done) })
	}
	want := []int64{4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19}
	reopened(t, o, h, func(h *harness) {
		q := h.queue("A")
		h.expect(q, want...)
		if n, _ := q.Pending(); n != len(want) {
			t.Fatalf("%d pending, want %d", n, len(want))
		}
		page, err := q.Page(0, 1, 1)
		if err != nil || len(page) != 1 {
			t.Fatal(page, err)
		}
		h.wait(func(done store.Completion) { q.Remove(&page[0].Entry, nil, nil, done) })
		e := h.send(q, 50)
		if e.Sequence <= page[0].Entry.Sequence {
			t.Fatal("sequence does not grow")
		}
		want = append(want[1:], h.n)
		h.expect(q, want...)
	})
}

func TestCancel(t *testing.T) {
	mem := vfs.NewMem()
	gate := make(chan struct{})
	entered := make(chan struct{}, 10)
	hold := false
	fault := &vfs.Fault{FS: mem, Check: func(op vfs.Op, path string, _ int64, _ int) error {
		if op == vfs.OpSync && hold {
			entered <- struct{}{}
			<-gate
		}
		return nil
	}}
	h := open(t, testOptions(fault))
	q := h.queue("A")
	hold = true
	done := make(chan error, 10)
	var first, second, third store.Entry
	q.Append(&first, testMessage(1, 10), nil, func(err error) { done <- err })
	q.Admit(&first)
	<-entered // the first is sealed, and being synced
	end := h.journal.offset
	q.Append(&second, testMessage(2, 10), nil, func(err error) { done <- err })
	q.Admit(&second)
	q.Append(&third, testMessage(3, 10), nil, nil)
	q.Admit(&third)
	h.expect(q, 1, 2, 3) // from memory
	q.Remove(&second, nil, nil, func(err error) { done <- err })
	q.Remove(&third, nil, nil, func(err error) { done <- err })
	for range 3 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	h.expect(q, 1)
	hold = false
	close(gate)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := h.journal.barrier(); err != nil {
		t.Fatal(err)
	}
	h.journal.mu.Lock()
	if got := h.journal.end.offset(); got != end {
		t.Errorf("the journal grew to %d, want %d: what was cancelled is not written", got, end)
	}
	h.journal.mu.Unlock()
	h.expect(q, 1)
	h.close()
}

func TestTransactions(t *testing.T) {
	o := testOptions(vfs.NewMem())
	h := open(t, o)
	q := h.queue("A")
	kept := h.send(q, 10)
	gone := h.send(q, 10)
	id := func(n int64) *message.TransactionID {
		return &message.TransactionID{Connection: &message.ConnectionID{Value: "ID:c"}, Value: n}
	}
	committed, rolled, open := h.Begin(id(1)), h.Begin(id(2)), h.Begin(id(3))
	var added, undone, inFlight store.Entry
	q.Append(&added, testMessage(10, 10), committed, nil)
	q.Append(&undone, testMessage(11, 10), rolled, nil)
	q.Append(&inFlight, testMessage(12, 10), open, nil)
	q.Remove(gone, nil, committed, nil)
	q.Remove(kept, nil, rolled, nil)
	h.wait(committed.Commit)
	q.Admit(&added)
	q.Drop(gone)
	committed.Finish()
	h.wait(rolled.Rollback)
	rolled.Finish()
	reopened(t, o, h, func(h *harness) { h.expect(h.queue("A"), 1, 10) })
}

func TestManyFiles(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	h := open(t, o)
	q := h.queue("A")
	var es []*store.Entry
	for range 200 {
		es = append(es, h.send(q, 500))
	}
	for _, e := range es[:150] {
		h.wait(func(done store.Completion) { q.Remove(e, nil, nil, done) })
	}
	before := len(h.files.numbers())
	if err := h.Cleanup(); err != nil {
		t.Fatal(err)
	}
	after := h.files.numbers()
	if len(after) >= before || len(after) < 3 {
		t.Fatalf("%d files, and %v after the cleanup", before, after)
	}
	var want []int64
	for n := int64(151); n <= 200; n++ {
		want = append(want, n)
	}
	reopened(t, o, h, func(h *harness) { h.expect(h.queue("A"), want...) })
}

func TestTopic(t *testing.T) {
	o := testOptions(vfs.NewMem())
	h := open(t, o)
	tp := h.topic("T")
	subscribe := func(name string, retroactive bool) store.Subscription {
		var sub store.Subscription
		h.wait(func(done store.Completion) {
			var err error
			sub, err = tp.Subscribe(&message.SubscriptionInfo{ClientID: message.T("c"), SubscriptionName: message.T(name)}, retroactive, done)
			if err != nil {
				t.Fatal(err)
			}
		})
		return sub
	}
	a := subscribe("a", false)
	e1, e2, e3 := h.send(tp, 10), h.send(tp, 10), h.send(tp, 10)
	b := subscribe("b", false)
	h.wait(func(done store.Completion) { a.Remove(e2, nil, nil, done) })
	r := subscribe("r", true)
	e4 := h.send(tp, 10)
	h.expect(a, 1, 3, 4)
	h.expect(b, 4)
	h.expect(r, 1, 3, 4)
	h.wait(func(done store.Completion) { r.Remove(e4, &message.Ack{Kind: message.Unmatched}, nil, done) })
	h.wait(func(done store.Completion) { a.Remove(e1, nil, nil, done) })
	h.wait(func(done store.Completion) { r.Remove(e1, nil, nil, done) })
	h.wait(func(done store.Completion) { tp.Unsubscribe(b, done) })
	_ = e3
	reopened(t, o, h, func(h *harness) {
		got := map[string]string{}
		for _, s := range h.topic("T").Subscriptions() {
			got[s.Info().Key()] = fmt.Sprint(h.numbers(s), s.Pending())
		}
		if fmt.Sprint(got) != fmt.Sprint(map[string]string{"c:a": "[3 4] 2", "c:r": "[3] 1"}) {
			t.Fatal(got)
		}
	})
}
