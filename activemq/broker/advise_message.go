package broker

import (
	"goactivemq/activemq/message"
)

// Advisories about messages, slow consumers, fast producers and limits. The topics are named for the kind and name of the destination, and the
// names of some properties are misspelt as clients know them.
const (
	adviseExpired    = "Expired."
	adviseDead       = "MessageDLQd."
	adviseNoConsumer = "NoConsumer."
	adviseSlow       = "SlowConsumer."
	adviseFast       = "FastProducer."
	adviseDiscarded  = "MessageDiscarded."
	adviseFull       = "FULL."
	adviseDelivered  = "MessageDelivered."
	adviseDispatched = "MessageDispatched."
	adviseConsumed   = "MessageConsumed."
	adviseMaster     = "MasterBroker"
)

// told is an advisory about a message that is to be sent once a destination's lock is released.
type told struct {
	prefix  string
	message *message.Message
}

// tells tells whether the destination's messages are worth an advisory at all: those of advisories are not.
func (d *Destination) tells() bool { return d.broker.options.Advisories && !d.name.IsAdvisory() }

// adviseMessage tells about one of the destination's messages. No lock is held.
func (d *Destination) adviseMessage(prefix string, m *message.Message, more ...message.Entry) {
	if !d.tells() {
		return
	}
	properties := message.Map{{Name: "orignalMessageId", Value: m.ID.String()}}
	switch prefix {
	case adviseExpired:
	case adviseDead:
		properties = nil
	default:
		properties = append(properties, message.Entry{Name: "orignalDestination", Value: d.name.String()})
	}
	shown := *m
	if !d.policy.AdvisoryBody {
		shown.Content = nil
	}
	d.broker.advise(endpointTopic(prefix, d.name), &shown, append(properties, more...))
}

// adviseDead tells what became of a message that is about to be taken out.
func (b *Broker) adviseDead(l *deadLetter, buried bool) {
	m := l.delivery.message
	d := l.delivery.from.base()
	if l.discarded && d.policy.AdvisoryForDiscarding {
		d.adviseMessage(adviseDiscarded, m,
			message.Entry{Name: "consumerId", Value: l.by.info.Consumer.String()}, message.Entry{Name: "discardedCount", Value: int32(l.by.discarded.Load())})
	}
	if buried {
		d.adviseMessage(adviseDead, m)
	}
	if l.expired() {
		d.adviseMessage(adviseExpired, m)
	}
}

// noteConsumed has the destination tell, once its lock is released, that a message is consumed.
func (a *afterwards) noteConsumed(d *Destination, m *message.Message) {
	if d.policy.AdvisoryForConsumed && d.tells() {
		a.told = append(a.told, told{adviseConsumed, m})
	}
}

// noteDispatched has it tell that a message is on its way to a consumer.
func (a *afterwards) noteDispatched(d *Destination, m *message.Message) {
	if d.policy.AdvisoryForDispatched && d.tells() {
		a.told = append(a.told, told{adviseDispatched, m})
	}
}

// noteArrived has it tell that a message has come, and where one that is not persistent has no consumer, that too.
func (a *afterwards) noteArrived(d *Destination, m *message.Message, consumers int) {
	if !d.policy.AdvisoryForDelivery && !d.policy.AdvisoryNoConsumers || !d.tells() {
		return
	}
	if d.policy.AdvisoryForDelivery {
		a.told = append(a.told, told{adviseDelivered, m})
	}
	if d.policy.AdvisoryNoConsumers && consumers == 0 && !m.Persistent {
		a.told = append(a.told, told{adviseNoConsumer, m})
	}
}

// tell sends the advisory.
func (t told) tell(d *Destination) {
	if t.prefix != adviseNoConsumer {
		d.adviseMessage(t.prefix, t.message)
		return
	}
	b := d.broker
	topic := message.Destination{Kind: message.Topic, Name: message.AdvisoryPrefix + endpointTopic(t.prefix, d.name)}
	p, err := b.lookup(topic, nil)
	if err != nil {
		b.log.Error("advisory topic "+topic.Name, "error", err)
		return
	}
	m := *t.message // the message itself goes there
	if m.OriginalDestination == nil {
		m.OriginalDestination = m.Destination
	}
	m.Destination, m.Transaction = &topic, nil
	p.send(&m, nil, nil)
}

// adviseSlowConsumer tells that a consumer lets messages wait.
func (b *Broker) adviseSlowConsumer(s *Subscription, d *Destination) {
	if d.policy.AdvisoryForSlowConsumers && d.tells() {
		b.advise(endpointTopic(adviseSlow, d.name), s.info, message.Map{{Name: "consumerId", Value: s.info.Consumer.String()}})
	}
}

// adviseNoRoom tells that a producer meets a limit.
func (b *Broker) adviseNoRoom(c *Connection, m *message.Message, d *Destination, full *Usage) {
	if !d.tells() {
		return
	}
	if d.policy.AdvisoryWhenFull {
		b.advise(endpointTopic(adviseFull, d.name), nil, message.Map{{Name: "usageName", Value: full.name}, {Name: "usageCount", Value: full.Used()}})
	}
	if d.policy.AdvisoryForFastProducers && m.Producer != nil {
		if p := c.producer(*m.Producer); p != nil {
			b.advise(endpointTopic(adviseFast, d.name), p.info, message.Map{{Name: "producerId", Value: m.Producer.String()}})
		}
	}
}
