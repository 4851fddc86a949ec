package memory

import (
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Jobs is a store.Jobs that forgets all when the process ends: that of a broker without persistence. A job's ticket is its message.
type Jobs struct{}

// Found returns nothing.
func (Jobs) Found() []*store.Job { return nil }

// Add keeps the message with the job.
func (Jobs) Add(j *store.Job, m *message.Message, done store.Completion) {
	j.Ticket = m
	complete(done)
}

// Load returns the job's message.
func (Jobs) Load(j *store.Job) (*message.Message, error) { return j.Ticket.(*message.Message), nil }

// Reschedule gives the child the message of its parent.
func (Jobs) Reschedule(j *store.Job, _ int64, child *store.Job, done store.Completion) {
	if child != nil {
		child.Ticket = j.Ticket
	}
	complete(done)
}

// Remove has nothing to do: whoever holds the job drops it.
func (Jobs) Remove(_ *store.Job, done store.Completion) { complete(done) }

// Usage is nothing: no disk is used.
func (Jobs) Usage() int64 { return 0 }

// Close does nothing.
func (Jobs) Close() error { return nil }
