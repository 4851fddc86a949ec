package broker

import (
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// transaction returns an open transaction of the connection.
func (c *Connection) transaction(id *message.TransactionID) (*transaction, error) {
	key := id.Key()
	c.mu.Lock()
	t := c.transactions[key]
	c.mu.Unlock()
	if t == nil && id.XA {
		t = c.broker.branch(key)
	}
	if t == nil {
		return nil, noTransaction(id)
	}
	return t, nil
}

// branch returns an XA transaction of any connection, nil when there is none.
func (b *Broker) branch(key message.TransactionKey) *transaction {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.branches[key]
}

// Begin opens a transaction. One that is open already stays as it is: clients begin an XA transaction again to resume it, on any connection.
// It belongs to the connection that began it first.
func (c *Connection) Begin(id *message.TransactionID) error {
	key := id.Key()
	b := c.broker
	b.mu.Lock()
	defer b.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.ended:
		return errEnded(c)
	case c.transactions[key] != nil || id.XA && b.branches[key] != nil:
		return nil
	}
	b.options.Plugins.Events.transaction("Beginning", id)
	t := &transaction{id: id, broker: b, owner: c}
	c.transactions[key] = t
	if id.XA {
		b.branches[key] = t
	}
	return nil
}

// Prepare makes an XA transaction ready to be ended by anybody. It waits for the disk. readOnly means that there was nothing in it: it has ended.
func (c *Connection) Prepare(id *message.TransactionID) (readOnly bool, err error) {
	if !id.XA {
		return false, badState(id, "Cannot prepare a local transaction: %s", id)
	}
	t, err := c.transaction(id)
	if err != nil {
		return false, err
	}
	c.broker.options.Plugins.Events.transaction("Preparing", id)
	var stored waiter
	readOnly, err = t.prepare(stored.add())
	if err != nil || readOnly {
		if readOnly {
			c.broker.forget(t)
		}
		t.disown()
		return readOnly, err
	}
	t.disown()
	return false, storeFailed(stored.wait())
}

// Commit makes everything in the transaction happen. onePhase is for one that was not prepared. whenDone is called when it has
// happened and is on disk, where it is not nil; an error that is returned means that it has not, and whenDone is not called.
func (c *Connection) Commit(id *message.TransactionID, onePhase bool, whenDone store.Completion) error {
	t, err := c.transaction(id)
	if err != nil {
		return err
	}
	if id.XA && !onePhase && !t.isPrepared() {
		return badState(id, "Cannot do 2 phase commit if the transaction has not been prepared: %s", id)
	}
	t.disown()
	c.broker.forget(t)
	c.broker.options.Plugins.Events.transaction("Committing", id)
	return t.commit(orNobody(whenDone))
}

// Rollback undoes everything in the transaction. whenDone, where not nil, is called when that has happened.
func (c *Connection) Rollback(id *message.TransactionID, whenDone store.Completion) error {
	t, err := c.transaction(id)
	if err != nil {
		return err
	}
	t.disown()
	c.broker.forget(t)
	c.broker.options.Plugins.Events.transaction("Rolling back", id)
	return t.rollback(orNobody(whenDone))
}

// Forget drops an XA transaction that ended heuristically, which here it never does: it is a rollback.
func (c *Connection) Forget(id *message.TransactionID, whenDone store.Completion) error {
	return c.Rollback(id, whenDone)
}

// Prepared returns the XA transactions that are prepared and not ended, of all connections and of runs before.
func (b *Broker) Prepared() []*message.TransactionID {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ids []*message.TransactionID
	for _, t := range b.branches {
		if t.isPrepared() {
			ids = append(ids, t.id)
		}
	}
	return ids
}

// isPrepared tells whether the transaction is prepared.
func (t *transaction) isPrepared() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.prepared && !t.ended
}

// disown takes a transaction out of those of the connection that began it, which may be another one than that which ends it.
func (t *transaction) disown() {
	if t.owner == nil {
		return
	}
	t.owner.mu.Lock()
	defer t.owner.mu.Unlock()
	delete(t.owner.transactions, t.id.Key())
}

// forget takes an XA transaction out of the broker's.
func (b *Broker) forget(t *transaction) {
	if !t.id.XA {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if key := t.id.Key(); b.branches[key] == t {
		delete(b.branches, key)
	}
}

// recoverPreparedLocked takes over the XA transactions that the store found prepared. What they acknowledged is withheld until they end.
func (b *Broker) recoverPreparedLocked() error {
	found := map[withheld]*delivery{}
	for _, p := range b.options.Store.Prepared() {
		t := &transaction{id: p.ID, broker: b, stored: p.Transaction, prepared: true}
		for _, a := range p.Added {
			if err := b.recoverAddLocked(t, a); err != nil {
				return err
			}
		}
		for _, r := range p.Removed {
			if err := b.recoverRemoveLocked(t, r, found); err != nil {
				return err
			}
		}
		b.branches[p.ID.Key()] = t
	}
	return nil
}

// recoverAddLocked puts a message of a prepared transaction into it.
func (b *Broker) recoverAddLocked(t *transaction, a store.PreparedAdd) error {
	s := sent{message: a.Message, entry: &a.Entry}
	var err error
	if a.Destination.IsQueue() {
		if s.queue, err = b.queueLocked(a.Destination); err == nil {
			s.queue.reserved++ // nobody else has it yet
		}
	} else {
		s.topic, err = b.topicLocked(a.Destination)
	}
	t.sends = append(t.sends, s)
	return err
}

// withheld is a message that a prepared transaction has acknowledged. Two of them may have acknowledged the same.
type withheld struct {
	from     origin
	sequence int64
}

// recoverRemoveLocked puts an acknowledgement of a prepared transaction into it. found are the messages of those before.
func (b *Broker) recoverRemoveLocked(t *transaction, r store.PreparedRemove, found map[withheld]*delivery) error {
	if r.Entry.Sequence == 0 {
		return nil
	}
	from, log, err := b.withholdLocked(r)
	if err != nil || from == nil {
		return err
	}
	key := withheld{from, r.Entry.Sequence}
	d := found[key]
	if d == nil {
		m, err := log.Load(&r.Entry)
		if err != nil {
			return storeFailed(err)
		}
		from.base().inFlight.Add(1)
		from.base().memory.add(from.base().sizeOf(m))
		// Somebody had it and acknowledged it: should the transaction be rolled back, it is delivered again.
		d = &delivery{message: m, entry: &r.Entry, from: from, redeliveries: m.Redeliveries + 1, state: orphaned}
		found[key] = d
	}
	d.claims.Add(1)
	t.acks = append(t.acks, acked{deliveries: []*delivery{d}, ack: r.Ack})
	return nil
}

// withholdLocked keeps a message from being delivered, and returns where it comes from.
func (b *Broker) withholdLocked(r store.PreparedRemove) (origin, store.Log, error) {
	if r.Subscription == "" {
		q, err := b.queueLocked(r.Destination)
		if err != nil {
			return nil, nil, err
		}
		q.withhold(r.Entry.Sequence)
		return q, q.stored, nil
	}
	t, err := b.topicLocked(r.Destination)
	if err != nil {
		return nil, nil, err
	}
	for _, h := range t.shares {
		if h.durable.key == r.Subscription {
			h.withhold(r.Entry.Sequence)
			return h, t.stored, nil
		}
	}
	return nil, nil, nil
}

// withhold keeps the stored message of that sequence out of memory when its page is read.
func (b *backlog) withhold(sequence int64) {
	if b.withheld == nil {
		b.withheld = map[int64]bool{}
	}
	b.withheld[sequence] = true
}
