package kahadb

import (
	"fmt"
	"maps"
	"slices"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// replayTransaction is a transaction that was not ended yet.
type replayTransaction struct {
	transaction *transaction
	operations  []operation
	ids         []*message.ID // of what it adds
	prepared    bool
}

// operation is an addition or removal in a transaction.
type operation struct {
	log      *replayLog
	position position
	length   int32
	hash     uint64
	addition bool
	key      string // of a removal by a durable subscription
	isKey    bool
}

// inTransaction notes an operation of a transaction, or ends it.
func (r *replay) inTransaction(rec *record, p position, length int32) error {
	t := r.transactions[string(rec.transaction)]
	if t == nil {
		id, err := decodeTransaction(rec.transaction)
		if err != nil {
			return corruptionOf(r.store, p, err)
		}
		if rec.command != cmdAdd && rec.command != cmdRemove {
			return nil // one without operations, or with none that the index did not have
		}
		t = &replayTransaction{transaction: newTransaction(r.store, id)}
		r.transactions[string(rec.transaction)] = t
	}
	t.transaction.note(p)
	switch rec.command {
	case cmdAdd, cmdRemove:
		l, err := r.log(rec.destination, p)
		if err != nil {
			return err
		}
		t.operations = append(t.operations, operation{log: l, position: p, length: length, hash: hash(rec.id),
			addition: rec.command == cmdAdd, key: string(rec.key), isKey: rec.key != nil})
		if rec.command == cmdAdd {
			t.ids = append(t.ids, r.parseID(rec.id))
		}
	case cmdPrepare:
		t.prepared = true
	case cmdCommit, cmdRollback:
		delete(r.transactions, string(rec.transaction))
		(&outcome{transaction: t.transaction}).written(p)
		t.transaction.Finish()
		if rec.command == cmdCommit {
			return r.commit(t, p)
		}
	}
	return nil
}

// commit does what a transaction's operations say, in their order.
func (r *replay) commit(t *replayTransaction, p position) error {
	for _, id := range t.ids {
		r.store.producers.Note(id)
	}
	for _, o := range t.operations {
		o.log = r.of(r.store.log(o.log.log.destination)) // it may have been removed and made again
		if !o.addition {
			r.remove(o)
			continue
		}
		// The message counts from the commit on, so removals between its record and that are about an earlier one.
		if c := o.log.claims[o.hash]; c != nil && c.removed > o.position {
			if err := r.sweep(o.log); err != nil {
				return err
			}
		}
		if err := r.add(o, p); err != nil {
			return err
		}
	}
	return nil
}

// finish deals with the transactions that have no end in the journal. The appender is running.
func (r *replay) finish() error {
	s := r.store
	ids := slices.Collect(maps.Keys(r.transactions))
	slices.SortFunc(ids, func(a, b string) int {
		return int(r.transactions[a].transaction.first - r.transactions[b].transaction.first)
	})
	for _, id := range ids {
		t := r.transactions[id]
		t.transaction.operations.Store(int64(len(t.operations)))
		if t.prepared {
			p, err := r.prepared(t)
			if err != nil {
				return err
			}
			s.prepared = append(s.prepared, p)
			continue
		}
		if !t.transaction.id.XA {
			s.options.Log.Info("rolling back a transaction that was open when the store was stopped", "transaction", t.transaction.id)
			t.transaction.Rollback(nil)
		}
		t.transaction.Finish()
	}
	return r.purge()
}

// prepared makes what Store.Prepared returns of a transaction.
func (r *replay) prepared(t *replayTransaction) (store.Prepared, error) {
	s := r.store
	p := store.Prepared{ID: t.transaction.id, Transaction: t.transaction}
	s.options.Log.Info(fmt.Sprintf("Recovered prepared XA TX: [%v]", p.ID))
	for _, o := range t.operations {
		b := make([]byte, o.length)
		if err := s.files.read(b, o.position); err != nil {
			return p, err
		}
		if o.addition {
			m, _, err := s.decode(b, o.position, o.hash)
			if err != nil {
				return p, err
			}
			a := &addition{log: o.log.log, transaction: t.transaction, id: m.ID, hash: o.hash, length: o.length, stored: true}
			a.position = o.position
			e := store.Entry{Position: int64(o.position), Length: o.length, Ticket: a}
			p.Added = append(p.Added, store.PreparedAdd{Destination: o.log.log.destination, Loaded: store.Loaded{Entry: e, Message: m}})
			continue
		}
		removed, err := r.preparedRemove(o, b)
		if err != nil {
			return p, err
		}
		p.Removed = append(p.Removed, removed)
	}
	return p, nil
}

// preparedRemove looks for the message that a prepared acknowledgement is about.
func (r *replay) preparedRemove(o operation, b []byte) (store.PreparedRemove, error) {
	s, l := r.store, o.log.log
	removed := store.PreparedRemove{Destination: l.destination, Subscription: o.key}
	rec, err := s.parse(b, o.position)
	if err != nil {
		return removed, err
	}
	removed.Entry.Ticket = string(rec.id)
	if len(rec.ack) > 0 {
		if removed.Ack, err = s.options.Codec.Ack(rec.ack); err != nil {
			return removed, corruptionOf(s, o.position, err)
		}
	}
	sub := l.subscription(o.key)
	return removed, l.each(0, func(sequence int64, e *entry) (bool, error) {
		if e.hash != o.hash || o.isKey && (sub == nil || !sub.needs(sequence)) {
			return true, nil
		}
		removed.Entry.Sequence, removed.Entry.Position, removed.Entry.Length = sequence, int64(e.position), e.length
		return false, nil
	})
}

// purge ends the prepared transactions where the options say how.
func (r *replay) purge() error {
	s := r.store
	if s.options.PurgeRecoveredXA == KeepRecovered {
		return nil
	}
	for _, p := range s.prepared {
		s.options.Log.Warn("ending a prepared transaction, as configured", "transaction", p.ID, "commit", s.options.PurgeRecoveredXA == CommitRecovered)
		if s.options.PurgeRecoveredXA == RollbackRecovered {
			p.Transaction.Rollback(nil)
			p.Transaction.Finish()
			continue
		}
		p.Transaction.Commit(nil)
		for i := range p.Added {
			s.logOf(p.Added[i].Destination).admitEntry(&p.Added[i].Entry)
		}
		for i := range p.Removed {
			l := s.logOf(p.Removed[i].Destination)
			l.drop(&p.Removed[i].Entry, l.subscription(p.Removed[i].Subscription))
		}
		p.Transaction.Finish()
	}
	s.prepared = nil
	return s.journal.barrier()
}

func (s *Store) logOf(d message.Destination) *log {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log(d)
}
