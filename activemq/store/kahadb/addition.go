package kahadb

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// addition is a message between Append and the index, and stays the ticket of its entry. Its fields are guarded by the store's lock, but those
// that never change: log, transaction, id, hash.
type addition struct {
	write
	log         *log
	transaction *transaction
	id          *message.ID
	hash        uint64

	message    *message.Message // until it is written
	began      time.Time        // of its way, outside a transaction
	length     int32
	sequence   int64 // 0: not admitted
	references int32 // subscriptions that need it, or 1; 0 before it is admitted
	stored     bool  // its record is written
	dropped    bool  // removed before it was written
}

// written enters the message into the index, if it has a place there.
func (a *addition) written(p position) {
	s := a.log.store
	a.stored, a.message = true, nil
	if a.patient {
		a.log.patience.wasted()
	}
	switch {
	case a.transaction != nil:
		a.transaction.note(p)
	case a.dropped || a.log.removed:
	case a.sequence == 0:
		s.loose[a] = struct{}{}
	case a.references > 0:
		if err := a.log.put(a.sequence, a.entry()); err != nil {
			s.fail(err)
		}
		a.log.settle(a.sequence)
	}
}

func (a *addition) entry() entry {
	return entry{position: a.position, hash: a.hash, length: a.length, references: a.references}
}

// append journals m for the destination.
func (l *log) append(e *store.Entry, m *message.Message, tx store.Transaction, done store.Completion) {
	t, _ := tx.(*transaction)
	a := &addition{log: l, transaction: t, id: m.ID, message: m}
	a.done, a.effect = done, a
	if t == nil {
		a.began = l.store.options.Now()
		a.patient = done != nil && l.patience.hopeful()
	}
	if err := a.encode(m, cmdAdd); err != nil {
		a.complete(err)
		return
	}
	*e = store.Entry{Length: a.length, Ticket: a}
	if t != nil {
		t.operations.Add(1)
	}
	a.refuse(l.store.journal.append(&a.write))
}

// encode makes the record of an addition, or of an update of the same content. The message is encoded first and in place; what
// stands in front of it depends on its length and is then written backwards from there.
func (a *addition) encode(m *message.Message, c command) error {
	l := a.log
	a.buffer = getBuffer()
	head := make([]byte, 0, 256)
	if a.transaction != nil {
		head = append(head, a.transaction.field...)
	}
	head = append(head, l.field...)
	var id [128]byte
	key := appendID(id[:0], m.ID)
	a.hash = hash(key)
	head = appendBytesField(head, 3, key)
	// In front of head: what finishes a record, and for an update the tag and length of the nested message; behind it: tag and length.
	room := recordRoom + 6 + len(head) + 6
	b, err := l.store.options.Codec.AppendMessage(append((*a.buffer)[:0], make([]byte, room)...), m)
	if err != nil {
		return fmt.Errorf("kahadb: message %s: %w", key, err)
	}
	length := len(b) - room
	b = appendVarintField(b, 5, uint64(int64(m.Priority)))
	b = appendVarintField(b, 6, l.prioritized())
	*a.buffer = b
	if len(b) > recordMax {
		return fmt.Errorf("kahadb: message %s of %d bytes, want at most %d", key, length, recordMax)
	}
	start := room - sizeVarint(uint64(length))
	binary.PutUvarint(b[start:], uint64(length))
	start--
	b[start] = 4<<3 | wireBytes
	start -= len(head)
	copy(b[start:], head)
	if c == cmdUpdate {
		nested := uint64(len(b) - start)
		start -= sizeVarint(nested)
		binary.PutUvarint(b[start:], nested)
		start--
		b[start] = 1<<3 | wireBytes
	}
	a.record = headRecord(b, start, c)
	a.length = int32(len(a.record))
	return nil
}

func (l *log) prioritized() uint64 {
	if l.store.options.Prioritized(l.destination) {
		return 1
	}
	return 0
}

// appendID appends what id.String returns.
func appendID(b []byte, id *message.ID) []byte {
	if id == nil || id.Producer == nil || !id.TextView.IsEmpty() {
		return append(b, id.String()...)
	}
	b = append(b, id.Producer.Connection...)
	for _, n := range [...]int64{id.Producer.Session, id.Producer.Value, id.ProducerSequence} {
		b = append(b, ':')
		b = strconv.AppendInt(b, n, 10)
	}
	return b
}

// admitEntry gives an appended entry its place.
func (l *log) admitEntry(e *store.Entry) {
	s := l.store
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := e.Ticket.(*addition)
	if !ok || l.removed || a.sequence != 0 {
		return
	}
	s.producers.Note(a.id)
	a.references = 1
	if l.destination.IsTopic() {
		a.references = int32(len(l.subscriptions))
	}
	if a.stored {
		delete(s.loose, a)
		a.sequence = l.admit(nil)
		e.Position = int64(a.position)
		if a.references > 0 {
			if err := l.put(a.sequence, a.entry()); err != nil {
				s.fail(err)
			}
		}
	} else if a.references > 0 {
		a.sequence = l.admit(a)
	} else {
		a.sequence = l.admit(nil)
	}
	e.Sequence = a.sequence
	if a.references > 0 {
		l.count++
		l.bytes += int64(a.length)
	}
	s.changed = true
}

// idOf returns the text of the message id of an entry: from its ticket, from the ack where that tells the same message, and
// otherwise from the journal.
func (l *log) idOf(b []byte, e *store.Entry, ack *message.Ack) ([]byte, error) {
	switch t := e.Ticket.(type) {
	case *addition:
		return appendID(b, t.id), nil
	case *message.ID:
		return appendID(b, t), nil
	case string:
		return append(b, t...), nil
	}
	p, length, known := l.place(e)
	if ack != nil && ack.Last != nil {
		if key := appendID(b, ack.Last); hash(key) == known {
			return key, nil
		}
	}
	r, err := l.store.readRecord(p, length)
	if err != nil {
		return nil, err
	}
	return append(b, r.id...), nil
}

// place returns where the record of an entry lies, and the hash of its message id.
func (l *log) place(e *store.Entry) (position, int32, uint64) {
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	if found, _, err := l.get(e.Sequence); err == nil && found != nil {
		return found.position, found.length, found.hash
	}
	return position(e.Position), e.Length, 0
}
