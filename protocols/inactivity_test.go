package protocols_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"goactivemq/protocols"
)

// watched is a watch with counts of what it called.
type watched struct {
	protocols.Inactivity
	idle, silent, after atomic.Int64
}

// advance moves the bubble's clock.
func (w *watched) advance(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (w *watched) want(t *testing.T, idle, silent int64) {
	t.Helper()
	if i, s := w.idle.Load(), w.silent.Load(); i != idle || s != silent {
		t.Errorf("idle %d times and silent %d times, want %d and %d", i, s, idle, silent)
	}
}

func (w *watched) watch(period, grace time.Duration) {
	w.Watch(period, grace, func() { w.idle.Add(1) }, func() { w.silent.Add(1) })
}

// TestInactivity: the grace, a keep-alive each third of the period in which nothing was written, and the end of one in which
// nothing was read. The peer is told silent only once.
func TestInactivity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &watched{}
		defer w.Stop()
		w.watch(30*time.Second, 10*time.Second)
		w.Read()
		w.advance(9 * time.Second)
		w.want(t, 0, 0)
		w.advance(time.Second) // 10 s: the first look
		w.want(t, 1, 0)
		w.Written()
		w.advance(10 * time.Second)
		w.want(t, 1, 0)
		w.Read()
		w.advance(10 * time.Second)
		w.want(t, 2, 0)
		w.advance(10 * time.Second) // 40 s: something was read since 10 s
		w.want(t, 3, 0)
		w.advance(29 * time.Second)
		w.want(t, 5, 0)
		w.advance(time.Second)
		w.want(t, 6, 1)
		w.advance(time.Hour)
		if n := w.silent.Load(); n != 1 {
			t.Errorf("silent %d times, want once", n)
		}
	})
}

func TestInactivityStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &watched{}
		w.watch(30*time.Second, 0)
		w.After(time.Minute, func() { w.after.Add(1) })
		w.advance(time.Second)
		idle := w.idle.Load()
		for range 2 {
			w.Stop()
		}
		w.watch(time.Second, 0) // too late
		w.After(time.Second, func() { w.after.Add(1) })
		w.advance(time.Hour)
		w.want(t, idle, 1) // nothing had been read at the first look
		if n := w.after.Load(); n != 0 {
			t.Errorf("called %d times after Stop", n)
		}
	})
}

func TestInactivityAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &watched{}
		defer w.Stop()
		w.After(time.Minute, func() { w.after.Add(1) })
		w.watch(0, time.Second) // watches nothing
		w.advance(59 * time.Second)
		if w.after.Load() != 0 {
			t.Error("called too early")
		}
		w.advance(time.Hour)
		if n := w.after.Load(); n != 1 {
			t.Errorf("called %d times, want once", n)
		}
		w.want(t, 0, 0)
	})
}
