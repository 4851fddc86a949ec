package broker

import (
	"fmt"
	"sync"
	"time"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
)

// ConsumerControl is what a peer may have besides: a way to tell a client about a consumer of its. Its methods must not block and must not call
// the broker, and come without locks.
type ConsumerControl interface {
	// CloseConsumer asks the client to close a consumer.
	CloseConsumer(message.ConsumerID)

	// ChangePrefetch tells the client that a consumer's prefetch is another one than it asked for.
	ChangePrefetch(c message.ConsumerID, prefetch int)
}

// slowConsumers are those that a strategy for slow consumers has an eye on.
type slowConsumers struct {
	mu sync.Mutex
	// mu guards what follows.
	known map[*Subscription]*policy.Slowness
	next  map[*policy.Entry]time.Time // when to look after the consumers of a policy's destinations again
}

// newSlowConsumers has an eye on nobody yet.
func newSlowConsumers() slowConsumers {
	return slowConsumers{known: map[*Subscription]*policy.Slowness{}, next: map[*policy.Entry]time.Time{}}
}

// slowConsumer tells that a consumer of the destination has just become slow. No lock is held.
func (b *Broker) slowConsumer(s *Subscription, d *Destination) {
	b.log.Warn(fmt.Sprintf("consumer %s of %s on %s has twice its prefetch limit of %d pending, without an ack; it appears to be slow",
		s.info.Consumer, s.conn.remote, d.name, s.info.Prefetch))
	b.adviseSlowConsumer(s, d)
	if strategy := &d.policy.Slow; strategy.Abort && !strategy.ByAck {
		b.slow.found(s)
	}
}

// found counts that a consumer was found slow.
func (w *slowConsumers) found(s *Subscription) *policy.Slowness {
	w.mu.Lock()
	defer w.mu.Unlock()
	x := w.known[s]
	if x == nil {
		x = &policy.Slowness{}
		w.known[s] = x
	}
	x.Count++
	return x
}

// forget takes the eye off a consumer, and tells whether it was on it.
func (w *slowConsumers) forget(s *Subscription) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.known[s] != nil
	delete(w.known, s)
	return was
}

// slowness returns what is known of a consumer, nil when nothing is.
func (w *slowConsumers) slowness(s *Subscription) *policy.Slowness {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.known[s]
}

// due tells whether it is time to look after the consumers of a policy's destinations.
func (w *slowConsumers) due(e *policy.Entry, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now.Before(w.next[e]) {
		return false
	}
	w.next[e] = now.Add(e.Slow.CheckPeriod)
	return true
}

// checkSlow looks after the consumers of all destinations whose policy asks for that now.
func (b *Broker) checkSlow() {
	now := b.now()
	due := map[*policy.Entry]bool{}
	for _, d := range b.consumed() {
		e := d.destination.policy
		if _, known := due[e]; !known {
			due[e] = e.Slow.Abort && b.slow.due(e, now)
		}
		if !due[e] {
			continue
		}
		for _, s := range d.consumers {
			b.checkConsumer(s, d.destination, now)
		}
	}
}

// consumedDestination is a destination with its consumers.
type consumedDestination struct {
	destination *Destination
	consumers   []*Subscription
}

// consumed returns all destinations with their consumers, as they are now.
func (b *Broker) consumed() []consumedDestination {
	var all []consumedDestination
	for _, q := range b.Queues() {
		all = append(all, consumedDestination{&q.Destination, q.Consumers()})
	}
	for _, t := range b.Topics() {
		all = append(all, consumedDestination{&t.Destination, t.Consumers()})
	}
	return all
}

// checkConsumer looks after one consumer, and ends it when it is too slow.
func (b *Broker) checkConsumer(s *Subscription, d *Destination, now time.Time) {
	strategy := &d.policy.Slow
	slow := s.isSlow()
	if strategy.ByAck {
		idle := strategy.IgnoreIdle && s.InFlight() == 0
		slow = !idle && strategy.SinceAck >= 0 && now.Sub(time.UnixMilli(s.lastAck.Load())) > strategy.SinceAck
	}
	if !slow || strategy.IgnoreNetwork && s.info.NetworkSubscription {
		if b.slow.forget(s) {
			b.log.Info("sub: " + s.info.Consumer.String() + " is no longer slow")
		}
		return
	}
	x := b.slow.slowness(s)
	switch {
	case x == nil && !strategy.ByAck:
		return // it was slow before the strategy had an eye on it
	case x == nil:
		x = b.slow.found(s)
		b.adviseSlowConsumer(s, d)
	case strategy.ByAck:
		x = b.slow.found(s)
	}
	x.Marks++
	if strategy.TooSlow(*x) {
		b.slow.forget(s)
		b.abort(s, d, strategy)
	}
}

// localRemove is how long a client has to close a consumer that it was asked to, before the broker does it.
const localRemove = 1000 // milliseconds

// abort ends a slow consumer, or its connection.
func (b *Broker) abort(s *Subscription, d *Destination, strategy *policy.Slow) {
	if strategy.AbortConnection {
		b.log.Info("aborting connection:" + s.conn.info.Connection.Value + " with a slow consumer of " + d.name.String())
		s.conn.peer.Close(fail(LimitReached, "1 Consumers was slow too often (>%d) or too long (>%d): ", strategy.MaxCount, strategy.MaxDuration.Milliseconds()))
		s.conn.Close()
		return
	}
	b.log.Info("aborting slow consumer: " + s.info.Consumer.String() + " for destination:" + d.name.String())
	if peer, ok := s.conn.peer.(ConsumerControl); ok {
		peer.CloseConsumer(*s.info.Consumer)
	}
	b.after(localRemove, func() { s.conn.RemoveConsumer(*s.info.Consumer, message.DeliveredUnknown) })
}

// slowCheckPeriod returns how often to look for slow consumers, 0 when no policy asks for that.
func (b *Broker) slowCheckPeriod() time.Duration {
	var shortest time.Duration
	for _, e := range b.policies.Load().Entries() {
		if e.Slow.Abort && e.Slow.CheckPeriod > 0 && (shortest == 0 || e.Slow.CheckPeriod < shortest) {
			shortest = e.Slow.CheckPeriod
		}
	}
	return shortest
}

// isSlow tells whether more waits for the consumer than it is likely to get through soon.
func (s *Subscription) isSlow() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.slow
}

// becomesSlow notes that a durable subscriber has no credit for what waits, and tells whether it had some before.
func (s *Subscription) becomesSlow() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.slow || s.closed || s.prefetch == 0
	s.slow = true
	return !was
}
