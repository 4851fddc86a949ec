package broker

import "goactivemq/activemq/message"

// dispatchLocked gives what waits in the queue to consumers that have credit, and reads on in the store while there are some. A message that no
// consumer with credit wants stays; those behind it are still looked at. Nobody is offered a message twice, unless something has changed that
// may make a difference. What lies behind the part that is in memory is looked through by scan.go.
func (q *Queue) dispatchLocked() {
	for !q.held {
		for q.outranked() && q.anyCreditLocked() && q.refillLocked() {
			q.pushOutLocked(levelOf(q.waiting.first.message))
		}
		for d := q.startLocked(); d != nil; {
			next := d.next
			switch {
			case d.message.Expiration == 0 || !d.message.ExpiredAt(q.broker.millis()):
				q.offerLocked(d)
			case !d.unburied:
				q.expireLocked(d)
			default:
				q.pass(d, next)
			}
			if !q.anyCreditLocked() {
				return
			}
			d = next
		}
		if !q.anyCreditLocked() {
			return
		}
		if q.startLocked() != nil {
			continue // the group of a message that was passed over is free now
		}
		if !q.hasMore() {
			return
		}
		if !q.windowOpen() {
			q.scanWanted = q.someScoutLocked()
			return
		}
		if !q.refillLocked() {
			return
		}
	}
}

// startLocked returns the first waiting message that a consumer with credit has not been offered, nil when there is none.
func (q *Queue) startLocked() *delivery {
	var start *delivery
	for _, t := range q.consumers {
		if t.at != nil && q.mayTakeLocked(t) && (start == nil || q.before(t.at, start)) {
			start = t.at
		}
	}
	return start
}

// anyCreditLocked tells whether any consumer may get another message.
func (q *Queue) anyCreditLocked() bool {
	for _, t := range q.consumers {
		if q.mayTakeLocked(t) {
			return true
		}
	}
	return false
}

// offerLocked gives a waiting message to the first of those consumers that has credit and wants it to whom it was not offered before. A consumer
// without credit will be offered it again.
func (q *Queue) offerLocked(d *delivery) {
	next := d.next
	for _, t := range q.consumers {
		if t.at != d || q.barredLocked(t) {
			continue
		}
		if !q.suitsLocked(t, d) {
			t.at = next
			continue
		}
		size := d.size()
		if !t.take(d, &q.waiting) {
			continue
		}
		q.bytes -= size
		q.pass(d, next)
		q.gaveLocked(t, d)
		return
	}
}

// gaveLocked does the accounts of a message that a consumer was given.
func (q *Queue) gaveLocked(t *taker, d *delivery) {
	q.touched.add(t.Subscription)
	q.inFlight.Add(1)
	q.dispatched.Add(1)
	q.noteDispatched(&q.Destination, d.message)
	q.assignLocked(t, d.message)
	if !q.policy.StrictOrder && t != q.exclusive {
		q.placeLocked(t)
	}
}

// refillLocked reads the next page from the store, and tells whether it is worth to look at what waits again.
func (q *Queue) refillLocked() bool {
	bytes, progress, err := q.refill(max(q.policy.MaxPageSize, 1))
	q.memory.add(bytes)
	q.size.Add(-int64(q.lost))
	switch {
	case q.spoolError != nil:
		q.broker.log.Error("messages of "+q.name.String()+" cannot be read from the temporary store and are lost", "messages", q.lost, "error", q.spoolError)
	case err != nil:
		q.broker.log.Error("messages of "+q.name.String()+" cannot be read from the store and stay there undelivered", "error", err)
	}
	return progress
}

// expireLocked takes a waiting message out whose time is over.
func (q *Queue) expireLocked(d *delivery) {
	q.leave(d)
	q.expireTakenLocked(d)
}

// expireTakenLocked ends a message that has been taken out because its time is over.
func (q *Queue) expireTakenLocked(d *delivery) {
	q.inFlight.Add(1) // as if given out: burying it ends with consumed
	d.state = inFlight
	q.expired.Add(1)
	q.dead = append(q.dead, deadLetter{delivery: d})
}

// Dispatch is a message to be sent to a consumer. Message is nil at the end of a browse and for a pull that got nothing.
type Dispatch struct {
	Consumer     *message.ConsumerID
	From         *message.Destination // where it comes from; the message itself may name another destination
	Message      *message.Message
	Redeliveries int32
	GroupFirst   bool // the first of its group for this consumer
}

// Peer is what a protocol gives the broker to talk to the other end of a connection. Its methods must not block, and must not call the
// broker.
type Peer interface {
	// Dispatch queues a message for the consumer. It comes with locks held. The limits of credit keep the number of queued messages
	// within bounds.
	Dispatch(Dispatch)

	// Flush sends what was queued, as far as that can be done at once; the peer sees to the rest by itself. It comes after one or more
	// calls of Dispatch, without the locks of queues, topics and subscriptions. What the broker dispatches while the connection's own
	// goroutine is in one of its methods may come without: a peer sends what is queued before it waits for the client's next command.
	Flush()

	// Close ends the connection because of err: the broker stops, another connection took this one's place, or a rule was broken.
	Close(err error)
}
