package kahadb

import (
	"slices"
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/vfs"
)

// churn sends and removes until the journal is some files longer.
func (h *harness) churn(q store.Queue, files int) {
	h.t.Helper()
	for from := h.files.numbers(); len(h.files.numbers()) < len(from)+files; {
		e := h.send(q, 1000)
		h.wait(func(done store.Completion) { q.Remove(e, nil, nil, done) })
	}
}

func (h *harness) cleanup() {
	h.t.Helper()
	if err := h.Cleanup(); err != nil {
		h.t.Fatal(err)
	}
}

// TestCleanupSubscription wants the record of a subscription that has nothing pending to move on, and that of another to stay.
func TestCleanupSubscription(t *testing.T) {
	o := testOptions(vfs.NewMem())
	h := open(t, o)
	tp, q := h.topic("T"), h.queue("A")
	sub := func(name string) store.Subscription {
		var s store.Subscription
		h.wait(func(done store.Completion) {
			var err error
			if s, err = tp.Subscribe(&message.SubscriptionInfo{ClientID: message.T("c"), SubscriptionName: message.T(name)}, true, done); err != nil {
				t.Fatal(err)
			}
		})
		return s
	}
	idle := sub("idle")
	e := h.send(tp, 10)
	h.wait(func(done store.Completion) { idle.Remove(e, nil, nil, done) })
	h.churn(q, 2)
	busy := sub("busy")
	pending := h.send(tp, 10)
	n := h.n
	h.wait(func(done store.Completion) { idle.Remove(pending, nil, nil, done) })
	busyFile := busy.(*subscription).position().file()
	h.churn(q, 2)
	h.cleanup() // journals the idle subscription again
	if err := h.journal.barrier(); err != nil {
		t.Fatal(err)
	}
	h.cleanup()
	if got := h.files.numbers(); slices.Contains(got, 1) || !slices.Contains(got, busyFile) {
		t.Fatalf("files %v are left, want %d among them and not 1", got, busyFile)
	}
	reopened(t, o, h, func(h *harness) {
		subs := map[string]store.Subscription{}
		for _, s := range h.topic("T").Subscriptions() {
			subs[s.Info().Key()] = s
		}
		if len(subs) != 2 {
			t.Fatalf("subscriptions %v", subs)
		}
		h.expect(subs["c:idle"])
		h.expect(subs["c:busy"], n)
	})
}

// TestCleanupTransaction wants the files of an open transaction to stay, and its messages with them.
func TestCleanupTransaction(t *testing.T) {
	o := testOptions(vfs.NewMem())
	h := open(t, o)
	q := h.queue("A")
	id := &message.TransactionID{XA: true, Format: 1, Global: []byte("g"), Branch: []byte("b")}
	tx := h.Begin(id)
	var e store.Entry
	q.Append(&e, testMessage(1000, 10), tx, nil)
	h.wait(tx.Prepare)
	h.churn(q, 3)
	h.cleanup()
	if !slices.Contains(h.files.numbers(), 1) {
		t.Fatal("the file of a prepared transaction is gone")
	}
	h.close()
	h = open(t, o)
	p := h.Prepared()
	if len(p) != 1 || len(p[0].Added) != 1 {
		t.Fatalf("prepared: %v", p)
	}
	h.wait(p[0].Transaction.Commit)
	q = h.queue("A")
	q.Admit(&p[0].Added[0].Entry)
	p[0].Transaction.Finish()
	h.cleanup()
	reopened(t, o, h, func(h *harness) { h.expect(h.queue("A"), 1000) })
}

// TestCompactAcks has one message in the first file that nobody takes. Its neighbours' acks, and the acks of what is beside those, keep the
// whole journal, until the acks are written once more.
func TestCompactAcks(t *testing.T) {
	o := testOptions(vfs.NewMem())
	o.CompactAcksAfterNoGC = 2
	h := open(t, o)
	tp := h.topic("T")
	subs := map[string]store.Subscription{}
	for _, name := range []string{"quick", "slow"} {
		h.wait(func(done store.Completion) {
			var err error
			info := &message.SubscriptionInfo{ClientID: message.T("c"), SubscriptionName: message.T(name)}
			if subs[name], err = tp.Subscribe(info, false, done); err != nil {
				t.Fatal(err)
			}
		})
	}
	stuck := h.send(tp, 10)
	last := h.n
	q := h.queue("A")
	pipeline := h.send(q, 1000)
	for len(h.files.numbers()) < 8 {
		next := h.send(q, 1000)
		h.wait(func(done store.Completion) { q.Remove(pipeline, nil, nil, done) })
		pipeline = next
	}
	h.wait(func(done store.Completion) { subs["quick"].Remove(stuck, nil, nil, done) })
	h.churn(q, 1)
	h.cleanup()
	if got := h.files.numbers(); len(got) < 8 {
		t.Fatalf("files %v are left: the journal is not held", got)
	}
	for range 4 {
		h.cleanup()
	}
	got := h.files.numbers()
	if len(got) > 4 || got[0] != 1 {
		t.Fatalf("files %v are left, want the first and few more", got)
	}
	want := h.numbers(q)
	reopened(t, o, h, func(h *harness) {
		h.expect(h.queue("A"), want...)
		for _, s := range h.topic("T").Subscriptions() {
			if s.Info().SubscriptionName.String() == "slow" {
				h.expect(s, last)
			} else {
				h.expect(s)
			}
		}
	})
}

func TestArchive(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	o.ArchiveDataLogs = true
	h := open(t, o)
	h.churn(h.queue("A"), 3)
	h.cleanup()
	h.close()
	kept, err := mem.ReadDir("data/data-archive")
	if err != nil || len(kept) < 2 || kept[0].Name != "db-1.log" {
		t.Errorf("the archive holds %v, %v", kept, err)
	}
}

// TestCleanupOnStop wants a store that was emptied to be small.
func TestCleanupOnStop(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	o.CleanupOnStop = true
	h := open(t, o)
	h.churn(h.queue("A"), 3)
	h.close()
	h = open(t, o)
	if got := h.files.numbers(); len(got) != 1 {
		t.Errorf("files %v are left, want one", got)
	}
	h.close()
}
