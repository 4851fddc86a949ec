package kahadb

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// housekeep makes checkpoints and cleanups until the store is closed or fails.
func (s *Store) housekeep() {
	defer s.running.Done()
	checkpoint, stop1 := ticker(s.options.CheckpointInterval)
	defer stop1()
	cleanup, stop2 := ticker(s.options.CleanupInterval)
	defer stop2()
	for {
		var err error
		select {
		case <-s.stop:
			return
		case <-s.failed:
			return
		case <-checkpoint:
			err = s.Checkpoint()
		case <-cleanup:
			err = s.Cleanup()
		}
		if err != nil {
			s.options.Log.Error("kahadb housekeeping", "directory", s.options.Directory, "error", err)
		}
	}
}

// ticker returns a channel that never ticks for a negative interval.
func ticker(interval time.Duration) (<-chan time.Time, func()) {
	if interval < 0 {
		return nil, func() {}
	}
	t := time.NewTicker(interval)
	return t.C, t.Stop
}

// Checkpoint writes the index. It costs nothing when nothing happened. The store does it by itself at each CheckpointInterval.
func (s *Store) Checkpoint() error { return s.checkpoint(false) }

// Cleanup removes, or archives, the journal files that nothing needs. The store does it by itself at each CleanupInterval.
func (s *Store) Cleanup() error {
	// The index on the disk must not tell of files that are gone.
	if err := s.checkpoint(false); err != nil {
		return err
	}
	s.checking.Lock()
	defer s.checking.Unlock()
	removed, err := s.removeIdle()
	if err != nil {
		return err
	}
	if removed > 0 || !s.options.EnableAckCompaction {
		s.inVain = 0
		return nil
	}
	if s.inVain++; s.inVain < s.options.CompactAcksAfterNoGC {
		return nil
	}
	s.inVain = 0
	return s.compactAcks()
}

// removeIdle removes files, and returns how many. The caller has s.checking.
func (s *Store) removeIdle() (int, error) {
	s.mu.Lock()
	idle, err := s.idleFiles(true)
	s.mu.Unlock()
	if err != nil || len(idle) == 0 {
		return 0, err
	}
	archive := ""
	if s.options.ArchiveDataLogs {
		archive = s.options.DirectoryArchive
		if err := s.fs.MkdirAll(archive); err != nil {
			return 0, fmt.Errorf("kahadb: %w", err)
		}
	}
	// In order: a file that guards another one is written later.
	for _, n := range idle {
		if err := s.files.remove(n, archive); err != nil {
			return 0, fmt.Errorf("kahadb: %w", err)
		}
		s.options.Log.Debug("removed journal file", "file", s.files.path(n), "archived to", archive)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgetFiles(idle)
	return len(idle), nil
}

// forgetFiles takes files that were removed out of what the store knows.
func (s *Store) forgetFiles(removed []int32) {
	s.acks.forget(removed)
	s.guards.forget(removed)
	for _, l := range s.logs {
		for _, sub := range l.subscriptions {
			sub.records = slices.DeleteFunc(sub.records, func(p position) bool { return slices.Contains(removed, p.file()) })
		}
	}
	s.changed = true
}

// idleFiles returns the files that nothing needs, in order. These are needed:
//
//   - the current one, and those with messages that somebody needs
//   - those with records of transactions that are not finished, and all between the first and the last of them
//   - those with messages that are not admitted yet
//   - those with the records of durable subscriptions; one that has nothing pending is journalled again, so that the file may go next time
//   - those with records that must outlive one of a file that stays; acks count as such when acks is true
func (s *Store) idleFiles(acks bool) ([]int32, error) {
	idle := map[int32]bool{}
	for _, n := range s.files.numbers() {
		if n < s.end.file() && n < s.saved.file() && s.live[n] == 0 {
			idle[n] = true
		}
	}
	for t := range s.transactions {
		for n := t.first.file(); n <= t.last.file(); n++ {
			delete(idle, n)
		}
	}
	for a := range s.loose {
		delete(idle, a.position.file())
	}
	for _, l := range s.logs {
		for _, sub := range l.subscriptions {
			n := sub.position().file()
			if !idle[n] {
				continue
			}
			delete(idle, n)
			if err := s.rewrite(sub); err != nil {
				return nil, err
			}
		}
	}
	for s.guards.hold(idle, s.files.has) || acks && s.acks.hold(idle, s.files.has) {
	}
	return slices.Sorted(maps.Keys(idle)), nil
}

// rewrite journals a subscription that has nothing pending once more.
func (s *Store) rewrite(sub *subscription) error {
	if sub.rewriting || sub.pending() > 0 {
		return nil
	}
	w := &subscriptionWrite{subscription: sub}
	w.encodeSubscription(false, true)
	sub.rewriting = true
	if err := s.journal.append(&w.write); err != nil {
		w.complete(nil) // nobody waits
		return err
	}
	return nil
}
