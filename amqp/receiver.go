package amqp

import (
	"errors"
	"math"
	"sync/atomic"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/amqp/wire"
)

// receiver is our end of a link on which a client sends: a producer of the broker.
type receiver struct {
	incoming
	producer    message.ProducerID
	destination *message.Destination // nil: each message says where it goes
	temporary   *message.Destination // that ends with the link, nil for none
	sequence    int64
	second      bool // the client settles first, and we after it
}

// incoming is what links have on which clients send: credit, and the delivery that is coming in.
type incoming struct {
	endpoint
	credit  uint32 // deliveries that the client may still send
	count   uint32 // delivery-count: those that it has sent
	partial *partial
}

// partial is a delivery of which not all has come.
type partial struct {
	number  uint32
	format  uint32
	settled bool
	resumed bool
	state   wire.State
	payload []byte
}

// newReceiver makes a producer for a link.
func (s *session) newReceiver(e endpoint, p, answer *wire.Attach) (link, error) {
	c := s.conn
	if p.Target == nil {
		return nil, refuse(invalidField, "target not set")
	}
	c.producers++
	l := &receiver{
		incoming: incoming{endpoint: e, count: p.InitialDeliveryCount.Or(0)},
		producer: message.ProducerID{Connection: c.id, Session: s.id.Value, Value: c.producers},
		second:   p.ReceiverSettleMode == wire.ReceiverSecond,
	}
	target := *p.Target
	switch {
	case target.Dynamic:
		d, err := c.makeTemporary(target.Capabilities)
		if err != nil {
			return nil, err
		}
		l.destination, l.temporary = d, d
		target.Address, target.DynamicNode, target.Capabilities = wire.Some(d.String()), lifetime(), []wire.Symbol{capabilityOf[d.Kind]}
	case target.Address.Value != "":
		d := message.ParseDestination(target.Address.Value, message.Queue)
		l.destination = &d
	}
	answer.Target = &target
	if limit := c.handler.maxMessage; limit < math.MaxInt64 {
		answer.MaxMessageSize = uint64(limit)
	}
	if has(p.DesiredCapabilities, delayedDelivery) {
		answer.OfferedCapabilities = []wire.Symbol{delayedDelivery}
	}
	return l, c.session.AddProducer(&message.ProducerInfo{Producer: &l.producer, Destination: l.destination})
}

// end ends the producer.
func (l *receiver) end(bool) error {
	c := l.session.conn
	c.session.RemoveProducer(l.producer)
	if l.temporary != nil {
		c.removeTemporary(l.temporary)
	}
	for number, of := range l.session.settling {
		if of == l {
			delete(l.session.settling, number)
		}
	}
	return nil
}

// refill gives the client new credit when most of it is used.
func (l *incoming) refill() {
	full := uint32(l.session.conn.handler.credit)
	if l.credit > full*3/10 {
		return
	}
	l.credit = full
	l.echo()
}

// echo tells the client the state of the link.
func (l *incoming) echo() {
	f := l.session.state()
	f.Handle, f.DeliveryCount, f.LinkCredit = wire.Some(l.handle), wire.Some(l.count), wire.Some(l.credit)
	l.session.conn.out.Put(item{kind: sendFlow, session: l.session, frame: f})
}

// handleFlow takes over the state of the client's end: when it uses up its credit, it has its count advance [AMQP 2.6.7].
func (l *incoming) handleFlow(p *wire.Flow) error {
	if used := p.DeliveryCount.Or(l.count) - l.count; used <= l.credit {
		l.count += used
		l.credit -= used
		l.refill()
	}
	if p.Echo {
		l.echo()
	}
	return nil
}

// receive takes a transfer in, and returns the delivery when all of it has come, nil before. What it returns is the caller's.
func (l *incoming) receive(of link, t *wire.Transfer, payload []byte) (*partial, error) {
	d := l.partial
	if d == nil {
		if l.credit == 0 {
			return nil, failLink(of, transferLimit, "link %s has used up its credit", l.name)
		}
		if !t.DeliveryID.Set {
			return nil, failLink(of, invalidField, "the first transfer of a delivery has no delivery-id")
		}
		l.credit--
		l.count++
		d = &partial{number: t.DeliveryID.Value, format: t.Format(), resumed: t.Resume}
		l.partial = d
	} else if t.DeliveryID.Or(d.number) != d.number {
		return nil, failLink(of, invalidField, "delivery %d comes in before delivery %d has ended", t.DeliveryID.Value, d.number)
	}
	d.settled = d.settled || t.Settled.Or(false)
	if t.State.Kind != 0 {
		d.state = t.State
		d.state.Transaction = append([]byte(nil), t.State.Transaction...)
	}
	if t.Aborted { // as if it had never begun [AMQP 2.7.5]
		l.partial = nil
		l.refill()
		return nil, nil
	}
	if limit := l.session.conn.handler.maxMessage; int64(len(d.payload)+len(payload)) > limit {
		return nil, failLink(of, messageSizeExceeded, "a message of more than %d bytes", limit)
	}
	d.payload = append(d.payload, payload...)
	if t.More {
		return nil, nil
	}
	l.partial = nil
	return d, nil
}

// handleTransfer takes in a message, or a part of one.
func (l *receiver) handleTransfer(t *wire.Transfer, payload []byte) error {
	d, err := l.receive(l, t, payload)
	if d == nil || err != nil {
		return err
	}
	l.send(d)
	l.refill()
	return nil
}

// send has the broker take a message.
func (l *receiver) send(d *partial) {
	m, err := l.message(d)
	if err != nil {
		l.rejected(d, err)
		return
	}
	if d.settled {
		if err := l.session.conn.session.Send(m, nil); err != nil {
			l.rejected(d, err)
		}
		return
	}
	a := &answer{link: l, number: d.number, transaction: d.state.Transaction}
	l.session.conn.waiting.Add(1)
	if err := l.session.conn.session.Send(m, a.done); err != nil {
		l.session.conn.waiting.Add(-1)
		l.rejected(d, err)
	}
	if l.second && err == nil {
		l.session.settling[d.number] = l
	}
	a.returned.Store(true)
}

// message makes the broker's message of a delivery.
func (l *receiver) message(d *partial) (*message.Message, error) {
	c := l.session.conn
	m, err := c.inbound.convert(d.payload, d.format, time.Now())
	if err != nil {
		return nil, err
	}
	if l.destination != nil {
		m.Destination = l.destination
	} else if m.Destination == nil {
		return nil, refuse(failed, "Missing to field for message sent to an anonymous producer")
	}
	if m.ID == nil {
		m.ID = &message.ID{}
	}
	l.sequence++
	m.Producer, m.ID.Producer, m.ID.ProducerSequence = &l.producer, &l.producer, l.sequence
	if d.state.Kind == wire.Transactional {
		tx, err := c.transaction(d.state.Transaction)
		if err != nil {
			return nil, err
		}
		m.Transaction = tx.id
	}
	return m, nil
}

// rejected tells the client that a message was not taken. Where it does not want to know, the log has it.
func (l *receiver) rejected(d *partial, err error) {
	c := l.session.conn
	if d.settled {
		c.handler.log.Warn("a message that "+c.remote+" sent settled on link "+l.name+" is lost: the broker refused it", "error", err)
		return
	}
	c.out.Put(l.rejection(d.number, err))
}

// rejection is what tells the client that a delivery was not taken.
func (l *receiver) rejection(number uint32, err error) item {
	return item{session: l.session, frame: &wire.Disposition{
		Role: wire.ReceiverRole, First: number, Settled: true, State: wire.State{Kind: wire.Rejected, Error: rejectedBecause(err)},
	}}
}

// rejectedBecause is the condition of a refused message. What is no matter of rights or room has the original's.
func rejectedBecause(err error) *wire.Condition {
	why := condition(err)
	var e *broker.Error
	if errors.As(err, &e) && e.Kind != broker.NotAuthorized && e.Kind != broker.LimitReached {
		why.Condition = failed
	}
	return why
}

// answer is what a client is to be told about a delivery.
type answer struct {
	link        *receiver
	number      uint32
	transaction []byte      // nil: outside any
	returned    atomic.Bool // the call that sent the message has returned, so the connection's goroutine may be waiting for the client
}

// answersMax is how many answers wait for those of later messages, which will surely come, before they are sent.
const answersMax = 32

// done tells the client that the broker has the message. It comes from whatever goroutine found that out. As many answers go out together, the last
// one that is awaited sends them, and each of some number; while the call that sent the message is under way, the connection will.
func (a *answer) done(err error) {
	c := a.link.session.conn
	left := c.waiting.Add(-1)
	switch {
	case err != nil:
		c.handler.log.Error("message of "+c.remote+" was not stored", "error", err)
		c.out.Put(a.link.rejection(a.number, err))
	case a.transaction != nil:
		c.out.Put(item{session: a.link.session, frame: &wire.Disposition{
			Role: wire.ReceiverRole, First: a.number, Settled: !a.link.second,
			State: wire.State{Kind: wire.Transactional, Transaction: a.transaction, Outcome: &wire.State{Kind: wire.Accepted}},
		}})
	default:
		c.out.Put(item{kind: sendAccepted, session: a.link.session, number: a.number, settled: !a.link.second})
	}
	if a.returned.Load() && (left <= 0 || left%answersMax == 0) {
		c.out.Flush()
	}
}
