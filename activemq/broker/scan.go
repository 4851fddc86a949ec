package broker

import (
	"math"

	"goactivemq/activemq/store"
)

// A consumer that wants nothing of the part of its queue that is in memory, because of its selector or the groups of the messages, does not
// starve behind it: what lies in the store only is shown to it as well, page by page. What it wants it is given from there; the rest stays
// where it is and takes no memory. Each consumer is shown each message once; what comes later it is shown as it comes.
//
// The pages are read by a goroutine of the queue that is there for as long as there are such consumers with credit and pages that they have not
// seen. It holds the queue's lock for a page at a time, so that others wait for no more than that.

// windowOpen tells whether more of the queue may come into memory.
func (q *Queue) windowOpen() bool {
	return q.waiting.len == 0 || q.bytes < frontBytes && q.hasRoom()
}

// scanOnLocked sees to a goroutine that scans when somebody wants it.
func (q *Queue) scanOnLocked() {
	if !q.scanWanted || q.scanning {
		return
	}
	q.scanning = q.broker.works.start(q.scan)
}

// scan reads page after page until nobody with credit is left who has not seen all.
func (q *Queue) scan() {
	for {
		q.mu.Lock()
		q.scanWanted = false
		q.dispatchLocked()
		if q.scanWanted {
			q.scanWanted = q.scanPageLocked()
		}
		if q.stopped() {
			q.scanWanted = false
		}
		q.scanning = q.scanWanted
		goesOn := q.scanning
		q.unlock()
		if !goesOn {
			return
		}
	}
}

// stopped tells whether the broker stops.
func (q *Queue) stopped() bool {
	select {
	case <-q.broker.stop:
		return true
	default:
		return false
	}
}

// scoutsLocked returns the consumers to be shown the next page, and behind which sequence it starts.
func (q *Queue) scoutsLocked() (scouts []*taker, after int64) {
	after = math.MaxInt64
	for _, t := range q.consumers {
		if t.ended || !q.mayTakeLocked(t) {
			continue
		}
		t.scouted = max(t.scouted, q.pagedTo)
		after = min(after, t.scouted)
		scouts = append(scouts, t)
	}
	return scouts, after
}

// scanPageLocked shows one page, and tells whether it is worth to go on.
func (q *Queue) scanPageLocked() bool {
	scouts, after := q.scoutsLocked()
	if len(scouts) == 0 {
		q.offerLaterLocked()
		return false
	}
	page, err := q.page(after, max(q.policy.MaxPageSize, 1), pageBytes)
	if err != nil {
		q.broker.log.Error("messages of "+q.name.String()+" cannot be read from the store and stay there undelivered", "error", err)
	}
	for i := range page {
		scouts = q.showLocked(scouts, &page[i])
	}
	for _, t := range scouts {
		if len(page) > 0 {
			t.scouted = max(t.scouted, page[len(page)-1].Entry.Sequence)
		} else if t.scouted == after {
			t.ended = true
		}
	}
	return true
}

// showLocked shows a message to consumers until one takes it. It returns those that go on: one without credit goes on from this message another
// time.
func (q *Queue) showLocked(scouts []*taker, l *store.Loaded) []*taker {
	sequence := l.Entry.Sequence
	if q.withheld[sequence] || q.taken[sequence] {
		return scouts
	}
	d := q.loaded(l)
	if d.message.Expiration != 0 && d.message.ExpiredAt(q.broker.millis()) {
		return scouts // it is found expired when its part comes into memory, or nobody asks for it
	}
	for i := 0; i < len(scouts); {
		t := scouts[i]
		switch {
		case t.scouted >= sequence || !q.suitsLocked(t, d):
			i++
		case t.give(d):
			q.takenLocked(t, d)
			return scouts
		default:
			t.scouted = sequence - 1
			scouts = append(scouts[:i:i], scouts[i+1:]...)
		}
	}
	return scouts
}

// takenLocked does the accounts of a message that was given out and that was in the store only.
func (q *Queue) takenLocked(t *taker, d *delivery) {
	q.skip(d.entry.Sequence)
	q.memory.add(d.size())
	q.gaveLocked(t, d)
}

// offerArrivalLocked shows a message that has just come and is in the store only, or behind what is, to those that have seen all before it.
func (q *Queue) offerArrivalLocked(d *delivery) {
	if d.message.Expiration != 0 && d.message.ExpiredAt(q.broker.millis()) {
		return
	}
	for _, t := range q.consumers {
		if !t.ended || q.barredLocked(t) {
			continue
		}
		switch {
		case !q.suitsLocked(t, d):
			t.scouted = d.entry.Sequence
		case t.give(d):
			q.takenLocked(t, d)
			return
		default:
			t.ended = false
		}
	}
}

// someScoutLocked tells whether there is somebody with credit who has not seen all.
func (q *Queue) someScoutLocked() bool {
	for _, t := range q.consumers {
		if (!t.ended || t.late != nil) && q.mayTakeLocked(t) {
			return true
		}
	}
	return false
}

// offerLaterLocked shows those that have seen all that is in the store what is not stored and waits behind it.
func (q *Queue) offerLaterLocked() {
	for d := q.later.first; d != nil; {
		next := d.next
		for _, t := range q.consumers {
			if t.late != d || !t.ended || q.barredLocked(t) {
				continue
			}
			if !q.suitsLocked(t, d) {
				t.late = next
			} else if t.take(d, &q.later) {
				q.passLater(d, next)
				q.gaveLocked(t, d)
				break
			}
		}
		d = next
	}
}
