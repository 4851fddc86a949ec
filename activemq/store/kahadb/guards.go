package kahadb

import "slices"

// guards tell, by journal file, which other files it must outlive: each of those holds something that, read again without what is in this
// file, would come back.
type guards map[int32]map[int32]struct{}

// add makes file outlive other, and tells whether that is new. 0 is no file.
func (g guards) add(file, other int32) bool {
	if file == other || other == 0 {
		return false
	}
	set := g[file]
	if set == nil {
		set = map[int32]struct{}{}
		g[file] = set
	}
	_, known := set[other]
	set[other] = struct{}{}
	return !known
}

// forget takes out files that were removed.
func (g guards) forget(removed []int32) {
	for file, others := range g {
		for _, n := range removed {
			delete(others, n)
		}
		if len(others) == 0 || slices.Contains(removed, file) {
			delete(g, file)
		}
	}
}

// hold takes out of idle what must outlive a file that is not idle itself, and tells whether there was any. exists tells of the others whether
// they are there.
func (g guards) hold(idle map[int32]bool, exists func(int32) bool) bool {
	held := false
	for n := range idle {
		for other := range g[n] {
			if !idle[other] && exists(other) {
				delete(idle, n)
				held = true
			}
		}
	}
	return held
}

// ending is the effect of a record that something is gone. The index has that before the record is written, but not which file the
// record will be in.
type ending interface {
	effect
	targets() fileSet // the files that it must outlive
}

func (r *removal) targets() fileSet {
	files := fileSet{r.target.file()}
	if r.addition != nil {
		files.add(r.addition.position.file())
	}
	if r.update != nil {
		files.add(r.update.position.file())
	}
	return files
}

func (r *destinationRemoval) targets() fileSet { return r.files }

func (w *subscriptionWrite) targets() fileSet {
	var files fileSet
	if w.ended {
		for _, p := range w.subscription.records {
			files.add(p.file())
		}
	}
	return files
}

// unsettled returns the files that records on their way must outlive. What a checkpoint says is gone, a replay cannot find; so the checkpoint
// says this too, and the replay guards all of them with each such record.
func (s *Store) unsettled() fileSet {
	var files fileSet
	s.journal.unsettled(func(e effect) {
		if gone, ok := e.(ending); ok {
			for _, f := range gone.targets() {
				if f != 0 {
					files.add(f)
				}
			}
		}
	})
	return files
}
