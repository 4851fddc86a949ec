package kahadb

import (
	"bytes"
	"fmt"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// removal is the record that a message was consumed, by its queue or by one durable subscription. The file it is in must outlive those that hold
// the message: without the removal, a rebuilt index would have the message again.
type removal struct {
	write
	log         *log
	transaction *transaction
	target      position  // of the message
	addition    *addition // the message, where it had no position yet
	update      *update   // a newer form of the message that was not written yet
}

func (r *removal) written(p position) {
	s := r.log.store
	if r.transaction != nil {
		r.transaction.note(p)
	}
	if r.addition != nil {
		r.target = r.addition.position
	}
	s.guardAck(p.file(), r.target.file())
	if r.update != nil {
		s.guardAck(p.file(), r.update.position.file())
	}
}

// encode makes the record. sub is nil for a queue.
func (r *removal) encode(e *store.Entry, ack *message.Ack, sub *subscription) error {
	l := r.log
	var text [128]byte
	id, err := l.idOf(text[:0], e, ack)
	if err != nil {
		return err
	}
	r.buffer = getBuffer()
	b := startRecord(*r.buffer)
	if r.transaction != nil {
		b = append(b, r.transaction.field...)
	}
	b = append(b, l.field...)
	b = appendBytesField(b, 3, id)
	switch {
	case r.transaction == nil && ack == nil:
	case r.transaction == nil && sub != nil && ack.Kind == message.Unmatched:
		b = appendBytesField(b, 4, "")
	default:
		var space [512]byte
		body, err := l.store.options.Codec.AppendAck(space[:0], r.single(ack, id))
		if err != nil {
			r.buffer = nil
			return fmt.Errorf("kahadb: ack of message %s: %w", id, err)
		}
		b = appendBytesField(b, 4, body)
	}
	if sub != nil {
		b = appendBytesField(b, 5, sub.key)
	}
	*r.buffer = b
	r.record = finishRecord(b, cmdRemove)
	return nil
}

// single returns ack as one of this message only, which is how the original keeps it; clients acknowledge ranges. For a prepared transaction
// the original cannot do without.
func (r *removal) single(ack *message.Ack, id []byte) *message.Ack {
	var text [128]byte
	if ack != nil && ack.Last != nil && ack.Count == 1 && (r.transaction == nil || ack.Transaction != nil) &&
		bytes.Equal(appendID(text[:0], ack.Last), id) {
		return ack
	}
	one := message.Ack{Kind: message.Standard}
	if ack != nil {
		one = *ack
	}
	one.Last = message.ParseID(string(id))
	one.First, one.Count = one.Last, 1
	if one.Destination == nil {
		one.Destination = &r.log.destination
	}
	if r.transaction != nil && one.Transaction == nil {
		one.Transaction = r.transaction.id
	}
	return &one
}

// remove journals the removal of e by sub, nil for a queue. Outside a transaction the entry is taken out of the index with it, and one
// that the appender has not come to is not written at all.
func (l *log) remove(e *store.Entry, ack *message.Ack, sub *subscription, tx store.Transaction, done store.Completion) {
	s := l.store
	t, _ := tx.(*transaction)
	if t == nil && l.cancel(e, sub, done) {
		return
	}
	r := &removal{log: l, transaction: t}
	r.done, r.effect = done, r
	if err := r.encode(e, ack, sub); err != nil {
		r.complete(err)
		return
	}
	s.mu.Lock()
	r.aim(e)
	var err error
	if t != nil {
		t.operations.Add(1)
	} else {
		err = l.take(e, sub)
	}
	if err == nil {
		err = s.journal.append(&r.write)
	}
	s.mu.Unlock()
	r.refuse(err)
}

// aim notes which files the removal has to outlive.
func (r *removal) aim(e *store.Entry) {
	r.update = r.log.updates[e.Sequence]
	if a, ok := e.Ticket.(*addition); ok && !a.stored {
		r.addition = a
		return
	}
	// A page that cannot be read is told by the one who takes the entry out.
	if found, _, err := r.log.get(e.Sequence); err == nil && found != nil {
		r.target = found.position
	}
}

// cancel is remove for the last reference to a message that was not written and need not be any more.
func (l *log) cancel(e *store.Entry, sub *subscription, done store.Completion) bool {
	a, ok := e.Ticket.(*addition)
	if !ok || a.transaction != nil {
		return false
	}
	s := l.store
	s.mu.Lock()
	if a.sealedInTime() {
		l.patience.paid()
	}
	if a.stored || a.references > 1 || sub != nil && !sub.needs(a.sequence) || !s.journal.cancel(&a.write) {
		s.mu.Unlock()
		return false
	}
	u := l.updates[a.sequence]
	if u != nil {
		s.journal.cancel(&u.write)
		delete(l.updates, a.sequence)
	}
	l.takeWaiting(a, sub)
	l.patience.paid()
	a.message = nil
	s.mu.Unlock()
	a.complete(nil)
	if u != nil {
		u.complete(nil)
	}
	if done != nil {
		done(nil)
	}
	return true
}

// take takes one reference to e away, that of sub or the only one of a queue.
func (l *log) take(e *store.Entry, sub *subscription) error {
	if l.removed {
		return nil
	}
	if a, ok := e.Ticket.(*addition); ok && !a.stored {
		l.takeWaiting(a, sub)
		return nil
	}
	if a, ok := e.Ticket.(*addition); ok {
		delete(l.store.loose, a)
	}
	if sub != nil && !sub.acknowledge(e.Sequence) {
		return nil
	}
	return l.unlink(e.Sequence, 1)
}

// takeWaiting is take for an entry that is not in a page yet.
func (l *log) takeWaiting(a *addition, sub *subscription) {
	l.store.changed = true
	if a.sequence == 0 {
		a.dropped = true
		return
	}
	if sub != nil && !sub.acknowledge(a.sequence) || a.references == 0 {
		return
	}
	if a.references--; a.references == 0 {
		a.dropped = true
		l.count--
		l.bytes -= int64(a.length)
		l.settle(a.sequence)
	}
}

// drop takes an entry out whose removal was committed.
func (l *log) drop(e *store.Entry, sub *subscription) {
	s := l.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := l.take(e, sub); err != nil {
		s.fail(err)
	}
}

// update is the record of a message's new form.
type update struct {
	addition
	entry int64 // its sequence
}

func (u *update) written(p position) {
	l := u.log
	s := l.store
	if l.updates[u.entry] == u {
		delete(l.updates, u.entry)
	}
	u.message = nil
	e, page, err := l.get(u.entry)
	if err != nil {
		s.fail(err)
	}
	if e == nil || l.removed {
		return
	}
	// The older form must go first: alone, it would bring the message back as it was.
	s.guard(p.file(), e.position.file())
	s.moveEntry(l, e, p, u.length)
	page.dirty = true
}

// moveEntry gives an entry another record.
func (s *Store) moveEntry(l *log, e *entry, p position, length int32) {
	s.forget(e.position.file())
	s.live[p.file()]++
	l.bytes += int64(length - e.length)
	e.position, e.length = p, length
	s.changed = true
}

// replace journals a new form of an admitted message.
func (l *log) replace(e *store.Entry, m *message.Message) {
	u := &update{entry: e.Sequence}
	u.log, u.id, u.message = l, m.ID, m
	u.write.effect = u
	s := l.store
	if err := u.addition.encode(m, cmdUpdate); err != nil {
		u.complete(err)
		s.options.Log.Error("message was not updated", "destination", l.destination, "error", err)
		return
	}
	s.mu.Lock()
	if l.removed {
		s.mu.Unlock()
		u.complete(nil)
		return
	}
	if l.updates == nil {
		l.updates = map[int64]*update{}
	}
	if old := l.updates[e.Sequence]; old != nil && s.journal.cancel(&old.write) {
		defer old.complete(nil)
	}
	l.updates[e.Sequence] = u
	err := s.journal.append(&u.write)
	s.mu.Unlock()
	u.refuse(err)
}

// sealedInTime tells whether the addition has been written, and its removal comes so soon that to wait for it would have paid.
func (a *addition) sealedInTime() bool {
	return a.stored && !a.patient && a.log.store.options.Now().Sub(a.began) < patienceMax
}
