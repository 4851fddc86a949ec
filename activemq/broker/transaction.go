package broker

import (
	"sync"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// transaction collects what is sent and acknowledged in its name. A local one belongs to its connection; an XA one to the
// connection that began it until it is prepared, then to nobody.
type transaction struct {
	id     *message.TransactionID
	broker *Broker
	owner  *Connection // that began it; nil: found prepared at start

	mu sync.Mutex
	// mu guards what follows.
	stored   store.Transaction // nil until something of it is stored
	sends    []sent
	acks     []acked
	later    []*message.Message // for the scheduler, at the commit
	prepared bool
	ended    bool
	failure  error // of something in it that nobody was told: it can only be rolled back
}

// sent is a message sent in a transaction.
type sent struct {
	message *message.Message
	entry   *store.Entry // nil: not stored
	queue   *Queue       // one of the two
	topic   *Topic
}

// acked is what one acknowledgement took out in a transaction.
type acked struct {
	subscription *Subscription // nil: found prepared at start
	deliveries   []*delivery
	ack          *message.Ack
}

// storedLocked returns the store's side, which is made with the first thing to store.
func (t *transaction) storedLocked() store.Transaction {
	if t.stored == nil {
		t.stored = t.broker.options.Store.Begin(t.id)
	}
	return t.stored
}

// addSend takes in a message for a destination.
func (t *transaction) addSend(m *message.Message, q *Queue, topic *Topic) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.openLocked(); err != nil {
		return err
	}
	if q != nil {
		var err error
		if q, err = t.broker.reserve(q); err != nil {
			return err
		}
	}
	s := sent{message: m, queue: q, topic: topic}
	switch {
	case q != nil && q.stores(m):
		s.entry = q.appendIn(m, t.storedLocked())
	case topic != nil && topic.stores(m):
		s.entry = topic.appendIn(m, t.storedLocked())
	}
	t.sends = append(t.sends, s)
	return nil
}

// addAck takes in what a consumer acknowledged.
func (t *transaction) addAck(s *Subscription, ack *message.Ack) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.openLocked(); err != nil {
		return err
	}
	ds, err := s.claim(ack)
	if err != nil {
		return err
	}
	for _, g := range byOrigin(ds) {
		if hasStored(g) {
			g[0].from.consumeIn(g, ack, t.storedLocked())
		}
		t.acks = append(t.acks, acked{s, g, ack})
	}
	return nil
}

// addScheduled takes in a message for the scheduler.
func (t *transaction) addScheduled(m *message.Message) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.openLocked(); err != nil {
		return err
	}
	t.later = append(t.later, m)
	return nil
}

// hasStored tells whether any of ds is in the store.
func hasStored(ds []*delivery) bool {
	for _, d := range ds {
		if d.entry != nil {
			return true
		}
	}
	return false
}

// fail notes that something in the transaction did not happen and the client has not been told in an answer: it must not commit without it.
func (t *transaction) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failure == nil {
		t.failure = err
	}
}

// openLocked tells whether more may be done in the transaction.
func (t *transaction) openLocked() error {
	switch {
	case t.ended:
		return noTransaction(t.id)
	case t.prepared:
		return badState(t.id, "Transaction '%s' is prepared and takes nothing more", t.id)
	}
	return nil
}

// emptyLocked tells whether there is nothing to commit.
func (t *transaction) emptyLocked() bool {
	return len(t.sends) == 0 && len(t.acks) == 0 && len(t.later) == 0
}

// prepare makes the transaction ready to be committed by anybody, also after a restart. readOnly means that there was nothing in
// it and it has ended; whenDone is called in either case.
func (t *transaction) prepare(whenDone store.Completion) (readOnly bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.openLocked(); err != nil {
		return false, err
	}
	if t.emptyLocked() {
		t.ended = true
		return true, nil
	}
	t.prepared = true
	t.storedLocked().Prepare(whenDone)
	return false, nil
}

// commit makes all of it happen, once the store has it on disk.
func (t *transaction) commit(whenDone store.Completion) error {
	t.mu.Lock()
	if t.ended {
		t.mu.Unlock()
		return noTransaction(t.id)
	}
	if failure := t.failure; failure != nil {
		t.mu.Unlock()
		if err := t.rollback(func(error) {}); err != nil {
			return err
		}
		return &Error{Kind: RolledBack, Text: "Transaction '" + t.id.String() + "' is rolled back because a message in it was refused", Err: failure}
	}
	t.ended = true
	stored := t.stored
	t.mu.Unlock()
	if stored == nil {
		t.apply()
		t.schedule(whenDone)
		return nil
	}
	t.broker.commits.Add(1)
	stored.Commit(func(err error) {
		defer t.broker.commits.Done()
		if err != nil {
			t.giveBack()
			whenDone(err)
			return
		}
		t.apply()
		stored.Finish()
		t.schedule(whenDone)
	})
	return nil
}

// schedule gives the scheduler its messages. They are journalled elsewhere than the rest of the transaction, and after it: a crash between can lose them,
// as in the original, but then the client has not been told of the commit.
func (t *transaction) schedule(whenDone store.Completion) {
	if len(t.later) == 0 {
		whenDone(nil)
		return
	}
	each := shared(len(t.later), whenDone)
	for _, m := range t.later {
		if err := t.broker.options.Scheduler.Keep(m, each); err != nil {
			each(scheduleFailed(err))
		}
	}
}

// apply makes the messages pending and takes the acknowledged ones out.
func (t *transaction) apply() {
	for _, s := range t.sends {
		if s.queue != nil {
			s.queue.admit(s.message, s.entry)
			s.queue.unreserve()
		} else {
			s.topic.admit(s.message, s.entry, nil)
		}
	}
	for _, a := range t.acks {
		if a.subscription != nil {
			a.subscription.committed(a.deliveries)
		}
		a.deliveries[0].from.dropped(a.deliveries)
	}
}

// committed takes acknowledged messages out of flight, as far as the consumer still has them.
func (s *Subscription) committed(ds []*delivery) {
	s.mu.Lock()
	for _, d := range ds {
		if d.state == claimed {
			s.outLocked(d)
			d.state = orphaned
		}
	}
	s.feedLocked()
	s.mu.Unlock()
	s.conn.peer.Flush()
	s.dequeued.Add(int64(len(ds)))
}

// rollback undoes all of it. Acknowledged messages are in flight again where their consumer still is, which delivers them again by
// itself, and go back to where they came from otherwise.
func (t *transaction) rollback(whenDone store.Completion) error {
	t.mu.Lock()
	if t.ended {
		t.mu.Unlock()
		return noTransaction(t.id)
	}
	t.ended = true
	stored := t.stored
	t.mu.Unlock()
	t.giveBack()
	if stored == nil {
		whenDone(nil)
		return nil
	}
	stored.Rollback(func(err error) {
		stored.Finish()
		whenDone(err)
	})
	return nil
}

// giveBack undoes the acknowledgements.
func (t *transaction) giveBack() {
	for _, s := range t.sends {
		if s.queue != nil {
			s.queue.unreserve()
		}
	}
	for _, a := range t.acks {
		if a.subscription != nil {
			a.subscription.giveBack(a.deliveries)
		} else if free := unclaimed(a.deliveries); len(free) > 0 {
			free[0].from.returned(free)
		}
	}
}

// giveBack undoes the acknowledgement of messages of one origin: they are in flight again, or back where they came from when the consumer is
// gone.
func (s *Subscription) giveBack(ds []*delivery) {
	if orphans := s.rolledBack(ds); len(orphans) > 0 {
		orphans[0].from.returned(orphans)
	}
}

// rolledBack puts acknowledged messages in flight again, and returns those that the consumer is not there for any more.
func (s *Subscription) rolledBack(ds []*delivery) (orphans []*delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range unclaimed(ds) {
		switch d.state {
		case claimed:
			d.state = inFlight
			s.arrived--
		case orphaned:
			orphans = append(orphans, d)
		}
	}
	return orphans
}

// unclaimed gives up a transaction's claim to messages, and returns those that no other one claims.
func unclaimed(ds []*delivery) (free []*delivery) {
	for _, d := range ds {
		if d.claims.Add(-1) == 0 {
			free = append(free, d)
		}
	}
	return free
}
