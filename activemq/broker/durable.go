package broker

import (
	"sync/atomic"

	"goactivemq/activemq/message"
	"goactivemq/activemq/selector"
	"goactivemq/activemq/store"
)

// durable is a durable subscription: it collects messages whether or not its client is there. It has a share of each topic
// that it covers; one that was made for a pattern may have many.
type durable struct {
	broker   *Broker
	key      string // "client:name"
	info     *message.SubscriptionInfo
	selector *selector.Selector
	shares   []*share // the broker's lock guards it

	active atomic.Pointer[Subscription] // the consumer, nil while the client is away
}

// share is a durable subscription's part of one topic. The topic's lock guards it.
type share struct {
	durable *durable
	topic   *Topic
	stored  store.Subscription
	backlog
	ended bool // what is left of it in transactions only has to be accounted for
}

// newShareLocked makes the share of a topic whose lock the caller holds.
func (d *durable) newShareLocked(t *Topic, stored store.Subscription) *share {
	h := &share{durable: d, topic: t, stored: stored}
	h.backlog.from = h
	h.backlog.prioritized = t.policy.Prioritized
	h.backlog.page = stored.Page
	h.backlog.redelivered = stored.MaybeDelivered()
	h.open(stored.Pending() > 0)
	t.shares = append(t.shares, h)
	return h
}

// base returns the common part of the topic.
func (h *share) base() *Destination { return &h.topic.Destination }

// wants tells whether the subscription's selector and noLocal let it have the message.
func (d *durable) wants(m *message.Message) bool {
	if s := d.active.Load(); s != nil {
		return s.wants(m, m.Redeliveries)
	}
	return d.selector == nil || d.selector.Matches(selectable{m, m.Redeliveries})
}

// arrive takes in a message, whose topic's lock the caller holds. While the client is away what is stored stays in the store only.
func (h *share) arrive(d *delivery) {
	room := h.durable.active.Load() != nil && h.bytes < frontBytes && h.topic.hasRoom()
	if d.entry != nil && !room {
		h.overflow = true
	}
	if d.entry == nil && !h.durable.wants(d.message) || !h.add(d, room) {
		d.load.release()
		return
	}
	h.pushOutLocked(levelOf(d.message))
	h.dispatchLocked()
}

// pushOutLocked makes room in memory for messages of a priority, where there are others that are less urgent.
func (h *share) pushOutLocked(level int) {
	for h.prioritized && !(h.bytes < frontBytes && h.topic.hasRoom()) {
		out := h.pushOut(level)
		if out == nil {
			return
		}
		h.releaseLocked(out)
	}
}

// dispatchLocked gives what waits to the consumer as far as its credit goes.
func (h *share) dispatchLocked() {
	s := h.durable.active.Load()
	if s == nil {
		return
	}
	for {
		for h.outranked() && s.hasCredit() && h.refillLocked() {
		}
		for d := h.waiting.first; d != nil; {
			next := d.next
			size := d.size()
			switch {
			case !s.wants(d.message, d.redeliveries):
				h.leave(d)
				h.unmatchedLocked(d)
			case d.message.Expiration != 0 && d.message.ExpiredAt(h.topic.broker.millis()):
				if !d.unburied {
					h.expireLocked(d)
				}
			case !s.take(d, &h.waiting):
				if s.becomesSlow() {
					h.topic.slow = append(h.topic.slow, s)
				}
				return
			default:
				h.topic.touched.add(s)
				h.bytes -= size
				h.topic.inFlight.Add(1)
				h.topic.dispatched.Add(1)
				h.topic.noteDispatched(&h.topic.Destination, d.message)
			}
			d = next
		}
		if !h.overflow || !s.hasCredit() || !h.refillLocked() {
			return
		}
	}
}

// refillLocked reads the next page from the store, and tells whether it is worth to look at what waits again.
func (h *share) refillLocked() bool {
	bytes, progress, err := h.refill(max(h.topic.policy.MaxPageSize, 1))
	h.topic.memory.add(bytes)
	if err != nil {
		h.topic.broker.log.Error("messages of durable subscription "+h.durable.key+" on "+h.topic.name.String()+" cannot be read from the store and stay there undelivered", "error", err)
	}
	return progress
}

// passOverLocked drops a message that has just been published and is not for the subscription's client.
func (h *share) passOverLocked(e *store.Entry) {
	if e != nil {
		h.stored.Remove(e, nil, nil, nil)
	}
}

// unmatchedLocked drops a message that the selector does not let through, or that has expired.
func (h *share) unmatchedLocked(d *delivery) {
	d.state = done
	if d.entry != nil {
		h.stored.Remove(d.entry, &message.Ack{Kind: message.Unmatched, Destination: &h.topic.name, Last: d.message.ID}, nil, nil)
	}
	if len(h.taken) > 0 && d.entry != nil {
		delete(h.taken, d.entry.Sequence)
	}
	h.releaseLocked(d)
}

// expireLocked takes a waiting message out whose time is over.
func (h *share) expireLocked(d *delivery) {
	h.leave(d)
	h.expireTakenLocked(d)
}

// expireTakenLocked ends a message that has been taken out because its time is over.
func (h *share) expireTakenLocked(d *delivery) {
	h.topic.inFlight.Add(1) // as if given out: burying it ends with consumed
	d.state = inFlight
	h.topic.expired.Add(1)
	h.topic.dead = append(h.topic.dead, deadLetter{delivery: d})
}

// releaseLocked gives back the memory that d counted for.
func (h *share) releaseLocked(d *delivery) {
	if d.load != nil {
		d.load.release()
		return
	}
	h.topic.memory.add(-d.size())
}

// consumed takes messages out for good.
func (h *share) consumed(ds []*delivery, ack *message.Ack, whenDone store.Completion) {
	stored := 0
	for _, d := range ds {
		if d.entry != nil {
			stored++
		}
	}
	each := shared(stored, whenDone)
	h.topic.mu.Lock()
	for _, d := range ds {
		if d.entry != nil {
			h.stored.Remove(d.entry, ack, nil, each)
		}
		h.goneLocked(d)
	}
	h.dispatchLocked()
	h.topic.unlock()
	if stored == 0 && whenDone != nil {
		whenDone(nil)
	}
}

// consumeIn journals that messages are consumed in a transaction.
func (h *share) consumeIn(ds []*delivery, ack *message.Ack, tx store.Transaction) {
	h.topic.mu.Lock()
	defer h.topic.unlock()
	for _, d := range ds {
		if d.entry != nil {
			h.stored.Remove(d.entry, ack, tx, nil)
		}
	}
}

// dropped takes out what was consumed in a transaction that has committed.
func (h *share) dropped(ds []*delivery) {
	h.topic.mu.Lock()
	defer h.topic.unlock()
	for _, d := range ds {
		if d.state == done {
			continue // by another transaction that acknowledged it too, as Java clients make them
		}
		if d.entry != nil && !h.ended {
			h.stored.Drop(d.entry)
		}
		h.goneLocked(d)
	}
	h.dispatchLocked()
}

// goneLocked does the accounts of a delivery that has left the share.
func (h *share) goneLocked(d *delivery) {
	d.state = done
	if len(h.taken) > 0 && d.entry != nil {
		delete(h.taken, d.entry.Sequence)
	}
	h.topic.noteConsumed(&h.topic.Destination, d.message)
	h.topic.inFlight.Add(-1)
	h.topic.dequeued.Add(1)
	h.topic.broker.totals.dequeued.Add(1)
	h.releaseLocked(d)
}

// returned puts back what the consumer that is gone did not acknowledge.
func (h *share) returned(ds []*delivery) {
	h.topic.mu.Lock()
	defer h.topic.unlock()
	for _, d := range ds {
		h.topic.inFlight.Add(-1)
		if h.ended {
			d.state = done
			h.releaseLocked(d)
			continue
		}
		h.putBack(d)
	}
	h.dispatchLocked()
}

// wakeup gives out what can be given out.
func (h *share) wakeup() {
	h.topic.mu.Lock()
	defer h.topic.unlock()
	h.dispatchLocked()
}

// end takes the share out of its topic; whenDone is called when the store has forgotten the subscription.
func (h *share) end(whenDone store.Completion) {
	t := h.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	h.ended = true
	for i, other := range t.shares {
		if other == h {
			t.shares = append(t.shares[:i:i], t.shares[i+1:]...)
			break
		}
	}
	for _, l := range []*list{&h.waiting, &h.later} {
		for d := l.first; d != nil; d = l.first {
			l.remove(d)
			h.releaseLocked(d)
		}
	}
	t.stored.Unsubscribe(h.stored, whenDone)
}
