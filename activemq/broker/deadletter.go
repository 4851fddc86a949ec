package broker

import (
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// bury ends a delivery that expired, or cannot be processed, as its destination's dead letter strategy says.
func (b *Broker) bury(l deadLetter) { b.buryThen(l, nil) }

// buryThen is bury for those who wait until it is done. The dead letter is on disk before the message is taken out, so that a crash between
// can only double it.
func (b *Broker) buryThen(l deadLetter, whenDone store.Completion) {
	d := l.delivery
	takeOut := func(err error) {
		if err != nil {
			b.log.Error("a message of "+d.from.base().name.String()+" cannot go to the dead letter queue and stays where it is", "message", d.message.ID.String(), "error", err)
			d.unburied = true // dispatching must not come here again at once
			d.from.returned([]*delivery{d})
			if whenDone != nil {
				whenDone(err)
			}
			return
		}
		d.from.consumed([]*delivery{d}, nil, whenDone)
	}
	strategy := &d.from.base().policy.DeadLetter
	if !strategy.Wants(d.message, l.cause == "") {
		takeOut(nil)
		return
	}
	to := strategy.QueueFor(d.from.base().name)
	if to == d.from.base().name {
		takeOut(nil) // a dead letter that dies again is dropped, as the original does
		return
	}
	p, err := b.lookup(to, nil)
	if err != nil {
		takeOut(err)
		return
	}
	m := b.letter(d, l.cause, strategy.Expiration)
	m.Destination = &to
	// The letter may be stored within the call, under the lock of its queue, and taking out needs that of another one.
	var result error
	both := newRendezvous(func() { takeOut(result) })
	p.send(m, nil, func(err error) {
		result = err
		both.arrive()
	})
	both.arrive()
}

// letter returns the message as it goes into the dead letter queue.
func (b *Broker) letter(d *delivery, cause string, expiration int64) *message.Message {
	m := *d.message
	var extra message.Map
	if m.OriginalDestination == nil {
		m.OriginalDestination = m.Destination
	}
	if m.OriginalTransaction == nil {
		m.OriginalTransaction = m.Transaction
	}
	m.Transaction = nil
	m.Redeliveries = d.redeliveries
	if expiration > 0 {
		m.Expiration = b.millis() + expiration
	} else if m.Expiration > 0 {
		extra = append(extra, message.Entry{Name: "originalExpiration", Value: m.Expiration})
		m.Expiration = 0
	}
	if !m.Persistent {
		m.Persistent = true
		extra = append(extra, message.Entry{Name: "originalDeliveryMode", Value: "NON_PERSISTENT"})
	}
	if cause != "" {
		extra = append(extra, message.Entry{Name: "dlqDeliveryFailureCause", Value: cause})
	}
	m.Properties = b.withProperties(&m, extra)
	id := *m.ID
	id.BrokerSequence = b.sequence.Add(1)
	m.ID = &id
	return &m
}

// withProperties returns the message's properties and more. Properties that do not decode stay as they are, without more.
func (b *Broker) withProperties(m *message.Message, more message.Map) []byte {
	if len(more) == 0 {
		return m.Properties
	}
	properties, err := m.PropertyMap()
	if err == nil {
		var encoded []byte
		if encoded, err = message.AppendMap(nil, append(properties, more...)); err == nil {
			return encoded
		}
	}
	b.log.Warn("the properties of a message cannot be read; it goes to the dead letter queue as it is", "message", m.ID.String(), "error", err)
	return m.Properties
}
