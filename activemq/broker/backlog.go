package broker

import (
	"math"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// backlog is what a queue, or a durable subscription's share of a topic, has pending: the front of it in memory, the rest in
// the store only. What it keeps in memory is bounded by pages, however much is pending. Its owner's lock guards it.
//
//	                 pagedTo
//	                    |
//	[ waiting ......... ] [ in the store only, while overflow is true ]
//	  ^ cursors             later: those not stored that came between
//	                        taken: those given out all the same
type backlog struct {
	from     origin
	waiting  list
	bytes    int64 // of waiting
	later    list
	spooled  spooled // behind later: what memory has no room for
	overflow bool
	pagedTo  int64 // greatest sequence that was taken into memory
	newest   int64 // greatest sequence that arrived; unknown: no stored message did since the store was opened with some
	arrivals int64 // counts what arrives, to keep the order of those that are not stored

	// cursors are those of consumers that are offered what waits, each message once.
	cursors []*cursor

	// taken are the sequences of stored messages behind pagedTo that a consumer was given, or that have come back since: reading on leaves
	// them out.
	taken map[int64]bool

	expiredTo int64 // how far the last look for expired messages got, behind pagedTo

	// withheld are the sequences of stored messages that a transaction found prepared at start has acknowledged.
	withheld map[int64]bool

	// Of the refill that is under way: how many messages may still be read from the spool, the bytes that were, and what could not be.
	toUnspool  int
	unspooled  int64
	lost       int
	spoolError error

	prioritized bool
	ranks       ranks // of what is in the store only, where prioritized
	delivered   int64 // greatest sequence of those that came back after they may have reached an application
	redelivered int64 // stored messages up to this sequence may have been delivered before the broker was killed
	page        func(after int64, limit, bytes int) ([]store.Loaded, error)
}

// cursor is how far a consumer has been offered what is in memory: at and late are the first of waiting and of later that it was not, nil when
// it was offered all of them.
type cursor struct{ at, late *delivery }

// frontBytes is how much of a backlog stays in memory as it arrives. What stays below it is never read back.
const frontBytes = 4 << 20

// pageBytes bounds what one page reads from the store.
const pageBytes = 1 << 20

// before tells whether x is to be delivered before y.
func (b *backlog) before(x, y *delivery) bool {
	if b.prioritized && x.message.Priority != y.message.Priority {
		return x.message.Priority > y.message.Priority
	}
	if xs, ys := x.sequence(), y.sequence(); xs != ys {
		return xs < ys
	}
	return x.arrival < y.arrival
}

// open prepares for a store that holds messages already, or none.
func (b *backlog) open(holds bool) {
	b.ranks.known = !holds
	if holds {
		b.overflow, b.newest = true, unknown
	}
}

// add takes in a message that has just arrived, with the greatest sequence of all where it is stored, and tells whether it is
// in memory now. Without room a stored one stays in the store only, if others wait before it.
func (b *backlog) add(d *delivery, room bool) bool {
	if b.prioritized {
		return b.addByPriority(d, room)
	}
	stored := d.entry != nil
	if stored {
		b.placeLater(d.entry.Sequence)
		b.newest = d.entry.Sequence
	}
	switch {
	case stored && (b.overflow || b.spooled.count > 0 || !room && b.waiting.len > 0):
		b.overflow = true
		return false
	case stored:
		b.pagedTo = d.entry.Sequence
		b.enter(d)
	case b.overflow:
		b.arrivals++
		d.after, d.arrival = b.newest, b.arrivals
		b.pushLater(d)
	default:
		b.arrivals++
		d.after, d.arrival = b.pagedTo, b.arrivals
		b.enter(d)
	}
	return true
}

// pushLater puts a delivery behind those in later.
func (b *backlog) pushLater(d *delivery) {
	b.later.push(d)
	for _, c := range b.cursors {
		if c.late == nil {
			c.late = d
		}
	}
}

// hasMore tells whether there is something behind what is waiting.
func (b *backlog) hasMore() bool { return b.overflow || b.later.len > 0 || b.spooled.count > 0 }

// unknown is the place behind all that the store held when it was opened.
const unknown = math.MaxInt64

// placeLater gives those that wait in that place a number, now that the first stored message behind them has one.
func (b *backlog) placeLater(sequence int64) {
	if b.newest != unknown {
		return
	}
	for d := b.later.first; d != nil; d = d.next {
		d.after = sequence - 1
	}
	b.spooled.unplaced = sequence - 1
}

// enter puts a new delivery in its place among the waiting, looking from the back.
func (b *backlog) enter(d *delivery) {
	d.state = pending
	b.bytes += d.size()
	at := b.waiting.last
	for at != nil && b.before(d, at) {
		at = at.prev
	}
	if at == nil {
		b.waiting.insertBefore(d, b.waiting.first)
	} else {
		b.waiting.insertBefore(d, at.next)
	}
	b.show(d)
}

// putBack puts a delivery that was out in its old place among the waiting, looking from the front.
func (b *backlog) putBack(d *delivery) {
	d.state = pending
	if d.entry != nil && d.redeliveries > d.message.Redeliveries {
		b.delivered = max(b.delivered, d.entry.Sequence)
	}
	b.bytes += d.size()
	at := b.waiting.first
	for at != nil && !b.before(d, at) {
		at = at.next
	}
	b.waiting.insertBefore(d, at)
	b.show(d)
}

// show has d offered to all, also to those who were offered what comes behind it.
func (b *backlog) show(d *delivery) {
	for _, c := range b.cursors {
		if c.at == nil || b.before(d, c.at) {
			c.at = d
		}
	}
}

// pass moves the cursors from d, which has left, to the next one.
func (b *backlog) pass(d, next *delivery) {
	for _, c := range b.cursors {
		if c.at == d {
			c.at = next
		}
	}
}

// leave takes a waiting delivery out.
func (b *backlog) leave(d *delivery) {
	b.bytes -= d.size()
	b.pass(d, d.next)
	b.waiting.remove(d)
}

// refill reads the next page from the store. It returns the bytes that entered memory, and whether it got on. What cannot be read is
// left out, and told in err.
func (b *backlog) refill(limit int) (bytes int64, progress bool, err error) {
	b.toUnspool, b.unspooled, b.lost, b.spoolError = limit, 0, 0, nil
	if b.prioritized {
		return b.refillByPriority(limit)
	}
	if !b.overflow {
		b.mergeLater(unknown)
		return b.unspooled, b.unspooled > 0, b.spoolError
	}
	page, err := b.page(b.pagedTo, limit, pageBytes)
	for i := range page {
		l := &page[i]
		if !b.mergeLater(l.Entry.Sequence) {
			break // there is more before it than is read at a time
		}
		b.pagedTo = l.Entry.Sequence
		if b.withheld[l.Entry.Sequence] || b.taken[l.Entry.Sequence] {
			delete(b.taken, l.Entry.Sequence)
			continue
		}
		d := b.loaded(l)
		b.enter(d)
		bytes += d.size()
	}
	if len(page) == 0 && err == nil {
		b.overflow = false
		b.mergeLater(unknown)
	}
	if err == nil {
		err = b.spoolError
	}
	return bytes + b.unspooled, len(page) > 0 || err == nil, err
}

// loaded makes the delivery of a message read from the store. It keeps nothing else of the page alive.
func (b *backlog) loaded(l *store.Loaded) *delivery {
	e := l.Entry
	return &delivery{message: l.Message, entry: &e, from: b.from, redeliveries: b.redeliveriesOf(l)}
}

// redeliveriesOf is the count that a message read from the store starts with: what was stored, and one more when it may have been
// given to somebody before the broker was killed.
func (b *backlog) redeliveriesOf(l *store.Loaded) int32 {
	if l.Entry.Sequence <= b.redelivered {
		return l.Message.Redeliveries + 1
	}
	return l.Message.Redeliveries
}

// mergeLater moves the messages that are not stored and came before the stored one of that sequence into the waiting ones, and tells whether those
// are all.
func (b *backlog) mergeLater(sequence int64) bool {
	for b.later.first != nil || b.unspool() {
		d := b.later.first
		if d.after >= sequence && sequence != unknown {
			return true
		}
		b.leaveLater(d)
		b.enter(d)
	}
	return b.spooled.count == 0
}

// leaveLater takes one out of later.
func (b *backlog) leaveLater(d *delivery) {
	b.passLater(d, d.next)
	b.later.remove(d)
}

// passLater is pass for later.
func (b *backlog) passLater(d, next *delivery) {
	for _, c := range b.cursors {
		if c.late == d {
			c.late = next
		}
	}
}

// messages returns what is in memory, in order.
func (b *backlog) messages() []*message.Message {
	var ms []*message.Message
	for d := b.waiting.first; d != nil; d = d.next {
		ms = append(ms, d.message)
	}
	for d := b.later.first; d != nil; d = d.next {
		ms = append(ms, d.message)
	}
	return ms
}
