package kahadb

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"goactivemq/activemq/store"
)

// write is a record on its way to the journal. What becomes of the store when it got there is its effect.
type write struct {
	record  []byte  // all of it, head included; nil: nothing to write, a place in the order only
	buffer  *[]byte // where the record lies, for the pool
	done    store.Completion
	sync    bool // is to be synced whatever the store's strategy is
	patient bool // may wait for patienceMax although somebody waits for it
	after   bool // means nothing unless all before it is on the disk: the outcome of a transaction
	effect  effect

	position position // from sealing on

	sealed, cancelled bool // under journal.mu
}

// effect is told that its record was written. It is called under the store's lock, in the order of the journal.
type effect interface {
	written(p position)
}

// riderDelay is how long a record that nobody waits for may stay unwritten; riderBytes is how much of such may gather.
const (
	riderDelay = 10 * time.Millisecond
	riderBytes = 256 << 10
)

// queueKept is how much may be queued before producers are held back.
const queueKept = 8 << 20

// journal appends records. Callers hand them over with append; one goroutine, run, makes batches of what has gathered, writes and syncs them,
// applies their effects and calls the completions. While it writes, the next batch gathers: the more callers wait, the fewer
// syncs there are for each.
type journal struct {
	files    *files
	options  *Options
	apply    func(batch []*write, end position)
	fail     func(error)
	wake     chan struct{}
	finished chan struct{} // closed when run returns

	// Owned by run.
	current  *dataFile
	offset   int64 // where the next batch goes
	buffer   []byte
	batch    []*write
	unsynced bool

	mu      sync.Mutex // guards what follows, and writes' flags
	queue   []*write
	writing []*write    // sealed, and not applied
	bytes   int         // in the queue
	room    *sync.Cond  // told when bytes falls below queueKept, and when nothing more is written
	awake   bool        // wake holds a token
	timer   *time.Timer // ends a wait for cancellations, for company, or with riders only
	armed   bool
	soon    bool // the timer runs for writes that somebody waits for
	waiters int  // writes in the queue that somebody waits for
	company int  // those of the batch before: about as many will come before the next sync, and are waited for
	closing bool
	err     error
	end     position // written up to here
}

func newJournal(f *files, o *Options, apply func([]*write, position), fail func(error)) *journal {
	j := &journal{files: f, options: o, apply: apply, fail: fail, wake: make(chan struct{}, 1), finished: make(chan struct{})}
	j.room = sync.NewCond(&j.mu)
	j.timer = time.AfterFunc(time.Hour, j.kick)
	j.timer.Stop()
	return j
}

// append puts w at the end of the queue. On an error the caller has to complete w, without a lock. The record must not be
// empty unless w is a mere place in the order.
func (j *journal) append(w *write) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.err != nil:
		return j.err
	case j.closing:
		return store.ErrClosed
	}
	j.queue = append(j.queue, w)
	j.bytes += len(w.record)
	if w.done != nil {
		j.waiters++
	}
	switch {
	case j.awake:
	case w.done != nil && !w.patient && (j.waiters >= j.company || j.options.Sync != Always) || j.bytes >= riderBytes:
		j.awake = true
		j.wake <- struct{}{}
	case w.done != nil && !j.soon:
		j.armed, j.soon = true, true
		j.timer.Reset(j.pause())
	case !j.armed:
		j.armed = true
		j.timer.Reset(riderDelay)
	}
	return nil
}

// throttle returns when there is room in the queue, or nothing more to be expected.
func (j *journal) throttle() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for j.bytes >= queueKept && j.err == nil && !j.closing {
		j.room.Wait()
	}
}

// cancel takes w out of the queue. It is false when w has its place in the journal already.
func (j *journal) cancel(w *write) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if w.sealed || j.err != nil {
		return false
	}
	w.cancelled = true // its record may be used no more
	j.bytes -= len(w.record)
	if w.done != nil {
		j.waiters--
	}
	if j.bytes < queueKept {
		j.room.Broadcast()
	}
	return true
}

// kick wakes run.
func (j *journal) kick() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.armed, j.soon = false, false
	if !j.awake && len(j.queue) > 0 {
		j.awake = true
		j.wake <- struct{}{}
	}
}

// barrier returns after all that was appended before it is written and synced, whatever the strategy.
func (j *journal) barrier() error {
	done := make(chan error, 1)
	if err := j.append(&write{sync: true, done: func(err error) { done <- err }}); err != nil {
		return err
	}
	return <-done
}

// close writes what is queued and ends run. Further appends are refused.
func (j *journal) close() error {
	j.mu.Lock()
	already := j.closing
	j.closing = true
	j.room.Broadcast()
	if !already && !j.awake {
		j.awake = true
		j.wake <- struct{}{}
	}
	j.mu.Unlock()
	<-j.finished
	j.timer.Stop()
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}

// run is the appender. Under Periodic it also syncs at each interval.
func (j *journal) run() {
	defer close(j.finished)
	var tick <-chan time.Time
	if j.options.Sync == Periodic {
		t := time.NewTicker(j.options.SyncInterval)
		defer t.Stop()
		tick = t.C
	}
	for {
		select {
		case <-j.wake:
		case <-tick:
			j.check(j.sync())
			continue
		}
		j.mu.Lock()
		j.awake = false
		j.mu.Unlock()
		for j.step() {
		}
		j.mu.Lock()
		closing := j.closing
		j.mu.Unlock()
		if closing {
			j.check(j.sync())
			return
		}
	}
}

// check poisons the journal on an error: after a failed write or sync nobody knows what is on the disk.
func (j *journal) check(err error) {
	if err == nil {
		return
	}
	err = fmt.Errorf("kahadb: %w", err)
	j.mu.Lock()
	first := j.err == nil
	if first {
		j.err = err
		j.room.Broadcast()
	}
	j.mu.Unlock()
	if first {
		j.fail(err)
	}
}

// step writes one batch, and tells whether there was one.
func (j *journal) step() bool {
	batch, taken, full := j.seal()
	if full {
		j.check(j.rotate())
		return true
	}
	if len(batch) == 0 {
		return taken > 0
	}
	j.mu.Lock()
	err := j.err
	j.mu.Unlock()
	if err == nil {
		err = j.write(batch)
		j.check(err)
	}
	if err == nil {
		end := at(j.current.number, j.offset)
		j.mu.Lock()
		j.end = end
		j.mu.Unlock()
		j.apply(batch, end)
	}
	err = j.settle()
	for _, w := range batch {
		w.complete(err)
	}
	clear(batch)
	// Whoever was waiting may go on now; what they send next is to be in the next batch already.
	runtime.Gosched()
	return true
}

// unsettled calls f for the effects that are on their way.
func (j *journal) unsettled(f func(effect)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, w := range slices.Concat(j.writing, j.queue) {
		if w.effect != nil && !w.cancelled {
			f(w.effect)
		}
	}
}

// settle ends the writing of a batch, and returns why the journal failed, if it did.
func (j *journal) settle() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.writing = nil
	return j.err
}

// appendBehind appends ws, after it showed all that is queued or being written to may. When may says no to one, nothing is appended. What is
// not appended is given up.
func (j *journal) appendBehind(ws []*write, may func(*write) bool) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	err := j.err
	if err == nil && j.closing {
		err = store.ErrClosed
	}
	for _, w := range slices.Concat(j.writing, j.queue) {
		if err != nil || !w.cancelled && !may(w) {
			return err
		}
	}
	for _, w := range ws {
		j.queue = append(j.queue, w)
		j.bytes += len(w.record)
	}
	if len(ws) > 0 && !j.awake {
		j.awake = true
		j.wake <- struct{}{}
	}
	return err
}

// complete gives the record's buffer back and calls the completion.
func (w *write) complete(err error) {
	if w.buffer != nil {
		putBuffer(w.buffer)
	}
	w.record, w.buffer = nil, nil
	if done := w.done; done != nil {
		w.done = nil
		done(err)
	}
}

// refuse completes w when it could not be appended.
func (w *write) refuse(err error) {
	if err != nil {
		w.complete(err)
	}
}

// encode makes the record of a command whose protobuf message is small.
func (w *write) encode(c command, body func([]byte) []byte) {
	w.buffer = getBuffer()
	*w.buffer = body(startRecord(*w.buffer))
	w.record = finishRecord(*w.buffer, c)
}

// seal takes the next batch from the queue and gives its records their positions. taken counts those that were cancelled too; full
// means that the first record needs a new file.
func (j *journal) seal() (batch []*write, taken int, full bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	batch = j.batch[:0]
	waiting := 0
	size := int64(batchHead)
	for _, w := range j.queue {
		if w.cancelled {
			taken++ // who cancelled it has its record, and cancel has seen to its bytes
			continue
		}
		n := int64(len(w.record))
		if n > 0 && j.err == nil && !j.fits(size, n) {
			if taken == 0 {
				return nil, 0, true
			}
			break
		}
		taken++
		w.sealed = true
		if n > 0 {
			w.position = at(j.current.number, j.offset+size)
			size += n
		}
		j.bytes -= len(w.record)
		if w.done != nil {
			waiting++
		}
		batch = append(batch, w)
	}
	if waiting > 0 {
		j.company = waiting
	}
	j.waiters -= waiting
	rest := copy(j.queue, j.queue[taken:])
	clear(j.queue[rest:])
	j.queue = j.queue[:rest]
	j.batch, j.writing = batch, batch
	if j.bytes < queueKept {
		j.room.Broadcast()
	}
	return batch, taken, false
}

// fits tells whether a record of n bytes may join a batch of size bytes. The limits are the original's: a batch is begun in a file that has
// room for its first record, and grows while it stays below the batch's and the file's size. A file takes one record in any case.
func (j *journal) fits(size, n int64) bool {
	if size == batchHead {
		return j.offset == 0 || j.offset+n < j.options.MaxFileLength
	}
	return size+n < j.options.MaxBatch && j.offset+size+n <= j.options.MaxFileLength
}

// write puts a batch into the current file, and syncs it where somebody waits for that.
func (j *journal) write(batch []*write) error {
	b := appendBatchHead(j.buffer[:0])
	sync, after := false, false
	for _, w := range batch {
		b = append(b, w.record...)
		sync = sync || w.sync || w.done != nil && j.options.Sync == Always
		after = after || w.after
	}
	// A disk may keep this batch and lose the one before, which nobody waited for; that would be half a transaction.
	if sync && after {
		if err := j.sync(); err != nil {
			return err
		}
	}
	if length := int64(len(b)); length > batchHead {
		b = sealBatch(b, j.options.ChecksumJournalFiles)
		if _, err := j.current.file.WriteAt(b, j.offset); err != nil {
			return err
		}
		j.offset += length
		j.unsynced = true
	}
	if j.buffer = b; cap(b) > bufferKept {
		j.buffer = nil
	}
	if sync {
		return j.sync()
	}
	return nil
}

func (j *journal) sync() error {
	if !j.unsynced {
		return nil
	}
	if err := j.current.file.Sync(); err != nil {
		return err
	}
	j.unsynced = false
	return nil
}

// rotate goes on to a new file. The old one is synced first, so that only the last file of a journal can be torn.
func (j *journal) rotate() error {
	if err := j.sync(); err != nil {
		return err
	}
	next := j.current.number + 1
	d, err := j.files.create(next, j.options.MaxFileLength, j.options.Preallocation)
	if err != nil {
		return err
	}
	old := j.current
	j.current, j.offset = d, 0
	return j.files.release(old)
}

// buffers are those that records are encoded in.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// bufferKept is the largest buffer that is kept for reuse.
const bufferKept = 4<<20 + 64<<10

func getBuffer() *[]byte { return buffers.Get().(*[]byte) }

func putBuffer(b *[]byte) {
	if cap(*b) <= bufferKept {
		buffers.Put(b)
	}
}
