package store

import "goactivemq/activemq/message"

// Job is a message that is to be sent at a later time, perhaps again and again. Times are milliseconds since 1970, durations milliseconds.
type Job struct {
	ID     string
	Cron   string // five fields; empty: none
	Start  int64  // when it was scheduled
	Delay  int64
	Period int64
	Repeat int32 // how often it is to come again after the next time; -1: for ever
	Next   int64 // when it is due
	Count  int32 // how often it came so far

	// Ticket is the store's own.
	Ticket any
}

// Jobs is where the scheduler keeps its jobs. Its methods may be called at the same time for different jobs; calls for one job come one at
// a time. None waits for the disk except Load and Close. Completions are as for Store, but a nil one only means that nobody is told.
type Jobs interface {
	// Found returns the jobs that were there when the store was opened, in the order in which they were scheduled. The scheduler asks once.
	Found() []*Job

	// Add keeps a new job and its message, which must not change any more; the store reads it before it returns.
	Add(j *Job, m *message.Message, done Completion)

	// Load reads the message of a job. It may wait for the disk.
	Load(j *Job) (*message.Message, error)

	// Reschedule notes that the job, which was due at was, came and is due again as its Next, Repeat and Count say. child, where not nil, is a new
	// job with the same message that is added in the same step: both happen or none.
	Reschedule(j *Job, was int64, child *Job, done Completion)

	// Remove drops a job. Its Next is what was told last.
	Remove(j *Job, done Completion)

	// Usage returns the bytes that the jobs take up.
	Usage() int64

	// Close writes what is waiting and closes the store. It waits. No other call may be under way.
	Close() error
}
