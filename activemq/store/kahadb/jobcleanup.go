package kahadb

import "fmt"

// housekeep makes cleanups until the store is closed or fails.
func (s *Jobs) housekeep() {
	defer s.running.Done()
	cleanup, stop := ticker(s.options.CleanupInterval)
	defer stop()
	for {
		select {
		case <-s.stop:
			return
		case <-s.failed:
			return
		case <-cleanup:
			if err := s.Cleanup(); err != nil {
				s.options.Log.Error("job scheduler store housekeeping", "directory", s.options.Directory, "error", err)
			}
		}
	}
}

// Cleanup removes the oldest files, as far as no job's addition is in them. When what is left is mostly of jobs that are gone, the jobs of
// the oldest file are added once more, so that it may go the next time. The store does it by itself at each CleanupInterval.
func (s *Jobs) Cleanup() error {
	s.cleaning.Lock()
	defer s.cleaning.Unlock()
	if s.foreign {
		return nil
	}
	oldest, stays := s.oldest()
	for _, n := range s.files.numbers() {
		if n >= oldest {
			break
		}
		if err := s.files.remove(n, ""); err != nil {
			return fmt.Errorf("kahadb: %w", err)
		}
		s.options.Log.Debug("removed journal file", "file", s.files.path(n))
	}
	if stays && s.wasteful() {
		return s.move(oldest)
	}
	return nil
}

// oldest returns the first file that must stay, and whether that is because of jobs in it.
func (s *Jobs) oldest() (file int32, jobs bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	file = s.end.file()
	for n := range s.live {
		if n < file {
			file, jobs = n, true
		}
	}
	return file, jobs
}

// wasteful tells whether less than half of the journal is of jobs that are there, a file or two left aside.
func (s *Jobs) wasteful() bool {
	used := s.Usage()
	s.mu.Lock()
	defer s.mu.Unlock()
	return used > 2*s.bytes+2*s.options.MaxFileLength
}

// move adds the jobs of a file once more, at the journal's end.
func (s *Jobs) move(file int32) error {
	s.mu.Lock()
	var jobs []*kept
	for k := range s.jobs {
		if k.position.file() == file {
			jobs = append(jobs, k)
		}
	}
	s.mu.Unlock()
	for _, k := range jobs {
		if err := s.moveJob(k); err != nil {
			return err
		}
	}
	return nil
}

// moveJob removes a job and adds it as it is now, in one write, which is synced before the old file may be removed. It waits, so that what is
// moved does not fill the journal's queue.
func (s *Jobs) moveJob(k *kept) error {
	s.mu.Lock()
	p, n := k.position, k.length
	s.mu.Unlock()
	if p == 0 {
		return nil // it has gone meanwhile
	}
	r, err := s.readJob(p, n)
	if err != nil {
		return fmt.Errorf("kahadb: job at %v: %w", p, err)
	}
	done := make(chan error, 1)
	s.mu.Lock()
	if k.removed {
		s.mu.Unlock()
		return nil
	}
	j := r.job()
	j.Next, j.Repeat = k.next, k.repeat
	removal := 0
	w := newWrite(func(err error) { done <- err }, func(b []byte) []byte {
		b = appendJobRemoval(b, j.ID, j.Next)
		removal = len(b)
		return appendJob(b, j, r.payload)
	})
	w.sync = true
	length := len(w.record) - removal
	w.then = func(p position) { s.place(k, p+position(removal), length) }
	err = s.journal.append(&w.write)
	s.mu.Unlock()
	if err != nil {
		w.refuse(err)
	}
	return <-done
}
