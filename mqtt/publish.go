package mqtt

import (
	"errors"
	"fmt"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/mqtt/packet"
)

// receiveMaximum is how many messages of QoS 1 and 2 a client of 5.0 may have unanswered.
const receiveMaximum = 1024

// handlePublish takes a message in. owned tells that the packet's memory may be kept.
func (c *conn) handlePublish(f packet.Frame, owned bool) error {
	var p packet.Publish
	if err := p.Decode(f, c.version); err != nil {
		return err
	}
	if c.version == packet.V5 {
		if err := c.checkPublish(&p); err != nil {
			return err
		}
	}
	if p.QoS == packet.ExactlyOnce && c.session.received(p.ID) {
		// It is here already; all that the client missed is the answer [MQTT-4.3.3-2].
		c.out.Put(item{kind: packet.PUBREC, id: p.ID})
		return nil
	}
	if p.Topic[0] == '$' && !c.handler.dollarTopics {
		return c.dropPublish(&p)
	}
	if !owned {
		p.Payload = append([]byte(nil), p.Payload...)
	}
	m := c.message(&p)
	if p.QoS == packet.AtMostOnce {
		return c.refused(m, c.send(m, nil))
	}
	return c.sendAnswered(m, &p)
}

// checkPublish does what 5.0 adds: topic aliases and the limit of messages under way.
func (c *conn) checkPublish(p *packet.Publish) error {
	if p.QoS > packet.AtMostOnce && c.waiting()+c.session.receivedCount() >= receiveMaximum && !c.session.received(p.ID) {
		return &packet.Error{Reason: packet.ReceiveMaximumExceeded, Text: fmt.Sprintf("more than %d messages without an answer", receiveMaximum)}
	}
	if reply := p.Properties.Find(packet.ResponseTopic); reply != nil && !packet.ValidTopic(reply.Data) { // [MQTT-3.3.2-14]
		return packet.Wrong("PUBLISH: the response topic is no topic name")
	}
	return c.aliases.resolve(p)
}

// sendAnswered sends a message whose client waits for an answer: a PUBACK [MQTT-4.3.2-2] or a PUBREC [MQTT-4.3.3-2], once the broker has it.
func (c *conn) sendAnswered(m *message.Message, p *packet.Publish) error {
	kind := packet.PUBACK
	if p.QoS == packet.ExactlyOnce {
		kind = packet.PUBREC
	}
	a := c.expect(kind, p.ID)
	whenDone := func(err error) {
		if err != nil {
			c.handler.log.Error("message of "+c.remote+" was not stored", "error", err)
			c.refuse(a, err)
			return
		}
		a.give(packet.Success)
	}
	var err error
	if kind == packet.PUBREC {
		err = c.session.receive(c, p.ID, m, whenDone)
	} else {
		err = c.send(m, whenDone)
	}
	if err != nil {
		c.handler.log.Warn("Failed to send MQTT Publish: "+c.remote+" to "+m.Destination.String(), "error", err)
		return c.refuse(a, err)
	}
	return nil
}

// refuse answers that a message was not taken. Before 5.0 there is no such answer: what the client may not do is acknowledged and dropped, as in the original;
// where it may try again, the connection ends without an answer [MQTT-3.3.5-2].
func (c *conn) refuse(a *answer, err error) error {
	var e *broker.Error
	known := errors.As(err, &e)
	if a.kind == packet.PUBREC {
		c.session.forget(a.id, nil)
	}
	switch {
	case c.version == packet.V5 && known && e.Kind != broker.NotConnected:
		a.give(reasonOf(err)) // [MQTT-3.3.5-2] of 5.0
	case known && (e.Kind == broker.NotAuthorized || e.Kind == broker.InvalidDestination || e.Kind == broker.NoDestination):
		a.give(packet.Success)
	default:
		c.end(err)
		return err
	}
	return nil
}

// refused is for a message whose client waits for nothing: it is dropped, but not by a connection that is over.
func (c *conn) refused(m *message.Message, err error) error {
	var e *broker.Error
	if errors.As(err, &e) && e.Kind == broker.NotConnected {
		return err
	}
	if err != nil {
		c.handler.log.Warn("Failed to send MQTT Publish: "+c.remote+" to "+m.Destination.String(), "error", err)
	}
	return nil
}

// dropPublish is for topics that are the server's own, which clients send to in vain, as in the original.
func (c *conn) dropPublish(p *packet.Publish) error {
	reason := packet.Success
	if c.version == packet.V5 {
		reason = packet.NotAuthorized
	}
	switch p.QoS {
	case packet.AtLeastOnce:
		c.expect(packet.PUBACK, p.ID).give(reason)
	case packet.ExactlyOnce:
		c.expect(packet.PUBREC, p.ID).give(reason)
	}
	return nil
}

// send gives a message to the broker. The connection's producer is made with its first one.
func (c *conn) send(m *message.Message, whenDone func(error)) error {
	return c.link.Send(m, whenDone)
}

// aliases are the topic aliases of a client, by number; 0 is none.
type aliases [][]byte

// aliasMaximum is how many aliases a client may have.
const aliasMaximum = 64

// resolve replaces an alias by its topic, or notes the topic that it stands for from now on.
func (a *aliases) resolve(p *packet.Publish) error {
	alias := p.Properties.Find(packet.TopicAlias)
	if alias == nil {
		return nil
	}
	n := int(alias.Number)
	if n == 0 || n > aliasMaximum { // [MQTT-3.3.2-8], [MQTT-3.3.2-9]
		return &packet.Error{Reason: packet.InvalidTopicAlias, Text: fmt.Sprintf("topic alias %d, want 1 to %d", n, aliasMaximum)}
	}
	if len(p.Topic) > 0 {
		for len(*a) <= n {
			*a = append(*a, nil)
		}
		(*a)[n] = append((*a)[n][:0], p.Topic...)
		return nil
	}
	if n >= len(*a) || len((*a)[n]) == 0 {
		return packet.Wrong("topic alias %d stands for no topic yet", n) // 3.3.4
	}
	p.Topic = (*a)[n]
	return nil
}
