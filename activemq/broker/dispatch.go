package broker

import "goactivemq/activemq/message"

// dispatchLocked gives what waits in the queue to consumers that have credit, and reads on in the store while there are some. A message that no
// consumer with credit wants stays; those behind it are still looked at.
func (q *Queue) dispatchLocked() {
	for {
		for d := q.waiting.first; d != nil; {
			next := d.next
			if !q.anyCreditLocked() {
				return
			}
			switch {
			case d.message.Expiration == 0 || !d.message.ExpiredAt(q.broker.millis()):
				q.giveLocked(d)
			case !d.unburied:
				q.expireLocked(d)
			}
			d = next
		}
		if !q.overflow || !q.anyCreditLocked() || !q.refillLocked() {
			return
		}
	}
}

// anyCreditLocked tells whether any consumer may get another message.
func (q *Queue) anyCreditLocked() bool {
	for _, s := range q.consumers {
		if s.hasCredit() {
			return true
		}
	}
	return false
}

// giveLocked gives a waiting message to the first consumer that has credit and wants it, whose turn it then is last.
func (q *Queue) giveLocked(d *delivery) {
	for i, s := range q.consumers {
		if !s.wants(d.message, d.redeliveries) {
			continue
		}
		size := d.size()
		if !s.take(d, &q.waiting) {
			continue
		}
		q.touched.add(s)
		q.bytes -= size
		q.inFlight.Add(1)
		q.dispatched.Add(1)
		q.noteDispatched(&q.Destination, d.message)
		if !q.policy.StrictOrder {
			q.rotateLocked(i)
		}
		return
	}
}

// rotateLocked moves the consumer at i behind the others of its priority.
func (q *Queue) rotateLocked(i int) {
	s := q.consumers[i]
	for ; i+1 < len(q.consumers) && q.consumers[i+1].info.Priority == s.info.Priority; i++ {
		q.consumers[i] = q.consumers[i+1]
	}
	q.consumers[i] = s
}

// refillLocked reads the next page from the store, and tells whether it is worth to look at what waits again.
func (q *Queue) refillLocked() bool {
	bytes, progress, err := q.refill(max(q.policy.MaxPageSize, 1))
	q.memory.add(bytes)
	if err != nil {
		q.broker.log.Error("messages of "+q.name.String()+" cannot be read from the store and stay there undelivered", "error", err)
	}
	return progress
}

// expireLocked takes a waiting message out whose time is over.
func (q *Queue) expireLocked(d *delivery) {
	q.leave(d)
	q.inFlight.Add(1) // as if given out: burying it ends with consumed
	d.state = inFlight
	q.expired.Add(1)
	q.dead = append(q.dead, deadLetter{delivery: d})
}

// Dispatch is a message to be sent to a consumer. Message is nil at the end of a browse and for a pull that got nothing.
type Dispatch struct {
	Consumer     *message.ConsumerID
	Message      *message.Message
	Redeliveries int32
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
