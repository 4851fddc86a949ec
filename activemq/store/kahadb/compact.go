package kahadb

import (
	"maps"
	"slices"
)

// A message that nobody takes keeps its journal file. The acks of its neighbours must outlive that file, so theirs stay too; the messages in
// those have their acks in yet later ones, and so on: one old message can keep the whole journal.
//
// Ack compaction cuts the chain. It takes the oldest file that is kept for what is in it, and writes the acks of all messages in it that are
// gone once more, behind everything else. Then no other file is kept for acks of its messages. (The original copies the acks of one
// file to a new one and marks that; the effect on a reader is the same, as an ack that comes twice does no harm.)

// corpse is a message in a journal file that may be gone.
type corpse struct {
	id       string
	position position
	alive    bool
	sequence int64 // where it is alive
}

// corpses are those of a file, by destination and hash of the message id.
type corpses map[*log]map[uint64]*corpse

// compactChunk is how many acks are written, and entries looked at, without giving up the lock.
const compactChunk = 2000

// compactAcks frees other files of the acks for one file. The caller has s.checking.
func (s *Store) compactAcks() error {
	s.mu.Lock()
	file, begin, err := s.pinned()
	s.mu.Unlock()
	if err != nil || file == 0 {
		return err
	}
	dead, err := s.corpsesIn(file)
	if err != nil {
		return err
	}
	next := map[*log]int64{}
	for l, messages := range dead {
		var twice bool
		if next[l], twice, err = l.findAlive(messages, file); err != nil || twice {
			return err
		}
	}
	count := 0
	for l, messages := range dead {
		n, twice, err := s.bury(l, messages, next[l])
		if err != nil || twice {
			return err
		}
		count += n
	}
	if err := s.journal.barrier(); err != nil {
		return err
	}
	s.mu.Lock()
	for f, others := range s.acks {
		if f < begin {
			delete(others, file)
		}
	}
	s.changed = true
	s.mu.Unlock()
	s.options.Log.Debug("wrote acks once more", "of messages in", fileName(file), "acks", count)
	return nil
}

// pinned returns the oldest file that is kept for what is in it, and for whose acks others are kept; 0 when there is none. Acks before begin
// are in the index; those of open transactions are not, nor are those that come from now on.
func (s *Store) pinned() (file, begin int32, err error) {
	idle, err := s.idleFiles(false)
	if err != nil {
		return 0, 0, err
	}
	begin = s.end.file()
	for t := range s.transactions {
		begin = min(begin, t.first.file())
	}
	for a := range s.loose {
		begin = min(begin, a.position.file())
	}
	for _, n := range idle {
		for other := range s.acks[n] {
			if n < begin && !slices.Contains(idle, other) && s.files.has(other) && other < begin && (file == 0 || other < file) {
				file = other
			}
		}
	}
	return file, begin, nil
}

// corpsesIn lists the messages in a journal file.
func (s *Store) corpsesIn(file int32) (corpses, error) {
	all := corpses{}
	names := map[string]*log{}
	r := reader{files: s.files, end: -1, lenient: s.options.IgnoreMissingJournalFiles, skipped: func(stretch) {}}
	r.visit = func(p position, payload []byte) error {
		rec, err := decodeRecord(payload)
		if err != nil {
			return corruptionOf(s, p, err)
		}
		if rec.command != cmdAdd && rec.command != cmdUpdate {
			return nil
		}
		l, known := names[string(rec.destination)]
		if !known {
			d, err := decodeDestination(rec.destination)
			if err != nil {
				return corruptionOf(s, p, err)
			}
			s.mu.Lock()
			l = s.logs[d]
			s.mu.Unlock()
			names[string(rec.destination)] = l
		}
		if l == nil {
			return nil // the record of its removal stays as long as this file
		}
		if all[l] == nil {
			all[l] = map[uint64]*corpse{}
		}
		all[l][hash(rec.id)] = &corpse{id: string(rec.id), position: p}
		return nil
	}
	return all, r.file(file)
}

// findAlive marks the messages that are there still, and returns the sequence behind the last that it looked at. twice tells that one of them is
// there from another record than an update of what is in the file: the same message was gone and came again. An ack for the first
// would be one for the second too, so then the file is left as it is.
func (l *log) findAlive(messages map[uint64]*corpse, file int32) (next int64, twice bool, err error) {
	from := int64(0)
	for more := true; more && !twice && err == nil; {
		l.store.mu.Lock()
		next, more = l.next, false
		if len(l.window) > 0 {
			next = l.base
		}
		n := 0
		err = l.each(from, func(sequence int64, e *entry) (bool, error) {
			if m := messages[e.hash]; m != nil {
				_, updated := l.store.guards[e.position.file()][file]
				twice = twice || e.position.file() != file && !updated
				m.alive, m.sequence = true, sequence
			}
			n++
			from, more = sequence+1, n == compactChunk
			return !more, nil
		})
		l.store.mu.Unlock()
	}
	return next, twice, err
}

// bury journals acks for the messages of a destination that are gone, and returns how many. next is what findAlive returned; twice is as there.
func (s *Store) bury(l *log, messages map[uint64]*corpse, next int64) (count int, twice bool, err error) {
	list := slices.Collect(maps.Keys(messages))
	for chunk := range slices.Chunk(list, compactChunk) {
		s.journal.throttle()
		n, again, err := s.buryChunk(l, messages, chunk, next)
		if err != nil || again {
			return count, again, err
		}
		count += n
	}
	return count, false, nil
}

// buryChunk journals acks for some of the messages, unless one of them came again meanwhile.
func (s *Store) buryChunk(l *log, messages map[uint64]*corpse, chunk []uint64, next int64) (count int, twice bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.removed {
		return 0, false, nil
	}
	err = l.each(next, func(_ int64, e *entry) (bool, error) {
		twice = messages[e.hash] != nil
		return !twice, nil
	})
	for a := range s.loose {
		twice = twice || a.log == l && messages[a.hash] != nil
	}
	if err != nil || twice {
		return 0, twice, err
	}
	var acks []*write
	for _, h := range chunk {
		acks = append(acks, l.lastRites(messages[h])...)
	}
	err = s.journal.appendBehind(acks, func(w *write) bool {
		a, ok := w.effect.(*addition)
		twice = twice || ok && a.log == l && messages[a.hash] != nil
		return !twice
	})
	return len(acks), twice, err
}

// lastRites makes the acks for a message: that of its queue, or those of the subscriptions that are done with it.
func (l *log) lastRites(m *corpse) []*write {
	var acks []*write
	if l.destination.IsQueue() && !m.alive {
		acks = append(acks, l.lastAck(m, nil))
	}
	for _, sub := range l.subscriptions {
		if !m.alive || !sub.needs(m.sequence) {
			acks = append(acks, l.lastAck(m, sub))
		}
	}
	return acks
}

func (l *log) lastAck(m *corpse, sub *subscription) *write {
	r := &removal{log: l, target: m.position}
	r.effect = r
	r.write.encode(cmdRemove, func(b []byte) []byte {
		b = append(b, l.field...)
		b = appendBytesField(b, 3, m.id)
		if sub != nil {
			b = appendBytesField(b, 5, sub.key)
		}
		return b
	})
	return &r.write
}
