package mqtt

import (
	"cmp"
	"slices"
	"sync"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/mqtt/packet"
)

// flow is what the client was sent with QoS 1 and 2 and has not acknowledged, and what waits until it has.
type flow struct {
	packetMax int // bytes of a packet that the client takes, 0: any

	mu sync.Mutex
	// mu guards what follows.
	window  int  // how many may be under way
	leaving bool // nothing more is sent
	natural bool // packet identifiers follow from the messages, see identify
	last    uint16
	subs    map[int64]*subscription // by the number of the consumer
	sent    map[uint16]*flight
	waiting []item // in order
}

// flight is one message under way.
type flight struct {
	sub      *subscription
	id       *message.ID
	released bool // the client has it (PUBREC), and is told that it will not come again (PUBREL)
}

// skipped is the kind of an item that nothing is sent for.
const skipped packet.Kind = 0

// deliver queues a message for the client. It comes with locks of the broker held.
func (c *conn) deliver(d broker.Dispatch) {
	if d.Message == nil {
		return
	}
	c.flow.mu.Lock()
	defer c.flow.mu.Unlock()
	if sub := c.flow.subs[d.Consumer.Value]; sub != nil {
		c.deliverLocked(sub, d)
	}
}

// deliverLocked queues a message for one of the client's subscriptions. Nothing is sent to a client that is leaving: it was not delivered then.
func (c *conn) deliverLocked(sub *subscription, d broker.Dispatch) {
	f := &c.flow
	if f.leaving {
		return
	}
	if sub.open != nil {
		sub.open[d.Message.ID] = d.Message
	}
	i := item{kind: packet.PUBLISH, sub: sub, message: d.Message, qos: min(sub.qos, qosOf(d.Message))}
	if sub.hides(d.Message) {
		i.kind = skipped
	}
	if i.kind == skipped || i.qos == packet.AtMostOnce {
		c.out.Put(i)
		return
	}
	i.dup = d.Redeliveries > 0 // [MQTT-3.3.1-1]
	f.waiting = append(f.waiting, i)
	c.promoteLocked()
}

// promoteLocked puts what waits into the outbox as far as the window goes. Those of QoS 0 do not wait behind it.
func (c *conn) promoteLocked() {
	f := &c.flow
	n := 0
	for ; n < len(f.waiting) && len(f.sent) < f.window; n++ {
		i := &f.waiting[n]
		if i.id = f.identifyLocked(i.message); i.id == 0 {
			break
		}
		if f.sent == nil {
			f.sent = map[uint16]*flight{}
		}
		f.sent[i.id] = &flight{sub: i.sub, id: i.message.ID}
		i.sub.last = i.message.ID.BrokerSequence
		c.out.Put(*i)
		*i = item{}
	}
	if f.waiting = f.waiting[n:]; len(f.waiting) == 0 {
		f.waiting = nil
	}
}

// identifyLocked gives a message its packet identifier, 0 when it has to wait for one.
//
// In a session that is kept, the identifier follows from the message's number in the broker: after any end of the connection or of the broker the message comes again
// with the same [MQTT-4.4.0-1], without a note of it on disk for each message. Two messages under way that have the same one are 65535 apart, or one that two
// subscriptions cover; then the second waits for the first.
func (f *flow) identifyLocked(m *message.Message) uint16 {
	if f.natural {
		id := uint16(uint64(m.ID.BrokerSequence)%0xffff) + 1
		if f.sent[id] != nil {
			return 0
		}
		return id
	}
	for {
		f.last++
		if f.last != 0 && f.sent[f.last] == nil {
			return f.last
		}
	}
}

// drop takes a message out of flight that was not sent.
func (c *conn) drop(id uint16) {
	c.flow.mu.Lock()
	defer c.flow.mu.Unlock()
	delete(c.flow.sent, id)
	c.promoteLocked()
}

// handleAck does a PUBACK, PUBREC, PUBREL or PUBCOMP.
func (c *conn) handleAck(f packet.Frame) error {
	a, err := packet.DecodeAck(f, c.version)
	if err != nil {
		return err
	}
	c.out.Hold()
	switch f.Kind {
	case packet.PUBACK:
		c.acked(a.ID)
	case packet.PUBREC:
		return c.handleRec(a)
	case packet.PUBCOMP:
		c.completed(a.ID)
	case packet.PUBREL:
		c.handleRel(a)
	}
	return nil
}

// acked ends the flight of a message that the client has.
func (c *conn) acked(id uint16) {
	c.flow.mu.Lock()
	flight := c.flow.sent[id]
	if flight != nil && !flight.released {
		delete(c.flow.sent, id)
		c.promoteLocked()
	}
	c.flow.mu.Unlock()
	if flight != nil && !flight.released {
		c.consumed(flight.sub, flight.id, false)
	}
}

// handleRec notes that a message of QoS 2 has arrived, and releases it: PUBREL [MQTT-4.3.3-1].
func (c *conn) handleRec(a packet.Ack) error {
	if a.Reason.Failed() { // the client does not want it, and the exchange is over
		c.acked(a.ID)
		return nil
	}
	c.flow.mu.Lock()
	flight := c.flow.sent[a.ID]
	first := flight != nil && !flight.released
	if first {
		flight.released = true
	}
	c.flow.mu.Unlock()
	switch {
	case first:
		return c.session.release(c, a.ID, flight)
	case flight == nil && c.version == packet.V5:
		c.out.Put(item{kind: packet.PUBREL, id: a.ID, reason: packet.PacketIDNotFound})
	default:
		c.out.Put(item{kind: packet.PUBREL, id: a.ID})
	}
	return nil
}

// completed ends the flight of a message that was released.
func (c *conn) completed(id uint16) {
	c.flow.mu.Lock()
	flight := c.flow.sent[id]
	done := flight != nil && flight.released
	if done {
		delete(c.flow.sent, id)
		c.promoteLocked()
	}
	c.flow.mu.Unlock()
	if done {
		c.session.complete(id)
	}
}

// handleRel forgets the identifier of a message of QoS 2 that the client will not send again: PUBCOMP [MQTT-4.3.3-2], once the store has forgotten it too.
// Otherwise a crash could have the next message of that identifier taken for this one.
func (c *conn) handleRel(a packet.Ack) {
	reason := packet.Success
	if !c.session.received(a.ID) && c.version == packet.V5 {
		reason = packet.PacketIDNotFound
	}
	c.session.forget(a.ID, func(err error) {
		if err != nil {
			c.lost(err)
			return
		}
		c.out.Put(item{kind: packet.PUBCOMP, id: a.ID, reason: reason})
		if !c.answers.gather.Load() {
			c.out.Flush()
		}
	})
}

// consumed tells the broker that a message is done with, or all of its consumer's up to it.
func (c *conn) consumed(sub *subscription, id *message.ID, upTo bool) {
	ack := sub.ack(id)
	if upTo {
		ack.Kind = message.Standard
	}
	c.closeShared(sub, id)
	if err := sub.link.Ack(ack, nil); err != nil {
		c.handler.log.Debug("acknowledgement of "+c.remote, "error", err)
	}
}

// closeShared notes that a message of a shared subscription is done with.
func (c *conn) closeShared(sub *subscription, id *message.ID) {
	if sub.open != nil {
		c.flow.mu.Lock()
		delete(sub.open, id)
		c.flow.mu.Unlock()
	}
}

// unacknowledged returns what a client that leaves a shared subscription has not acknowledged, in order, and forgets it.
func (c *conn) unacknowledged(sub *subscription) []*message.Message {
	c.flow.mu.Lock()
	defer c.flow.mu.Unlock()
	var all []*message.Message
	for _, m := range sub.open {
		all = append(all, m)
	}
	sub.open = map[*message.ID]*message.Message{}
	c.flow.forgetLocked(sub)
	for id, flight := range c.flow.sent {
		if flight.sub == sub && !flight.released {
			delete(c.flow.sent, id)
		}
	}
	slices.SortFunc(all, func(a, b *message.Message) int { return cmp.Compare(a.ID.BrokerSequence, b.ID.BrokerSequence) })
	return all
}
