package scheduler

import (
	"container/heap"
	"slices"

	"goactivemq/activemq/store"
)

// entry is a job in the scheduler.
type entry struct {
	job    *store.Job
	order  int64  // of jobs that are due at the same time
	place  int    // in the timetable, -1: not there
	putOff int64  // not before this time, where it could not be sent when it was due
	stored bool   // it is on disk, and in the timetable unless its message is on the way
	gone   bool   // it is removed
	twin   *entry // another job of the same id, as only the original makes them
}

// enterLocked gives a job a place among those of its id.
func (s *Scheduler) enterLocked(j *store.Job) *entry {
	e := &entry{job: j, place: -1, twin: s.byID[j.ID]}
	s.byID[j.ID] = e
	return e
}

// when returns the time at which the entry is to be looked at.
func (e *entry) when() int64 { return max(e.job.Next, e.putOff) }

// timetable is a heap of entries, the one that is due first in front.
type timetable []*entry

// Len, Less, Swap, Push and Pop are for package heap.
func (t timetable) Len() int { return len(t) }

// Less tells which of two entries comes first.
func (t timetable) Less(i, j int) bool {
	a, b := t[i].when(), t[j].when()
	return a < b || a == b && t[i].order < t[j].order
}

// Swap exchanges two entries.
func (t timetable) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].place, t[j].place = i, j
}

// Push appends an entry.
func (t *timetable) Push(x any) {
	e := x.(*entry)
	e.place = len(*t)
	*t = append(*t, e)
}

// Pop takes the last entry off.
func (t *timetable) Pop() any {
	last := len(*t) - 1
	e := (*t)[last]
	(*t)[last] = nil
	*t = (*t)[:last]
	e.place = -1
	return e
}

// remove takes an entry out, if it is there.
func (t *timetable) remove(e *entry) {
	if e.place >= 0 {
		heap.Remove(t, e.place)
	}
}

// pushLocked puts an entry into the timetable, behind those that are due at the same time.
func (s *Scheduler) pushLocked(e *entry) {
	s.added++
	e.order, e.stored = s.added, true
	heap.Push(&s.table, e)
}

// forgetLocked takes a job out for good.
func (s *Scheduler) forgetLocked(e *entry) {
	e.gone = true
	s.table.remove(e)
	first := s.byID[e.job.ID]
	for at := &first; *at != nil; at = &(*at).twin {
		if *at == e {
			*at = e.twin
			break
		}
	}
	if s.byID[e.job.ID] = first; first == nil {
		delete(s.byID, e.job.ID)
	}
}

// between returns the entries that are due in a span of time, both ends included, in the order in which they are due.
func (s *Scheduler) between(from, to int64) []*entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*entry
	for _, first := range s.byID {
		for e := first; e != nil; e = e.twin {
			if e.stored && e.job.Next >= from && e.job.Next <= to {
				found = append(found, e)
			}
		}
	}
	slices.SortFunc(found, func(a, b *entry) int {
		if a.job.Next != b.job.Next {
			return int(max(-1, min(1, a.job.Next-b.job.Next)))
		}
		return int(a.order - b.order)
	})
	return found
}
