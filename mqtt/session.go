package mqtt

import (
	"slices"
	"sync"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/mqtt/packet"
)

// session is what the broker knows of a client, for as long as it is connected or longer. Its connection's goroutine owns it; while
// there is none, those who hold Sessions.mu do.
type session struct {
	sessions *Sessions
	clientID string
	owner    *conn       // Sessions.mu guards it
	timer    *time.Timer // ends the session some time after its connection; Sessions.mu guards it
	will     *delayed    // Sessions.mu guards it

	expiry uint32 // seconds that it outlives its connection; 0: not at all
	subs   map[string]*subscription
	kept   []keptSubscription // as its note says
	noted  string             // what its note says; "" where there is none
	note   *note

	mu sync.Mutex
	// mu guards what follows.
	arrived  map[uint16]*note // messages of QoS 2 that came and are not released; nil notes where the session is not kept
	released []exchange       // messages of QoS 2 that were sent and released and are not complete, in order
}

// exchange is the end of the way of a message of QoS 2.
type exchange struct {
	id   uint16
	note *note
}

// open throws away what the client left behind where it starts clean [MQTT-3.1.2-6], in 5.0 [MQTT-3.1.2-4], and tells whether there is something that goes on
// [MQTT-3.1.2-5].
func (s *session) open(c *conn, clean bool) (present bool, err error) {
	left := c.left()
	present = !clean && (s.note != nil || len(left) > 0)
	if clean {
		s.forgetAll()
		for _, what := range left {
			c.discard(what)
		}
	}
	s.subs = map[string]*subscription{}
	s.expiry = c.expiry
	return present, s.save(c)
}

// left is what the client left behind in the broker, which may be from Java's.
func (c *conn) left() []consumed {
	var all []consumed
	for _, d := range c.link.Durables() {
		all = append(all, consumed{destination: *d.Subscribed, name: d.SubscriptionName.String(), prefetch: durablePrefetch, noLocal: d.NoLocal})
	}
	return append(all, c.handler.strategy.queues(c.clientID, c.handler.broker)...)
}

// discard ends one of them.
func (c *conn) discard(what consumed) {
	var err error
	if what.name != "" {
		err = c.link.RemoveDurable(message.T(what.name))
	} else {
		err = c.link.RemoveDestination(what.destination, nil)
	}
	if err != nil {
		c.handler.log.Warn("what MQTT client "+c.clientID+" left behind could not be removed", "error", err)
	}
}

// resume goes on with what the client left behind: its subscriptions get what came meanwhile, and what was under way goes on [MQTT-4.4.0-1].
func (s *session) resume(c *conn) error {
	kept := map[string]keptSubscription{}
	for _, k := range s.kept {
		kept[k.Filter] = k
	}
	s.releaseAgain(c)
	for _, what := range c.left() {
		f, ok := c.handler.strategy.recover(c.clientID, what)
		if !ok {
			continue // made by another protocol
		}
		k, known := kept[f.Name]
		if !known {
			k = keptSubscription{Filter: f.Name, QoS: f.QoS}
		}
		delete(kept, f.Name)
		if err := c.restore(k, what); err != nil {
			return err
		}
	}
	for _, k := range s.kept {
		if _, still := kept[k.Filter]; !still {
			continue
		}
		if reason := c.subscribe(k.filter(), k.Number); reason.Failed() {
			c.handler.log.Warn("a kept subscription of MQTT client "+c.clientID+" is lost", "filter", k.Filter, "error", reason)
		}
	}
	return nil
}

// restore makes the consumer of a subscription that was kept.
func (c *conn) restore(k keptSubscription, what consumed) error {
	sub := &subscription{filter: k.Filter, qos: k.QoS, retainAsPublished: k.RetainAsPublished, number: k.Number, kept: true}
	if err := c.consume(sub, what, false); err != nil {
		return err
	}
	c.session.subs[k.Filter] = sub
	return nil
}

// releaseAgain tells the client again which messages of QoS 2 will not come again.
func (s *session) releaseAgain(c *conn) {
	c.flow.mu.Lock()
	defer c.flow.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.released {
		if c.flow.sent == nil {
			c.flow.sent = map[uint16]*flight{}
		}
		c.flow.sent[e.id] = &flight{released: true}
		c.out.Put(item{kind: packet.PUBREL, id: e.id})
	}
}

// received tells whether a message of QoS 2 with that identifier came and is not released.
func (s *session) received(id uint16) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, is := s.arrived[id]
	return is
}

// receivedCount returns how many messages of QoS 2 are not released.
func (s *session) receivedCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.arrived)
}

// setArrived notes a message of QoS 2 that came.
func (s *session) setArrived(id uint16, n *note) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.arrived == nil {
		s.arrived = map[uint16]*note{}
	}
	s.arrived[id] = n
}

// receive takes in a message of QoS 2, and with it, where the session is kept, that it came.
func (s *session) receive(c *conn, id uint16, m *message.Message, whenDone func(error)) error {
	s.setArrived(id, nil)
	if s.expiry == 0 {
		return c.send(m, whenDone)
	}
	return c.together(whenDone, func(tx *message.TransactionID) error {
		m.Transaction = tx
		if err := c.send(m, nil); err != nil {
			return err
		}
		n, err := s.sessions.keeper.write(c.link, exchangeQueue, keptExchange{Client: s.clientID, Packet: id}, tx, nil)
		if err == nil {
			s.setArrived(id, n)
		}
		return err
	})
}

// together does something in one transaction of the broker.
func (c *conn) together(whenDone func(error), do func(tx *message.TransactionID) error) error {
	c.transactions++
	tx := &message.TransactionID{Connection: &message.ConnectionID{Value: c.producer.Connection}, Value: c.transactions}
	if err := c.link.Begin(tx); err != nil {
		return err
	}
	err := do(tx)
	if err == nil {
		err = c.link.Commit(tx, true, whenDone)
	}
	if err != nil {
		if undone := c.link.Rollback(tx, nil); undone != nil {
			c.handler.log.Debug("rollback of "+tx.String(), "error", undone)
		}
	}
	return err
}

// forget ends the exchange for a message of QoS 2 that came. whenGone is called once it will not be remembered by anybody.
func (s *session) forget(id uint16, whenGone func(error)) {
	s.mu.Lock()
	n := s.arrived[id]
	delete(s.arrived, id)
	s.mu.Unlock()
	if n != nil {
		s.sessions.keeper.remove(n, whenGone)
	} else if whenGone != nil {
		whenGone(nil)
	}
}

// release tells the client that a message of QoS 2 will not come again, once that is certain: where the session is kept, once the store has it.
func (s *session) release(c *conn, id uint16, f *flight) error {
	if s.expiry == 0 {
		c.consumed(f.sub, f.id, false)
		c.out.Put(item{kind: packet.PUBREL, id: id})
		return nil
	}
	whenDone := func(err error) {
		if err != nil {
			c.lost(err)
			return
		}
		c.out.Send(item{kind: packet.PUBREL, id: id})
	}
	if f.sub.group != nil { // which has a connection of its own, that transactions of this one do not reach
		return s.noteReleased(c, id, nil, func(err error) {
			if err == nil {
				c.consumed(f.sub, f.id, false)
			}
			whenDone(err)
		})
	}
	return c.together(whenDone, func(tx *message.TransactionID) error {
		if err := s.noteReleased(c, id, tx, nil); err != nil {
			return err
		}
		ack := f.sub.ack(f.id)
		ack.Transaction = tx
		return f.sub.link.Ack(ack, nil)
	})
}

// noteReleased keeps in the store that a message of QoS 2 that was sent has arrived.
func (s *session) noteReleased(c *conn, id uint16, tx *message.TransactionID, whenDone func(error)) error {
	n, err := s.sessions.keeper.write(c.link, exchangeQueue, keptExchange{Client: s.clientID, Packet: id, Sent: true}, tx, whenDone)
	if err == nil {
		s.mu.Lock()
		s.released = append(s.released, exchange{id, n})
		s.mu.Unlock()
	}
	return err
}

// complete ends the exchange for a message of QoS 2 that was sent.
func (s *session) complete(id uint16) {
	s.mu.Lock()
	var n *note
	for i, e := range s.released {
		if e.id == id {
			n = e.note
			s.released = slices.Delete(s.released, i, i+1)
			break
		}
	}
	s.mu.Unlock()
	if n != nil {
		s.sessions.keeper.remove(n, nil)
	}
}

// forgetAll drops all that the session remembers, in the store too.
func (s *session) forgetAll() {
	s.mu.Lock()
	gone := []*note{s.note}
	for _, n := range s.arrived {
		gone = append(gone, n)
	}
	for _, e := range s.released {
		gone = append(gone, e.note)
	}
	s.arrived, s.released = nil, nil
	s.mu.Unlock()
	s.sessions.forsake(s.clientID, s.kept)
	s.note, s.noted, s.kept = nil, "", nil
	for _, n := range gone {
		if n != nil {
			s.sessions.keeper.remove(n, nil)
		}
	}
}
