package broker

import (
	"time"

	"goactivemq/activemq/broker/policy"
)

// Expired messages are found when they are about to be dispatched. Those that nobody asks for are looked for now and then: all that is in memory, and
// of what is in the store only a page at a time, each look going on where the one before ended.

// expiryPeriod returns how often to look whether it is time to look for expired messages: the shortest period of any policy.
func (b *Broker) expiryPeriod() time.Duration {
	shortest := policy.Default().ExpirePeriod
	for _, e := range b.policies.Load().Entries() {
		if e.ExpirePeriod > 0 {
			shortest = min(shortest, e.ExpirePeriod)
		}
	}
	return shortest
}

// expire looks for expired messages where it is time to. It is called by one goroutine.
func (b *Broker) expire() {
	now := b.now()
	for _, q := range b.Queues() {
		if q.expiryDue(now) {
			q.expire()
		}
	}
	for _, t := range b.Topics() {
		if t.expiryDue(now) {
			t.expire()
		}
	}
}

// expiryDue tells whether it is time to look for the destination's expired messages.
func (d *Destination) expiryDue(now time.Time) bool {
	if d.policy.ExpirePeriod <= 0 || now.Before(d.expiryNext) {
		return false
	}
	d.expiryNext = now.Add(d.policy.ExpirePeriod)
	return true
}

// expire takes out what has expired.
func (q *Queue) expire() {
	now := q.broker.millis()
	q.mu.Lock()
	for d := q.waiting.first; d != nil; {
		next := d.next
		if d.message.ExpiredAt(now) {
			d.unburied = false
			q.expireLocked(d)
		}
		d = next
	}
	if q.overflow {
		for _, d := range q.expiredPage(now, q.policy.MaxExpirePage, q.reportUnread) {
			q.memory.add(d.size())
			q.expireTakenLocked(d)
		}
	}
	q.unlock()
}

// expire takes out what has expired of what durable subscriptions have waiting that are away, or of all where the broker is to.
func (t *Topic) expire() {
	now := t.broker.millis()
	t.mu.Lock()
	for _, h := range t.shares {
		if h.durable.active.Load() != nil && !t.broker.options.ExpireActiveDurables {
			continue
		}
		for d := h.waiting.first; d != nil; {
			next := d.next
			if d.message.ExpiredAt(now) {
				d.unburied = false
				h.expireLocked(d)
			}
			d = next
		}
		if h.overflow {
			for _, d := range h.expiredPage(now, t.policy.MaxExpirePage, t.reportUnread) {
				t.memory.add(d.size())
				h.expireTakenLocked(d)
			}
		}
	}
	t.unlock()
}

// expiredPage looks at the next page of what is in the store only, and takes out what has expired.
func (b *backlog) expiredPage(now int64, limit int, report func(error)) (gone []*delivery) {
	b.expiredTo = max(b.expiredTo, b.pagedTo)
	page, err := b.page(b.expiredTo, max(limit, 1), pageBytes)
	if err != nil {
		report(err)
	}
	if len(page) == 0 {
		b.expiredTo = 0 // from the front again the next time
	}
	for i := range page {
		sequence := page[i].Entry.Sequence
		b.expiredTo = sequence
		if !page[i].Message.ExpiredAt(now) || b.withheld[sequence] || b.taken[sequence] {
			continue
		}
		b.skip(sequence)
		gone = append(gone, b.loaded(&page[i]))
	}
	return gone
}

// skip notes that a message which is in the store only is out: reading on leaves it out.
func (b *backlog) skip(sequence int64) {
	if b.taken == nil {
		b.taken = map[int64]bool{}
	}
	b.taken[sequence] = true
}

// reportUnread tells that a part of the store cannot be read.
func (d *Destination) reportUnread(err error) {
	d.broker.log.Error("messages of "+d.name.String()+" cannot be read from the store to see whether they have expired", "error", err)
}
