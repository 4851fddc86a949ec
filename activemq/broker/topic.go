package broker

import (
	"sync"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Topic gives each message to all its subscribers.
type Topic struct {
	Destination
	stored store.Topic // nil: a temporary or advisory topic, which is never stored

	mu sync.Mutex
	// mu guards what follows.
	subscribers []*Subscription
	shares      []*share // of durable subscriptions, also of those that are away
	recovery    recovery
	afterwards
}

// newTopic makes the topic over what the store holds of it.
func (b *Broker) newTopic(name message.Destination) (*Topic, error) {
	t := &Topic{Destination: b.newDestination(name)}
	t.plan.Store(b.virtual.Load().For(name))
	t.recovery.recent = policy.NewRecent(t.policy.Recovery)
	if name.IsTemporary() || name.IsAdvisory() {
		return t, nil
	}
	stored, err := b.options.Store.OpenTopic(name)
	if err != nil {
		return nil, storeFailed(err)
	}
	t.stored = stored
	return t, nil
}

// base returns the common part.
func (t *Topic) base() *Destination { return &t.Destination }

// storesLocked tells whether m is to be kept in the store here.
func (t *Topic) storesLocked(m *message.Message) bool { return m.Persistent && len(t.shares) > 0 }

// send publishes a message outside any transaction. by is the connection that sent it, nil for the broker itself. whenDone, where not nil, is called when the producer may be told so. A message
// that durable subscriptions need goes to nobody before the disk has it.
func (t *Topic) send(m *message.Message, by *Connection, whenDone store.Completion) {
	t.mu.Lock()
	if !t.storesLocked(m) {
		kept := t.publishLocked(m, nil, whenDone)
		t.unlockFor(by)
		if whenDone != nil && !kept {
			whenDone(nil)
		}
		return
	}
	e := new(store.Entry)
	var err error
	both := newRendezvous(func() {
		if err == nil && t.admit(m, e, whenDone) {
			return
		}
		if whenDone != nil {
			whenDone(err)
		}
	})
	t.stored.Append(e, m, nil, func(result error) {
		err = result
		both.arrive()
	})
	t.mu.Unlock()
	both.arrive()
}

// appendIn journals a message in a transaction. It returns nil when nobody needs it stored.
func (t *Topic) appendIn(m *message.Message, tx store.Transaction) *store.Entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := new(store.Entry)
	t.stored.Append(e, m, tx, nil)
	return e
}

// stores is storesLocked for callers without the lock.
func (t *Topic) stores(m *message.Message) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.storesLocked(m)
}

// admit publishes a message. e is its entry where it is stored. whenKept and the result are publishLocked's.
func (t *Topic) admit(m *message.Message, e *store.Entry, whenKept store.Completion) (taken bool) {
	t.mu.Lock()
	defer t.unlock()
	if e != nil {
		t.stored.Admit(e)
	}
	return t.publishLocked(m, e, whenKept)
}

// unlock ends what holds the lock, and does what has to be done after it.
func (t *Topic) unlock() { t.unlockFor(nil) }

// unlockFor is unlock for what a connection's client sent: it may put off what has to be sent to others.
func (t *Topic) unlockFor(by *Connection) {
	later := t.afterwards.take()
	t.mu.Unlock()
	later.do(&t.Destination, by)
}

// publishLocked gives m to all that want it. taken tells that m is retained and whenKept is called when that is on disk; it is not otherwise.
func (t *Topic) publishLocked(m *message.Message, e *store.Entry, whenKept store.Completion) (taken bool) {
	t.enqueued.Add(1)
	t.noteArrived(&t.Destination, m, len(t.subscribers)+len(t.shares))
	m, taken = t.rememberLocked(m, whenKept)
	if len(t.subscribers) == 0 && len(t.shares) == 0 {
		return taken
	}
	l := t.newLoad(m)
	client, only := t.policy.Dispatch.Client(m)
	for _, s := range t.inOrderLocked() {
		if only && s.conn.info.ClientID.String() != client || !s.wants(m, m.Redeliveries) {
			continue
		}
		l.holders.Add(1)
		t.offerLocked(s, m, l, t.policy)
		t.touched.add(s)
	}
	for _, h := range t.shares {
		if only && h.durable.info.ClientID.String() != client {
			h.passOverLocked(e)
			continue
		}
		l.holders.Add(1)
		h.arrive(&delivery{message: m, entry: e, from: h, redeliveries: m.Redeliveries, load: l})
	}
	l.release()
	return taken
}

// newLoad counts a message in memory, for one holder.
func (t *Topic) newLoad(m *message.Message) *load {
	l := &load{size: t.sizeOf(m), usage: t.memory}
	l.holders.Store(1)
	t.memory.add(l.size)
	return l
}

// offerLocked gives a message, of whose load it is a holder, to one subscriber.
func (t *Topic) offerLocked(s *Subscription, m *message.Message, l *load, p *policy.Entry) {
	t.inFlight.Add(1)
	d := &delivery{message: m, from: t, redeliveries: m.Redeliveries, load: l}
	overdue, slow := s.offer(d, p, t.broker.millis())
	for _, lost := range overdue {
		t.tooManyLocked(s, lost)
	}
	if slow && !t.name.IsAdvisory() {
		t.slow = append(t.slow, s)
	}
}

// inOrderLocked returns the subscribers that get the next message, in order.
func (t *Topic) inOrderLocked() []*Subscription {
	switch t.policy.Dispatch.Kind {
	case policy.DispatchRoundRobin:
		if len(t.subscribers) > 1 {
			next := append(t.subscribers[1:len(t.subscribers):len(t.subscribers)], t.subscribers[0])
			was := t.subscribers
			t.subscribers = next
			return was
		}
	case policy.DispatchByPriority, policy.DispatchByNetwork:
		infos := make([]*message.ConsumerInfo, len(t.subscribers))
		for i, s := range t.subscribers {
			infos[i] = s.info
		}
		var ordered []*Subscription
		for _, i := range t.policy.Dispatch.Order(infos) {
			ordered = append(ordered, t.subscribers[i])
		}
		return ordered
	}
	return t.subscribers
}

// discarded does the accounts of a delivery that a slow subscriber will never get.
func (t *Topic) discarded(d *delivery) {
	d.state = done
	t.inFlight.Add(-1)
	d.load.release()
}

// consumed does the accounts of acknowledged messages.
func (t *Topic) consumed(ds []*delivery, _ *message.Ack, whenDone store.Completion) {
	t.dropped(ds)
	if whenDone != nil {
		whenDone(nil)
	}
}

// consumeIn has nothing to do: what these subscribers get is not stored.
func (t *Topic) consumeIn([]*delivery, *message.Ack, store.Transaction) {}

// dropped does the accounts of acknowledged messages.
func (t *Topic) dropped(ds []*delivery) {
	for _, d := range ds {
		if t.policy.AdvisoryForConsumed {
			t.adviseMessage(adviseConsumed, d.message)
		}
		d.state = done
		t.inFlight.Add(-1)
		t.dequeued.Add(1)
		t.broker.totals.dequeued.Add(1)
		d.load.release()
	}
}

// returned drops what a subscriber that is gone did not acknowledge.
func (t *Topic) returned(ds []*delivery) {
	for _, d := range ds {
		t.discarded(d)
	}
}

// wakeup has nothing to do: what waits for credit is with the subscriber itself.
func (t *Topic) wakeup() {}

// expectConsumers has nothing to do: these subscribers get nothing a second time.
func (t *Topic) expectConsumers() {}

// attach adds a subscriber.
func (t *Topic) attach(s *Subscription) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.uses.Add(1)
	t.subscribers = append(t.subscribers[:len(t.subscribers):len(t.subscribers)], s)
	s.addOrigin(t)
	t.recoverLocked(s)
}

// detach takes a subscriber out, with what waits for it.
func (t *Topic) detach(s *Subscription) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, other := range t.subscribers {
		if other == s {
			t.subscribers = append(t.subscribers[:i:i], t.subscribers[i+1:]...)
			return
		}
	}
}

// Consumers returns the consumers as they are now, durable ones that are there included.
func (t *Topic) Consumers() []*Subscription {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := append([]*Subscription(nil), t.subscribers...)
	for _, h := range t.shares {
		if s := h.durable.active.Load(); s != nil {
			all = append(all, s)
		}
	}
	return all
}

// hasSubscribers tells whether anybody would get a message now.
func (t *Topic) hasSubscribers() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.subscribers) > 0 || len(t.shares) > 0
}

// remove ends the topic with all that it holds. whenDone is called when the store has dropped it.
func (t *Topic) remove(whenDone store.Completion) {
	t.forgetRetained()
	if t.stored == nil {
		whenDone(nil)
		return
	}
	t.broker.options.Store.RemoveDestination(t.name, whenDone)
}

// noteDelivered tells the store, which is about to be closed, what must carry the redelivered mark in the next run.
func (t *Topic) noteDelivered() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, h := range t.shares {
		if h.delivered > 0 {
			h.stored.Delivered(h.delivered)
		}
	}
}

// Counters returns the topic's numbers.
func (t *Topic) Counters() Counters {
	c := t.counters()
	t.mu.Lock()
	defer t.mu.Unlock()
	c.Consumers = int64(len(t.subscribers) + len(t.shares)) // a durable subscriber counts while it is away, too
	return c
}
