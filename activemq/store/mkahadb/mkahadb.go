// Package mkahadb spreads destinations over several KahaDB stores, as Apache ActiveMQ's <mKahaDB> does and in the same layout, so that either
// broker can take the directory over from the other:
//
//	DIRECTORY/lock                       keeps other brokers away from all of it
//	DIRECTORY/queue#3a#2f#2fBIG.#3e/     a store, named for its filter: queue://BIG.>
//	DIRECTORY/topic#3a#2f#2fNEWS/        a store of perDestination="true", named for its destination
//	DIRECTORY/txStore/                   outcomes of transactions over several stores
//
// # Transactions
//
// Every transaction is an XA transaction in the stores, so that it can be prepared there: a local one gets the format LocalFormat, the
// connection's id as its global id and its number as its branch. One that touched a single store is committed there and that is all.
// One that touched several is prepared in each; then its outcome is written to txStore, and with that it is committed; then each store
// commits. At Open what was prepared and is decided is committed, and local transactions that are not decided are rolled back.
//
// # Files
//
//	mkahadb.go       Open, Close, the contract of package store
//	filter.go        which store a destination belongs to
//	part.go          one store of several
//	queue.go         queues, topics and subscriptions, which know their part
//	transaction.go   transactions over several parts
//	prepared.go      what Open finds prepared
package mkahadb

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/filelock"
	"goactivemq/activemq/store/kahadb"
	"goactivemq/activemq/vfs"
)

// LocalFormat is the format id of local transactions in the stores.
const LocalFormat = 61616

// retirePeriod is how often stores are looked for that hold nothing any more.
const retirePeriod = 30 * time.Second

// outcomesName is the folder of the journal of outcomes.
const outcomesName = "txStore"

// Options are what the stores are opened with.
type Options struct {
	Directory string
	FS        vfs.FS       // the operating system's
	Log       *slog.Logger // slog.Default

	Filters []Filter // at least one

	// Outcomes are the options of txStore; its directory is not looked at.
	Outcomes kahadb.Options

	Unlocked      bool          // leave the lock alone
	LockKeepAlive time.Duration // 0: never

	// Now is the clock; nil: the system's.
	Now func() time.Time
}

// Store is several KahaDB stores in the shape of one. It implements store.Store.
type Store struct {
	options  Options
	fs       vfs.FS
	lock     *filelock.Lock // nil: without one
	outcomes *kahadb.Outcomes
	prepared []store.Prepared

	closeOnce sync.Once
	closed    error

	failed     chan struct{}
	failedOnce sync.Once
	failure    error // set before failed is closed

	stop    chan struct{}
	running sync.WaitGroup

	parts atomic.Pointer[[]*part] // that are open; replaced under mu

	mu sync.Mutex                    // guards what follows, and is held while a store is opened or retired
	of map[message.Destination]*part // where destinations are
}

// Open opens all stores that there are. It returns an error that is store.ErrLocked while another broker has them.
func Open(o Options) (*Store, error) {
	if o.FS == nil {
		o.FS = vfs.OS{}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Store{options: o, fs: o.FS, failed: make(chan struct{}), stop: make(chan struct{}), of: map[message.Destination]*part{}}
	s.parts.Store(&[]*part{})
	if err := s.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("mkahadb: %w", err), s.Close())
	}
	s.running.Go(s.housekeep)
	return s, nil
}

func (s *Store) open() error {
	if err := completeFilters(s.options.Filters, s.options.Directory); err != nil {
		return err
	}
	if !s.options.Unlocked {
		var err error
		if s.lock, err = filelock.Open(s.fs, s.options.Directory, s.options.Now()); err != nil {
			return err
		}
	}
	o := s.options.Outcomes
	o.Directory, o.FS, o.Log, o.OnFailure, o.Unlocked = filepath.Join(s.options.Directory, outcomesName), s.fs, s.options.Log, s.fail, true
	var err error
	if s.outcomes, err = kahadb.OpenOutcomes(o); err != nil {
		return err
	}
	if err := s.openParts(); err != nil {
		return err
	}
	if err := s.resolve(); err != nil {
		return err
	}
	if s.lock != nil && s.options.LockKeepAlive > 0 {
		s.lock.Watch(s.options.LockKeepAlive, s.lost)
	}
	return nil
}

// openParts opens the stores of filters, and those that were made for destinations.
func (s *Store) openParts() error {
	for i := range s.options.Filters {
		f := &s.options.Filters[i]
		if f.PerDestination {
			continue
		}
		if _, err := s.openPart(f, f.name()); err != nil {
			return err
		}
	}
	for i := range s.options.Filters {
		f := &s.options.Filters[i]
		if !f.PerDestination {
			continue
		}
		names, err := s.fs.Folders(f.Directory)
		if err != nil {
			return err
		}
		for _, name := range names {
			// The folder of another filter is among them, and is open already: the original opens it twice.
			if !isDestinationFolder(name) || s.part(filepath.Join(f.Directory, name)) != nil {
				continue
			}
			there, err := kahadb.HasJournal(s.fs, filepath.Join(f.Directory, name))
			if err == nil && there {
				_, err = s.openPart(f, name)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// housekeep retires stores that were made for destinations that are gone.
func (s *Store) housekeep() {
	t := time.NewTicker(retirePeriod)
	defer t.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-t.C:
		}
		if err := s.retireIdle(); err != nil {
			s.options.Log.Error("mkahadb housekeeping", "directory", s.options.Directory, "error", err)
		}
	}
}

// Destinations lists what the stores know.
func (s *Store) Destinations() []message.Destination {
	var all []message.Destination
	for _, p := range *s.parts.Load() {
		all = append(all, p.Destinations()...)
	}
	return all
}

// OpenQueue opens a queue in the store that it belongs to.
func (s *Store) OpenQueue(d message.Destination) (store.Queue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.partFor(d)
	if err != nil {
		return nil, err
	}
	q, err := p.OpenQueue(d)
	if err != nil {
		return nil, err
	}
	return &queue{q, p}, nil
}

// OpenTopic opens a topic in the store that it belongs to.
func (s *Store) OpenTopic(d message.Destination) (store.Topic, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.partFor(d)
	if err != nil {
		return nil, err
	}
	t, err := p.OpenTopic(d)
	if err != nil {
		return nil, err
	}
	return &topic{t, p}, nil
}

// RemoveDestination drops a destination. A store that was made for it goes a little later.
func (s *Store) RemoveDestination(d message.Destination, done store.Completion) {
	s.mu.Lock()
	p := s.of[d]
	s.mu.Unlock()
	if p == nil {
		complete(done, nil)
		return
	}
	p.RemoveDestination(d, done)
}

// Prepared returns the XA transactions found prepared at Open, local ones left out.
func (s *Store) Prepared() []store.Prepared { return s.prepared }

// Throttle blocks while any of the stores has too much to write.
func (s *Store) Throttle() {
	for _, p := range *s.parts.Load() {
		p.Throttle()
	}
}

// Usage returns the bytes of all stores.
func (s *Store) Usage() int64 {
	sum := s.outcomes.Usage()
	for _, p := range *s.parts.Load() {
		sum += p.Usage()
	}
	return sum
}

// Failed is closed when one of the stores failed: all are to be closed then.
func (s *Store) Failed() <-chan struct{} { return s.failed }

// Err returns why a store failed, nil while none has.
func (s *Store) Err() error {
	select {
	case <-s.failed:
		return s.failure
	default:
		return nil
	}
}

func (s *Store) fail(err error) {
	s.failedOnce.Do(func() {
		s.failure = err
		close(s.failed)
	})
}

// lost has every store fail, so that nothing more is written where another broker may be at work.
func (s *Store) lost(err error) {
	s.fail(err)
	for _, p := range *s.parts.Load() {
		p.Fail(err)
	}
	s.outcomes.Fail(err)
}

// Close closes all stores, and removes those that were made for destinations and hold none any more.
func (s *Store) Close() error {
	s.closeOnce.Do(func() { s.closed = s.close() })
	return s.closed
}

func (s *Store) close() error {
	close(s.stop)
	s.running.Wait()
	var err error
	for _, p := range *s.parts.Load() {
		err = errors.Join(err, s.closePart(p))
	}
	if s.outcomes != nil {
		err = errors.Join(err, s.outcomes.Close())
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}
