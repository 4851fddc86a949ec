package kahadb

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"goactivemq/activemq/store"
)

// recover reads the journal, and starts the appender at its end.
func (s *Jobs) recover() error {
	var err error
	if s.files, err = listFiles(s.fs, s.options.Directory); err != nil {
		return fmt.Errorf("kahadb: %w", err)
	}
	s.journal = newJournal(s.files, &s.options, s.applied, s.broken)
	end, bad, torn, err := s.findEnd()
	if err != nil {
		return fmt.Errorf("kahadb: %w", err)
	}
	r := jobReplay{store: s, jobs: map[string][]*store.Job{}}
	if err := r.read(end, bad); err != nil {
		return s.explain(err)
	}
	r.finish()
	if err := s.removeIndex(s.options.IndexDirectory, jobsIndex[:]); err != nil {
		return err
	}
	if err := s.goOn(end, bad[end.file()], torn); err != nil {
		return err
	}
	s.end = s.journal.end
	go s.journal.run()
	return nil
}

// explain adds to an error in the journal what may be its reason: a store as releases up to 5.10 made it, whose journal has no commands.
func (s *Jobs) explain(err error) error {
	if _, none := s.fs.Stat(filepath.Join(s.options.IndexDirectory, jobsIndex[0])); none == nil {
		return fmt.Errorf("kahadb: job scheduler store: %w; nothing was changed; if a broker older than 5.11 wrote it, let a Java broker from 5.11 on open it once, which converts it", err)
	}
	return fmt.Errorf("kahadb: job scheduler store: %w; nothing was changed", err)
}

// jobReplay does what the records of the scheduler's journal say.
type jobReplay struct {
	store *Jobs
	jobs  map[string][]*store.Job // by id; two of an id are due at different times
}

// read walks the journal from its beginning to end.
func (r *jobReplay) read(end position, bad map[int32][]stretch) error {
	s := r.store
	for _, n := range s.files.numbers() {
		if n > end.file() {
			break
		}
		f := reader{files: s.files, end: -1, bad: bad[n], visit: r.record, lenient: s.options.IgnoreMissingJournalFiles}
		f.skipped = func(b stretch) { s.report(n, verified{bad: []stretch{b}}) }
		if n == end.file() {
			f.end = end.offset()
		}
		if err := f.file(n); err != nil {
			return err
		}
	}
	return nil
}

// record does what one record says.
func (r *jobReplay) record(p position, payload []byte) error {
	rec, err := decodeJobRecord(payload)
	if err != nil {
		return &store.Corruption{File: r.store.files.path(p.file()), Offset: p.offset(), Reason: err.Error()}
	}
	if rec.scheduler != nil && string(rec.scheduler) != schedulerName {
		r.store.foreign = true
		return nil
	}
	switch rec.command {
	case cmdAddJob:
		r.add(p, &rec, recordHead+len(payload))
	case cmdRescheduleJob:
		r.reschedule(&rec)
	case cmdRemoveJob:
		r.remove(string(rec.id), rec.numbers[3])
	case cmdRemoveJobs:
		r.removeBetween(rec.numbers[2], rec.numbers[3])
	case cmdDestroyScheduler:
		clear(r.jobs)
	}
	return nil
}

// add takes in a job, unless it is there already, due at the same time: the original may write it twice.
func (r *jobReplay) add(p position, rec *jobRecord, length int) {
	j := rec.job()
	for _, other := range r.jobs[j.ID] {
		if other.Next == j.Next {
			return
		}
	}
	j.Ticket = &kept{position: p, length: int32(length)}
	r.jobs[j.ID] = append(r.jobs[j.ID], j)
}

// find returns the place among those of its id of the job that was due at a time, -1 when there is none. An only one is meant whatever the
// time: the original drops files with records that told of times between.
func (r *jobReplay) find(id string, due int64) int {
	jobs := r.jobs[id]
	if len(jobs) == 1 || due == -1 && len(jobs) > 0 {
		return 0
	}
	return slices.IndexFunc(jobs, func(j *store.Job) bool { return j.Next == due })
}

// reschedule notes that a job came and when it is due again.
func (r *jobReplay) reschedule(rec *jobRecord) {
	i := r.find(string(rec.id), rec.numbers[3])
	if i < 0 {
		return
	}
	j := r.jobs[string(rec.id)][i]
	j.Next, j.Count = rec.numbers[4], int32(rec.numbers[5])
	if j.Cron == "" && j.Repeat > 0 {
		j.Repeat--
	}
}

// remove drops a job.
func (r *jobReplay) remove(id string, due int64) {
	i := r.find(id, due)
	if i < 0 {
		return
	}
	if r.jobs[id] = slices.Delete(r.jobs[id], i, i+1); len(r.jobs[id]) == 0 {
		delete(r.jobs, id)
	}
}

// removeBetween drops the jobs that are due in a span of time, both ends included.
func (r *jobReplay) removeBetween(from, to int64) {
	for id, jobs := range r.jobs {
		jobs = slices.DeleteFunc(jobs, func(j *store.Job) bool { return j.Next >= from && j.Next <= to })
		if r.jobs[id] = jobs; len(jobs) == 0 {
			delete(r.jobs, id)
		}
	}
}

// finish hands what there is to the store.
func (r *jobReplay) finish() {
	s := r.store
	s.mu.Lock()
	defer s.mu.Unlock()
	for jobs := range maps.Values(r.jobs) {
		for _, j := range jobs {
			k := j.Ticket.(*kept)
			p := k.position
			k.position, k.next, k.repeat = 0, j.Next, j.Repeat
			s.place(k, p, int(k.length))
			s.found = append(s.found, j)
		}
	}
	sortFound(s.found)
}
