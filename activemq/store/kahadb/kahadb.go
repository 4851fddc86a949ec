// Package kahadb keeps messages in Apache ActiveMQ's KahaDB journal, byte for byte, so that either broker can take the directory over from the
// other. The journal is the truth: everything else is made from it.
//
// # The files
//
//	directory.go                      the lock, the journal's files and its end
//	format.go record.go protobuf.go   what stands in a journal file; dump.go prints it
//	journal.go files.go               the appender: group commit; the journal's files
//	index.go page.go intervals.go     a destination's run of entries, in pages of the index file
//	checkpoint.go meta.go             what the index is true for, on the disk
//	tail.go scan.go recover.go        Open: where the journal ends, which index to believe
//	replay.go sweep.go unfinished.go  the journal, read from where the index ends
//	cleanup.go guards.go compact.go   which journal files may go; explain.go tells why the others stay
//	outcomes.go                       of transactions over several stores (mKahaDB)
//	addition.go removal.go read.go    messages in, out, and read back
//	queue.go topic.go transaction.go delivering.go   the contract of package store
//
// # What happens to an addition
//
// Append encodes the record on the caller's goroutine and queues it. The appender takes all that has gathered, writes it as one batch, syncs
// once, and enters the batch into the index. Until then the message is served from memory; a message that is consumed before the
// appender got to it is never written.
//
// # Two locks
//
// Store.mu guards the index: destinations, subscriptions, pages, counts. Pages that were put out of memory are read under it.
// journal.mu guards the queue, and may be taken under Store.mu. Neither is held during a write or sync of the journal, while
// messages are read, or while a completion is called.
package kahadb

import (
	"errors"
	"sync"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Store is an open KahaDB directory. It implements store.Store.
type Store struct {
	directory

	prepared []store.Prepared

	stop      chan struct{}
	running   sync.WaitGroup
	checking  sync.Mutex // one checkpoint or cleanup at a time; taken before mu
	saved     position   // index.end at the last checkpoint; under checking
	wasClosed bool       // the last checkpoint was that of Close; under checking
	inVain    int        // cleanups since one removed a file; under checking
	closeOnce sync.Once
	closed    error

	failed     chan struct{}
	failedOnce sync.Once
	failure    error // set before failed is closed

	mu           sync.Mutex // guards the index: what follows, and logs, subscriptions and pages
	pages        *pages
	logs         map[message.Destination]*log
	lastNumber   uint32
	live         map[int32]int             // entries by the file of their record
	acks         guards                    // files with acks, and those with the messages
	guards       guards                    // files with updates, outcomes of transactions, and ends of subscriptions and destinations, and those with what they are about
	transactions map[*transaction]struct{} // with records in the journal and not finished
	loose        map[*addition]struct{}    // written, neither admitted nor in a transaction
	unwritten    int                       // subscriptions whose record was not written yet
	end          position                  // the index has all records before it
	changed      bool                      // since the last checkpoint
	used         int64                     // bytes of the index file at the last checkpoint
}

// Open opens the store in a directory, which is made when it is missing. It returns an error that is store.ErrLocked while another
// broker, of either kind, has it, and a *store.Corruption where the journal is damaged in a way that the options do not allow
// for. It waits until the store is recovered.
func Open(o Options) (*Store, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	if o.Codec == nil {
		return nil, errors.New("kahadb: no codec")
	}
	s := &Store{
		directory: directory{options: o, fs: o.FS},
		stop:      make(chan struct{}), failed: make(chan struct{}),
		transactions: map[*transaction]struct{}{}, loose: map[*addition]struct{}{},
	}
	s.reset()
	if err := s.acquire(); err != nil {
		return nil, err
	}
	if err := s.recover(); err != nil {
		return nil, errors.Join(err, s.release())
	}
	if s.lock != nil && o.LockKeepAlive > 0 {
		s.lock.Watch(o.LockKeepAlive, s.fail)
	}
	s.running.Add(1)
	go s.housekeep()
	return s, nil
}

// reset empties the index.
func (s *Store) reset() {
	s.logs, s.lastNumber = map[message.Destination]*log{}, 0
	s.live, s.acks, s.guards = map[int32]int{}, guards{}, guards{}
	s.end, s.changed = 0, true
}

// release gives everything back that Open took.
func (s *Store) release() error {
	var err error
	if s.pages != nil {
		err = s.pages.file.Close()
	}
	return errors.Join(err, s.directory.release())
}

// Close writes what is queued, makes a last checkpoint, and closes the store.
func (s *Store) Close() error {
	s.closeOnce.Do(func() { s.closed = s.close() })
	return s.closed
}

func (s *Store) close() error {
	close(s.stop)
	s.running.Wait()
	var err error
	if s.Err() == nil && s.options.CleanupOnStop {
		err = s.Cleanup()
	}
	if s.Err() == nil {
		err = errors.Join(err, s.markClosed())
	}
	err = errors.Join(err, s.journal.close())
	if s.Err() == nil {
		err = errors.Join(err, s.checkpoint(true))
	}
	return errors.Join(err, s.release())
}

// Failed is closed when a write or sync failed. From then on all operations complete with Err: the store is to be closed, and what it says
// about messages is not to be relied on.
func (s *Store) Failed() <-chan struct{} { return s.failed }

// Err returns why the store failed, nil while it has not.
func (s *Store) Err() error {
	select {
	case <-s.failed:
		return s.failure
	default:
		return nil
	}
}

// Fail ends the store's work for a reason that lies outside of it: the lock that keeps other brokers away is lost.
func (s *Store) Fail(err error) { s.fail(err) }

// fail ends the store's work after an index that cannot be read or written. It may be called with or without the store's lock.
func (s *Store) fail(err error) { s.journal.check(err) }

// broken records the first failure, for the journal.
func (s *Store) broken(err error) {
	s.failedOnce.Do(func() {
		s.failure = err
		s.options.Log.Error("kahadb store failed", "directory", s.options.Directory, "error", err)
		close(s.failed)
		if s.options.OnFailure != nil {
			s.options.OnFailure(err)
		}
	})
}

// Destinations lists the destinations that the store knows.
func (s *Store) Destinations() []message.Destination {
	s.mu.Lock()
	defer s.mu.Unlock()
	ds := make([]message.Destination, 0, len(s.logs))
	for d := range s.logs {
		ds = append(ds, d)
	}
	return ds
}

// Prepared returns the XA transactions found prepared at Open.
func (s *Store) Prepared() []store.Prepared { return s.prepared }

// Throttle blocks while more than 8 MB wait to be written.
func (s *Store) Throttle() { s.journal.throttle() }

// Usage returns the bytes of the journal and of the index. The current file counts as far as it is written.
func (s *Store) Usage() int64 {
	s.journal.mu.Lock()
	end := s.journal.end
	s.journal.mu.Unlock()
	s.mu.Lock()
	used := s.used
	s.mu.Unlock()
	return s.files.bytes(end.file()) + end.offset() + used
}

// log returns the log of a destination, which is made when the store does not know it. The caller has the lock.
func (s *Store) log(d message.Destination) *log {
	l := s.logs[d]
	if l == nil {
		s.lastNumber++
		l = s.addLog(d, s.lastNumber)
		s.changed = true
	}
	return l
}

func (s *Store) addLog(d message.Destination, number uint32) *log {
	l := &log{store: s, number: number, destination: d, next: 1}
	l.field = appendBytesField(nil, 2, appendDestination(nil, d))
	s.logs[d] = l
	return l
}

// OpenQueue returns the queue of that name.
func (s *Store) OpenQueue(d message.Destination) (store.Queue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &queue{s.log(d)}, nil
}

// OpenTopic returns the topic of that name.
func (s *Store) OpenTopic(d message.Destination) (store.Topic, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &topic{s.log(d)}, nil
}

// Begin opens a transaction. Nothing is written for one without operations.
func (s *Store) Begin(id *message.TransactionID) store.Transaction {
	return newTransaction(s, id)
}

// forget counts an entry of a file as gone.
func (s *Store) forget(file int32) {
	if s.live[file]--; s.live[file] == 0 {
		delete(s.live, file)
	}
}

// guard makes file outlive another one.
func (s *Store) guard(file, other int32) {
	if s.guards.add(file, other) {
		s.changed = true
	}
}

// guardAck is guard for a file with an ack and that with the message.
func (s *Store) guardAck(file, other int32) {
	if s.acks.add(file, other) {
		s.changed = true
	}
}

// applied enters a batch that was written into the index, which then is true up to end.
func (s *Store) applied(batch []*write, end position) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range batch {
		if w.effect != nil {
			w.effect.written(w.position)
		}
	}
	s.end = end
}

// RemoveDestination drops a destination. The record is synced whatever the store's strategy.
func (s *Store) RemoveDestination(d message.Destination, done store.Completion) {
	w := &destinationRemoval{store: s}
	w.encode(cmdRemoveDestination, func(b []byte) []byte {
		return appendBytesField(b, 1, appendDestination(nil, d))
	})
	w.sync, w.done, w.effect = true, done, w
	s.mu.Lock()
	l := s.logs[d]
	if l == nil {
		s.mu.Unlock()
		w.complete(nil)
		return
	}
	err := s.dropLog(l, &w.files)
	if err == nil {
		err = s.journal.append(&w.write)
	}
	s.mu.Unlock()
	w.refuse(err)
}

// dropLog takes a destination out of the index and notes the files that the record about it must outlive.
func (s *Store) dropLog(l *log, files *fileSet) error {
	err := l.each(0, func(_ int64, e *entry) (bool, error) {
		files.add(e.position.file())
		return true, nil
	})
	for _, sub := range l.subscriptions {
		for _, p := range sub.records {
			files.add(p.file())
		}
	}
	delete(s.logs, l.destination)
	l.removed = true
	return errors.Join(err, l.clear())
}

// destinationRemoval is the record about a destination that was removed.
type destinationRemoval struct {
	write
	store *Store
	files fileSet
}

func (r *destinationRemoval) written(p position) {
	for _, f := range r.files {
		r.store.guard(p.file(), f)
	}
}

// fileSet is a small set of file numbers.
type fileSet []int32

func (s *fileSet) add(file int32) {
	for i := len(*s) - 1; i >= 0; i-- {
		if (*s)[i] == file {
			return
		}
	}
	*s = append(*s, file)
}
