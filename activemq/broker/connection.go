package broker

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"goactivemq/activemq/message"
	"goactivemq/activemq/selector"
)

// Connection is one client. Its methods are called by one goroutine, in the order of the client's commands; Close may come from any.
type Connection struct {
	broker *Broker
	peer   Peer
	info   *message.ConnectionInfo
	remote string // "tcp://127.0.0.1:4711"
	gone   chan struct{}

	// The goroutine that calls the methods owns these.
	aside   atomic.Int64 // messages of its client that wait for room without it
	putsOff bool         // the client's next command is there already
	later   touched      // what is put off until it has been done
	gave    bool         // a message that it sent was given to a consumer at once

	sentLast map[message.ProducerID]int64 // numbers of the last messages, of a client that reconnected

	closing sync.Once
	closed  chan struct{} // closed when Close is through

	mu sync.Mutex
	// mu guards what follows.
	ended        bool // Close has begun: nothing may be added that it would not see
	producers    map[message.ProducerID]*producer
	consumers    map[message.ConsumerID]*Subscription
	transactions map[message.TransactionKey]*transaction // those that it began and that are not prepared
	temporary    map[message.Destination]bool            // destinations that end with it
}

// producer is one producer of a connection.
type producer struct {
	info        *message.ProducerInfo
	destination *Destination // nil: any
}

// Connect takes a client in. remote is the client's address as "tcp://host:port". A connection of the same id that is still there, as after a
// broken line, gives way. The client id must be free.
func (b *Broker) Connect(info *message.ConnectionInfo, peer Peer, remote string) (*Connection, error) {
	if info.Connection == nil || info.Connection.Value == "" || info.Connection.Value == message.NullName {
		return nil, fail(InvalidClientID, "the connection has no id")
	}
	if info.ClientID.IsEmpty() {
		return nil, fail(InvalidClientID, "No clientID specified for connection request")
	}
	if b.options.Authenticate != nil {
		if err := b.options.Authenticate(info.UserName.String(), info.Password.String()); err != nil {
			return nil, &Error{Kind: NotAuthorized, Text: err.Error()}
		}
	}
	return b.enter(info, peer, remote)
}

// enter is Connect for those who may.
func (b *Broker) enter(info *message.ConnectionInfo, peer Peer, remote string) (*Connection, error) {
	c := &Connection{
		broker: b, peer: peer, info: info, remote: remote,
		gone:         make(chan struct{}),
		closed:       make(chan struct{}),
		producers:    map[message.ProducerID]*producer{},
		consumers:    map[message.ConsumerID]*Subscription{},
		transactions: map[message.TransactionKey]*transaction{},
		temporary:    map[message.Destination]bool{},
	}
	if err := b.register(c); err != nil {
		return nil, err
	}
	b.totals.connections.Add(1)
	b.adviseConnection(c)
	b.options.Plugins.Events.connection("Adding", info)
	return c, nil
}

// register enters c under its ids.
func (b *Broker) register(c *Connection) error {
	id, client := c.info.Connection.Value, c.info.ClientID.String()
	for {
		b.mu.Lock()
		if b.stopping {
			b.mu.Unlock()
			return &Error{Kind: IllegalState, Text: "connection refused", Err: ErrStopped}
		}
		stale := b.connections[id]
		if stale == nil {
			break
		}
		b.mu.Unlock()
		b.log.Warn("connection " + id + " from " + c.remote + " takes the place of the one from " + stale.remote)
		stale.peer.Close(fail(IllegalState, "connection %s came again from %s", id, c.remote))
		stale.Close()
	}
	defer b.mu.Unlock()
	if other := b.clients[client]; other != nil {
		return fail(InvalidClientID, "Broker: %s - Client: %s already connected from %s", b.options.Name, client, other.remote)
	}
	b.connections[id] = c
	b.clients[client] = c
	return nil
}

// MoreToCome tells whether the client's next command is there already. While it is, what Send gives to consumers may wait for what the next
// message gives them, and is sent with it. The call with false sends it all.
func (c *Connection) MoreToCome(more bool) {
	c.putsOff = more
	if !more {
		c.flushLater()
	}
}

// Gave tells whether any message that the client sent since the last call was given to a consumer at once, and did not only join a backlog.
func (c *Connection) Gave() bool {
	gave := c.gave
	c.gave = false
	return gave
}

// flushLater sends what was put off.
func (c *Connection) flushLater() {
	if len(c.later) > 0 {
		c.later.flush()
		clear(c.later)
		c.later = c.later[:0]
	}
}

// Info returns what the client said of itself.
func (c *Connection) Info() *message.ConnectionInfo { return c.info }

// Remote returns the client's address, "tcp://host:port".
func (c *Connection) Remote() string { return c.remote }

// Close ends the connection as if the client had gone without a word: open transactions are rolled back, what was in flight goes back.
// It waits until all that is done, whoever does it.
func (c *Connection) Close() { c.CloseAfter(message.DeliveredUnknown) }

// CloseAfter is Close with the broker sequence of the last message that reached the application.
func (c *Connection) CloseAfter(last int64) {
	c.closing.Do(func() {
		close(c.gone)
		c.end(lastDelivered{last, true})
		close(c.closed)
	})
	<-c.closed
}

// end takes the connection apart.
func (c *Connection) end(last lastDelivered) {
	c.mu.Lock()
	c.ended = true
	var open []*transaction
	for _, t := range c.transactions {
		open = append(open, t)
	}
	clear(c.transactions)
	c.mu.Unlock()
	for _, t := range open {
		if t.isPrepared() {
			continue // by another connection, which joined it
		}
		c.broker.forget(t)
		if err := t.rollback(func(error) {}); err != nil {
			c.broker.log.Debug("rollback of "+t.id.String()+" at the end of "+c.remote, "error", err)
		}
	}
	for _, s := range c.consumersOf(nil) {
		c.removeConsumer(s, last)
	}
	for _, p := range c.producersOf(nil) {
		c.removeProducer(p)
	}
	b := c.broker
	b.mu.Lock()
	delete(b.connections, c.info.Connection.Value)
	delete(b.clients, c.info.ClientID.String())
	b.mu.Unlock()
	c.mu.Lock()
	temporary := maps.Clone(c.temporary)
	c.mu.Unlock()
	for d := range temporary {
		b.removeTemporary(d)
	}
	b.adviseConnectionGone(c)
	b.options.Plugins.Events.connection("Removing", c.info)
}

// consumer returns the consumer of that id, nil when there is none.
func (c *Connection) consumer(id message.ConsumerID) *Subscription {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.consumers[id]
}

// consumersOf returns the consumers of a session, of all for nil, in the order in which they came.
func (c *Connection) consumersOf(session *message.SessionID) []*Subscription {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []*Subscription
	for id, s := range c.consumers {
		if session == nil || id.SessionID() == *session {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(x, y *Subscription) int { return cmp.Compare(x.number, y.number) })
	return found
}

// producer returns the producer of that id, nil when there is none.
func (c *Connection) producer(id message.ProducerID) *producer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.producers[id]
}

// producersOf returns the producers of a session, of all for nil.
func (c *Connection) producersOf(session *message.SessionID) []*producer {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []*producer
	for id, p := range c.producers {
		if session == nil || id.SessionID() == *session {
			found = append(found, p)
		}
	}
	return found
}

// AddProducer takes a producer in.
func (c *Connection) AddProducer(info *message.ProducerInfo) error {
	if info.Producer == nil {
		return fail(NotConnected, "the producer has no id")
	}
	info.Destination = c.broker.named(info.Destination)
	p := &producer{info: info}
	if info.Destination != nil && !info.Destination.IsComposite() {
		d, err := c.broker.lookup(*info.Destination, c)
		if err != nil {
			return err
		}
		p.destination = d.base()
		p.destination.producers.Add(1)
		p.destination.uses.Add(1)
	}
	c.mu.Lock()
	before := c.producers[*info.Producer]
	ended := c.ended
	if !ended {
		c.producers[*info.Producer] = p
	}
	c.mu.Unlock()
	if ended {
		before = p
	}
	if before != nil && before.destination != nil {
		before.destination.producers.Add(-1)
	}
	if ended {
		return errEnded(c)
	}
	c.broker.adviseProducer(c, p)
	c.broker.options.Plugins.Events.producer("Adding", info)
	changed(c.broker.options.Plugins.EndpointsChanged)
	return nil
}

// RemoveProducer ends a producer. One that is not known has ended already.
func (c *Connection) RemoveProducer(id message.ProducerID) {
	c.mu.Lock()
	p := c.producers[id]
	c.mu.Unlock()
	if p != nil {
		c.removeProducer(p)
	}
}

// removeProducer takes a producer out.
func (c *Connection) removeProducer(p *producer) {
	c.mu.Lock()
	delete(c.producers, *p.info.Producer)
	c.mu.Unlock()
	if p.destination != nil {
		p.destination.producers.Add(-1)
	}
	c.broker.adviseProducerGone(c, p)
	c.broker.options.Plugins.Events.producer("Removing", p.info)
	changed(c.broker.options.Plugins.EndpointsChanged)
}

// ProducerWindow returns the window that the producer asked for, 0 when it did not.
func (c *Connection) ProducerWindow(id message.ProducerID) int32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.producers[id]; p != nil {
		return p.info.Window
	}
	return 0
}

// AddConsumer takes a consumer in; messages may come before it returns.
func (c *Connection) AddConsumer(info *message.ConsumerInfo) (*Subscription, error) {
	if info.Consumer == nil {
		return nil, fail(NotConnected, "the consumer has no id")
	}
	if info.Destination == nil || info.Destination.Name == "" || info.Destination.Name == message.NullName {
		return nil, fail(InvalidDestination, "the consumer names no destination")
	}
	info.Destination = c.broker.named(info.Destination)
	p := c.broker.policies.Load().For(info.Destination.First())
	s := &Subscription{
		info: info, conn: c, number: c.broker.nextNumber(),
		prefetch: p.Prefetch.For(info), extended: p.PrefetchExtended,
	}
	s.lastAck.Store(c.broker.millis())
	if !info.Selector.IsEmpty() {
		compiled, err := selector.Parse(info.Selector.String())
		if err != nil {
			return nil, &Error{Kind: InvalidSelector, Text: info.Selector.String(), Err: err}
		}
		s.selector = compiled
	}
	if err := c.registerConsumer(s); err != nil {
		return nil, err
	}
	err := c.broker.subscribe(s)
	if err == nil && s.isClosed() {
		err = errEnded(c)
	}
	if err != nil {
		// What it was connected with so far, it takes back.
		c.mu.Lock()
		delete(c.consumers, *info.Consumer)
		c.mu.Unlock()
		c.broker.unsubscribe(s)
		s.close(lastDelivered{message.NoneDelivered, false})
		return nil, err
	}
	if !info.Browser {
		c.broker.options.SelectorCache.Add(*info.Destination, info.Selector.String())
	}
	c.broker.adviseConsumer(s)
	c.broker.options.Plugins.Events.consumer("Adding", info)
	changed(c.broker.options.Plugins.EndpointsChanged)
	if peer, ok := c.peer.(ConsumerControl); ok && info.Prefetch != 0 && s.prefetch == 0 {
		peer.ChangePrefetch(*info.Consumer, 0) // the client has to pull
	}
	return s, nil
}

// registerConsumer notes a consumer of a new id.
func (c *Connection) registerConsumer(s *Subscription) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.ended:
		return errEnded(c)
	case c.consumers[*s.info.Consumer] != nil:
		return fail(IllegalState, "consumer %s exists already", s.info.Consumer)
	}
	c.consumers[*s.info.Consumer] = s
	return nil
}

// errEnded is the Error for what comes while the connection ends.
func errEnded(c *Connection) error {
	return fail(NotConnected, "connection %s has ended", c.info.Connection.Value)
}

// RemoveConsumer ends a consumer; what it had in flight goes back. last is the broker sequence of the last message
// that reached the application.
func (c *Connection) RemoveConsumer(id message.ConsumerID, last int64) {
	if s := c.consumer(id); s != nil {
		c.removeConsumer(s, lastDelivered{last, false})
	}
}

// removeConsumer takes a consumer out.
func (c *Connection) removeConsumer(s *Subscription, last lastDelivered) {
	c.mu.Lock()
	here := c.consumers[*s.info.Consumer] == s
	delete(c.consumers, *s.info.Consumer)
	c.mu.Unlock()
	if !here {
		return // the broker and the client can come to it at the same time
	}
	c.broker.unsubscribe(s)
	c.broker.slow.forget(s)
	s.close(last)
	s.wakeOrigins() // others may get now what it kept from them, as an exclusive consumer or the owner of a group
	c.broker.options.SelectorCache.Remove(*s.info.Destination, s.info.Selector.String())
	c.broker.adviseConsumerGone(s)
	c.broker.options.Plugins.Events.consumer("Removing", s.info)
	changed(c.broker.options.Plugins.EndpointsChanged)
}

// close takes back what is in flight and puts it where it came from, with one delivery more on its count where it may have reached the
// application. What a transaction claimed stays with that.
func (s *Subscription) close(last lastDelivered) {
	s.mu.Lock()
	s.closed = true
	reachedApplication := last.start(&s.inFlight)
	var back []*delivery
	for d := s.inFlight.first; d != nil; d = s.inFlight.first {
		s.inFlight.remove(d)
		if reachedApplication(d) || d.state == claimed {
			d.redeliveries++
		}
		if d.state == claimed {
			d.state = orphaned
		} else {
			back = append(back, d)
		}
	}
	for d := s.matched.first; d != nil; d = s.matched.first {
		s.matched.remove(d)
		back = append(back, d)
	}
	s.arrived = 0
	s.mu.Unlock()
	for _, g := range byOrigin(back) {
		g[0].from.returned(g)
	}
}

// lastDelivered is what a client says about what reached the application, when it ends something.
type lastDelivered struct {
	sequence int64 // the last message's broker sequence, or NoneDelivered or DeliveredUnknown
	ofMany   bool  // the last of several consumers
}

// start returns a function that tells for each message in flight, from the first to the last, whether it may have reached the application.
// A consumer's own last message is in flight, with all before it, or all that reached the application is acknowledged. The last
// of several consumers may be another's: then what arrived at the broker before it counts.
func (l lastDelivered) start(inFlight *list) func(d *delivery) bool {
	if l.sequence == message.DeliveredUnknown {
		return func(*delivery) bool { return true }
	}
	if l.ofMany {
		return func(d *delivery) bool { return d.message.ID.BrokerSequence <= l.sequence }
	}
	before := false
	for d := inFlight.first; d != nil && !before; d = d.next {
		before = d.message.ID.BrokerSequence == l.sequence
	}
	return func(d *delivery) bool {
		is := before
		before = before && d.message.ID.BrokerSequence != l.sequence
		return is
	}
}

// RemoveSession ends a session with its consumers and producers. last is the broker sequence of the last message that reached the application
// in it.
func (c *Connection) RemoveSession(id message.SessionID, last int64) {
	for _, s := range c.consumersOf(&id) {
		c.removeConsumer(s, lastDelivered{last, true})
	}
	for _, p := range c.producersOf(&id) {
		c.removeProducer(p)
	}
}

// Pull asks for one message for a consumer with a prefetch of 0. timeout is in milliseconds: -1 takes only what is there, 0 waits for
// ever. An answer without a message ends a pull that got nothing.
func (c *Connection) Pull(id message.ConsumerID, timeout int64) {
	if s := c.consumer(id); s != nil {
		s.pull(timeout)
	}
}

// plenty is how many messages keep a consumer busy for some milliseconds.
const plenty = 128

// AcksCanWait tells whether nobody is waiting for a consumer's next acknowledgements: it has plenty to work off, or credit to spare and no
// producer that its acknowledgement would answer.
func (c *Connection) AcksCanWait(id message.ConsumerID) bool {
	s := c.consumer(id)
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.inFlight.len - s.arrived
	return n >= plenty || n < s.prefetch/2 && !s.persistent
}

// SetPrefetch changes a consumer's prefetch.
func (c *Connection) SetPrefetch(id message.ConsumerID, prefetch int32) {
	s := c.consumer(id)
	if s == nil {
		return
	}
	s.mu.Lock()
	s.prefetch = int(prefetch)
	s.feedLocked()
	s.mu.Unlock()
	s.wakeOrigins()
}
