package mkahadb

import (
	"fmt"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/kahadb"
)

// resolve ends what is prepared and decided, or local, and gathers the rest, of which the client decides: one transaction for all stores that have
// a part of it.
func (s *Store) resolve() error {
	found := map[message.TransactionKey]int{}
	decided := map[message.TransactionKey]*message.TransactionID{}
	for _, p := range *s.parts.Load() {
		for _, prepared := range p.Prepared() {
			key := prepared.ID.Key()
			switch commit, end := s.outcome(p, prepared.ID); {
			case end && commit:
				s.options.Log.Info(fmt.Sprintf("delivering pending commit outcome for tid: %v", prepared.ID))
				decided[key] = prepared.ID
				fallthrough
			case end:
				if err := s.end(prepared, commit); err != nil {
					return err
				}
			default:
				s.gather(prepared, found)
			}
		}
	}
	// Not before all stores have committed it.
	for _, id := range decided {
		s.outcomes.Finished(id)
	}
	return nil
}

// outcome tells whether a prepared transaction is to be ended here, and how.
func (s *Store) outcome(p *part, id *message.TransactionID) (commit, end bool) {
	switch {
	case s.outcomes.Decided(id):
		return true, true
	case id.Format == LocalFormat:
		s.options.Log.Info(fmt.Sprintf("delivering rollback outcome to store for tid: %v", id))
		return false, true
	case p.purge != kahadb.KeepRecovered:
		s.options.Log.Warn("ending a prepared transaction, as configured", "transaction", id, "commit", p.purge == kahadb.CommitRecovered)
	}
	return p.purge == kahadb.CommitRecovered, p.purge != kahadb.KeepRecovered
}

// end commits or rolls back what one store has of a transaction, and waits for the disk.
func (s *Store) end(prepared store.Prepared, commit bool) error {
	done := make(chan error, 1)
	answer := func(err error) { done <- err }
	if !commit {
		prepared.Transaction.Rollback(answer)
		prepared.Transaction.Finish()
		return <-done
	}
	prepared.Transaction.Commit(answer)
	if err := <-done; err != nil {
		return err
	}
	for i := range prepared.Added {
		log, err := s.openLog(prepared.Added[i].Destination)
		if err != nil {
			return err
		}
		log.Admit(&prepared.Added[i].Entry)
	}
	for i := range prepared.Removed {
		if err := s.drop(&prepared.Removed[i]); err != nil {
			return err
		}
	}
	prepared.Transaction.Finish()
	return nil
}

func (s *Store) openLog(d message.Destination) (store.Log, error) {
	if d.IsQueue() {
		return s.OpenQueue(d)
	}
	return s.OpenTopic(d)
}

// drop takes out a message whose prepared acknowledgement is committed.
func (s *Store) drop(r *store.PreparedRemove) error {
	if r.Entry.Sequence == 0 {
		return nil // it is gone
	}
	if r.Destination.IsQueue() {
		q, err := s.OpenQueue(r.Destination)
		if err == nil {
			q.Drop(&r.Entry)
		}
		return err
	}
	t, err := s.OpenTopic(r.Destination)
	if err != nil {
		return err
	}
	for _, sub := range t.Subscriptions() {
		if sub.Info().Key() == r.Subscription {
			sub.Drop(&r.Entry)
		}
	}
	return nil
}

// gather adds what one store has of a transaction to what others have of it. found has the places by id.
func (s *Store) gather(prepared store.Prepared, found map[message.TransactionKey]int) {
	key := prepared.ID.Key()
	i, known := found[key]
	if !known {
		i = len(s.prepared)
		found[key] = i
		s.prepared = append(s.prepared, store.Prepared{ID: prepared.ID, Transaction: &transaction{outcomes: s.outcomes, id: prepared.ID, prepared: true}})
	}
	whole := &s.prepared[i]
	t := whole.Transaction.(*transaction)
	t.sides = append(t.sides, side{nil, prepared.Transaction})
	whole.Added = append(whole.Added, prepared.Added...)
	whole.Removed = append(whole.Removed, prepared.Removed...)
}
