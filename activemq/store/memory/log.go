package memory

import (
	"fmt"
	"math"
	"sync/atomic"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// log is what queues and topics have in common. The broker's lock of the destination guards it, except bytes, which Usage
// reads without that lock.
type log struct {
	destination message.Destination
	producers   *store.Producers // the store's
	sequence    int64            // the last one given
	messages    run
	bytes       atomic.Int64
}

// Append keeps m in the entry until it is admitted, or given up with the entry.
func (l *log) Append(e *store.Entry, m *message.Message, _ store.Transaction, done store.Completion) {
	h := &held{message: m, length: length(m)}
	e.Ticket, e.Length = h, h.length
	complete(done)
}

// admit gives the entry its sequence, and its message to the caller. From now on the entry keeps nothing alive.
func (l *log) admit(e *store.Entry) *held {
	h := e.Ticket.(*held)
	l.producers.Note(h.message.ID)
	l.sequence++
	e.Sequence, e.Ticket = l.sequence, nil
	return h
}

// keep puts an admitted message into the log.
func (l *log) keep(sequence int64, h *held) {
	l.messages.add(sequence, h)
	l.bytes.Add(int64(h.length))
}

// drop takes a message out, when it is there.
func (l *log) drop(sequence int64) {
	if h := l.messages.remove(sequence); h != nil {
		l.bytes.Add(-int64(h.length))
	}
}

// Load returns the admitted message.
func (l *log) Load(e *store.Entry) (*message.Message, error) {
	h := l.messages.get(e.Sequence)
	if h == nil {
		return nil, fmt.Errorf("memory: %s has no message with sequence %d", l.destination, e.Sequence)
	}
	return h.message, nil
}

// page lists what is in r behind a sequence, up to limit messages and until bytes are reached.
func page(r *run, after int64, limit, bytes int) []store.Loaded {
	if limit <= 0 {
		return nil
	}
	list := make([]store.Loaded, 0, min(limit, r.live))
	for sequence, h := range r.after(after) {
		list = append(list, store.Loaded{Entry: store.Entry{Sequence: sequence, Length: h.length}, Message: h.message})
		bytes -= int(h.length)
		if len(list) == limit || bytes <= 0 {
			break
		}
	}
	return list
}

// length is what a message counts for, in an entry's 32 bits.
func length(m *message.Message) int32 {
	return int32(min(m.Size(), math.MaxInt32))
}
