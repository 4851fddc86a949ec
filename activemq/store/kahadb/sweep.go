package kahadb

import "slices"

// Removals, acks and updates in the journal name messages by id, while the index is by sequence. So a replay gathers them, as claims, and makes
// them good in sweeps over a destination's entries; since messages mostly go in the order they came, a sweep mostly ends in the
// first pages. A message that was added twice counts once: a filter tells which additions may be such, and the sweep makes sure.

// replayLog is a destination with the claims on its messages.
type replayLog struct {
	log      *log
	claims   map[uint64]*claim
	suspects int
}

// claim is what the journal said of a message since the last sweep.
type claim struct {
	removed position // it was consumed
	updated position // its new form is there
	length  int32    // of that
	acks    []replayAck
	suspect bool // it may be there twice
	met     bool
	kept    bool
}

// replayAck is an acknowledgement by a durable subscription.
type replayAck struct {
	subscription *subscription
	position     position
}

// claimsKept is how many claims are gathered before a sweep.
const claimsKept = 1 << 18

// claim returns the claims on a message.
func (r *replay) claim(l *replayLog, hash uint64) *claim {
	c := l.claims[hash]
	if c == nil {
		if l.claims == nil {
			l.claims = map[uint64]*claim{}
		}
		c = &claim{}
		l.claims[hash] = c
		r.claims++
	}
	return c
}

// sweepAll makes all claims good.
func (r *replay) sweepAll() error {
	for _, l := range r.named {
		if err := r.sweep(l); err != nil {
			return err
		}
	}
	return nil
}

// sweep makes the claims on a destination's messages good.
func (r *replay) sweep(rl *replayLog) error {
	if len(rl.claims) == 0 {
		return nil
	}
	l := rl.log
	open := len(rl.claims)
	err := l.each(0, func(sequence int64, e *entry) (bool, error) {
		c := rl.claims[e.hash]
		if c == nil {
			return true, nil
		}
		if !c.met {
			c.met = true
			open--
		}
		// Without suspects every claim is on one message at most.
		return open > 0 || rl.suspects > 0, r.settle(l, c, sequence, e)
	})
	if err != nil {
		return err
	}
	// As the original has it, a new form of a message that is not there is the message.
	var lost []operation
	for h, c := range rl.claims {
		if c.updated > c.removed && !c.met {
			lost = append(lost, operation{log: rl, position: c.updated, length: c.length, hash: h})
		}
	}
	r.claims -= len(rl.claims)
	rl.claims, rl.suspects = nil, 0
	slices.SortFunc(lost, func(a, b operation) int { return int(a.position - b.position) })
	for _, o := range lost {
		if err := r.add(o, o.position); err != nil {
			return err
		}
	}
	if len(rl.claims) > 0 {
		return r.sweep(rl)
	}
	return nil
}

// settle makes a claim good on one entry that it may be about.
func (r *replay) settle(l *log, c *claim, sequence int64, e *entry) error {
	s := r.store
	file := e.position.file()
	if c.removed > e.position {
		s.guardAck(c.removed.file(), file)
		return l.discard(sequence)
	}
	if c.suspect && c.kept {
		s.options.Log.Warn("Duplicate message add attempt rejected.", "destination", l.destination, "sequence", sequence)
		return l.discard(sequence)
	}
	c.kept = true
	number, _ := pageOf(sequence)
	if c.updated > e.position {
		s.guard(c.updated.file(), file)
		s.moveEntry(l, e, c.updated, c.length)
		l.ref(number).page.dirty = true
	}
	for _, a := range c.acks {
		s.guardAck(a.position.file(), file)
		if a.position > e.position && a.subscription.acknowledge(sequence) {
			if err := l.unlink(sequence, 1); err != nil {
				return err
			}
		}
	}
	return nil
}
