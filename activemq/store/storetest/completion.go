package storetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"goactivemq/activemq/store"
)

// patience bounds every wait; only a store that hangs makes a test wait that long.
const patience = 60 * time.Second

// operation is a journalled operation that somebody waits for.
type operation struct {
	what  string
	calls atomic.Int32
	ended chan struct{} // closed by the first call
	err   error         // of the first call
}

// complete is the operation's store.Completion.
func (o *operation) complete(err error) {
	if o.calls.Add(1) == 1 {
		o.err = err
		close(o.ended)
	}
}

// succeeded tells whether the operation has completed without error.
func (o *operation) succeeded() bool {
	select {
	case <-o.ended:
		return o.err == nil
	default:
		return false
	}
}

// wait waits until the operation has ended, which it must without error before the limit.
func (o *operation) wait(t *testing.T, limit <-chan time.Time) {
	t.Helper()
	select {
	case <-o.ended:
		if o.err != nil {
			t.Fatalf("%s: %v", o.what, o.err)
		}
	case <-limit:
		t.Fatalf("%s: not completed after %v", o.what, patience)
	}
}

// ledger has the operations of a test.
type ledger struct {
	mu         sync.Mutex
	running    []*operation // those that settle has not seen end
	operations []*operation
}

// operation returns a new operation and its completion.
func (l *ledger) operation(what string) *operation {
	o := &operation{what: what, ended: make(chan struct{})}
	l.mu.Lock()
	l.running, l.operations = append(l.running, o), append(l.operations, o)
	l.mu.Unlock()
	return o
}

// done returns the completion of a new operation.
func (l *ledger) done(what string) store.Completion { return l.operation(what).complete }

// settle waits until all operations have ended, which they must without error.
func (l *ledger) settle(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	running := l.running
	l.running = nil
	l.mu.Unlock()

	limit := time.NewTimer(patience)
	defer limit.Stop()
	for _, o := range running {
		o.wait(t, limit.C)
	}
}

// abandon gives up waiting for what runs: the store was killed.
func (l *ledger) abandon() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running = nil
}

// verify tells which completions came more than once.
func (l *ledger) verify(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range l.operations {
		if n := o.calls.Load(); n > 1 {
			t.Errorf("%s: completed %d times", o.what, n)
		}
	}
}
