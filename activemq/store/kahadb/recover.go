package kahadb

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// javaIndex are the files of the original's index, of which the first is there whenever a Java broker had the store. We never read them, and
// never leave them: an index that is older than the removal of a journal file keeps Java from starting, while without one it makes
// a new one.
var javaIndex = [...]string{"db.data", "db.redo", "db.free"}

// recover makes the index true to the journal, and starts the appender.
func (s *Store) recover() error {
	var err error
	if s.files, err = listFiles(s.fs, s.options.Directory); err != nil {
		return fmt.Errorf("kahadb: %w", err)
	}
	version, err := StoredVersion(s.fs, s.options.IndexDirectory)
	if err != nil {
		return fmt.Errorf("kahadb: %w", err)
	}
	if version != 0 && version != s.options.OpenWireVersion {
		return fmt.Errorf("kahadb: %s keeps OpenWire version %d, the codec is of %d", s.options.Directory, version, s.options.OpenWireVersion)
	}
	s.journal = newJournal(s.files, &s.options, s.applied, s.broken)
	end, bad, torn, err := s.findEnd()
	if err != nil {
		return fmt.Errorf("kahadb: %w", err)
	}
	if s.pages, err = openPages(s.fs, s.options.IndexDirectory, s.options.IndexCache); err != nil {
		return fmt.Errorf("kahadb: index: %w", err)
	}
	r := newReplay(s, bad)
	if err := r.run(end); err != nil {
		return err
	}
	if err := s.removeIndex(s.options.IndexDirectory, javaIndex[:]); err != nil {
		return err
	}
	if err := s.goOn(end, bad[end.file()], torn); err != nil {
		return err
	}
	s.end = s.journal.end
	go s.journal.run()
	if err := r.finish(); err != nil {
		return errors.Join(err, s.journal.close())
	}
	s.dropIdleTopics()
	if err := s.checkpoint(false); err != nil {
		return errors.Join(err, s.journal.close())
	}
	return nil
}

// dropIdleTopics forgets the topics without durable subscriptions, of which nothing is kept.
func (s *Store) dropIdleTopics() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for d, l := range s.logs {
		if d.IsTopic() && len(l.subscriptions) == 0 {
			delete(s.logs, d)
		}
	}
}

// refuseDamage refuses to open over damaged records in the last file that had been good: those the index knows of, and all where there is no index. What
// lies behind the index's position may never have been synced, and is what a crash of the machine leaves; that is passed over. So is all of it
// where the operator says so.
func (s *Store) refuseDamage(bad []stretch, m metadata, end position) error {
	if s.options.IgnoreMissingJournalFiles {
		return nil
	}
	for _, b := range bad {
		if m.start == 0 || at(end.file(), b.from) < m.start {
			damage := &store.Corruption{File: s.files.path(end.file()), Offset: b.from,
				Reason: fmt.Sprintf("%d bytes of records are damaged, and good ones follow", b.to-b.from+1)}
			return fmt.Errorf("kahadb: %w; nothing was changed; to go on without them set ignoreMissingJournalfiles=\"true\"", damage)
		}
	}
	return nil
}

// hasJavaIndex tells whether a Java broker had the store since we had.
func (s *Store) hasJavaIndex() (bool, error) {
	_, err := s.fs.Stat(filepath.Join(s.options.IndexDirectory, javaIndex[0]))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// loadIndex reads our index, and returns what it is true for. An index that cannot be trusted is given up: the answer is then that
// for an empty one.
func (s *Store) loadIndex(end position) (metadata, error) {
	java, err := s.hasJavaIndex()
	if err != nil {
		return metadata{}, fmt.Errorf("kahadb: %w", err)
	}
	var m metadata
	reason := ""
	switch {
	case s.options.ForceRecoverIndex:
		reason = "it is to be made anew"
	case java:
		reason = "a Java broker had the store"
	default:
		m, err = s.loadMeta()
		if err == nil {
			err = s.checkMeta(m, end)
		}
		if err == nil {
			return m, nil
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		} else {
			reason = err.Error()
		}
	}
	return s.giveUpIndex(reason)
}

// giveUpIndex starts with an empty index. The reason is logged where there is one.
func (s *Store) giveUpIndex(reason string) (metadata, error) {
	if reason != "" {
		s.options.Log.Warn("index is not used, the journal is read from its beginning", "directory", s.options.Directory, "reason", reason)
	}
	if err := s.fs.Remove(s.metaPath()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return metadata{}, fmt.Errorf("kahadb: %w", err)
	}
	s.reset()
	s.pages.clear()
	return metadata{}, nil
}

// checkMeta tells why the index does not fit the journal.
func (s *Store) checkMeta(m metadata, end position) error {
	switch {
	case m.end > end:
		return fmt.Errorf("it is true up to %v, the journal ends at %v", m.end, end)
	case m.end > 0 && m.end < end && !s.files.has(m.end.file()):
		return fmt.Errorf("%s is missing", fileName(m.end.file()))
	}
	if m.end > 0 && m.end < end {
		if err := s.checkBoundary(m.end); err != nil {
			return err
		}
	}
	// Every page is read once: to count, and because later there is no way to make it anew.
	for _, l := range s.logs {
		if err := l.countEntries(); err != nil {
			return err
		}
	}
	return nil
}

// checkBoundary tells whether a batch begins or the file ends at p.
func (s *Store) checkBoundary(p position) error {
	d, err := s.files.acquire(p.file())
	if err != nil {
		return err
	}
	b := make([]byte, len(batchMagic))
	n, err := readUpTo(d, b, p.offset())
	if err == nil && !isEnd(b[:n]) && string(b[:n]) != batchMagic {
		err = fmt.Errorf("it is true up to %v, where no batch of the journal ends", p)
	}
	return errors.Join(err, s.files.release(d))
}

// countEntries reads all pages of a destination and counts what is in them.
func (l *log) countEntries() error {
	for i := range l.refs {
		p, err := l.load(i)
		if err != nil {
			return err
		}
		for k := range p.entries {
			e := &p.entries[k]
			if e.references == 0 {
				continue
			}
			if sequence := p.number*pageEntries + int64(k); sequence >= l.next {
				return fmt.Errorf("%v has an entry %d, where the next is to be %d", l.destination, sequence, l.next)
			}
			l.refs[i].live++
			l.count++
			l.bytes += int64(e.length)
			l.store.live[e.position.file()]++
		}
	}
	return nil
}

// retain gives up the entries that keep says no to, in all destinations.
func (s *Store) retain(keep func(l *log, e *entry) bool) error {
	for _, l := range s.logs {
		err := l.each(0, func(sequence int64, e *entry) (bool, error) {
			if keep(l, e) {
				return true, nil
			}
			return true, l.discard(sequence)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// discard takes an entry out for all who need it.
func (l *log) discard(sequence int64) error {
	for _, sub := range l.subscriptions {
		sub.acknowledge(sequence)
	}
	return l.unlink(sequence, 0)
}

// checkMissing looks for entries whose records are in files that are missing or in damaged parts.
func (s *Store) checkMissing(bad map[int32][]stretch) error {
	lost := func(e *entry) bool {
		p := e.position
		if !s.files.has(p.file()) {
			return true
		}
		for _, b := range bad[p.file()] {
			if p.offset() >= b.from && p.offset() <= b.to {
				return true
			}
		}
		return false
	}
	missing := map[int32][]stretch{}
	messages := map[message.Destination]int{}
	err := s.retain(func(l *log, e *entry) bool {
		if !lost(e) {
			return true
		}
		missing[e.position.file()] = nil
		messages[l.destination]++
		return !s.options.IgnoreMissingJournalFiles
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	if !s.options.IgnoreMissingJournalFiles {
		return fmt.Errorf("kahadb: %s: missing or corrupt journal files: %s, with messages of %v", s.options.Directory, fileNames(missing), messages)
	}
	s.options.Log.Warn("messages in missing or corrupt journal files are given up", "files", fileNames(missing), "messages", messages)
	return nil
}

// corruptionOf makes an error about a place in the journal.
func corruptionOf(s *Store, p position, err error) error {
	return &store.Corruption{File: s.files.path(p.file()), Offset: p.offset(), Reason: err.Error()}
}
