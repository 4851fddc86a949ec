package amqp

import (
	"goactivemq/activemq/message"
	"goactivemq/amqp/wire"
)

// sender is our end of a link on which a client receives: a consumer of the broker. Its credit is what the broker may give it.
type sender struct {
	endpoint
	id         message.ConsumerID
	info       *message.ConsumerInfo
	temporary  *message.Destination // that ends with the link, nil for none
	presettled bool
	fallback   wire.State // what it means when the client settles without a word

	// The connection's sending lock guards what follows.
	sent    uint32 // delivery-count: deliveries begun and credit used up by drains
	limit   int64  // the delivery-count up to which the client has given credit
	skipped int64  // of that, what the broker has not given: used up by drains, less what could not be sent
}

// newSender makes a consumer for a link.
func (s *session) newSender(e endpoint, p, answer *wire.Attach) (link, error) {
	c := s.conn
	c.consumers++
	l := &sender{
		endpoint: e, id: message.ConsumerID{Connection: c.id, Session: s.id.Value, Value: c.consumers},
		presettled: p.SenderSettleMode == wire.SenderSettled, fallback: wire.State{Kind: wire.Modified, DeliveryFailed: true},
	}
	answer.ReceiverSettleMode = p.ReceiverSettleMode
	answer.InitialDeliveryCount = wire.Some[uint32](0)
	l.info = &message.ConsumerInfo{Consumer: &l.id, NoRangeAcks: true, DispatchAsync: true}
	source, err := l.subscribeTo(p)
	if err != nil {
		return nil, err
	}
	answer.Source = source
	if source.DefaultOutcome.Kind != 0 {
		l.fallback = source.DefaultOutcome
	}
	c.sending.Lock()
	c.senders[l.id.Value] = l
	c.sending.Unlock()
	if _, err := c.session.AddConsumer(l.info); err != nil {
		l.forget()
		if l.temporary != nil {
			c.removeTemporary(l.temporary)
		}
		return nil, err
	}
	return l, nil
}

// subscribeTo fills in what the consumer takes from, and returns the source as the client is told it.
func (l *sender) subscribeTo(p *wire.Attach) (*wire.Source, error) {
	if p.Source == nil {
		return l.recover()
	}
	source := *p.Source
	f := readFilters(source.Filter)
	l.info.Selector, l.info.NoLocal, source.Filter = f.selector, f.noLocal, f.served
	switch {
	case source.Dynamic:
		d, err := l.session.conn.makeTemporary(source.Capabilities)
		if err != nil {
			return nil, err
		}
		l.info.Destination, l.temporary = d, d
		source.Address, source.DynamicNode = wire.Some(d.String()), lifetime()
		source.Capabilities = []wire.Symbol{capabilityOf[d.Kind]}
	case source.Address.Value == "":
		return nil, refuse(invalidField, "source address not set")
	default:
		d := message.ParseDestination(source.Address.Value, message.Queue)
		l.info.Destination = &d
	}
	if l.info.Destination.IsQueue() {
		l.info.Browser = source.DistributionMode == wire.DistributeCopy
	} else if source.Durable != wire.DurableNone {
		l.info.SubscriptionName = message.T(l.name)
	}
	return &source, nil
}

// recover has the link be that of a durable subscription of the link's name: a client that attaches without a source looks it up.
func (l *sender) recover() (*wire.Source, error) {
	info := l.session.conn.session.Durable(message.T(l.name))
	if info == nil {
		return nil, refuse(notFound, "Unknown subscription link: "+l.name)
	}
	l.info.Destination, l.info.SubscriptionName = info.Destination, message.T(l.name)
	l.info.Selector, l.info.NoLocal = info.Selector, info.NoLocal
	return &wire.Source{
		Address: wire.Some(info.Destination.String()), Durable: wire.DurableState, ExpiryPolicy: wire.ExpireNever, DistributionMode: wire.DistributeCopy,
		Filter: filtersOf(info),
	}, nil
}

// forget has nothing more sent on the link.
func (l *sender) forget() {
	c := l.session.conn
	c.sending.Lock()
	defer c.sending.Unlock()
	delete(c.senders, l.id.Value)
	for number, d := range l.session.outgoing.unsettled {
		if d.sender == l && d.in == nil {
			delete(l.session.outgoing.unsettled, number)
		}
	}
}

// end ends the consumer: what the client has not settled goes back. A subscription that is closed, and not only detached, ends too.
func (l *sender) end(closed bool) error {
	c := l.session.conn
	l.forget()
	c.settler.flush(c)
	c.session.RemoveConsumer(l.id, message.NoneDelivered)
	if l.temporary != nil {
		c.removeTemporary(l.temporary)
	}
	if closed && l.info.IsDurable() {
		return c.session.RemoveDurable(l.info.SubscriptionName)
	}
	return nil
}

// handleTransfer refuses what only senders send.
func (l *sender) handleTransfer(*wire.Transfer, []byte) error {
	return failLink(l, notAllowed, "a transfer on a link whose sender is the broker")
}

// handleFlow takes over the client's credit.
func (l *sender) handleFlow(p *wire.Flow) error {
	if p.LinkCredit.Set {
		l.grant(p)
	}
	if p.Drain {
		l.drain()
	} else if p.Echo {
		l.echo()
	}
	return nil
}

// grant lets the broker give the consumer what the client's credit allows. The client counts from what it has got; what is on its way takes
// part of the credit [AMQP 2.6.7].
func (l *sender) grant(p *wire.Flow) {
	c := l.session.conn
	c.sending.Lock()
	l.limit += int64(int32(p.DeliveryCount.Or(0) + p.LinkCredit.Value - uint32(l.limit)))
	total := l.limit - l.skipped
	c.sending.Unlock()
	c.session.Grant(l.id, total)
}

// drain sends what there is for the client's credit, and gives the rest up.
func (l *sender) drain() {
	c := l.session.conn
	unused := c.session.Drain(l.id)
	c.sending.Lock()
	l.skipped += unused
	c.sending.Unlock()
	c.out.Put(item{kind: sendDrained, sender: l, number: uint32(unused)})
}

// grantAgain gives back the credit for a message that could not be sent.
func (l *sender) grantAgain(c *conn) {
	c.sending.Lock()
	l.skipped--
	total := l.limit - l.skipped
	c.sending.Unlock()
	c.session.Grant(l.id, total)
}

// echo tells the client the state of the link.
func (l *sender) echo() {
	c := l.session.conn
	f := l.session.state()
	c.sending.Lock()
	f.Handle, f.DeliveryCount, f.LinkCredit = wire.Some(l.handle), wire.Some(l.sent), wire.Some(uint32(l.limit)-l.sent)
	c.sending.Unlock()
	c.out.Put(item{kind: sendFlow, session: l.session, frame: f})
}
