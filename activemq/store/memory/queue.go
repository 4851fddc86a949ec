package memory

import (
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// queue is a store.Queue.
type queue struct{ log }

// Admit makes the message pending.
func (q *queue) Admit(e *store.Entry) {
	h := q.admit(e)
	q.keep(e.Sequence, h)
}

// Remove takes the message out; in a transaction Drop will do it.
func (q *queue) Remove(e *store.Entry, _ *message.Ack, tx store.Transaction, done store.Completion) {
	if tx == nil {
		q.drop(e.Sequence)
	}
	complete(done)
}

// Drop takes the message out. It may be gone already, by another transaction that removed it too.
func (q *queue) Drop(e *store.Entry) { q.drop(e.Sequence) }

// Update puts m in the place of the message.
func (q *queue) Update(e *store.Entry, m *message.Message) {
	h := q.messages.get(e.Sequence)
	if h == nil {
		return
	}
	before := h.length
	h.message, h.length = m, length(m)
	e.Length = h.length
	q.bytes.Add(int64(h.length - before))
}

// Page lists messages behind a sequence. It has no error to tell.
func (q *queue) Page(after int64, limit, bytes int) ([]store.Loaded, error) {
	return page(&q.messages, after, limit, bytes), nil
}

// Pending returns number and size of the messages.
func (q *queue) Pending() (count int, bytes int64) { return q.messages.live, q.bytes.Load() }

// Delivering has nothing to note: no later run will ask.
func (q *queue) Delivering() {}

// Delivered has nothing to note: no later run will ask.
func (q *queue) Delivered(int64) {}

// MaybeDelivered returns 0: there was no earlier run.
func (q *queue) MaybeDelivered() int64 { return 0 }
