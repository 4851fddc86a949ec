package kahadb

import (
	"testing"

	"goactivemq/activemq/store"
	"goactivemq/activemq/vfs"
)

// TestPatience learns that waiting pays, and that it does not.
func TestPatience(t *testing.T) {
	var p patience
	for range hopeNeeded {
		if p.hopeful() {
			t.Fatal("hopeful before enough removals came in time")
		}
		p.paid()
	}
	if !p.hopeful() {
		t.Errorf("not hopeful after %d removals in time", hopeNeeded)
	}
	for range 10 * hopeMax {
		p.paid()
	}
	for n := 0; p.hopeful(); n++ {
		if n > hopeMax/hopeWasted {
			t.Fatalf("still hopeful after %d waits in vain", n)
		}
		p.wasted()
	}
}

// TestPatientAddition is written although nobody removes it, and teaches the destination that waiting was in vain.
func TestPatientAddition(t *testing.T) {
	h := open(t, testOptions(vfs.NewMem()))
	defer h.close()
	q := h.queue("A")
	l := q.(*queue).log
	for range hopeMax {
		l.patience.paid()
	}
	done := make(chan error, 1)
	var e store.Entry
	q.Append(&e, testMessage(1, 100), nil, func(err error) { done <- err })
	q.Admit(&e)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if hope := l.patience.hope.Load(); hope != hopeMax-hopeWasted {
		t.Errorf("hope is %d after a wait in vain, want %d", hope, hopeMax-hopeWasted)
	}
	if n, _ := q.Pending(); n != 1 {
		t.Errorf("%d messages pending, want 1", n)
	}
}

// TestCancelledAddition leaves no bytes behind that would keep producers waiting.
func TestCancelledAddition(t *testing.T) {
	h := open(t, testOptions(vfs.NewMem()))
	defer h.close()
	q := h.queue("A")
	for range hopeMax {
		q.(*queue).log.patience.paid()
	}
	completed := make(chan error, 2)
	for range 2 * queueKept / 1000 {
		var e store.Entry
		q.Append(&e, testMessage(1, 1000), nil, func(err error) { completed <- err })
		q.Admit(&e)
		q.Remove(&e, nil, nil, func(err error) { completed <- err })
		for range 2 {
			if err := <-completed; err != nil {
				t.Fatal(err)
			}
		}
		h.Throttle() // blocks for ever when cancelled records count
	}
	h.journal.mu.Lock()
	defer h.journal.mu.Unlock()
	if h.journal.bytes != 0 {
		t.Errorf("%d bytes wait to be written, want none", h.journal.bytes)
	}
}
