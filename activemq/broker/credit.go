package broker

import (
	"goactivemq/activemq/message"
)

// Some protocols let a consumer have a number of messages whatever it does with those it got. Such a consumer has a prefetch of 0, and what it
// may have more is what it has pulled.

// Grant lets a consumer with a prefetch of 0 have as many messages as make total since it was made, and takes back what it was granted
// before beyond that.
func (c *Connection) Grant(id message.ConsumerID, total int64) {
	s := c.consumer(id)
	if s == nil {
		return
	}
	s.mu.Lock()
	s.pulls = int(max(0, total-s.dispatched.Load()))
	s.feedLocked()
	s.mu.Unlock()
	s.wakeOrigins()
}

// Drain takes back what a consumer was granted and there is no message for, and returns how many that are. What there was for it has gone to
// the peer when Drain returns.
func (c *Connection) Drain(id message.ConsumerID) int64 {
	s := c.consumer(id)
	if s == nil {
		return 0
	}
	s.wakeOrigins()
	s.mu.Lock()
	defer s.mu.Unlock()
	unused := s.pulls
	s.pulls = 0
	return int64(unused)
}

// Release gives messages back that a consumer has in flight, to be delivered again, to it or to others. failed counts a failed delivery for
// each. Messages that are not in flight to it, or acknowledged in an open transaction, it leaves alone.
func (c *Connection) Release(id message.ConsumerID, messages []*message.ID, failed bool) {
	s := c.consumer(id)
	if s == nil {
		return
	}
	var back, again []*delivery
	s.mu.Lock()
	for _, released := range messages {
		d := s.findLocked(released)
		if d == nil || d.state == claimed {
			continue
		}
		s.outLocked(d)
		if failed {
			d.redeliveries++
		}
		if _, isTopic := d.from.(*Topic); isTopic {
			again = append(again, d)
		} else {
			back = append(back, d)
		}
	}
	s.offerAgainLocked(again)
	s.mu.Unlock()
	for _, g := range byOrigin(back) {
		g[0].from.returned(g)
	}
	s.conn.peer.Flush()
}

// findLocked returns the delivery in flight of a message, nil when there is none.
func (s *Subscription) findLocked(id *message.ID) *delivery {
	for d := s.inFlight.first; d != nil; d = d.next {
		if d.message.ID.Same(id) {
			return d
		}
	}
	return nil
}

// offerAgainLocked puts messages of a topic, which nobody else has a claim to, in front of what waits for the consumer.
func (s *Subscription) offerAgainLocked(ds []*delivery) {
	first := s.matched.first
	for _, d := range ds {
		d.state = pending
		s.matched.insertBefore(d, first)
	}
	s.feedLocked()
}

// Durable returns what the client's durable subscription of that name is for, nil when there is none.
func (c *Connection) Durable(name message.Text) *message.SubscriptionInfo {
	b := c.broker
	b.mu.Lock()
	defer b.mu.Unlock()
	if d := b.durables[(&message.SubscriptionInfo{ClientID: c.info.ClientID, SubscriptionName: name}).Key()]; d != nil {
		info := *d.info
		subscribed := d.subscribed()
		info.Destination = &subscribed
		return &info
	}
	return nil
}
