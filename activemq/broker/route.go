package broker

import (
	"errors"

	"goactivemq/activemq/broker/virtual"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// leg is one of the destinations that a message goes to, with the copy for it.
type leg struct {
	to        place
	message   *message.Message
	droppable bool // where there is no room it is left out
}

// forwardsMax is how often a message may be forwarded from one virtual destination to the next.
const forwardsMax = 32

// sendVirtual sends a message that was sent to a destination with a plan. Nothing is sent when any of the destinations has no room for it
// and must not wait.
func (c *Connection) sendVirtual(p place, m *message.Message, whenDone store.Completion) error {
	legs, together, err := c.legsOf(nil, p, m, forwardsMax)
	if err != nil {
		return err
	}
	if legs, err = c.waitForAll(legs); err != nil {
		return err
	}
	if m.Transaction != nil {
		return c.sendInTransaction(legs, m.Transaction, whenDone)
	}
	if together && len(legs) > 1 && m.Persistent {
		return c.sendTogether(legs, m, whenDone)
	}
	each := shared(len(legs), whenDone)
	for _, l := range legs {
		l.to.send(l.message, c, each)
	}
	if len(legs) == 0 && whenDone != nil {
		whenDone(nil)
	}
	return nil
}

// legsOf appends where a message that was sent to p goes. together tells that all of it is to happen in one transaction.
func (c *Connection) legsOf(legs []leg, p place, m *message.Message, left int) (_ []leg, together bool, err error) {
	plan := p.base().plan.Load()
	if plan == nil {
		return append(legs, leg{to: p, message: m}), false, nil
	}
	if left == 0 {
		return nil, false, fail(IllegalState, "%s was forwarded %d times: virtual destinations forward in a circle", m.Destination, forwardsMax)
	}
	follow := func(to message.Destination, copied *message.Message) error {
		next, err := c.broker.lookup(to, c)
		if err != nil {
			return err
		}
		more := false
		legs, more, err = c.legsOf(legs, next, copied, left-1)
		together = together || more
		return err
	}
	if plan.Mirror != nil {
		copied := *m
		copied.Destination = plan.Mirror
		if err := follow(*plan.Mirror, &copied); err != nil {
			return nil, false, err
		}
	}
	for i := range plan.FanOuts {
		legs = c.broker.fanOut(legs, p, plan, i, m)
		together = together || plan.FanOuts[i].Transacted
	}
	forwards, keeps := plan.Forwards(selectable{m, m.Redeliveries})
	for _, to := range forwards {
		if err := follow(to, forwarded(m, &to)); err != nil {
			return nil, false, err
		}
	}
	if keeps {
		legs = append(legs, leg{to: p, message: m})
	}
	return legs, together, nil
}

// forwarded returns a copy of a message for another destination.
func forwarded(m *message.Message, to *message.Destination) *message.Message {
	copied := *m
	copied.Destination, copied.OriginalDestination = to, m.Destination
	return &copied
}

// fanOut appends the queues of a virtual topic's consumers. number is the fan-out's in the plan.
func (b *Broker) fanOut(legs []leg, topic place, plan *virtual.Plan, number int, m *message.Message) []leg {
	f := &plan.FanOuts[number]
	if f.Local && m.BrokerPath != nil {
		return legs
	}
	for _, q := range b.queuesOf(topic.base(), plan, number) {
		if f.SelectorAware && !q.wantedBySome(m) {
			continue
		}
		copied := m
		if !f.KeepDestination {
			copied = forwarded(m, &q.name)
		}
		legs = append(legs, leg{to: q, message: copied, droppable: f.DropWhenFull})
	}
	return legs
}

// fanOutQueues are the queues of the fan-outs of a plan, as they were when the broker had changed so often.
type fanOutQueues struct {
	plan    *virtual.Plan
	changes int64
	queues  [][]*Queue
}

// queuesOf returns the queues of a fan-out.
func (b *Broker) queuesOf(d *Destination, plan *virtual.Plan, number int) []*Queue {
	known := d.fanOuts.Load()
	if known == nil || known.plan != plan || known.changes != b.queueChanges.Load() {
		known = b.findFanOuts(plan)
		d.fanOuts.Store(known)
	}
	return known.queues[number]
}

// findFanOuts looks for the queues of a plan's fan-outs.
func (b *Broker) findFanOuts(plan *virtual.Plan) *fanOutQueues {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := &fanOutQueues{plan: plan, changes: b.queueChanges.Load(), queues: make([][]*Queue, len(plan.FanOuts))}
	for name, q := range b.queues {
		for i := range plan.FanOuts {
			if plan.FanOuts[i].Covers(name) {
				found.queues[i] = append(found.queues[i], q)
			}
		}
	}
	return found
}

// wantedBySome tells whether a consumer of the queue wants a message, or one that was there before did.
func (q *Queue) wantedBySome(m *message.Message) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, t := range q.consumers {
		if t.wants(m, m.Redeliveries) {
			return true
		}
	}
	return q.broker.options.SelectorCache.Matches(q.name, selectable{m, m.Redeliveries})
}

// waitForAll waits for room in all destinations, and returns those that are to get the message.
func (c *Connection) waitForAll(legs []leg) ([]leg, error) {
	kept := legs[:0]
	for _, l := range legs {
		err := c.waitForRoom(l.to, l.message)
		if err == nil {
			kept = append(kept, l)
			continue
		}
		if e := new(Error); !l.droppable || !errors.As(err, &e) || e.Kind != LimitReached {
			return nil, err
		}
		c.broker.log.Warn("a message of virtual topic "+l.message.OriginalDestination.String()+" is dropped for "+l.to.base().name.String()+": no room", "error", err)
	}
	return kept, nil
}

// sendInTransaction sends a message to all its destinations in a transaction of the client's.
func (c *Connection) sendInTransaction(legs []leg, id *message.TransactionID, whenDone store.Completion) error {
	tx, err := c.transaction(id)
	if err != nil {
		return err
	}
	for _, l := range legs {
		if err := tx.addLeg(l); err != nil {
			return err
		}
	}
	if whenDone != nil {
		whenDone(nil)
	}
	return nil
}

// addLeg is addSend for one of several destinations.
func (t *transaction) addLeg(l leg) error {
	q, _ := l.to.(*Queue)
	topic, _ := l.to.(*Topic)
	return t.addSend(l.message, q, topic)
}

// sendTogether sends a message to all its destinations in a transaction of the broker's own.
func (c *Connection) sendTogether(legs []leg, m *message.Message, whenDone store.Completion) error {
	id := &message.TransactionID{Connection: &message.ConnectionID{Value: m.Producer.String()}, Value: m.ID.ProducerSequence}
	tx := &transaction{id: id, broker: c.broker}
	for _, l := range legs {
		if err := tx.addLeg(l); err != nil {
			return err
		}
	}
	return tx.commit(orNobody(whenDone))
}
