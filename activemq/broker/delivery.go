package broker

import (
	"sync/atomic"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// delivery is one message on its way to one consumer: everything about it that changes while the message itself does not. A queue
// has one for each message that it holds in memory, a topic one for each message and subscriber.
//
// It is in exactly one list at a time: the pending list of where it comes from, or the in-flight list of the subscription that it was
// given to. The lock of that list's owner guards it.
type delivery struct {
	message      *message.Message
	redeliveries int32
	entry        *store.Entry // nil: not in the store
	from         origin
	state        deliveryState
	after        int64        // of one that is not in the store: the sequence of the last stored one when it arrived
	arrival      int64        // of one that is not in the store: its number among those
	load         *load        // nil: counts for no memory limit
	opensGroup   bool         // the consumer that it is offered to would own its message group with it
	groupFirst   bool         // the first of its group for a consumer that it was given to
	unburied     bool         // its dead letter could not be kept: once expired it only waits for the next look at what has expired
	claims       atomic.Int32 // open transactions that acknowledged it; Java clients may do so in two

	next, prev *delivery
}

// deliveryState is how far a delivery has come.
type deliveryState uint8

const (
	pending  deliveryState = iota
	inFlight               // given to a consumer
	reached                // in flight, and the client said that it arrived
	claimed                // in flight, and acknowledged in a transaction that is still open
	orphaned               // acknowledged in a transaction, and not in flight any more
	done                   // consumed, discarded, or put back
)

// origin is where a delivery comes from and what is told how it ended: a queue, a durable subscription's share of a topic, or a topic.
// The calls come without locks of subscriptions held. The slices are the callee's only for the call.
type origin interface {
	// consumed takes messages out for good. ack may be nil; whenDone, where not nil, is called when the store has it.
	consumed(ds []*delivery, ack *message.Ack, whenDone store.Completion)

	// consumeIn journals that messages are consumed in a transaction.
	consumeIn(ds []*delivery, ack *message.Ack, tx store.Transaction)

	// dropped takes out what was consumed in a transaction that has committed.
	dropped(ds []*delivery)

	// returned puts messages back whose consumer is gone, in their old order.
	returned(ds []*delivery)

	// wakeup gives out what can be given out, after a consumer has got credit.
	wakeup()

	// base returns the destination that the messages were sent to.
	base() *Destination
}

// sequence orders deliveries of one origin: by their place in the store; one that is not stored comes behind the stored one
// that was the last when it arrived.
func (d *delivery) sequence() int64 {
	if d.entry != nil {
		return d.entry.Sequence
	}
	return d.after
}

// size is what the delivery's message counts for in memory limits.
func (d *delivery) size() int64 { return d.from.base().sizeOf(d.message) }

// list is a doubly linked list of deliveries through their own links: no allocation, removal from anywhere.
type list struct {
	first, last *delivery
	len         int
}

// push appends d.
func (l *list) push(d *delivery) {
	d.prev, d.next = l.last, nil
	if l.last != nil {
		l.last.next = d
	} else {
		l.first = d
	}
	l.last = d
	l.len++
}

// insertBefore puts d before at, at the end when at is nil.
func (l *list) insertBefore(d, at *delivery) {
	if at == nil {
		l.push(d)
		return
	}
	d.next, d.prev = at, at.prev
	if at.prev != nil {
		at.prev.next = d
	} else {
		l.first = d
	}
	at.prev = d
	l.len++
}

// remove takes d out.
func (l *list) remove(d *delivery) {
	if d.prev != nil {
		d.prev.next = d.next
	} else {
		l.first = d.next
	}
	if d.next != nil {
		d.next.prev = d.prev
	} else {
		l.last = d.prev
	}
	d.next, d.prev = nil, nil
	l.len--
}
