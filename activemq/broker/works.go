package broker

import "sync"

// works are the goroutines that the broker starts when there is work for them, and that end with it.
type works struct {
	wait sync.WaitGroup

	mu     sync.Mutex
	closed bool
}

// start runs f on a goroutine of its own, unless close was called.
func (w *works) start(f func()) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	w.wait.Go(f)
	return true
}

// close waits for all that runs. Nothing is started after it.
func (w *works) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.wait.Wait()
}
