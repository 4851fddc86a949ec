package kahadb

import (
	"sync/atomic"
	"time"
)

// patience is what a destination has learned about waiting. A message that is consumed before it was written need not be written at all, which
// saves a write and a sync, by far the dearest part of its way. Where consumers keep up, most messages are consumed within a fraction
// of a millisecond; there the appender waits that long before it writes those whose producers can be answered by the consumption as well
// as by the disk. Where they do not, waiting would only delay the producers, and after a few messages nobody waits.
type patience struct {
	hope atomic.Int32
}

const (
	// patienceMax is how long an addition waits for its removal at most, and companyMax, where many producers wait together anyway. It
	// is also how long they wait for each other, so that one sync serves all.
	patienceMax = 500 * time.Microsecond
	companyMax  = 2 * time.Millisecond
	companyMany = 4

	hopeMax    = 32 // so that a destination that was quick for long forgets it within a few messages
	hopeNeeded = 8  // removals that came in time, without one in vain, before waiting begins
	hopeWasted = 2  // what one in vain takes away
)

// hopeful tells whether to wait.
func (p *patience) hopeful() bool { return p.hope.Load() >= hopeNeeded }

// paid notes a removal that came in time, or would have.
func (p *patience) paid() {
	if h := p.hope.Load(); h < hopeMax {
		p.hope.CompareAndSwap(h, h+1)
	}
}

// wasted notes an addition that waited in vain.
func (p *patience) wasted() {
	h := p.hope.Load()
	p.hope.CompareAndSwap(h, max(h-hopeWasted, 0))
}

// pause is how long the appender waits for writes to be cancelled, and for others to share the sync. The caller holds j.mu.
func (j *journal) pause() time.Duration {
	if j.company >= companyMany {
		return companyMax
	}
	return patienceMax
}
