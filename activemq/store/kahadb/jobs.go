package kahadb

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// jobsIndex are the files of the index that the original keeps beside the scheduler's journal. As with messages, we neither read nor leave it.
var jobsIndex = [...]string{"scheduleDB.data", "scheduleDB.redo", "scheduleDB.free"}

// Jobs keeps scheduled messages in the original's job scheduler store: a directory like a message store's, of which the journal is all
// that we use. It is read from its beginning at each start. What is in memory of a job is where its record lies and when it is due.
//
// A job's record is removed with its file. Files go in their order, oldest first, so that whatever tells of a job's end or of its next
// time is there as long as the job's addition is; a job that keeps an old file alive is added once more, at the end.
type Jobs struct {
	directory
	found []*store.Job

	stop      chan struct{}
	running   sync.WaitGroup
	cleaning  sync.Mutex // one cleanup at a time; taken before mu
	closeOnce sync.Once
	closed    error

	failed     chan struct{}
	failedOnce sync.Once

	mu sync.Mutex
	// mu guards what follows, and the fields of kept.
	jobs    map[*kept]struct{}
	live    map[int32]int // jobs by the file of their addition
	bytes   int64         // of the records in live
	end     position      // all before it was applied
	foreign bool          // there are jobs of another scheduler, which are not ours to drop
}

// kept is what is known of a job: the store's ticket.
type kept struct {
	position position // of its addition; 0: not written yet
	length   int32
	payload  []byte // its message, until it is written
	next     int64
	repeat   int32
	removed  bool
}

// OpenJobs opens the job scheduler store in a directory, as Open does with a message store. Of the options it takes those for the journal.
func OpenJobs(o Options) (*Jobs, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	s := &Jobs{
		directory: directory{options: o, fs: o.FS},
		stop:      make(chan struct{}), failed: make(chan struct{}),
		jobs: map[*kept]struct{}{}, live: map[int32]int{},
	}
	if err := s.acquire(); err != nil {
		return nil, err
	}
	if err := s.recover(); err != nil {
		return nil, errors.Join(err, s.release())
	}
	s.running.Add(1)
	go s.housekeep()
	return s, nil
}

// applied enters a batch that was written.
func (s *Jobs) applied(batch []*write, end position) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range batch {
		if w.effect != nil {
			w.effect.written(w.position)
		}
	}
	s.end = end
}

// broken takes note of the first failure of the journal, after which nothing more is written.
func (s *Jobs) broken(err error) {
	s.failedOnce.Do(func() {
		s.options.Log.Error("the job scheduler store failed", "directory", s.options.Directory, "error", err)
		close(s.failed)
	})
}

// Failed is closed when a write or sync failed, as with Store.
func (s *Jobs) Failed() <-chan struct{} { return s.failed }

// Err returns why the store failed, nil while it has not.
func (s *Jobs) Err() error {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return s.journal.err
}

// Found returns the jobs of earlier runs.
func (s *Jobs) Found() []*store.Job { return s.found }

// Usage returns the bytes of the journal. The current file counts as far as it is written.
func (s *Jobs) Usage() int64 {
	s.mu.Lock()
	end := s.end
	s.mu.Unlock()
	return s.files.bytes(end.file()) + end.offset()
}

// Close writes what is queued and closes the store.
func (s *Jobs) Close() error {
	s.closeOnce.Do(func() {
		close(s.stop)
		s.running.Wait()
		if s.Err() == nil && s.options.CleanupOnStop {
			s.closed = s.Cleanup()
		}
		s.closed = errors.Join(s.closed, s.journal.close(), s.release())
	})
	return s.closed
}

// jobWrite is a record of the scheduler's journal on its way, or several that are to be written together.
type jobWrite struct {
	write
	then func(p position) // what follows from its being written; may be nil
}

func (w *jobWrite) written(p position) {
	if w.then != nil {
		w.then(p)
	}
}

// newWrite returns a write of what records appends.
func newWrite(done store.Completion, records func([]byte) []byte) *jobWrite {
	w := &jobWrite{}
	w.buffer = getBuffer()
	*w.buffer = records((*w.buffer)[:0])
	w.record, w.done, w.effect = *w.buffer, done, w
	return w
}

// Add keeps a new job.
func (s *Jobs) Add(j *store.Job, m *message.Message, done store.Completion) {
	payload, err := s.options.Codec.AppendMessage(nil, m)
	if err == nil && len(payload) > recordMax-64<<10 {
		err = fmt.Errorf("a message of %d bytes, want at most %d", len(payload), recordMax-64<<10)
	}
	if err != nil {
		complete(done, fmt.Errorf("kahadb: job %s: %w", j.ID, err))
		return
	}
	k := &kept{payload: payload, next: j.Next, repeat: j.Repeat}
	j.Ticket = k
	w := newWrite(done, func(b []byte) []byte { return appendJob(b, j, payload) })
	length := len(w.record)
	w.then = func(p position) { s.place(k, p, length) }
	s.append(w)
}

// append hands a write to the journal, which then completes it.
func (s *Jobs) append(w *jobWrite) {
	s.mu.Lock()
	err := s.journal.append(&w.write)
	s.mu.Unlock()
	w.refuse(err)
}

// complete calls a completion that may be nil.
func complete(done store.Completion, err error) {
	if done != nil {
		done(err)
	}
}

// place notes where a job's addition lies now. The caller has the lock.
func (s *Jobs) place(k *kept, p position, length int) {
	if k.removed {
		return
	}
	s.displace(k)
	k.position, k.length, k.payload = p, int32(length), nil
	s.jobs[k] = struct{}{}
	s.live[p.file()]++
	s.bytes += int64(length)
}

// displace forgets where a job's addition lies. The caller has the lock.
func (s *Jobs) displace(k *kept) {
	if k.position == 0 {
		return
	}
	if s.live[k.position.file()]--; s.live[k.position.file()] == 0 {
		delete(s.live, k.position.file())
	}
	s.bytes -= int64(k.length)
	delete(s.jobs, k)
	k.position = 0
}

// Load reads the message of a job.
func (s *Jobs) Load(j *store.Job) (*message.Message, error) {
	payload, err := s.payload(j.Ticket.(*kept))
	var m *message.Message
	if err == nil {
		m, err = s.options.Codec.Message(payload)
	}
	if err != nil {
		return nil, fmt.Errorf("kahadb: job %s: %w", j.ID, err)
	}
	return m, nil
}

// payload returns a job's message as its record has it.
func (s *Jobs) payload(k *kept) ([]byte, error) {
	s.mu.Lock()
	payload, p, n := k.payload, k.position, k.length
	s.mu.Unlock()
	if payload != nil {
		return payload, nil
	}
	r, err := s.readJob(p, n)
	if err != nil {
		err = fmt.Errorf("at %v: %w", p, err)
	}
	return r.payload, err
}

// readJob reads the record of an addition, into memory of its own.
func (s *Jobs) readJob(p position, length int32) (jobRecord, error) {
	if p == 0 {
		return jobRecord{}, errors.New("it is not in the store any more")
	}
	b := make([]byte, length)
	if err := s.files.read(b, p); err != nil {
		return jobRecord{}, err
	}
	if recordSize(b) != len(b) {
		return jobRecord{}, errors.New("invalid record size or type")
	}
	r, err := decodeJobRecord(b[recordHead:])
	if err == nil && r.command != cmdAddJob {
		err = fmt.Errorf("%v where a job should be", r.command)
	}
	return r, err
}

// Reschedule notes that a job came and is due again, and adds child in the same write.
func (s *Jobs) Reschedule(j *store.Job, was int64, child *store.Job, done store.Completion) {
	k := j.Ticket.(*kept)
	var w *jobWrite
	if child == nil {
		w = newWrite(done, func(b []byte) []byte { return appendReschedule(b, j, was) })
	} else {
		payload, err := s.payload(k)
		if err != nil {
			complete(done, fmt.Errorf("kahadb: job %s: %w", j.ID, err))
			return
		}
		born := &kept{payload: payload, next: child.Next, repeat: child.Repeat}
		child.Ticket = born
		length := 0
		w = newWrite(done, func(b []byte) []byte {
			b = appendJob(b, child, payload)
			length = len(b)
			return appendReschedule(b, j, was)
		})
		w.then = func(p position) { s.place(born, p, length) }
	}
	s.mu.Lock()
	k.next, k.repeat = j.Next, j.Repeat
	err := s.journal.append(&w.write)
	s.mu.Unlock()
	w.refuse(err)
}

// Remove drops a job.
func (s *Jobs) Remove(j *store.Job, done store.Completion) {
	k := j.Ticket.(*kept)
	s.mu.Lock()
	w := newWrite(done, func(b []byte) []byte { return appendJobRemoval(b, j.ID, k.next) })
	k.removed = true
	w.then = func(position) { s.displace(k) }
	err := s.journal.append(&w.write)
	s.mu.Unlock()
	w.refuse(err)
}

// sortFound puts jobs into the order in which they were added.
func sortFound(jobs []*store.Job) {
	slices.SortFunc(jobs, func(a, b *store.Job) int {
		return int(min(max(a.Ticket.(*kept).position-b.Ticket.(*kept).position, -1), 1))
	})
}
