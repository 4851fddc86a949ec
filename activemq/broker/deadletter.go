package broker

import (
	"slices"
	"strconv"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// deadLetter is a delivery that a dead letter strategy has to see.
type deadLetter struct {
	delivery  *delivery
	by        *Subscription // whose it was; nil: nobody's in particular
	discarded bool          // too many waited for by
	cause     string        // what a client said against it; "" for a message that expired or is discarded
}

// expired tells whether the message is dead because its time ran out.
func (l *deadLetter) expired() bool { return l.cause == "" && !l.discarded }

// why is what the dead letter says about its end, in the original's words.
func (l *deadLetter) why() string {
	switch {
	case l.discarded:
		return "java.lang.Throwable: TopicSubDiscard. ID:" + l.by.info.Consumer.String()
	case l.expired():
		return "java.lang.Throwable: Message Expired. Expiration:" + strconv.FormatInt(l.delivery.message.Expiration, 10)
	}
	return l.cause
}

// bury ends a delivery that expired, is discarded, or cannot be processed, as its destination's dead letter strategy says.
func (b *Broker) bury(l deadLetter) { b.buryThen(l, nil) }

// buryThen is bury for those who wait until it is done. The dead letter is on disk before the message is taken out, so that a crash between
// can only double it.
func (b *Broker) buryThen(l deadLetter, whenDone store.Completion) {
	if b.redeliverLater(&l, whenDone) {
		return
	}
	to, wanted := b.graveOf(&l)
	b.logDead(&l, wanted)
	if !wanted {
		b.takeOut(&l, false, nil, whenDone)
		return
	}
	p, err := b.lookup(to, nil)
	if err != nil {
		b.takeOut(&l, false, err, whenDone)
		return
	}
	m := b.letter(&l)
	m.Destination = &to
	// The letter may be stored within the call, under the lock of its queue, and taking out needs that of another one.
	var result error
	both := newRendezvous(func() { b.takeOut(&l, result == nil, result, whenDone) })
	p.send(m, nil, func(err error) {
		result = err
		both.arrive()
	})
	both.arrive()
}

// graveOf returns where a dead letter goes, if it goes anywhere. A message that comes a second time, as from another subscription, is no letter
// again, nor is one that dies in its dead letter queue.
func (b *Broker) graveOf(l *deadLetter) (to message.Destination, wanted bool) {
	d := l.delivery
	from := d.from.base()
	strategy := &from.policy.DeadLetter
	if b.dropsInTheEnd(l) {
		return to, false
	}
	if !strategy.Wants(d.message, l.expired() || d.message.ExpiredAt(b.millis())) || b.discardsLetter(d.message) {
		return to, false
	}
	subscription := ""
	if h, ok := d.from.(*share); ok {
		subscription = h.durable.key
	}
	to = strategy.QueueFor(from.name, subscription)
	return to, to != from.name && !strategy.Audit.Again(d.message.ID)
}

// takeOut ends the delivery of a message that is in its dead letter queue, or is not to get there. err is why it could not.
func (b *Broker) takeOut(l *deadLetter, buried bool, err error, whenDone store.Completion) {
	d := l.delivery
	if err != nil {
		b.log.Error("a message of "+d.from.base().name.String()+" cannot go to the dead letter queue and stays where it is", "message", d.message.ID.String(), "error", err)
		d.from.base().policy.DeadLetter.Audit.Forget(d.message.ID)
		d.unburied = true // dispatching must not come here again at once
		d.from.returned([]*delivery{d})
		if whenDone != nil {
			whenDone(err)
		}
		return
	}
	b.adviseDead(l, buried)
	d.from.consumed([]*delivery{d}, nil, whenDone)
}

// letter returns the message as it goes into the dead letter queue.
func (b *Broker) letter(l *deadLetter) *message.Message {
	d := l.delivery
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
	if expiration := d.from.base().policy.DeadLetter.Expiration; expiration > 0 {
		m.Expiration = b.millis() + expiration
	} else if m.Expiration > 0 {
		extra = append(extra, message.Entry{Name: "originalExpiration", Value: m.Expiration})
		m.Expiration = 0
	}
	if !m.Persistent {
		m.Persistent = true
		extra = append(extra, message.Entry{Name: "originalDeliveryMode", Value: "NON_PERSISTENT"})
	}
	extra = append(extra, message.Entry{Name: "dlqDeliveryFailureCause", Value: l.why()})
	m.Properties = b.withMore(&m, extra)
	id := *m.ID
	id.BrokerSequence = b.sequence.Add(1)
	m.ID = &id
	return &m
}

// withMore returns the message's properties and more. Properties that do not decode stay as they are, without more.
func (b *Broker) withMore(m *message.Message, more message.Map) []byte {
	properties, err := m.PropertyMap()
	if err == nil {
		properties = slices.DeleteFunc(properties, func(p message.Entry) bool {
			_, again := more.Get(p.Name)
			return again
		})
		var encoded []byte
		if encoded, err = message.AppendMap(nil, append(properties, more...)); err == nil {
			return encoded
		}
	}
	b.log.Warn("the properties of a message cannot be read; it goes on as it is", "message", m.ID.String(), "error", err)
	return m.Properties
}

// forgetLetter lets a dead letter that has left its queue be one again: an operator may have sent it back to where it came from.
func (b *Broker) forgetLetter(m *message.Message) {
	if from := m.OriginalDestination; from != nil {
		b.policies.Load().For(*from).DeadLetter.Audit.Forget(m.ID)
	}
}
