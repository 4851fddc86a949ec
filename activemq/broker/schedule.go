package broker

import (
	"fmt"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Scheduler keeps messages for a later time, and hands them to DeliverScheduled then. Package scheduler has one.
type Scheduler interface {
	// Wants tells whether a message is the scheduler's: to be kept, or a request to it.
	Wants(m *message.Message) bool

	// Request does what a message asks of the scheduler, and tells whether it is a request at all.
	Request(m *message.Message, reply func(*message.Message) error, whenDone store.Completion) (bool, error)

	// Check returns why a message cannot be kept, nil when it can.
	Check(m *message.Message) error

	// Keep takes a message. whenDone is called when it is on disk; not after an error.
	Keep(m *message.Message, whenDone store.Completion) error

	// Usage returns the bytes that all of it takes up on disk.
	Usage() int64
}

// schedule gives a message to the scheduler if it is the scheduler's. In a transaction it is kept at the commit; what a request asks for is done at once
// all the same, as in the original.
func (c *Connection) schedule(m *message.Message, whenDone store.Completion) (taken bool, err error) {
	s := c.broker.options.Scheduler
	if s == nil || !s.Wants(m) {
		return false, nil
	}
	reply := func(answer *message.Message) error { return c.broker.answerFrom(answer, m.ReplyTo) }
	if request, err := s.Request(m, reply, whenDone); request || err != nil {
		return true, scheduleFailed(err)
	}
	if err := s.Check(m); err != nil {
		return true, scheduleFailed(err)
	}
	if err := c.waitForJobs(m); err != nil {
		return true, err
	}
	if m.Transaction == nil {
		return true, scheduleFailed(s.Keep(m, whenDone))
	}
	tx, err := c.transaction(m.Transaction)
	if err == nil {
		err = tx.addScheduled(m)
	}
	if err == nil && whenDone != nil {
		whenDone(nil)
	}
	return true, err
}

// scheduleFailed wraps what the scheduler said against a message.
func scheduleFailed(err error) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: InvalidMessage, Text: err.Error()}
}

// waitForJobs blocks while the scheduler's store has reached its limit.
func (c *Connection) waitForJobs(m *message.Message) error {
	b := c.broker
	full := b.scheduled.full(100)
	if full == nil {
		return nil
	}
	c.flushLater()
	since := b.now()
	b.log.Warn("Job Scheduler Store is Full (" + full.String() + "). Stopping producer (" + fmt.Sprint(m.Producer) + ") of " + c.remote + " to prevent flooding of the job scheduler store.")
	if b.scheduled.wait(100, c.gone, 0) == roomGone {
		return fail(NotConnected, "the connection ended while its producer waited for room in the job scheduler store")
	}
	b.log.Info("producer " + fmt.Sprint(m.Producer) + " of " + c.remote + " goes on after " + b.now().Sub(since).String() + " of waiting for room in the job scheduler store")
	return nil
}

// answerFrom sends the message of a job to somebody who asked what is scheduled.
func (b *Broker) answerFrom(m *message.Message, to *message.Destination) error {
	p, err := b.lookup(*to, nil)
	if err != nil {
		return err
	}
	m.Persistent, m.ResponseRequired = false, false
	m.Type = message.T("Advisory") // the original's word
	m.OriginalDestination, m.Destination = m.Destination, to
	m.ID = b.systemID()
	m.Producer = m.ID.Producer
	m.BrokerIn = b.millis()
	p.send(m, nil, nil)
	return nil
}

// DeliverScheduled sends a message whose time has come, one without an id under an id of its own. whenDone is called when it is on disk, where it is
// stored; not after an error. later says that the message may be sent at another time: its destination has no room, or the broker stops.
func (b *Broker) DeliverScheduled(m *message.Message, whenDone store.Completion) (later bool, err error) {
	b.mu.Lock()
	stopping := b.stopping
	b.mu.Unlock()
	if stopping {
		return true, ErrStopped
	}
	p, err := b.lookup(*m.Destination, nil)
	if err != nil {
		return false, err
	}
	if m.ID == nil {
		m.ID = b.systemID()
	} else {
		id := *m.ID
		id.BrokerSequence = b.sequence.Add(1)
		m.ID = &id
	}
	m.BrokerIn = b.millis()
	legs, _, err := b.legsOf(nil, p, m, nil, forwardsMax)
	if err != nil {
		return false, err
	}
	for _, l := range legs {
		if err := l.roomFor(); err != nil && !l.droppable {
			return true, err
		}
	}
	b.totals.enqueued.Add(1)
	each := shared(len(legs), orNobody(whenDone))
	for _, l := range legs {
		l.to.send(l.message, nil, each)
	}
	if len(legs) == 0 {
		each(nil)
	}
	return false, nil
}

// roomFor tells why there is no room for a message that nobody can wait for.
func (l leg) roomFor() error {
	d := l.to.base()
	usage, percent := d.limitOf(l.message)
	if full := usage.full(percent); full != nil && d.policy.ProducerFlowControl {
		return noRoom(full, l.message, d)
	}
	return nil
}
