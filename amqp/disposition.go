package amqp

import (
	"slices"

	"goactivemq/activemq/message"
	"goactivemq/amqp/wire"
)

// run are deliveries of one sender that follow each other in flight, and about which the client says the same.
type run struct {
	sender  *sender
	ids     []*message.ID
	numbers []uint32
}

// handleDisposition takes over what the client says about deliveries in either direction.
func (s *session) handleDisposition(p *wire.Disposition) error {
	last := p.Last.Or(p.First)
	if p.Role == wire.SenderRole {
		if p.Settled {
			s.forgetSettling(p.First, last)
		}
		return nil
	}
	outcome := p.State
	if outcome.Kind == wire.Transactional {
		return s.dispositionIn(p, last)
	}
	if outcome.Kind == 0 || outcome.Kind == wire.Received {
		if !p.Settled {
			return nil // it has yet to make up its mind
		}
		outcome = wire.State{}
	}
	for _, r := range s.takeRuns(p.First, last, nil) {
		o := outcome
		if o.Kind == 0 {
			o = r.sender.fallback
		}
		s.conn.acking = r.sender
		r.sender.apply(r.ids, o, s.confirmation(p, r, o))
	}
	return nil
}

// confirmation returns what tells the client that what it said has happened, where it waits for that.
func (s *session) confirmation(p *wire.Disposition, r run, outcome wire.State) func(error) {
	if p.Settled {
		return nil
	}
	return func(err error) {
		if err != nil {
			s.conn.handler.log.Error("acknowledgement of "+s.conn.remote+" was not stored", "error", err)
			return
		}
		for _, numbers := range runsOf(r.numbers) {
			s.conn.out.Put(item{session: s, frame: &wire.Disposition{
				Role: wire.SenderRole, First: numbers[0], Last: wire.Some(numbers[len(numbers)-1]), Settled: true, State: outcome,
			}})
		}
		s.conn.out.Flush()
	}
}

// runsOf splits numbers into those that follow each other without a gap.
func runsOf(numbers []uint32) [][]uint32 {
	var runs [][]uint32
	from := 0
	for i := 1; i <= len(numbers); i++ {
		if i == len(numbers) || numbers[i] != numbers[i-1]+1 {
			runs = append(runs, numbers[from:i])
			from = i
		}
	}
	return runs
}

// dispositionIn takes over an outcome that is to be part of a transaction [AMQP 4.4.2].
func (s *session) dispositionIn(p *wire.Disposition, last uint32) error {
	tx, err := s.conn.transaction(p.State.Transaction)
	if err != nil {
		return &sessionError{s, unknownTransaction, err.Error()}
	}
	if p.State.Outcome == nil {
		return nil
	}
	outcome := *p.State.Outcome
	outcome.Annotations = slices.Clone(outcome.Annotations)
	for _, r := range s.takeRuns(p.First, last, tx) {
		s.conn.unclaim(-len(r.ids))
		tx.taken = append(tx.taken, taken{r.sender, r.ids, r.numbers, outcome, p.Settled})
		if p.Settled {
			s.forgetNumbers(r.numbers)
		}
		if outcome.Kind != wire.Accepted {
			continue
		}
		if err := s.conn.session.Ack(r.sender.ack(r.ids, message.Standard, tx.id), nil); err != nil {
			return &sessionError{s, illegalState, err.Error()}
		}
	}
	return nil
}

// unclaim notes that n deliveries are free of what kept dispositions from speaking about them in passing.
func (c *conn) unclaim(n int) {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.claims -= n
}

// forgetNumbers forgets deliveries that the client has settled.
func (s *session) forgetNumbers(numbers []uint32) {
	s.conn.sending.Lock()
	defer s.conn.sending.Unlock()
	for _, n := range numbers {
		delete(s.outgoing.unsettled, n)
	}
}

// takeRuns takes the deliveries from first to last out of those that are not settled; for a transaction they stay, marked as its own. What another
// transaction has is left alone.
func (s *session) takeRuns(first, last uint32, in *transaction) []run {
	s.conn.sending.Lock()
	defer s.conn.sending.Unlock()
	unsettled := s.outgoing.unsettled
	var runs []run
	for _, number := range numbersIn(unsettled, first, last) {
		d := unsettled[number]
		if d.in != nil {
			continue
		}
		if in == nil {
			delete(unsettled, number)
		} else {
			d.in = in
			unsettled[number] = d
		}
		if n := len(runs); n == 0 || runs[n-1].sender != d.sender || s.conn.claims > 0 {
			runs = append(runs, run{sender: d.sender})
		}
		r := &runs[len(runs)-1]
		r.ids, r.numbers = append(r.ids, d.id), append(r.numbers, number)
	}
	return runs
}

// numbersIn returns those of the deliveries from first to last that are there. Numbers wrap around, and a range may be as large as it likes.
func numbersIn(unsettled map[uint32]delivery, first, last uint32) []uint32 {
	size := last - first
	if int32(size) < 0 {
		return nil
	}
	var numbers []uint32
	if int64(size) < int64(4*len(unsettled)) || size < 64 {
		for n := first; n-first <= size; n++ {
			if _, ok := unsettled[n]; ok {
				numbers = append(numbers, n)
			}
		}
		return numbers
	}
	for n := range unsettled {
		if n-first <= size {
			numbers = append(numbers, n)
		}
	}
	slices.SortFunc(numbers, func(a, b uint32) int { return int(int32(a - b)) })
	return numbers
}

// forgetSettling forgets deliveries that the client has settled after us.
func (s *session) forgetSettling(first, last uint32) {
	for n := range s.settling {
		if n-first <= last-first {
			delete(s.settling, n)
		}
	}
}

// ack makes an acknowledgement of messages that follow each other in flight.
func (l *sender) ack(ids []*message.ID, kind message.AckKind, tx *message.TransactionID) *message.Ack {
	return &message.Ack{
		Consumer: &l.id, Destination: l.info.Destination, Kind: kind, First: ids[0], Last: ids[len(ids)-1], Count: int32(len(ids)), Transaction: tx,
	}
}

// apply does what an outcome asks for. done, where not nil, is called when it has happened.
func (l *sender) apply(ids []*message.ID, outcome wire.State, done func(error)) {
	c := l.session.conn
	var err error
	switch {
	case outcome.Kind == wire.Accepted:
		err = c.session.Ack(l.ack(ids, message.Standard, nil), done)
	case outcome.Kind == wire.Rejected || outcome.UndeliverableHere:
		ack := l.ack(ids, message.Poison, nil)
		ack.Cause = &message.Throwable{Class: message.T("java.lang.Throwable"), Message: message.T(reasonOf(outcome))}
		err = c.session.Ack(ack, done)
	default:
		c.session.Release(l.id, ids, outcome.DeliveryFailed)
		if done != nil {
			done(nil)
		}
	}
	if err != nil {
		// Messages that are not the consumer's any more, as those of one that the client has just detached.
		c.handler.log.Debug("an outcome that "+c.remote+" tells is about no message of its own", "error", err)
		if done != nil {
			done(nil)
		}
	}
}

// reasonOf is what the dead letter of a rejected message says.
func reasonOf(outcome wire.State) string {
	switch {
	case outcome.Error != nil && outcome.Error.Description != "":
		return string(outcome.Error.Condition) + ": " + outcome.Error.Description
	case outcome.Error != nil:
		return string(outcome.Error.Condition)
	case outcome.Kind == wire.Modified:
		return "the client cannot process the message: it is undeliverable there"
	}
	return "the client rejected the message"
}
