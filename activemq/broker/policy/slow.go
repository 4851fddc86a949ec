package policy

import "time"

// Slow says what becomes of slow consumers. The zero value lets them be.
type Slow struct {
	Abort           bool
	ByAck           bool // slow is who does not acknowledge; else who lets messages wait
	AbortConnection bool // else the consumer only
	CheckPeriod     time.Duration
	MaxCount        int64         // how often a consumer may be found slow; 0 and less: that does not count
	MaxDuration     time.Duration // how long it may be slow; 0 and less: that does not count
	IgnoreNetwork   bool          // consumers of other brokers may be slow

	SinceAck   time.Duration // of ByAck: how long a consumer may take to acknowledge; less than 0: for ever
	IgnoreIdle bool          // of ByAck: those that have nothing to acknowledge are not slow
}

// Slowness is what is known of one slow consumer.
type Slowness struct {
	Count int64 // how often it was found slow
	Marks int64 // checks that found it slow
}

// TooSlow tells whether the consumer is to be aborted.
func (s *Slow) TooSlow(x Slowness) bool {
	return s.MaxDuration > 0 && time.Duration(x.Marks)*s.CheckPeriod >= s.MaxDuration || s.MaxCount > 0 && x.Count >= s.MaxCount
}
