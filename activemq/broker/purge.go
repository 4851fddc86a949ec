package broker

import (
	"fmt"
	"time"

	"goactivemq/activemq/message"
)

// idle is what a destination that nobody used was like when that was first seen.
type idle struct {
	since time.Time // zero: it is in use
	uses  int64
}

// purgeInactive removes destinations that have been idle for as long as their policies want.
func (b *Broker) purgeInactive() {
	b.mu.Lock()
	defer b.mu.Unlock()
	left := b.options.PurgeMax
	if left <= 0 {
		left = len(b.queues) + len(b.topics)
	}
	for name, q := range b.queues {
		if left > 0 && q.overdue(b.now(), q.busy()) && q.retire() {
			b.purgeLocked(name, q)
			left--
		}
	}
	for name, t := range b.topics {
		if left > 0 && t.overdue(b.now(), t.busy()) {
			b.purgeLocked(name, t)
			left--
		}
	}
}

// overdue notes whether a destination is busy, and tells whether it has not been for too long.
func (d *Destination) overdue(now time.Time, busy bool) bool {
	wait := d.policy.InactiveBeforeGC
	if !d.policy.GCInactive || wait <= 0 || d.name.IsTemporary() || d.name.IsAdvisory() {
		return false
	}
	uses := d.uses.Load() + d.enqueued.Load()
	if busy || d.size.Load() > 0 || d.producers.Load() > 0 {
		d.idle = idle{}
		return false
	}
	if d.idle.since.IsZero() || d.idle.uses != uses {
		d.idle = idle{now, uses}
	}
	return now.Sub(d.idle.since) >= wait
}

// busy tells whether somebody consumes from the queue who counts.
func (q *Queue) busy() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.busyLocked()
}

// busyLocked is busy with the lock held.
func (q *Queue) busyLocked() bool {
	for _, t := range q.consumers {
		if !q.policy.GCWithNetworkConsumers || !t.info.NetworkSubscription {
			return true
		}
	}
	return q.reserved > 0
}

// busy tells whether somebody subscribes to the topic who counts. A durable subscription does while it is away, too.
func (t *Topic) busy() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.subscribers {
		if !t.policy.GCWithNetworkConsumers || !s.info.NetworkSubscription {
			return true
		}
	}
	return len(t.shares) > 0
}

// retire has an empty queue that nobody uses take nothing more, and tells whether it did. Who sends to it still is sent on to the queue of that
// name that is there then.
func (q *Queue) retire() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.busyLocked() || q.size.Load() > 0 {
		return false
	}
	q.removed = true
	return true
}

// purgeLocked removes an idle destination. Consumers over a network are connected again should it come back.
func (b *Broker) purgeLocked(name message.Destination, p place) {
	d := p.base()
	b.log.Info(fmt.Sprintf("%s Inactive for longer than %d ms - removing ...", name.Name, d.policy.InactiveBeforeGC.Milliseconds()))
	b.patterns = append(b.patterns, p.disconnect()...)
	b.deleteLocked(name)
	b.adviseDestinationLocked(name, message.RemoveDestination, nil)
	// Under the lock, so that nobody opens it in the store before it is gone there.
	p.remove(func(err error) {
		if err != nil {
			b.log.Error(name.String()+" was not removed from the store", "error", err)
		}
	})
}

// disconnect takes all consumers from the queue, and returns them.
func (q *Queue) disconnect() []*Subscription {
	q.mu.Lock()
	defer q.mu.Unlock()
	var all []*Subscription
	for _, t := range q.consumers {
		all = append(all, t.Subscription)
	}
	q.consumers, q.cursors = nil, nil
	return all
}

// disconnect takes all subscribers from the topic, and returns them.
func (t *Topic) disconnect() []*Subscription {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := t.subscribers
	t.subscribers = nil
	return all
}

// reserve keeps a queue from being retired until release is called, and returns it, or the queue that has taken its place.
func (b *Broker) reserve(q *Queue) (*Queue, error) {
	for {
		q.mu.Lock()
		if !q.removed || q.name.IsTemporary() {
			q.reserved++
			q.mu.Unlock()
			return q, nil
		}
		q.mu.Unlock()
		p, err := b.lookup(q.name, nil)
		if err != nil {
			return nil, err
		}
		q = p.(*Queue)
	}
}

// unreserve ends a reservation.
func (q *Queue) unreserve() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.reserved--
}

// sendAnew sends a message that came too late for a queue to the one that has taken its place.
func (q *Queue) sendAnew(m *message.Message, by *Connection, whenDone func(error)) {
	p, err := q.broker.lookup(q.name, by)
	if err == nil {
		p.send(m, by, whenDone)
		return
	}
	if whenDone != nil {
		whenDone(err)
	}
}
