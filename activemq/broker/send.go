package broker

import (
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Send takes a message from the client: limits, arrival, route, and for each destination the transaction or the store and the
// consumers. The message and its slices are the broker's from then on. whenDone, where not nil, is called when the producer may be
// told that the broker has the message; an error that is returned means that it has not, and whenDone is not called.
//
// Where a limit leaves no room, a message with a whenDone waits aside and Send returns; for any other Send blocks, and with it the connection.
func (c *Connection) Send(m *message.Message, whenDone store.Completion) error {
	if m.Destination == nil || m.ID == nil {
		return fail(InvalidDestination, "the message names no destination, or has no id")
	}
	if m.Destination.IsAdvisory() && !c.broker.options.Advisories {
		return fail(InvalidDestination, "advisories are switched off")
	}
	m.Destination = c.broker.named(m.Destination)
	if answered, err := c.answer(m, whenDone); answered {
		return err
	}
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
	b.stamped(m)
	b.options.Plugins.Events.sent(m)
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
	if wait, err := c.makeRoom(p, m, whenDone); wait || err != nil {
		return err
	}
	if m.Transaction != nil {
		return c.sendInTransaction([]leg{{to: p, message: m}}, m.Transaction, whenDone)
	}
	p.send(m, c, whenDone)
	return nil
}
