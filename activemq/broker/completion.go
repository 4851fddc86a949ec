package broker

import (
	"sync/atomic"

	"goactivemq/activemq/store"
)

// shared returns a completion to be given to n operations of a store that calls whenDone once, when the last of them has ended, with
// the first error of them. It is nil when nobody waits or there is nothing to wait for.
func shared(n int, whenDone store.Completion) store.Completion {
	if whenDone == nil || n <= 1 {
		return whenDone
	}
	var left atomic.Int64
	var failure atomic.Pointer[error]
	left.Store(int64(n))
	return func(err error) {
		if err != nil {
			failure.CompareAndSwap(nil, &err)
		}
		if left.Add(-1) > 0 {
			return
		}
		if p := failure.Load(); p != nil {
			whenDone(*p)
			return
		}
		whenDone(nil)
	}
}

// orNobody returns whenDone, and for nil one that does nothing.
func orNobody(whenDone store.Completion) store.Completion {
	if whenDone == nil {
		return func(error) {}
	}
	return whenDone
}

// rendezvous runs f once two have arrived, on the goroutine of the second. It is for completions that may come from within
// the call that they were given to, while that call's caller holds a lock which f needs.
type rendezvous struct {
	arrived atomic.Int32
	f       func()
}

// newRendezvous makes one.
func newRendezvous(f func()) *rendezvous { return &rendezvous{f: f} }

// arrive is called by each of the two, once.
func (r *rendezvous) arrive() {
	if r.arrived.Add(1) == 2 {
		r.f()
	}
}
