package mqtt

import (
	"strings"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/mqtt/packet"
)

// subscription is one filter that a client has subscribed to.
type subscription struct {
	filter            string
	qos               packet.QoS
	retainAsPublished bool
	number            uint32 // subscription identifier, 0: none
	kept              bool   // it outlives the connection
	link              *broker.Connection
	info              *message.ConsumerInfo
	group             *group                           // of a shared subscription; nil: the client's own
	conn              *conn                            // of a shared one
	open              map[*message.ID]*message.Message // of a shared one: what the client has not acknowledged; its flow's lock guards it
	last              int64                            // the broker's number of the last message sent with QoS 1 or 2
}

// stored tells whether what the subscription gets may come out of the store, or waits for it while it is away.
func (s *subscription) stored() bool { return s.info.Destination.IsQueue() || s.info.IsDurable() }

// hides tells whether a message is not for the client though the broker's pattern covers it: a wildcard in front does not cover names that start with $
// [MQTT-4.7.2-1]. Advisories are the server's own topics as those are, and come to who asks for them; the original sends them to everybody who asks for all.
func (s *subscription) hides(m *message.Message) bool {
	return (s.filter[0] == '#' || s.filter[0] == '+') && (strings.HasPrefix(m.Destination.Name, "$") || m.IsAdvisory())
}

// ack is the acknowledgement of one message.
func (s *subscription) ack(id *message.ID) *message.Ack {
	return &message.Ack{Kind: message.Individual, Consumer: s.info.Consumer, Destination: s.info.Destination, Last: id, Count: 1}
}

// handleSubscribe makes subscriptions, each of which is answered [MQTT-3.8.4-1]. What they bring goes out behind the answer.
func (c *conn) handleSubscribe(f packet.Frame) error {
	p, err := packet.DecodeSubscribe(f, c.version)
	if err != nil {
		return err
	}
	c.out.Hold()
	granted := make([]packet.Reason, len(p.Filters))
	for i, filter := range p.Filters {
		granted[i] = c.subscribe(filter, p.SubscriptionID)
	}
	if err := c.session.save(c); err != nil {
		return err
	}
	c.out.PutFirst(item{kind: packet.SUBACK, raw: packet.AppendSuback(nil, c.version, p.ID, granted)})
	return nil
}

// subscribe makes one subscription, or takes the place of the one with the same filter [MQTT-3.8.4-3], and returns what the client is told.
func (c *conn) subscribe(f packet.Filter, number uint32) packet.Reason {
	_, filter, ok := packet.SplitShared(f.Name)
	if !ok {
		return packet.InvalidTopicFilter
	}
	before := c.session.subs[f.Name]
	recover := f.RetainHandling == packet.RetainAlways || f.RetainHandling == packet.RetainIfNew && before == nil
	var err error
	if isShared(f.Name) {
		err = c.subscribeShared(f, filter, number)
	} else if before != nil && before.fits(f) {
		err = c.resubscribe(before, f, number, recover)
	} else {
		err = c.addSubscription(f, number, recover, before)
	}
	if err != nil {
		c.handler.log.Warn("Error subscribing to "+f.Name+" by "+c.remote, "error", err)
		if c.version == packet.V31 {
			return packet.Reason(f.QoS) // which knows no failure
		}
		return reasonOf(err)
	}
	return packet.Reason(f.QoS)
}

// fits tells whether a subscription can become what is asked for as it is: one of QoS 0 is not kept.
func (s *subscription) fits(f packet.Filter) bool {
	return s.info.NoLocal == f.NoLocal && (s.qos > packet.AtMostOnce || f.QoS == packet.AtMostOnce || !s.kept)
}

// resubscribe changes a subscription, without a gap and without a loss, and has retained messages come again.
func (c *conn) resubscribe(s *subscription, f packet.Filter, number uint32, recover bool) error {
	c.flow.mu.Lock()
	s.qos, s.retainAsPublished, s.number = f.QoS, f.RetainAsPublished, number
	c.flow.mu.Unlock()
	if recover {
		c.link.Recover(*s.info.Consumer)
	}
	return nil
}

// addSubscription makes a subscription; one that it takes the place of ends after that.
func (c *conn) addSubscription(f packet.Filter, number uint32, recover bool, before *subscription) error {
	what := c.handler.strategy.consume(c.clientID, f, c.expiry > 0)
	s := &subscription{
		filter: f.Name, qos: f.QoS, retainAsPublished: f.RetainAsPublished, number: number, kept: c.expiry > 0,
	}
	if err := c.consume(s, what, recover); err != nil {
		return err
	}
	if before != nil {
		c.removeSubscription(before)
	}
	c.session.subs[f.Name] = s
	return nil
}

// consume makes the broker's consumer of a subscription.
func (c *conn) consume(s *subscription, what consumed, recover bool) error {
	c.consumer++
	s.info = &message.ConsumerInfo{
		Consumer:    &message.ConsumerID{Connection: c.producer.Connection, Session: c.producer.Session, Value: c.consumer},
		Destination: &what.destination, Prefetch: what.prefetch, DispatchAsync: true, NoLocal: what.noLocal, Retroactive: recover,
		SubscriptionName: message.NonEmpty(what.name),
	}
	if c.handler.prefetch > 0 {
		s.info.Prefetch = int32(min(c.handler.prefetch, topicPrefetch))
	}
	c.flow.mu.Lock()
	if c.flow.subs == nil {
		c.flow.subs = map[int64]*subscription{}
	}
	c.flow.subs[c.consumer] = s
	c.flow.mu.Unlock()
	s.link = c.link
	_, err := c.link.AddConsumer(s.info)
	if err != nil {
		c.forgetConsumer(s)
	}
	return err
}

// forgetConsumer takes a subscription out of the flow, with what waits for it.
func (c *conn) forgetConsumer(s *subscription) {
	c.flow.mu.Lock()
	defer c.flow.mu.Unlock()
	delete(c.flow.subs, s.info.Consumer.Value)
	c.flow.forgetLocked(s)
}

// forgetLocked drops what waits for a subscription.
func (f *flow) forgetLocked(s *subscription) {
	kept := f.waiting[:0]
	for _, i := range f.waiting {
		if i.sub != s {
			kept = append(kept, i)
		}
	}
	clear(f.waiting[len(kept):])
	f.waiting = kept
}

// removeSubscription ends a subscription with what it keeps.
func (c *conn) removeSubscription(s *subscription) {
	if s.group != nil {
		s.group.leave(s, true)
		return
	}
	c.endConsumer(s)
	switch {
	case s.info.IsDurable():
		if err := c.link.RemoveDurable(s.info.SubscriptionName); err != nil {
			c.handler.log.Debug("durable subscription of "+c.remote, "error", err)
		}
	case s.info.Destination.IsQueue():
		if err := c.link.RemoveDestination(*s.info.Destination, nil); err != nil {
			c.handler.log.Debug("queue of a subscription of "+c.remote, "error", err)
		}
	}
}

// endConsumer ends a subscription's consumer; what it keeps stays. What the client was not sent does not count as delivered.
func (c *conn) endConsumer(s *subscription) {
	if s.group != nil {
		s.group.leave(s, false)
		return
	}
	c.forgetConsumer(s)
	last := s.last
	if last == 0 {
		last = message.NoneDelivered
	}
	c.link.RemoveConsumer(*s.info.Consumer, last)
}

// handleUnsubscribe ends subscriptions [MQTT-3.10.4-1]. It is answered even where there are none [MQTT-3.10.4-5].
func (c *conn) handleUnsubscribe(f packet.Frame) error {
	p, err := packet.DecodeUnsubscribe(f, c.version)
	if err != nil {
		return err
	}
	reasons := make([]packet.Reason, len(p.Filters))
	for i, filter := range p.Filters {
		reasons[i] = c.unsubscribe(filter)
	}
	if err := c.session.save(c); err != nil {
		return err
	}
	c.out.Put(item{kind: packet.UNSUBACK, raw: packet.AppendUnsuback(nil, c.version, p.ID, reasons)})
	return nil
}

// unsubscribe ends the subscription of that filter, which must be the same character by character [MQTT-3.10.4-1].
func (c *conn) unsubscribe(filter string) packet.Reason {
	if _, _, ok := packet.SplitShared(filter); !ok {
		return packet.InvalidTopicFilter
	}
	s := c.session.subs[filter]
	if s == nil {
		return packet.NoSubscriptionExisted
	}
	c.removeSubscription(s)
	delete(c.session.subs, filter)
	return packet.Success
}

var _ broker.Peer = (*conn)(nil)
