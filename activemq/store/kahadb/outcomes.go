package kahadb

import (
	"errors"
	"fmt"
	"sync"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Outcomes is the journal in which a broker with several stores notes which transactions over more than one of them are committed: the original's
// MultiKahaDBTransactionStore. Its directory holds db-N.log files with three kinds of records:
//
//	prepare    all stores have the transaction prepared, and it is committed: whoever opens the stores next has to see to it
//	commit     all stores have committed it, nothing more is to be done
//	trace      passed over
//
// The lock that keeps other brokers away may be another directory's (Options.Unlocked).
type Outcomes struct {
	directory

	mu      sync.Mutex       // guards what follows
	decided map[string]int32 // by the transaction's bytes: the file of its prepare record; not all stores have committed it
	oldest  int32            // the first file that is there

	closeOnce sync.Once
	closed    error
}

// OpenOutcomes opens the journal in a directory, which is made when it is missing.
func OpenOutcomes(o Options) (*Outcomes, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	c := &Outcomes{directory: directory{options: o, fs: o.FS}, decided: map[string]int32{}}
	if err := c.open(); err != nil {
		return nil, fmt.Errorf("kahadb: %w", err)
	}
	go c.journal.run()
	return c, nil
}

func (c *Outcomes) open() error {
	err := c.acquire()
	if err != nil {
		return err
	}
	if c.files, err = listFiles(c.fs, c.options.Directory); err != nil {
		return err
	}
	c.journal = newJournal(c.files, &c.options, c.applied, c.broken)
	end, bad, torn, err := c.findEnd()
	if err == nil && len(bad) > 0 && !c.options.IgnoreMissingJournalFiles {
		err = fmt.Errorf("%s: damaged records, and with them perhaps the outcome of transactions, in %s; to go on without them set "+
			"checkForCorruption=\"false\"", c.options.Directory, fileNames(bad))
	}
	if err == nil {
		err = c.read(end, bad)
	}
	if err == nil {
		err = c.goOn(end, bad[end.file()], torn)
	}
	if err != nil {
		return errors.Join(err, c.release())
	}
	return nil
}

// read learns what is decided.
func (c *Outcomes) read(end position, bad map[int32][]stretch) error {
	for i, n := range c.files.numbers() {
		if i == 0 {
			c.oldest = n
		}
		r := reader{files: c.files, end: -1, bad: bad[n], visit: c.record, lenient: c.options.IgnoreMissingJournalFiles}
		r.skipped = func(b stretch) { c.report(n, verified{bad: []stretch{b}}) }
		if n == end.file() {
			r.end = end.offset()
		}
		if err := r.file(n); err != nil {
			return err
		}
	}
	return nil
}

func (c *Outcomes) record(p position, payload []byte) error {
	rec, err := decodeRecord(payload)
	if err == nil {
		switch rec.command {
		case cmdTrace:
		case cmdPrepare:
			c.decided[string(rec.transaction)] = p.file()
		case cmdCommit:
			delete(c.decided, string(rec.transaction))
		default:
			err = fmt.Errorf("%v, which has no place in a journal of transactions", rec.command)
		}
	}
	if err != nil {
		return &store.Corruption{File: c.files.path(p.file()), Offset: p.offset(), Reason: err.Error()}
	}
	return nil
}

// Decided tells whether a transaction is committed and some store may not have heard of it.
func (c *Outcomes) Decided(id *message.TransactionID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, decided := c.decided[string(appendTransaction(nil, id))]
	return decided
}

// decision is the record of an outcome, or that all stores have heard of it.
type decision struct {
	write
	outcomes *Outcomes
	id       string
	known    bool // to all stores
}

func (d *decision) written(p position) {
	c := d.outcomes
	if d.known {
		delete(c.decided, d.id)
	} else {
		c.decided[d.id] = p.file()
	}
}

// Decide notes that a transaction which all its stores have prepared is committed. It is when done is called with nil, whatever happens then.
func (c *Outcomes) Decide(id *message.TransactionID, done store.Completion) {
	c.note(&decision{outcomes: c}, cmdPrepare, id, done)
}

// Finished notes that all stores have committed the transaction. Nobody waits for that.
func (c *Outcomes) Finished(id *message.TransactionID) {
	c.note(&decision{outcomes: c, known: true}, cmdCommit, id, nil)
}

func (c *Outcomes) note(d *decision, command command, id *message.TransactionID, done store.Completion) {
	raw := appendTransaction(nil, id)
	d.id, d.done, d.sync, d.effect = string(raw), done, done != nil, d
	d.encode(command, func(b []byte) []byte { return appendBytesField(b, 1, raw) })
	d.refuse(c.journal.append(&d.write))
}

// applied is called by the appender for what it has written. Files before the first that a decision is in are of no use any more.
func (c *Outcomes) applied(batch []*write, end position) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range batch {
		if w.effect != nil {
			w.effect.written(w.position)
		}
	}
	needed := end.file()
	for _, file := range c.decided {
		needed = min(needed, file)
	}
	for ; c.oldest < needed; c.oldest++ {
		if !c.files.has(c.oldest) {
			continue
		}
		if err := c.files.remove(c.oldest, ""); err != nil {
			c.options.Log.Error("a journal file of transactions was not removed", "file", c.files.path(c.oldest), "error", err)
		}
	}
}

// Fail ends the journal's work, as Store.Fail does.
func (c *Outcomes) Fail(err error) { c.journal.check(err) }

// Usage returns the bytes of the journal.
func (c *Outcomes) Usage() int64 {
	c.journal.mu.Lock()
	end := c.journal.end
	c.journal.mu.Unlock()
	return c.files.bytes(end.file()) + end.offset()
}

func (c *Outcomes) broken(err error) {
	c.options.Log.Error("journal of transactions failed", "directory", c.options.Directory, "error", err)
	if c.options.OnFailure != nil {
		c.options.OnFailure(err)
	}
}

// Close writes what is queued and closes the journal.
func (c *Outcomes) Close() error {
	c.closeOnce.Do(func() {
		c.closed = errors.Join(c.journal.close(), c.release())
	})
	return c.closed
}
