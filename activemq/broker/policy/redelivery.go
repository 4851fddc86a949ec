package policy

import (
	"math/rand/v2"

	"goactivemq/activemq/message"
)

// Redelivery says how often and when the broker itself delivers a message again that a client has given up.
type Redelivery struct {
	Pattern      message.Destination // which destinations it is for
	Maximum      int                 // -1: for ever
	Initial      int64               // milliseconds before the first time
	Delay        int64               // before all others
	BackOff      float64             // each delay is as many times the one before; 1 and less: Delay holds
	MaximumDelay int64               // of BackOff; -1: none
	AvoidPercent int                 // delays vary by as much up and down, so that not all come at once

}

// After returns the delay before a message is delivered again that was redelivered so often, in milliseconds.
func (r *Redelivery) After(redeliveries int32) int64 {
	const (
		most    = 1000    // redeliveries that are reckoned with: the count comes with the message
		longest = 1 << 52 // milliseconds
	)
	delay := r.Initial
	for range min(redeliveries, most) {
		next := r.next(delay)
		if next == delay && r.AvoidPercent == 0 {
			break // it stays at that
		}
		delay = next
	}
	return min(max(delay, 0), longest)
}

// next returns the delay that follows one.
func (r *Redelivery) next(before int64) int64 {
	delay := r.Delay
	if before > 0 && r.BackOff > 1 {
		if delay = int64(min(float64(before)*r.BackOff, 1<<52)); r.MaximumDelay >= 0 && delay > r.MaximumDelay {
			delay = max(r.MaximumDelay, r.Delay)
		}
	}
	if r.AvoidPercent > 0 {
		delay += int64(float64(delay) * float64(r.AvoidPercent) / 100 * (2*rand.Float64() - 1))
	}
	return delay
}

// Redeliveries are the policies of the redelivery plugin by destination, and what becomes of messages that they end with.
type Redeliveries struct {
	Entries []Redelivery // the most specific is to count
	Default *Redelivery  // for destinations that none of them covers; nil: none

	// Without these, messages that were redelivered too often, or that no policy is for, are dropped.
	DeadLetterInTheEnd, DeadLetterWithoutPolicy bool
}

// For returns the policy for a destination, nil when there is none.
func (r *Redeliveries) For(d message.Destination) *Redelivery {
	var best *Redelivery
	for i := range r.Entries {
		e := &r.Entries[i]
		if e.Pattern.Kind == d.Kind && message.Matches(e.Pattern.Name, d.Name) && (best == nil || specificity(e.Pattern.Name) > specificity(best.Pattern.Name)) {
			best = e
		}
	}
	if best == nil {
		return r.Default
	}
	return best
}
