package kahadb

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// wanted is a message to be read: from the journal, or known already.
type wanted struct {
	sequence int64
	position position
	length   int32
	hash     uint64
	addition *addition
	message  *message.Message
	id       string // of the record, where the message tells another
}

// readSpan is how much is read from the journal at once, and readGap how much of no interest is read with it.
const (
	readSpan = 512 << 10
	readGap  = 16 << 10
)

// page reads up to limit messages behind a sequence, those of one subscription if sub is not nil.
func (l *log) page(after int64, limit, size int, sub *subscription) ([]store.Loaded, error) {
	l.store.mu.Lock()
	list, err := l.list(after, limit, size, sub)
	l.store.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return l.store.read(list)
}

// list finds the messages for page.
func (l *log) list(after int64, limit, enough int, sub *subscription) ([]wanted, error) {
	var list []wanted
	if sub != nil {
		after = max(after, sub.floor)
	}
	size := 0
	err := l.each(after+1, func(sequence int64, e *entry) (bool, error) {
		if len(list) >= limit || size >= enough {
			return false, nil
		}
		if sub == nil || sub.needs(sequence) {
			w := wanted{sequence: sequence, position: e.position, length: e.length, hash: e.hash}
			if u := l.updates[sequence]; u != nil {
				w.message = u.message
			}
			list = append(list, w)
			size += int(e.length)
		}
		return true, nil
	})
	if err != nil || len(l.window) == 0 {
		return list, err
	}
	n := len(list)
	for _, a := range l.window[min(max(after+1-l.base, 0), int64(len(l.window))):] {
		if a == nil || sub != nil && !sub.needs(a.sequence) {
			continue
		}
		if len(list)-n >= limit {
			break
		}
		w := wanted{sequence: a.sequence, length: a.length, hash: a.hash, addition: a, message: a.message}
		if u := l.updates[a.sequence]; u != nil {
			w.message = u.message
		}
		list = append(list, w)
	}
	slices.SortFunc(list, func(a, b wanted) int { return int(a.sequence - b.sequence) })
	size = 0
	for i := range list {
		if i == limit || size >= enough {
			return list[:i], nil
		}
		size += int(list[i].length)
	}
	return list, nil
}

// read reads the messages of a list, neighbours in the journal together. What cannot be read is left out and told in the error.
func (s *Store) read(list []wanted) ([]store.Loaded, error) {
	loaded := make([]store.Loaded, 0, len(list))
	var failed error
	var b []byte
	for i := 0; i < len(list); {
		if list[i].message != nil {
			loaded = append(loaded, list[i].loaded())
			i++
			continue
		}
		first := list[i].position
		end, n := first+position(list[i].length), 1
		for ; i+n < len(list); n++ {
			next := list[i+n]
			if next.message != nil || next.position < end || next.position > end+readGap || next.position.file() != first.file() ||
				next.position+position(next.length)-first > readSpan {
				break
			}
			end = next.position + position(next.length)
		}
		b = grow(b, int(end-first))
		err := s.files.read(b, first)
		if err != nil && n > 1 {
			// One of them may be damaged; the others are not to suffer.
			n, err = 1, s.files.read(b[:list[i].length], first)
		}
		for _, w := range list[i : i+n] {
			if err == nil {
				w.message, w.id, err = s.decode(b[w.position-first:][:w.length], w.position, w.hash)
			}
			if err != nil {
				failed, err = errors.Join(failed, err), nil
				continue
			}
			loaded = append(loaded, w.loaded())
		}
		i += n
	}
	return loaded, failed
}

func (w *wanted) loaded() store.Loaded {
	e := store.Entry{Sequence: w.sequence, Position: int64(w.position), Length: w.length}
	switch {
	case w.addition != nil:
		e.Ticket = w.addition
	case w.id != "":
		e.Ticket = w.id
	case w.message.ID != nil:
		e.Ticket = w.message.ID
	}
	return store.Loaded{Entry: e, Message: w.message}
}

// decode decodes the message in a record, which must be that of the hash (0: of any). The message has bytes of its own. id is the record's
// message id where it is not the message's.
func (s *Store) decode(b []byte, p position, want uint64) (m *message.Message, id string, err error) {
	r, err := s.parse(b, p)
	if err != nil {
		return nil, "", err
	}
	if r.message == nil || want != 0 && hash(r.id) != want {
		return nil, "", s.corruption(p, fmt.Sprintf("%v of message %q where another message should be", r.command, r.id))
	}
	if m, err = s.options.Codec.Message(slices.Clone(r.message)); err != nil {
		return nil, "", s.corruption(p, fmt.Sprintf("message %s: %v", r.id, err))
	}
	var text [128]byte
	if !bytes.Equal(appendID(text[:0], m.ID), r.id) {
		id = string(r.id)
	}
	return m, id, nil
}

// parse decodes a record that was read from p.
func (s *Store) parse(b []byte, p position) (record, error) {
	if recordSize(b) != len(b) || len(b) == 0 {
		return record{}, s.corruption(p, "invalid record size or type")
	}
	r, err := decodeRecord(b[recordHead:])
	if err != nil {
		err = s.corruption(p, err.Error())
	}
	return r, err
}

func (s *Store) corruption(p position, reason string) error {
	return &store.Corruption{File: s.files.path(p.file()), Offset: p.offset(), Reason: reason}
}

// readRecord reads one record.
func (s *Store) readRecord(p position, length int32) (record, error) {
	if p == 0 || length <= recordHead {
		return record{}, fmt.Errorf("kahadb: no record at %v of %d bytes", p, length)
	}
	b := make([]byte, length)
	if err := s.files.read(b, p); err != nil {
		return record{}, err
	}
	return s.parse(b, p)
}

// loadMessage reads one message.
func (l *log) loadMessage(e *store.Entry) (*message.Message, error) {
	s := l.store
	s.mu.Lock()
	w := wanted{position: position(e.Position), length: e.Length}
	a, _ := e.Ticket.(*addition)
	if u := l.updates[e.Sequence]; u != nil {
		w.message = u.message
	} else if a != nil && !a.stored {
		w.message = a.message
	} else if found, _, err := l.get(e.Sequence); err != nil {
		s.mu.Unlock()
		return nil, err
	} else if found != nil {
		w.position, w.length, w.hash = found.position, found.length, found.hash
	} else if a != nil {
		w.position, w.length, w.hash = a.position, a.length, a.hash
	}
	s.mu.Unlock()
	if w.message != nil {
		return w.message, nil
	}
	if w.position == 0 || w.length <= 0 {
		return nil, fmt.Errorf("kahadb: %v has no message %d", l.destination, e.Sequence)
	}
	b := make([]byte, w.length)
	if err := s.files.read(b, w.position); err != nil {
		return nil, err
	}
	m, _, err := s.decode(b, w.position, w.hash)
	return m, err
}
