package broker

import (
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Send takes a message from the client: limits, arrival, route, and for each destination the transaction or the store and the
// consumers. The message and its slices are the broker's from then on. whenDone, where not nil, is called when the producer may be
// told that the broker has the message; an error that is returned means that it has not, and whenDone is not called.
//
// Send blocks while a limit leaves no room, and with it the connection.
func (c *Connection) Send(m *message.Message, whenDone store.Completion) error {
	if m.Destination == nil || m.ID == nil {
		return fail(InvalidDestination, "the message names no destination, or has no id")
	}
	if m.Destination.IsAdvisory() && !c.broker.options.Advisories {
		return fail(InvalidDestination, "advisories are switched off")
	}
	m.Destination = c.broker.named(m.Destination)
	c.arrived(m)
	err := c.route(m, whenDone)
	if err != nil && whenDone == nil && m.Transaction != nil {
		if tx, _ := c.transaction(m.Transaction); tx != nil {
			tx.fail(err)
		}
	}
	return err
}

// route sends a message to all that its destination stands for.
func (c *Connection) route(m *message.Message, whenDone store.Completion) error {
	if m.Destination.IsComposite() {
		return c.sendParts(m, whenDone)
	}
	return c.sendOne(m, whenDone)
}

// arrived notes on the message what the broker adds to it. After that it does not change any more.
func (c *Connection) arrived(m *message.Message) {
	b := c.broker
	m.ID.BrokerSequence = b.sequence.Add(1)
	m.BrokerIn = b.millis()
	if b.options.PopulateUserID && !c.info.UserName.IsNull() {
		m.UserID = c.info.UserName
	}
	b.totals.enqueued.Add(1)
}

// sendParts sends a message to each part of a composite destination.
func (c *Connection) sendParts(m *message.Message, whenDone store.Completion) error {
	parts := m.Destination.Parts()
	each := shared(len(parts), whenDone)
	for i, part := range parts {
		one := *m
		one.Destination, one.OriginalDestination = &part, m.Destination
		if err := c.sendOne(&one, each); err != nil {
			if i == 0 || each == nil {
				return err
			}
			each(err)
		}
	}
	if len(parts) == 0 {
		return fail(InvalidDestination, "%s names no destination", m.Destination)
	}
	return nil
}

// sendOne sends a message to one destination, and to others that this stands for.
func (c *Connection) sendOne(m *message.Message, whenDone store.Completion) error {
	if taken, err := c.schedule(m, whenDone); taken || err != nil {
		return err
	}
	p, err := c.broker.lookup(*m.Destination, c)
	if err != nil {
		return err
	}
	if p.base().plan.Load() != nil {
		return c.sendVirtual(p, m, whenDone)
	}
	if err := c.waitForRoom(p, m); err != nil {
		return err
	}
	if m.Transaction != nil {
		return c.sendInTransaction([]leg{{to: p, message: m}}, m.Transaction, whenDone)
	}
	p.send(m, c, whenDone)
	return nil
}

// waitForRoom blocks while the limits leave no room for the message: the store's for one that is stored, which need not stay in memory,
// and memory's for any other.
func (c *Connection) waitForRoom(p place, m *message.Message) error {
	d := p.base()
	usage := d.memory
	if m.Persistent && c.broker.options.Persistent && !d.name.IsTemporary() {
		c.broker.options.Store.Throttle()
		usage = c.broker.storage
	}
	full := usage.full()
	if full == nil || !d.policy.ProducerFlowControl || d.name.IsAdvisory() {
		return nil
	}
	b := c.broker
	if b.options.SendFailIfNoSpace {
		return noRoom(full, m, d)
	}
	c.flushLater() // what was put off must not wait as long
	c.peer.Flush()
	since := b.now()
	b.log.Warn("Usage Manager " + full.name + " limit reached on " + d.name.String() + ". Producers will be throttled to the rate at which messages are removed from this destination to prevent flooding it. Producer " + m.Producer.String() + " of " + c.remote + " waits; " + full.String())
	switch usage.wait(c.gone, b.options.SendFailIfNoSpaceAfter) {
	case roomGone:
		return fail(NotConnected, "the connection ended while its producer waited for room in %s", d.name)
	case roomTimeout:
		return noRoom(full, m, d)
	}
	b.log.Info("producer " + m.Producer.String() + " of " + c.remote + " goes on after " + b.now().Sub(since).String() + " of waiting for room for " + d.name.String())
	return nil
}

// noRoom is the Error for a message that does not fit and may not wait.
func noRoom(full *Usage, m *message.Message, d *Destination) error {
	return fail(LimitReached, "Usage Manager %s limit reached. Stopping producer (%s) to prevent flooding %s. %s", full.name, m.Producer, d.name, full)
}
