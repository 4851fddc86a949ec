package mkahadb

import (
	"strconv"
	"sync"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/kahadb"
)

// transaction is one over as many stores as something happens in.
type transaction struct {
	outcomes *kahadb.Outcomes
	id       *message.TransactionID // as the stores have it

	mu       sync.Mutex // guards what follows
	sides    []side
	prepared bool
}

// side is what one store has of a transaction.
type side struct {
	part *part // nil: found prepared
	store.Transaction
}

// Begin opens a transaction; stores take part in it when something happens there.
func (s *Store) Begin(id *message.TransactionID) store.Transaction {
	return &transaction{outcomes: s.outcomes, id: stored(id)}
}

// stored returns the id under which the stores have a transaction.
func stored(id *message.TransactionID) *message.TransactionID {
	if id.XA {
		return id
	}
	connection := message.NullName
	if id.Connection != nil {
		connection = id.Connection.Value
	}
	return &message.TransactionID{XA: true, Format: LocalFormat, Global: []byte(connection), Branch: strconv.AppendInt(nil, id.Value, 10)}
}

// side returns the part's side of a transaction, nil for none.
func (p *part) side(tx store.Transaction) store.Transaction {
	t, ok := tx.(*transaction)
	if !ok || t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.sides {
		if s.part == p {
			return s.Transaction
		}
	}
	begun := p.Begin(t.id)
	p.sides.Add(1)
	t.sides = append(t.sides, side{p, begun})
	return begun
}

// Prepare makes the transaction durable in all its stores.
func (t *transaction) Prepare(done store.Completion) {
	t.mu.Lock()
	t.prepared = true
	t.mu.Unlock()
	t.each(store.Transaction.Prepare, done)
}

// Commit commits in all stores. Where there are several, and nobody has prepared the transaction, it is prepared here, and is committed once the
// outcome is noted.
func (t *transaction) Commit(done store.Completion) {
	t.mu.Lock()
	simple := t.prepared || len(t.sides) < 2
	t.mu.Unlock()
	if simple {
		t.each(store.Transaction.Commit, done)
		return
	}
	t.each(store.Transaction.Prepare, func(err error) {
		if err != nil {
			complete(done, err)
			return
		}
		t.outcomes.Decide(t.id, func(err error) {
			if err != nil {
				complete(done, err)
				return
			}
			t.each(store.Transaction.Commit, func(err error) {
				if err == nil {
					t.outcomes.Finished(t.id)
				}
				complete(done, err)
			})
		})
	})
}

// Rollback gives the operations up in all stores.
func (t *transaction) Rollback(done store.Completion) { t.each(store.Transaction.Rollback, done) }

// Finish lets go of the transaction in all stores.
func (t *transaction) Finish() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.sides {
		s.Finish()
		if s.part != nil {
			s.part.sides.Add(-1)
		}
	}
	t.sides = nil
}

// each does something in all stores, and completes when all have answered, with the first error.
func (t *transaction) each(do func(store.Transaction, store.Completion), done store.Completion) {
	t.mu.Lock()
	sides := t.sides
	t.mu.Unlock()
	if len(sides) == 0 {
		complete(done, nil)
		return
	}
	var mu sync.Mutex
	left, first := len(sides), error(nil)
	for _, s := range sides {
		do(s.Transaction, func(err error) {
			mu.Lock()
			left--
			if first == nil {
				first = err
			}
			last, err := left == 0, first
			mu.Unlock()
			if last {
				complete(done, err)
			}
		})
	}
}

// complete calls a completion that may be nil.
func complete(done store.Completion, err error) {
	if done != nil {
		done(err)
	}
}
