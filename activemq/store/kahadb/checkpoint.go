package kahadb

import (
	"fmt"
	"maps"
	"slices"

	"goactivemq/activemq/vfs"
)

// checkpoint writes the index as it is. closed tells that the store is being closed: the journal is at its end.
func (s *Store) checkpoint(closed bool) error {
	s.checking.Lock()
	defer s.checking.Unlock()
	if err := s.lockSettled(closed); err != nil {
		return err
	}
	if !s.changed && s.saved == s.end && s.wasClosed == closed {
		s.mu.Unlock()
		return nil
	}
	slots := s.pages.flush()
	meta := s.encodeMeta(closed)
	leaved := s.pages.leaved
	s.pages.leaved, s.changed = nil, false
	end := s.end
	s.mu.Unlock()

	// What the snapshot shows must be in the journal before the index says so.
	var err error
	if !closed {
		err = s.journal.barrier()
	}
	if err == nil {
		err = s.writeIndex(slots, meta)
	}
	if err != nil {
		s.fail(err)
		return err
	}
	s.saved, s.wasClosed = end, closed
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages.flushed(leaved)
	s.used = int64(s.pages.slots)*slotSize + int64(len(meta))
	return nil
}

// lockSettled takes the lock at a moment when the records of all subscriptions have their positions.
func (s *Store) lockSettled(closed bool) error {
	for {
		s.mu.Lock()
		if s.unwritten == 0 || closed {
			return nil
		}
		s.mu.Unlock()
		if err := s.journal.barrier(); err != nil {
			return err
		}
	}
}

// writeIndex writes pages into their slots and then the metadata that names them.
func (s *Store) writeIndex(slots map[int32][]byte, meta []byte) error {
	for _, slot := range slices.Sorted(maps.Keys(slots)) {
		if err := s.pages.write(slot, slots[slot]); err != nil {
			return fmt.Errorf("kahadb: index: %w", err)
		}
	}
	if err := s.pages.file.Sync(); err != nil {
		return fmt.Errorf("kahadb: index: %w", err)
	}
	if err := vfs.WriteFile(s.fs, s.options.IndexDirectory, s.metaPath(), meta); err != nil {
		return fmt.Errorf("kahadb: index: %w", err)
	}
	return nil
}
