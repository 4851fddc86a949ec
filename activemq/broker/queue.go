package broker

import (
	"sync"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Queue gives each message to one consumer.
type Queue struct {
	Destination
	stored store.Queue // nil: a temporary queue, which is never stored

	mu sync.Mutex
	// mu guards what follows.
	backlog
	takers
	removed  bool
	reserved int // transactions that hold messages for it
	afterwards
}

// newQueue makes the queue over what the store holds of it.
func (b *Broker) newQueue(name message.Destination) (*Queue, error) {
	q := &Queue{Destination: b.newDestination(name)}
	q.plan.Store(b.virtual.Load().For(name))
	q.backlog.from = q
	q.backlog.prioritized = q.policy.Prioritized
	if b.options.Spool != nil && q.policy.Spools {
		q.spooled.to, q.spooled.usage = b.options.Spool, b.temporary
		q.Destination.spools = q.spools
	}
	if name.IsTemporary() {
		return q, nil
	}
	stored, err := b.options.Store.OpenQueue(name)
	if err != nil {
		return nil, storeFailed(err)
	}
	q.stored = stored
	q.backlog.page = stored.Page
	q.backlog.redelivered = stored.MaybeDelivered()
	n, _ := stored.Pending()
	q.open(n > 0)
	q.size.Store(int64(n))
	return q, nil
}

// base returns the common part.
func (q *Queue) base() *Destination { return &q.Destination }

// stores tells whether m is to be kept in the store here.
func (q *Queue) stores(m *message.Message) bool { return m.Persistent && q.stored != nil }

// send puts a message outside any transaction into the queue. by is the connection that sent it, nil for the broker itself. whenDone, where not nil, is called when the producer may be told so.
func (q *Queue) send(m *message.Message, by *Connection, whenDone store.Completion) {
	if !q.stores(m) {
		q.mu.Lock()
		if q.replacedLocked() {
			q.mu.Unlock()
			q.sendAnew(m, by, whenDone)
			return
		}
		q.arriveLocked(m, nil)
		q.unlockFor(by)
		if whenDone != nil {
			whenDone(nil)
		}
		return
	}
	q.mu.Lock()
	if q.replacedLocked() {
		q.mu.Unlock()
		q.sendAnew(m, by, whenDone)
		return
	}
	if q.broker.options.StoreBeforeDispatch {
		q.reserved++
		q.mu.Unlock()
		q.sendStoredFirst(m, whenDone)
		return
	}
	e := new(store.Entry)
	q.stored.Append(e, m, nil, whenDone)
	q.stored.Admit(e)
	q.arriveLocked(m, e)
	q.unlockFor(by)
}

// replacedLocked tells whether the queue was removed and another one may take its place.
func (q *Queue) replacedLocked() bool { return q.removed && !q.name.IsTemporary() }

// sendStoredFirst is send for those who want no message delivered that a crash could lose.
func (q *Queue) sendStoredFirst(m *message.Message, whenDone store.Completion) {
	e := new(store.Entry)
	var err error
	both := newRendezvous(func() {
		if err == nil {
			q.admit(m, e)
		}
		q.unreserve()
		if whenDone != nil {
			whenDone(err)
		}
	})
	q.mu.Lock()
	q.stored.Append(e, m, nil, func(result error) {
		err = result
		both.arrive()
	})
	q.mu.Unlock()
	both.arrive()
}

// appendIn journals a message in a transaction.
func (q *Queue) appendIn(m *message.Message, tx store.Transaction) *store.Entry {
	e := new(store.Entry)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stored.Append(e, m, tx, nil)
	return e
}

// admit makes a message pending. e is its entry where it is stored.
func (q *Queue) admit(m *message.Message, e *store.Entry) {
	q.mu.Lock()
	if e != nil {
		q.stored.Admit(e)
	}
	q.arriveLocked(m, e)
	q.unlock()
}

// arriveLocked takes a message into the backlog and gives out what can be given out.
func (q *Queue) arriveLocked(m *message.Message, e *store.Entry) {
	if q.removed {
		return // while the message was on its way, which is as if the queue had been removed behind it
	}
	q.enqueued.Add(1)
	q.size.Add(1)
	q.noteArrived(&q.Destination, m, len(q.consumers))
	d := &delivery{message: m, entry: e, from: q, redeliveries: m.Redeliveries}
	if q.spoolLocked(d) {
		q.dispatchLocked() // there may be somebody for whom it is the next
		return
	}
	if q.add(d, q.bytes < frontBytes && q.hasRoom()) {
		q.memory.add(d.size())
		q.pushOutLocked(levelOf(d.message))
		q.dispatchLocked()
	} else {
		q.offerArrivalLocked(d)
	}
}

// pushOutLocked makes room in memory for messages of a priority, where there are others that are less urgent.
func (q *Queue) pushOutLocked(level int) {
	for q.prioritized && !(q.bytes < frontBytes && q.hasRoom()) {
		out := q.pushOut(level)
		if out == nil {
			return
		}
		q.memory.add(-out.size())
	}
}

// consumed takes messages out for good.
func (q *Queue) consumed(ds []*delivery, ack *message.Ack, whenDone store.Completion) {
	stored := 0
	for _, d := range ds {
		if d.entry != nil {
			stored++
		}
	}
	each := shared(stored, whenDone)
	q.mu.Lock()
	for _, d := range ds {
		if d.entry != nil {
			q.stored.Remove(d.entry, ack, nil, each)
		}
		q.goneLocked(d)
	}
	q.dispatchLocked()
	q.unlock()
	if stored == 0 && whenDone != nil {
		whenDone(nil)
	}
}

// consumeIn journals that messages are consumed in a transaction.
func (q *Queue) consumeIn(ds []*delivery, ack *message.Ack, tx store.Transaction) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, d := range ds {
		if d.entry != nil {
			q.stored.Remove(d.entry, ack, tx, nil)
		}
	}
}

// dropped takes out what was consumed in a transaction that has committed.
func (q *Queue) dropped(ds []*delivery) {
	q.mu.Lock()
	for _, d := range ds {
		if d.state == done {
			continue // by another transaction that acknowledged it too, as Java clients make them
		}
		if d.entry != nil && !q.removed {
			q.stored.Drop(d.entry)
		}
		q.goneLocked(d)
	}
	q.dispatchLocked()
	q.unlock()
}

// goneLocked does the accounts of a delivery that has left the queue.
func (q *Queue) goneLocked(d *delivery) {
	d.state = done
	q.noteConsumed(&q.Destination, d.message)
	q.broker.forgetLetter(d.message)
	if len(q.taken) > 0 && d.entry != nil {
		delete(q.taken, d.entry.Sequence)
	}
	q.inFlight.Add(-1)
	q.size.Add(-1)
	q.dequeued.Add(1)
	q.broker.totals.dequeued.Add(1)
	q.memory.add(-d.size())
}

// returned puts messages back whose consumer is gone.
func (q *Queue) returned(ds []*delivery) {
	q.mu.Lock()
	for _, d := range ds {
		q.inFlight.Add(-1)
		if q.removed {
			q.memory.add(-d.size())
			continue
		}
		q.storeRedeliveriesLocked(d) // first: what the store knows need not be told to it again at the end
		q.putBack(d)
	}
	q.dispatchLocked()
	q.unlock()
}

// storeRedeliveriesLocked writes the count of a message's deliveries into the store where the policy asks for that.
func (q *Queue) storeRedeliveriesLocked(d *delivery) {
	if !q.policy.PersistRedelivered || d.entry == nil || d.redeliveries == d.message.Redeliveries {
		return
	}
	m := *d.message
	m.Redeliveries = d.redeliveries
	d.message = &m
	q.stored.Update(d.entry, d.message)
}

// wakeup gives out what can be given out.
func (q *Queue) wakeup() {
	q.mu.Lock()
	q.dispatchLocked()
	q.unlock()
}

// unlock ends what holds the lock, and does what has to be done after it.
func (q *Queue) unlock() { q.unlockFor(nil) }

// unlockFor is unlock for what a connection's client sent: it may put off what has to be sent to others.
func (q *Queue) unlockFor(by *Connection) {
	q.scanOnLocked()
	later := q.afterwards.take()
	q.mu.Unlock()
	later.do(&q.Destination, by)
}

// Consumers returns the consumers as they are now.
func (q *Queue) Consumers() []*Subscription {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := make([]*Subscription, len(q.consumers))
	for i, t := range q.consumers {
		all[i] = t.Subscription
	}
	return all
}

// expectConsumers has the store note that messages may be delivered from now on.
func (q *Queue) expectConsumers() {
	if q.stored != nil {
		q.stored.Delivering()
	}
}

// remove ends the queue with all that it holds. whenDone is called when the store has dropped it.
func (q *Queue) remove(whenDone store.Completion) {
	q.mu.Lock()
	q.removed = true
	for d := q.waiting.first; d != nil; d = q.waiting.first {
		q.leave(d)
		d.state = done
		q.memory.add(-d.size())
	}
	for d := q.later.first; d != nil; d = q.later.first {
		q.leaveLater(d)
		d.state = done
		q.memory.add(-d.size())
	}
	q.overflow = false
	q.spooled.discard()
	q.mu.Unlock()
	if q.stored == nil {
		whenDone(nil)
		return
	}
	q.broker.options.Store.RemoveDestination(q.name, whenDone)
}

// noteDelivered tells the store, which is about to be closed, what must carry the redelivered mark in the next run.
func (q *Queue) noteDelivered() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.stored != nil && q.delivered > 0 {
		q.stored.Delivered(q.delivered)
	}
}

// Counters returns the queue's numbers.
func (q *Queue) Counters() Counters {
	c := q.counters()
	q.mu.Lock()
	defer q.mu.Unlock()
	c.Consumers = int64(len(q.consumers))
	return c
}
