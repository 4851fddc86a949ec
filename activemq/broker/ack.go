package broker

import (
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Ack takes a consumer's acknowledgement. whenDone, where not nil, is called when the store has what it means; an error
// that is returned means that nothing happened and whenDone is not called.
func (c *Connection) Ack(ack *message.Ack, whenDone store.Completion) error {
	if ack.Consumer == nil {
		return fail(NotConnected, "the acknowledgement names no consumer")
	}
	s := c.consumer(*ack.Consumer)
	if s == nil {
		// A consumer that closed with acknowledgements on their way: its messages went back, and come again with the redelivered mark.
		if whenDone != nil {
			whenDone(nil)
		}
		return nil
	}
	s.lastAck.Store(c.broker.millis())
	c.broker.options.Plugins.Events.acknowledged(c.info.ClientID, ack)
	if s.info.Browser {
		return s.ackBrowsed(ack, whenDone)
	}
	switch ack.Kind {
	case message.Standard, message.Individual:
		return s.ackConsumed(ack, whenDone)
	case message.Delivered:
		if err := s.ackArrived(ack); err != nil {
			return err
		}
	case message.Poison:
		return s.ackPoison(ack, whenDone)
	case message.ExpiredInUse:
		return s.ackExpired(ack, whenDone)
	case message.Redelivered, message.Unmatched:
		// The first is for the client's own book-keeping, the second only ever goes to stores.
	}
	if whenDone != nil {
		whenDone(nil)
	}
	return nil
}

// ackConsumed takes the acknowledged messages out, at once or with the transaction.
func (s *Subscription) ackConsumed(ack *message.Ack, whenDone store.Completion) error {
	if ack.Transaction != nil {
		return s.ackInTransaction(ack, whenDone)
	}
	s.mu.Lock()
	acked, err := s.rangeLocked(ack)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	for _, d := range acked {
		s.outLocked(d)
	}
	s.feedLocked()
	s.mu.Unlock()
	s.dequeued.Add(int64(len(acked)))
	s.tellConsumed(acked, ack, whenDone)
	return nil
}

// tellConsumed tells the origins that messages are consumed, and those that got no word that there is credit.
func (s *Subscription) tellConsumed(ds []*delivery, ack *message.Ack, whenDone store.Completion) {
	groups := byOrigin(ds)
	each := shared(len(groups), whenDone)
	for _, g := range groups {
		g[0].from.consumed(g, ack, each)
	}
	if len(groups) == 0 && whenDone != nil {
		whenDone(nil)
	}
	for _, o := range s.takesFrom() {
		if len(groups) != 1 || groups[0][0].from != o {
			o.wakeup()
		}
	}
}

// ackInTransaction notes the acknowledgement in its transaction. The messages stay in flight until that commits, but
// others may be sent in their place.
func (s *Subscription) ackInTransaction(ack *message.Ack, whenDone store.Completion) error {
	tx, err := s.conn.transaction(ack.Transaction)
	if err != nil {
		return err
	}
	if err := tx.addAck(s, ack); err != nil {
		return err
	}
	s.wakeOrigins()
	if whenDone != nil {
		whenDone(nil)
	}
	return nil
}

// claim marks the messages that a transaction's acknowledgement is about as its own.
func (s *Subscription) claim(ack *message.Ack) ([]*delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	acked, err := s.rangeLocked(ack)
	for _, d := range acked {
		s.reachedLocked(d)
		d.state = claimed
		d.claims.Add(1)
	}
	s.feedLocked()
	return acked, err
}

// ackArrived notes that messages reached the client, so that others may follow.
func (s *Subscription) ackArrived(ack *message.Ack) error {
	s.mu.Lock()
	all := *ack
	all.First = nil // as the original has it: everything before has arrived too
	arrived, err := s.rangeLocked(&all)
	for _, d := range arrived {
		s.reachedLocked(d)
	}
	s.feedLocked()
	s.mu.Unlock()
	if err != nil {
		return err
	}
	s.wakeOrigins()
	return nil
}

// ackPoison sends messages that the client cannot process to the dead letter queue.
func (s *Subscription) ackPoison(ack *message.Ack, whenDone store.Completion) error {
	if ack.Transaction != nil {
		return fail(IllegalState, "a poison acknowledgement cannot be in a transaction: %s", ack.Transaction)
	}
	s.mu.Lock()
	poisoned, err := s.rangeLocked(ack)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	for _, d := range poisoned {
		s.outLocked(d)
	}
	s.feedLocked()
	s.mu.Unlock()
	each := shared(len(poisoned), whenDone)
	for _, d := range poisoned {
		s.conn.broker.buryThen(deadLetter{delivery: d, cause: causeOf(ack)}, each)
	}
	if len(poisoned) == 0 && whenDone != nil {
		whenDone(nil)
	}
	s.wakeOrigins()
	return nil
}

// causeOf is what the dead letter says about a poison acknowledgement.
func causeOf(ack *message.Ack) string {
	if ack.Cause == nil {
		return "the client rejected the message"
	}
	return ack.Cause.String()
}

// ackExpired takes out messages that the client found expired.
func (s *Subscription) ackExpired(ack *message.Ack, whenDone store.Completion) error {
	s.mu.Lock()
	expired, err := s.rangeLocked(ack)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	for _, d := range expired {
		s.outLocked(d)
	}
	s.feedLocked()
	s.mu.Unlock()
	each := shared(len(expired), whenDone)
	for _, d := range expired {
		d.from.base().expired.Add(1)
		s.conn.broker.buryThen(deadLetter{delivery: d}, each)
	}
	if len(expired) == 0 && whenDone != nil {
		whenDone(nil)
	}
	s.wakeOrigins()
	return nil
}

// rangeLocked returns the messages in flight that ack is about: Last alone for an individual one, else all from First, or the
// beginning, to Last.
func (s *Subscription) rangeLocked(ack *message.Ack) ([]*delivery, error) {
	var found []*delivery
	single := ack.Kind == message.Individual
	in := ack.First == nil && !single
	for d := s.inFlight.first; d != nil; d = d.next {
		last := d.message.ID.Same(ack.Last)
		if !in {
			in = single && last || !single && d.message.ID.Same(ack.First)
		}
		if in {
			found = append(found, d)
		}
		if last && in {
			return found, nil
		}
		if last {
			return nil, fail(IllegalState, "Unmatched acknowledge: %s; Could not find Message-ID %s in dispatched-list (start of ack)", ackText(ack), ack.First)
		}
	}
	if s.info.Destination.IsTopic() && !s.info.IsDurable() {
		return nil, nil // the original only counts what these acknowledge
	}
	// After a reconnect clients acknowledge what the consumer before had in flight. Nothing of it is ours, and it comes again.
	if len(found) == 0 {
		return nil, fail(IllegalState, "Unmatched acknowledge: %s; Could not find Message-ID %s in dispatched-list", ackText(ack), ack.Last)
	}
	return nil, fail(IllegalState, "Unmatched acknowledge: %s; Could not find Message-ID %s in dispatched-list (end of ack)", ackText(ack), ack.Last)
}

// ackText describes an acknowledgement in errors.
func ackText(ack *message.Ack) string {
	return "ack type " + ackNames[min(uint(ack.Kind), uint(len(ackNames)-1))] + " of consumer " + ack.Consumer.String()
}

// ackNames are the kinds of acknowledgement by number.
var ackNames = [...]string{"delivered", "poison", "standard", "redelivered", "individual", "unmatched", "expired", "unknown"}

// outLocked takes d out of flight for good.
func (s *Subscription) outLocked(d *delivery) {
	if d.state == reached || d.state == claimed {
		s.arrived--
	}
	s.inFlight.remove(d)
}

// reachedLocked has d take no credit any more.
func (s *Subscription) reachedLocked(d *delivery) {
	if d.state == inFlight {
		d.state = reached
		s.arrived++
	}
}

// byOrigin splits ds into runs of one origin each, in order. Most acknowledgements are about one.
func byOrigin(ds []*delivery) [][]*delivery {
	if len(ds) == 0 {
		return nil
	}
	mixed := false
	for _, d := range ds[1:] {
		mixed = mixed || d.from != ds[0].from
	}
	if !mixed {
		return [][]*delivery{ds}
	}
	var groups [][]*delivery
	index := map[origin]int{}
	for _, d := range ds {
		i, ok := index[d.from]
		if !ok {
			i = len(groups)
			index[d.from] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], d)
	}
	return groups
}
