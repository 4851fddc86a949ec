package broker

import (
	"sync"
	"sync/atomic"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
	"goactivemq/activemq/selector"
)

// Subscription is one consumer: what it asked for, what it was given and has not acknowledged, and how much more it may be given.
type Subscription struct {
	info     *message.ConsumerInfo
	conn     *Connection
	selector *selector.Selector // nil: everything
	number   int64              // order of arrival in the broker
	extended bool               // what reached the client makes room for more before it is acknowledged
	durable  *durable           // that it consumes from, nil for all others; the broker's lock guards it

	// origins are the queues, topics and durable shares that it takes from. More come when destinations are made that its
	// pattern covers.
	origins atomic.Pointer[[]origin]

	lastAck atomic.Int64 // when the client last acknowledged something, in milliseconds since 1970

	mu sync.Mutex
	// mu guards what follows.
	prefetch   int
	inFlight   list
	arrived    int // of those in flight, the ones reached or claimed: they take no credit
	pulls      int // pulls that are not answered
	asked      int // pulls ever made: the last of them are those not answered
	closed     bool
	persistent bool // the last message given was: its producer may wait for the acknowledgement
	matched    list // of a topic consumer: what waits for credit
	slow       bool // more waits than it is likely to get through soon

	enqueued, dispatched, dequeued, discarded atomic.Int64
}

// Info returns what the consumer asked for. It must not be changed.
func (s *Subscription) Info() *message.ConsumerInfo { return s.info }

// Connection returns the connection that the consumer belongs to, nil for a durable subscription that is away.
func (s *Subscription) Connection() *Connection { return s.conn }

// Counters returns how many messages the consumer was offered, given, and has acknowledged.
func (s *Subscription) Counters() (enqueued, dispatched, dequeued int64) {
	return s.enqueued.Load(), s.dispatched.Load(), s.dequeued.Load()
}

// InFlight returns the number of messages given and not acknowledged.
func (s *Subscription) InFlight() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inFlight.len
}

// creditLocked tells whether another message may be given.
func (s *Subscription) creditLocked() bool {
	if s.closed {
		return false
	}
	if s.prefetch == 0 {
		return s.pulls > 0
	}
	if !s.extended {
		return s.inFlight.len < s.prefetch
	}
	return s.inFlight.len-s.arrived < s.prefetch
}

// hasCredit is creditLocked for callers without the lock; the answer may be old at once where others give to s too.
func (s *Subscription) hasCredit() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.creditLocked()
}

// isClosed tells whether close was called.
func (s *Subscription) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// wants tells whether the consumer's selector and noLocal let it have the message.
func (s *Subscription) wants(m *message.Message, redeliveries int32) bool {
	if s.info.NoLocal && m.Producer != nil && m.Producer.Connection == s.info.Consumer.Connection {
		return false
	}
	if m.TargetConsumer != nil && *m.TargetConsumer != *s.info.Consumer {
		return false
	}
	return s.selector == nil || s.selector.Matches(selectable{m, redeliveries})
}

// take moves d from the list it waits in to the consumer, when that has credit, and tells whether it did. The caller holds the
// lock that guards waiting.
func (s *Subscription) take(d *delivery, waiting *list) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.creditLocked() {
		return false
	}
	waiting.remove(d)
	s.giveLocked(d)
	return true
}

// give is take for a message that is in no list.
func (s *Subscription) give(d *delivery) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.creditLocked() {
		return false
	}
	s.giveLocked(d)
	return true
}

// giveLocked puts d, which is in no list, in flight and hands it to the peer.
func (s *Subscription) giveLocked(d *delivery) {
	d.state = inFlight
	s.slow = s.slow && s.matched.len > 0
	d.groupFirst = d.groupFirst || d.opensGroup
	s.persistent = d.message.Persistent
	s.inFlight.push(d)
	if s.prefetch == 0 {
		s.pulls--
	}
	s.dispatched.Add(1)
	s.conn.peer.Dispatch(Dispatch{Consumer: s.info.Consumer, From: &d.from.base().name, Message: s.conn.broker.dispatching(s, d.message), Redeliveries: d.redeliveries, GroupFirst: d.groupFirst})
}

// offer gives a topic's message to the consumer, or keeps it until there is credit. What goes because too many wait is returned; slow tells that the
// consumer has just become slow.
func (s *Subscription) offer(d *delivery, p *policy.Entry, now int64) (overdue []*delivery, slow bool) {
	s.enqueued.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		d.state = done
		return []*delivery{d}, false
	}
	if s.matched.len == 0 && s.creditLocked() {
		s.giveTopicsLocked(d)
		return nil, false
	}
	if s.info.Prefetch > 1 && s.matched.len > s.prefetch && !s.slow {
		s.slow, slow = true, true
	}
	s.matched.push(d)
	if most := p.Pending.For(s.info.Prefetch, s.info.MaxPending); most >= 0 && s.matched.len > most {
		overdue = s.evictLocked(&p.Eviction, most, now)
	}
	return overdue, slow
}

// feedLocked gives what a topic consumer has waiting, as far as the credit goes.
func (s *Subscription) feedLocked() {
	for s.matched.first != nil && s.creditLocked() {
		d := s.matched.first
		s.matched.remove(d)
		s.giveTopicsLocked(d)
	}
}

// giveTopicsLocked is giveLocked for what comes from a topic, which has no part in it that would count.
func (s *Subscription) giveTopicsLocked(d *delivery) {
	s.giveLocked(d)
	d.from.base().dispatched.Add(1)
}

// pull asks for one message beyond the prefetch of 0. Timeout is in milliseconds: -1 takes only what is there, 0 waits for ever.
func (s *Subscription) pull(timeout int64) {
	s.mu.Lock()
	s.pulls++
	s.asked++
	number := s.asked
	s.feedLocked()
	s.mu.Unlock()
	s.wakeOrigins()
	if timeout == 0 {
		return
	}
	giveUp := func() {
		s.mu.Lock()
		none := number > s.asked-s.pulls && !s.closed // not answered: pulls are answered in order
		if none {
			s.pulls--
			s.conn.peer.Dispatch(Dispatch{Consumer: s.info.Consumer})
		}
		s.mu.Unlock()
		if none {
			s.conn.peer.Flush()
		}
	}
	if timeout < 0 {
		giveUp()
		return
	}
	s.conn.broker.after(timeout, giveUp)
}

// wakeOrigins lets everything that the consumer takes from look whether it has something for it.
func (s *Subscription) wakeOrigins() {
	for _, o := range s.takesFrom() {
		o.wakeup()
	}
}

// takesFrom returns the origins as they are now. The slice is replaced, never changed.
func (s *Subscription) takesFrom() []origin {
	if p := s.origins.Load(); p != nil {
		return *p
	}
	return nil
}

// addOrigin has the consumer take from o too. The caller holds the broker's lock.
func (s *Subscription) addOrigin(o origin) {
	next := append(append([]origin(nil), s.takesFrom()...), o)
	s.origins.Store(&next)
}
