package kahadb

import (
	"sync/atomic"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// transaction is the store's side of a transaction: the name that its records carry, and the part of the journal they are in. That part is
// kept, and read again after a crash, until Finish.
type transaction struct {
	store      *Store
	id         *message.TransactionID
	raw        []byte // the id in the journal's form
	field      []byte // that as a field of a record
	operations atomic.Int64

	// Under Store.mu.
	first, last position // of its records; 0: none is written
	files       fileSet  // that they are in
	finished    bool
}

func newTransaction(s *Store, id *message.TransactionID) *transaction {
	raw := appendTransaction(nil, id)
	return &transaction{store: s, id: id, raw: raw, field: appendBytesField(nil, 1, raw)}
}

// note tells that a record of the transaction was written.
func (t *transaction) note(p position) {
	if t.first == 0 {
		t.first = p
		if !t.finished {
			t.store.transactions[t] = struct{}{}
		}
	}
	t.last = p
	t.files.add(p.file())
}

// outcome is the record of a prepare, commit or rollback. It must outlive the operations that it is about.
type outcome struct {
	write
	transaction *transaction
}

func (o *outcome) written(p position) {
	t := o.transaction
	t.note(p)
	for _, f := range t.files {
		t.store.guard(p.file(), f)
	}
}

// end journals a prepare, commit or rollback. A transaction without operations leaves no trace.
func (t *transaction) end(c command, sync bool, done store.Completion) {
	o := &outcome{transaction: t}
	o.done, o.sync, o.after, o.effect = done, sync, c != cmdRollback, o
	if t.operations.Load() == 0 {
		o.complete(nil)
		return
	}
	o.encode(c, func(b []byte) []byte { return append(b, t.field...) })
	o.refuse(t.store.journal.append(&o.write))
}

// Prepare journals that the transaction is prepared. It is synced whatever the store's strategy.
func (t *transaction) Prepare(done store.Completion) { t.end(cmdPrepare, true, done) }

// Commit journals that the transaction is committed.
func (t *transaction) Commit(done store.Completion) { t.end(cmdCommit, false, done) }

// Rollback journals that the transaction is rolled back.
func (t *transaction) Rollback(done store.Completion) { t.end(cmdRollback, false, done) }

// Finish lets go of the transaction's part of the journal.
func (t *transaction) Finish() {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	t.finished = true
	delete(t.store.transactions, t)
	t.store.changed = true
}
