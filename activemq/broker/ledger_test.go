package broker_test

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
)

// fate is what became of a message in one place: a queue or a durable subscription.
type fate struct {
	mayBeGone bool // not confirmed, or perhaps acknowledged
	confirmed bool
	delivered bool      // to somebody who may have passed it on
	attempted bool      // an acknowledgement was sent
	acked     bool      // and confirmed
	never     bool      // rolled back by its sender
	holder    *consumer // has it now
}

// ledger knows the fate of all messages in one run of the broker.
type ledger struct {
	f       *fixture
	n       int // of the run
	workers sync.WaitGroup
	ending  atomic.Bool

	mu sync.Mutex
	// mu guards what follows.
	fates map[string]*fate // by place and name
}

// newLedger makes the ledger of a run that follows another one, of which everything that was done has reached the store.
func newLedger(f *fixture, before *ledger) *ledger {
	l := &ledger{f: f, fates: map[string]*fate{}}
	if before != nil {
		l.n = before.n + 1
		for key, old := range before.fates {
			l.fates[key] = old.next()
		}
	}
	return l
}

// next is the fate that a message has in the next run.
func (o *fate) next() *fate {
	return &fate{
		confirmed: o.confirmed, delivered: o.delivered, acked: o.acked, never: o.never,
		mayBeGone: o.mayBeGone || !o.confirmed || o.attempted && !o.acked,
	}
}

// of returns the fate of a message.
func (l *ledger) of(place, name string) *fate {
	key := place + "/" + name
	if l.fates[key] == nil {
		l.fates[key] = &fate{}
	}
	return l.fates[key]
}

// note changes the fate of a message.
func (l *ledger) note(place, name string, change func(*fate)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(l.of(place, name))
}

// killed copies the store's files while everything runs, starts a broker over the copy, and returns the ledger of its run: what
// was done before the copy began counts, what was done before it ended may count.
func (l *ledger) killed(random *rand.Rand) *ledger {
	go l.run(random.Uint64(), 100+l.n)
	for range random.IntN(200) {
		runtime.Gosched()
	}
	next := &ledger{f: l.f, n: l.n + 1, fates: map[string]*fate{}}
	l.mu.Lock()
	for key, old := range l.fates {
		next.fates[key] = old.next()
	}
	l.mu.Unlock()
	left := l.f.fs.Copy()
	l.mu.Lock()
	for key, old := range l.fates {
		n := next.fates[key]
		if n == nil {
			n = &fate{mayBeGone: true, never: old.never}
			next.fates[key] = n
		}
		n.mayBeGone = n.mayBeGone || old.attempted && !n.acked
		n.never = n.never || old.never
	}
	l.mu.Unlock()
	l.stop()
	l.f.stop()
	l.f.fs = left
	l.f.start()
	return next
}

// stop has the workers end, and waits for them.
func (l *ledger) stop() {
	l.ending.Store(true)
	l.workers.Wait()
}

// noteAll changes the fates of several messages in several places.
func (l *ledger) noteAll(places, names []string, change func(*fate)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, place := range places {
		for _, name := range names {
			change(l.of(place, name))
		}
	}
}
