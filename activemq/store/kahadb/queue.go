package kahadb

import (
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// queue is a log whose entries are needed once.
type queue struct{ log *log }

// Append journals m.
func (q *queue) Append(e *store.Entry, m *message.Message, tx store.Transaction, done store.Completion) {
	q.log.append(e, m, tx, done)
}

// Admit gives e its place.
func (q *queue) Admit(e *store.Entry) { q.log.admitEntry(e) }

// Load reads e back.
func (q *queue) Load(e *store.Entry) (*message.Message, error) { return q.log.loadMessage(e) }

// Remove journals that e was consumed.
func (q *queue) Remove(e *store.Entry, ack *message.Ack, tx store.Transaction, done store.Completion) {
	q.log.remove(e, ack, nil, tx, done)
}

// Drop takes e out after a commit.
func (q *queue) Drop(e *store.Entry) { q.log.drop(e, nil) }

// Update replaces the stored form of e.
func (q *queue) Update(e *store.Entry, m *message.Message) { q.log.replace(e, m) }

// Page reads messages in order.
func (q *queue) Page(after int64, limit, bytes int) ([]store.Loaded, error) {
	return q.log.page(after, limit, bytes, nil)
}

// Pending returns the number of messages and their bytes.
func (q *queue) Pending() (int, int64) {
	q.log.store.mu.Lock()
	defer q.log.store.mu.Unlock()
	return q.log.count, q.log.bytes
}

// Delivering notes that there are consumers.
func (q *queue) Delivering() { q.log.deliver(&q.log.delivering, &q.log.marked, "") }

// Delivered notes up to where messages were delivered and not acknowledged.
func (q *queue) Delivered(to int64) { q.log.delivered(&q.log.maybe, to) }

// MaybeDelivered returns the last sequence that consumers may have had before an unclean stop.
func (q *queue) MaybeDelivered() int64 { return q.log.maybe }
