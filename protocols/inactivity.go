package protocols

import (
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// Inactivity watches a connection on which both ends have agreed to say something now and then. It needs no goroutine.
type Inactivity struct {
	read, written atomic.Bool // since the last check
	busy          atomic.Bool

	mu sync.Mutex
	// mu guards what follows.
	timers  []*time.Timer
	stopped bool
}

// Read notes that something arrived.
func (w *Inactivity) Read() { w.read.Store(true) }

// Busy notes whether what arrived is being worked on. As long as it is, nothing more is read, and silence means nothing: a producer may
// have to wait for room.
func (w *Inactivity) Busy(on bool) { w.busy.Store(on) }

// Written notes that something was sent.
func (w *Inactivity) Written() { w.written.Store(true) }

// Watch is WatchSilence and WatchIdle for both ends that agreed on one period.
func (w *Inactivity) Watch(period, grace time.Duration, idle, silent func()) {
	idlePeriod := period / 3
	if period <= 3*time.Millisecond {
		idlePeriod = period
	}
	w.WatchIdle(idlePeriod, grace, idle)
	w.WatchSilence(period, grace, silent)
}

// WatchIdle calls idle each time when nothing was sent for a period, first after the grace. A period of 0 watches nothing.
func (w *Inactivity) WatchIdle(period, grace time.Duration, idle func()) {
	if period <= 0 {
		return
	}
	w.every(grace, period, func() bool {
		if !w.written.Swap(false) {
			idle()
		}
		return true
	})
}

// WatchSilence calls silent once when nothing arrived for a whole period, first after the grace. A period of 0 watches nothing.
func (w *Inactivity) WatchSilence(period, grace time.Duration, silent func()) {
	if period <= 0 {
		return
	}
	w.every(grace, period, func() bool {
		if w.read.Swap(false) || w.busy.Load() {
			return true
		}
		silent()
		return false
	})
}

// After calls f once, unless Stop comes before.
func (w *Inactivity) After(d time.Duration, f func()) {
	w.every(d, d, func() bool { f(); return false })
}

// every calls check after the grace and then in each period, until it returns false or Stop is called.
func (w *Inactivity) every(grace, period time.Duration, check func() bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(grace, func() {
		if w.isStopped() || !check() {
			return
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if !w.stopped {
			timer.Reset(period)
		}
	})
	w.timers = append(w.timers, timer)
}

// isStopped tells whether Stop was called.
func (w *Inactivity) isStopped() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stopped
}

// Stop ends the watch.
func (w *Inactivity) Stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	for _, t := range w.timers {
		t.Stop()
	}
}

// stack returns the stack of a goroutine that panics.
func stack() string { return string(debug.Stack()) }
