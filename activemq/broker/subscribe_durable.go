package broker

import (
	"sync"

	"goactivemq/activemq/message"
	"goactivemq/activemq/selector"
)

// adoptSharesLocked gives a topic that has just been made its durable subscriptions: those that the store kept with it, and those made for a
// pattern that covers it.
func (b *Broker) adoptSharesLocked(t *Topic) error {
	if t.stored == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := map[string]bool{}
	for _, stored := range t.stored.Subscriptions() {
		d, err := b.durableLocked(stored.Info())
		if err != nil {
			return err
		}
		kept[d.key] = true
		d.shares = append(d.shares, d.newShareLocked(t, stored))
	}
	for _, d := range b.durables {
		if kept[d.key] || !d.covers(t.name) {
			continue
		}
		if err := d.joinLocked(t, false, func(error) {}); err != nil {
			return err
		}
	}
	return nil
}

// durableLocked returns the durable subscription that info describes, made when there is none.
func (b *Broker) durableLocked(info *message.SubscriptionInfo) (*durable, error) {
	key := info.Key()
	if d := b.durables[key]; d != nil {
		return d, nil
	}
	d := &durable{broker: b, key: key, info: info}
	if !info.Selector.IsEmpty() {
		compiled, err := selector.Parse(info.Selector.String())
		if err != nil {
			return nil, &Error{Kind: InvalidSelector, Text: info.Selector.String(), Err: err}
		}
		d.selector = compiled
	}
	b.durables[key] = d
	return d, nil
}

// covers tells whether the subscription is for messages of that topic.
func (d *durable) covers(topic message.Destination) bool {
	for _, part := range d.subscribed().Parts() {
		if part.Kind == topic.Kind && message.Matches(part.Name, topic.Name) {
			return true
		}
	}
	return false
}

// subscribed returns what the client asked for, which is a pattern where the destination that the store keeps is one topic of many.
func (d *durable) subscribed() message.Destination {
	if d.info.Subscribed != nil {
		return *d.info.Subscribed
	}
	return *d.info.Destination
}

// joinLocked gives the subscription a share of a topic whose lock the caller holds. whenDone is called when the store has it.
func (d *durable) joinLocked(t *Topic, retroactive bool, whenDone func(error)) error {
	info := *d.info
	info.Destination = &t.name
	stored, err := t.stored.Subscribe(&info, retroactive, whenDone)
	if err != nil {
		return storeFailed(err)
	}
	h := d.newShareLocked(t, stored)
	d.shares = append(d.shares, h)
	if s := d.active.Load(); s != nil {
		s.addOrigin(h)
	}
	return nil
}

// subscribeDurable makes s the consumer of its durable subscription, which is made, or made anew when it was for something else. It
// waits until the store has it.
func (b *Broker) subscribeDurable(s *Subscription) error {
	name := *s.info.Destination
	if name.IsTemporary() {
		return fail(InvalidDestination, "Cannot create a durable subscription on a temporary topic: %s", name)
	}
	info := &message.SubscriptionInfo{
		ClientID:         s.conn.info.ClientID,
		SubscriptionName: s.info.SubscriptionName,
		Destination:      s.info.Destination,
		Subscribed:       s.info.Destination,
		Selector:         s.info.Selector,
		NoLocal:          s.info.NoLocal,
	}
	for _, h := range b.sharesOf(info.Key()) {
		h.stored.Delivering()
	}
	var stored waiter
	fresh, err := b.bindDurable(s, info, &stored)
	if err == nil {
		err = storeFailed(stored.wait())
	}
	if err != nil {
		if fresh {
			b.dropDurable(s)
		}
		return err
	}
	for _, h := range b.sharesOf(info.Key()) {
		h.stored.Delivering()
	}
	s.wakeOrigins()
	return nil
}

// dropDurable forgets a durable subscription that was made for s and that the store has not kept.
func (b *Broker) dropDurable(s *Subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.durables[s.durable.key] == s.durable {
		b.endDurableLocked(s.durable, &waiter{})
	}
}

// bindDurable is the part of subscribeDurable that holds the broker's lock. fresh tells that it made the subscription.
func (b *Broker) bindDurable(s *Subscription, info *message.SubscriptionInfo, stored *waiter) (fresh bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, part := range info.Destination.Parts() {
		if !part.IsPattern() {
			if _, err := b.topicOrMakeLocked(part, s.conn); err != nil {
				return false, err
			}
		}
	}
	d := b.durables[info.Key()]
	if d != nil && d.active.Load() != nil {
		return false, fail(IllegalState, "Durable consumer is in use for client: %s and subscriptionName: %s", info.ClientID, info.SubscriptionName)
	}
	if d != nil && (d.info.Selector != info.Selector || d.subscribed() != *info.Subscribed || d.info.NoLocal != info.NoLocal) {
		b.endDurableLocked(d, stored)
		d = nil
	}
	if fresh = d == nil; fresh {
		if d, err = b.durableLocked(info); err != nil {
			return false, err
		}
	}
	d.active.Store(s)
	s.durable = d
	if fresh {
		if err := b.joinCoveredLocked(d, s.info.Retroactive, stored); err != nil {
			return true, err
		}
	} else {
		for _, h := range d.shares {
			s.addOrigin(h)
		}
	}
	for _, h := range d.shares {
		h.recover(s)
	}
	return fresh, nil
}

// sharesOf returns the shares that a durable subscription has now, none when there is no such subscription.
func (b *Broker) sharesOf(key string) []*share {
	b.mu.Lock()
	defer b.mu.Unlock()
	if d := b.durables[key]; d != nil {
		return append([]*share(nil), d.shares...)
	}
	return nil
}

// topicOrMakeLocked returns a topic, and makes one as for a client of c when there is none.
func (b *Broker) topicOrMakeLocked(name message.Destination, c *Connection) (place, error) {
	if t := b.topics[name]; t != nil {
		return t, nil
	}
	return b.makeLocked(name, c)
}

// joinCoveredLocked gives a new subscription a share of each topic that it covers and has none of yet.
func (b *Broker) joinCoveredLocked(d *durable, retroactive bool, stored *waiter) error {
	has := map[*Topic]bool{}
	for _, h := range d.shares {
		has[h.topic] = true
	}
	for _, t := range b.topics {
		if t.stored == nil || has[t] || !d.covers(t.name) {
			continue
		}
		t.mu.Lock()
		err := d.joinLocked(t, retroactive, stored.add())
		t.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// endDurableLocked forgets a durable subscription.
func (b *Broker) endDurableLocked(d *durable, stored *waiter) {
	delete(b.durables, d.key)
	for _, h := range d.shares {
		h.end(stored.add())
	}
}

// RemoveDurable ends the client's durable subscription of that name, which nobody may be consuming. It waits until the store has forgotten it.
func (c *Connection) RemoveDurable(name message.Text) error {
	b := c.broker
	key := (&message.SubscriptionInfo{ClientID: c.info.ClientID, SubscriptionName: name}).Key()
	var stored waiter
	b.mu.Lock()
	d := b.durables[key]
	switch {
	case d == nil:
		b.mu.Unlock()
		return fail(NoSubscription, "No durable subscription exists for clientID: %s and subscriptionName: %s", c.info.ClientID, name)
	case d.active.Load() != nil:
		b.mu.Unlock()
		return fail(IllegalState, "Durable consumer is in use")
	}
	b.endDurableLocked(d, &stored)
	b.mu.Unlock()
	subscribed := d.subscribed()
	b.adviseEndpoint(adviseConsumers, &subscribed, &message.RemoveSubscriptionInfo{Connection: c.info.Connection, SubscriptionName: name, ClientID: c.info.ClientID}, "consumerCount")
	return storeFailed(stored.wait())
}

// waiter waits for any number of completions of a store.
type waiter struct {
	group sync.WaitGroup

	mu  sync.Mutex
	err error // the first
}

// add returns another completion to wait for.
func (w *waiter) add() func(error) {
	w.group.Add(1)
	return func(err error) {
		w.mu.Lock()
		if w.err == nil {
			w.err = err
		}
		w.mu.Unlock()
		w.group.Done()
	}
}

// wait blocks until all have come, and returns the first error.
func (w *waiter) wait() error {
	w.group.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}
