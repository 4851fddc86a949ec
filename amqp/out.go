package amqp

import (
	"encoding/binary"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/amqp/wire"
)

// item is one thing to send.
type item struct {
	kind     sendKind
	settled  bool // sendAccepted
	number   uint32
	frame    wire.Performative
	session  *session // nil: for what is about the connection
	sender   *sender
	dispatch broker.Dispatch
}

// sendKind is what there is to send.
type sendKind uint8

const (
	sendFrame    sendKind = iota // frame
	sendMessage                  // dispatch
	sendAccepted                 // the delivery of that number, which the client sent in session, is accepted
	sendFlow                     // frame, a Flow, with the session's state as it is then
	sendDrained                  // sender has nothing left for number credits
	sendHeld                     // what the session held back while its window was closed
	sendEmpty                    // a sign of life
)

// encode appends what an item says. It is the outbox's, which calls it for one item at a time.
func (c *conn) encode(to []byte, i *item) ([]byte, error) {
	c.sending.Lock()
	defer c.sending.Unlock()
	if i.session != nil && i.session.outgoing.over {
		return to, nil // the client has no such session any more
	}
	if i.kind == sendAccepted {
		return c.encodeAccepted(to, i), nil
	}
	c.settled = settledFrame{}
	switch i.kind {
	case sendFrame:
		return c.encodeFrame(to, i), nil
	case sendMessage:
		return c.encodeMessage(to, i), nil
	case sendFlow:
		i.frame.(*wire.Flow).NextOutgoingID = i.session.outgoing.next
		return c.encoder.AppendFrame(to, wire.FrameAMQP, i.session.channel, i.frame), nil
	case sendDrained:
		return c.encodeDrained(to, i), nil
	case sendHeld:
		return i.session.outgoing.resume(to, c), nil
	}
	return wire.AppendEmpty(to), nil
}

// encodeFrame appends a frame as it is.
func (c *conn) encodeFrame(to []byte, i *item) []byte {
	if i.session == nil {
		return c.encoder.AppendFrame(to, wire.FrameAMQP, 0, i.frame)
	}
	if _, isLast := i.frame.(*wire.End); isLast {
		i.session.outgoing.over = true
	}
	return c.encoder.AppendFrame(to, wire.FrameAMQP, i.session.channel, i.frame)
}

// settledFrame is the last disposition that was encoded, as long as nothing stands behind it: the next one may only have to make it longer.
type settledFrame struct {
	session *session
	settled bool
	last    uint32 // delivery
	end     int    // of the frame in the buffer; 0: there is none
}

// acceptedFrame is a disposition of a receiver, without the bytes that differ: a frame of size 30 whose fields always take as much room.
//
//	size doff type channel | descriptor | list8 size count | role | first:uint | last:uint | settled | state: accepted
var acceptedFrame = [...]byte{
	0, 0, 0, 30, 2, 0, 0, 0, 0x00, 0x53, 0x15, 0xc0, 17, 5, 0x41, 0x70, 0, 0, 0, 0, 0x70, 0, 0, 0, 0, 0x41, 0x00, 0x53, 0x24, 0x45,
}

// Where the bytes that differ stand in acceptedFrame.
const (
	acceptedChannel = 6
	acceptedFirst   = 16
	acceptedLast    = 21
	acceptedSettled = 25
)

// encodeAccepted tells that a delivery is accepted, together with the one before where that is told in the frame before.
func (c *conn) encodeAccepted(to []byte, i *item) []byte {
	f := &c.settled
	if f.end != 0 && f.end == len(to) && f.session == i.session && f.settled == i.settled && f.last+1 == i.number {
		f.last = i.number
		binary.BigEndian.PutUint32(to[len(to)-len(acceptedFrame)+acceptedLast:], i.number)
		return to
	}
	at := len(to)
	to = append(to, acceptedFrame[:]...)
	frame := to[at:]
	binary.BigEndian.PutUint16(frame[acceptedChannel:], i.session.channel)
	binary.BigEndian.PutUint32(frame[acceptedFirst:], i.number)
	binary.BigEndian.PutUint32(frame[acceptedLast:], i.number)
	if !i.settled {
		frame[acceptedSettled] = 0x42
	}
	*f = settledFrame{i.session, i.settled, i.number, len(to)}
	return to
}

// encodeMessage sends a message, or keeps it while the session's window is closed. A consumer that is gone gets nothing: the broker has it back.
func (c *conn) encodeMessage(to []byte, i *item) []byte {
	s := c.senders[i.dispatch.Consumer.Value]
	if s == nil || i.dispatch.Message == nil { // a browser has seen all there is, which only those who drain it are told
		return to
	}
	o := &s.session.outgoing
	if o.closed() {
		o.held = append(o.held, held{item: *i})
		return to
	}
	return c.deliver(to, s, &i.dispatch)
}

// deliver begins the delivery of a message.
func (c *conn) deliver(to []byte, s *sender, d *broker.Dispatch) []byte {
	payload, format, err := c.outbound.append(c.payload[:0], d.Message, d.Redeliveries, time.Now().UnixMilli())
	if err != nil {
		c.claims++
		c.settler.add(c, settlement{sender: s, id: d.Message.ID, err: err})
		return to
	}
	o := &s.session.outgoing
	number := o.delivery
	o.delivery++
	s.sent++
	t := &c.transfer
	*t = wire.Transfer{
		Handle: s.handle, DeliveryID: wire.Some(number), DeliveryTag: c.tag[:], MessageFormat: format, Settled: wire.Some(s.presettled),
	}
	binary.BigEndian.PutUint32(c.tag[:], number)
	if s.presettled {
		c.settler.add(c, settlement{sender: s, id: d.Message.ID})
	} else {
		o.unsettled[number] = delivery{sender: s, id: d.Message.ID}
	}
	if c.payload = payload; cap(payload) > keepPayload {
		c.payload = nil
	}
	return o.transfer(to, c, s, payload)
}

// transfer sends a delivery, whose fields are in c.transfer, as far as the window goes, and keeps the rest.
func (o *outgoing) transfer(to []byte, c *conn, s *sender, payload []byte) []byte {
	t := &c.transfer
	for {
		to, payload = c.encoder.AppendTransfer(to, s.session.channel, t, payload, c.frameMax)
		o.next++
		o.window--
		if !t.More {
			return to
		}
		*t = wire.Transfer{Handle: t.Handle, Settled: t.Settled}
		if o.window == 0 {
			rest := append([]byte(nil), payload...)
			o.held = append([]held{{item: item{sender: s}, rest: rest}}, o.held...)
			return to
		}
	}
}

// resume sends what was held back, as far as the window goes.
func (o *outgoing) resume(to []byte, c *conn) []byte {
	for len(o.held) > 0 && o.window > 0 {
		h := o.held[0]
		o.held = o.held[1:]
		held := o.held
		o.held = nil // what transfer puts back stands in front of these
		switch s := c.senders[h.consumer()]; {
		case s == nil:
		case h.rest != nil:
			c.transfer = wire.Transfer{Handle: s.handle, Settled: wire.Some(s.presettled)}
			to = o.transfer(to, c, s, h.rest)
		case h.item.kind == sendDrained:
			to = c.drained(to, s, h.item.number)
		default:
			to = c.deliver(to, s, &h.item.dispatch)
		}
		o.held = append(o.held, held...)
	}
	return to
}

// consumer returns the number of the consumer that what was held back is for.
func (h *held) consumer() int64 {
	if h.item.sender != nil {
		return h.item.sender.id.Value
	}
	return h.item.dispatch.Consumer.Value
}

// encodeDrained tells that a sender has nothing for its credit, behind all that it had.
func (c *conn) encodeDrained(to []byte, i *item) []byte {
	if c.senders[i.sender.id.Value] == nil {
		return to
	}
	if o := &i.sender.session.outgoing; o.closed() {
		o.held = append(o.held, held{item: *i})
		return to
	}
	return c.drained(to, i.sender, i.number)
}

// drained uses up credit that there is no message for [AMQP 2.6.7].
func (c *conn) drained(to []byte, s *sender, credit uint32) []byte {
	s.sent += credit
	f := s.session.state()
	f.NextOutgoingID = s.session.outgoing.next
	f.Handle, f.DeliveryCount, f.LinkCredit, f.Drain = wire.Some(s.handle), wire.Some(s.sent), wire.Some[uint32](0), true
	return c.encoder.AppendFrame(to, wire.FrameAMQP, s.session.channel, f)
}

// outgoing is the part of a session that sends. The connection's sending lock guards it.
type outgoing struct {
	next      uint32 // id of the next transfer, each frame being one
	delivery  uint32 // id of the next delivery
	window    uint32 // transfers that the client takes yet
	held      []held // what the window has no room for, in order
	over      bool   // our End was sent: nothing may follow it
	unsettled map[uint32]delivery
}

// closed tells whether whatever is to be sent has to wait.
func (o *outgoing) closed() bool { return o.window == 0 || len(o.held) > 0 }

// held is what waits for a session's window: an item, or the rest of a delivery of item.sender that has begun.
type held struct {
	item item
	rest []byte
}

// delivery is a message that was sent and that the client has not settled.
type delivery struct {
	sender *sender
	id     *message.ID
	in     *transaction // that the client accepted it in
}
