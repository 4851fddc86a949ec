package mkahadb

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store/kahadb"
)

// part is one of the stores.
type part struct {
	*kahadb.Store
	filter    *Filter
	directory string
	purge     kahadb.Recovered

	sides atomic.Int32 // of transactions that are not finished
}

// part returns the store in a directory, nil where none is open.
func (s *Store) part(directory string) *part {
	for _, p := range *s.parts.Load() {
		if p.directory == directory {
			return p
		}
	}
	return nil
}

// openPart opens the store in a folder of a filter, and notes the destinations in it.
func (s *Store) openPart(f *Filter, name string) (*part, error) {
	directory := filepath.Join(f.Directory, name)
	o, err := f.Options(directory)
	if err != nil {
		return nil, err
	}
	p := &part{filter: f, directory: directory, purge: o.PurgeRecoveredXA}
	o.Directory, o.FS, o.Log, o.Now, o.OnFailure = directory, s.fs, s.options.Log, s.options.Now, s.fail
	o.Unlocked, o.PurgeRecoveredXA = true, kahadb.KeepRecovered
	if p.Store, err = kahadb.Open(o); err != nil {
		return nil, err
	}
	parts := append(slices.Clone(*s.parts.Load()), p)
	slices.SortFunc(parts, func(a, b *part) int { return strings.Compare(a.directory, b.directory) })
	s.parts.Store(&parts)
	for _, d := range p.Destinations() {
		if other := s.of[d]; other != nil {
			return nil, fmt.Errorf("%s is in %s and in %s, want it in one of them: move one of the folders away", d, other.directory, directory)
		}
		s.of[d] = p
	}
	return p, nil
}

// partFor returns the store that a destination belongs to, and makes it where it does not exist. The caller has the lock.
func (s *Store) partFor(d message.Destination) (*part, error) {
	if p := s.of[d]; p != nil {
		return p, nil
	}
	f := best(s.options.Filters, d)
	if f == nil {
		return nil, fmt.Errorf("mkahadb: no filteredKahaDB is for %s: add one for it, or one without a destination for all others", d)
	}
	name := f.name()
	if f.PerDestination {
		name = folderName(d.String())
	}
	p := s.part(filepath.Join(f.Directory, name))
	if p == nil {
		var err error
		if p, err = s.openPart(f, name); err != nil {
			return nil, fmt.Errorf("mkahadb: %w", err)
		}
	}
	s.of[d] = p
	return p, nil
}

// idle tells whether the store was made for a destination, and nothing is in it any more.
func (p *part) idle() bool {
	return p.filter.PerDestination && len(p.Destinations()) == 0 && len(p.Prepared()) == 0 && p.sides.Load() == 0 && p.Err() == nil
}

// retireIdle closes and removes idle stores, or there would be one for each destination that ever was. Whoever opens the destination again meanwhile
// waits.
func (s *Store) retireIdle() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	for _, p := range *s.parts.Load() {
		if !p.idle() {
			continue
		}
		maps.DeleteFunc(s.of, func(_ message.Destination, of *part) bool { return of == p })
		left := slices.DeleteFunc(slices.Clone(*s.parts.Load()), func(q *part) bool { return q == p })
		s.parts.Store(&left)
		err = errors.Join(err, s.closePart(p))
	}
	return err
}

// closePart closes a store, and removes one that is idle.
func (s *Store) closePart(p *part) error {
	idle := p.idle()
	if err := p.Close(); err != nil || !idle {
		return err
	}
	return s.fs.RemoveAll(p.directory)
}
