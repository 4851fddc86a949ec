package mqtt

import (
	"sync"
	"sync/atomic"
	"time"
)

// keepalive ends a connection whose client does not say anything for too long, by one timer. It is protocols.Inactivity for clients that expect
// nothing to be said to them, of which there may be very many.
type keepalive struct {
	heard atomic.Int64 // when something was heard last, since epoch
	busy  atomic.Bool  // what was heard is being worked on, and nothing more is read

	mu sync.Mutex
	// mu guards what follows.
	timer   *time.Timer
	stopped bool
}

// epoch is when times began.
var epoch = time.Now()

// hear notes that something was heard.
func (k *keepalive) hear() { k.heard.Store(int64(time.Since(epoch))) }

// watch calls silent once when nothing was heard for a whole period. It takes the place of an earlier watch; a period of 0 only ends that.
func (k *keepalive) watch(period time.Duration, silent func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.timer != nil {
		k.timer.Stop()
		k.timer = nil
	}
	if period <= 0 || k.stopped {
		return
	}
	k.hear()
	var timer *time.Timer
	timer = time.AfterFunc(period, func() {
		rest := period - (time.Since(epoch) - time.Duration(k.heard.Load()))
		if k.busy.Load() {
			rest = period // a producer may have to wait for room
		}
		if rest <= 0 {
			silent()
			return
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.timer == timer && !k.stopped {
			timer.Reset(rest)
		}
	})
	k.timer = timer
}

// stop ends the watch.
func (k *keepalive) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stopped = true
	if k.timer != nil {
		k.timer.Stop()
	}
}
