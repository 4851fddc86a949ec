// Package scheduler keeps messages until their time: those with the properties AMQ_SCHEDULED_DELAY, _PERIOD, _REPEAT and _CRON.
//
//	timing.go cron.go   what a message asks for, and when it is due: no clock, no state
//	timetable.go        the jobs by the time they are due
//	keep.go             messages in and out
//	scheduler.go        the goroutine that hands over what is due
//	request.go          the messages by which clients list and remove jobs
//
// # Handing over
//
// A job that is due is sent first, and what becomes of the job is journalled when the message is on disk. So a crash between can only double a
// message and never lose one. Until then the job counts as being in flight.
package scheduler

import (
	"log/slog"
	"sync"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Options says how a scheduler is to be.
type Options struct {
	Jobs      store.Jobs
	RepeatMax int // the most repetitions that a message may ask for
	Log       *slog.Logger
	Now       func() time.Time // nil: time.Now
}

// Deliver sends a message whose time has come, one without an id under an id of its own. whenDone is called when it is on disk, where it is stored.
// An error that is returned means that it has not been sent; later says that it may be at a later time, and otherwise never.
type Deliver func(m *message.Message, whenDone store.Completion) (later bool, err error)

// Scheduler keeps jobs and sends their messages. It is what the broker asks for.
type Scheduler struct {
	options Options
	log     *slog.Logger
	now     func() time.Time
	deliver Deliver

	wake    chan struct{}
	stop    chan struct{}
	closing sync.Once
	running sync.WaitGroup // the loop, and jobs in flight

	mu sync.Mutex
	// mu guards what follows, and the jobs in it.
	table  timetable
	byID   map[string]*entry
	flying int
	added  int64
}

// New makes a scheduler of the jobs that an open store holds. Nothing is sent until Start.
func New(o Options) *Scheduler {
	s := &Scheduler{options: o, log: o.Log, now: o.Now, wake: make(chan struct{}, 1), stop: make(chan struct{}), byID: map[string]*entry{}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	for _, j := range o.Jobs.Found() {
		s.pushLocked(s.enterLocked(j))
	}
	return s
}

// Start begins to send what is due.
func (s *Scheduler) Start(deliver Deliver) {
	s.deliver = deliver
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		s.loop()
	}()
}

// Close ends the sending, and waits for what is in flight. The store stays open; it belongs to the caller.
func (s *Scheduler) Close() {
	s.closing.Do(func() { close(s.stop) })
	s.running.Wait()
}

// Usage returns the bytes that the jobs take up on disk.
func (s *Scheduler) Usage() int64 { return s.options.Jobs.Usage() }

// lookMax is how long the loop sleeps at most while there are jobs: the system's clock may be set.
const lookMax = 10 * time.Second

// loop sends what is due until Close.
func (s *Scheduler) loop() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-s.wake:
		case <-timer.C:
		}
		for e := s.due(timer); e != nil; e = s.due(timer) {
			s.fire(e)
		}
	}
}

// kick has the loop look again.
func (s *Scheduler) kick() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// flyingMax is how many jobs may be on their way into destinations at a time. Whichever arrives wakes the loop.
const flyingMax = 256

// due takes the next job that is due out of the timetable, and sets the timer when there is none.
func (s *Scheduler) due(timer *time.Timer) *entry {
	select {
	case <-s.stop:
		return nil
	default:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.table.Len() == 0 || s.flying == flyingMax {
		return nil
	}
	e := s.table[0]
	if wait := e.when() - s.now().UnixMilli(); wait > 0 {
		timer.Reset(min(time.Duration(wait)*time.Millisecond, lookMax))
		return nil
	}
	s.table.remove(e)
	s.flying++
	s.running.Add(1)
	return e
}

// fire lets a job that is due have its turn.
func (s *Scheduler) fire(e *entry) {
	next, now := *e.job, s.now()
	t, err := take(&next, now)
	if err != nil {
		s.log.Error("the job "+next.ID+" has no next time and is dropped", "error", err)
	}
	if !t.fire {
		s.settle(e, &next, t)
		return
	}
	m, err := s.options.Jobs.Load(e.job)
	if err == nil {
		m, err = outgoing(m, e.job.ID, now)
	}
	if err != nil {
		s.putOff(e, unreadableDelay, err)
		return
	}
	later, err := s.deliver(m, func(err error) {
		if err != nil {
			s.putOff(e, unreadableDelay, err)
			return
		}
		s.settle(e, &next, t)
	})
	switch {
	case err != nil && later:
		s.putOff(e, fullDelay, err)
	case err != nil:
		s.log.Error("Failed to send scheduled message "+e.job.ID, "error", err)
		s.settle(e, &next, t)
	}
}

// How long a job waits that could not be sent because there was no room for it, or because a disk failed.
const (
	fullDelay       = time.Second
	unreadableDelay = time.Minute
)

// putOff has a job tried again in a while.
func (s *Scheduler) putOff(e *entry, delay time.Duration, err error) {
	if e.putOff == 0 {
		s.log.Warn("the scheduled message of job "+e.job.ID+" cannot be sent now; it is tried again every "+delay.String(), "error", err)
	}
	s.mu.Lock()
	e.putOff = s.now().Add(delay).UnixMilli()
	s.landLocked(e)
	s.mu.Unlock()
	s.kick()
}

// settle journals what becomes of a job that had its turn.
func (s *Scheduler) settle(e *entry, next *store.Job, t turn) {
	s.mu.Lock()
	gone, was := e.gone, e.job.Next
	e.putOff = 0
	if !gone && t.over {
		s.forgetLocked(e)
	}
	if !gone && !t.over {
		e.job.Next, e.job.Repeat, e.job.Count = next.Next, next.Repeat, next.Count
	}
	s.mu.Unlock()
	switch {
	case gone: // removed by a client meanwhile
	case t.over:
		s.options.Jobs.Remove(e.job, s.note(e))
	default:
		s.options.Jobs.Reschedule(e.job, was, t.child, s.note(e))
	}
	s.mu.Lock()
	s.landLocked(e)
	if t.child != nil && !gone {
		s.pushLocked(s.enterLocked(t.child))
	}
	s.mu.Unlock()
	s.kick()
}

// landLocked ends a job's flight.
func (s *Scheduler) landLocked(e *entry) {
	s.flying--
	s.running.Done()
	if !e.gone {
		s.pushLocked(e)
	}
}

// note returns a completion for what is journalled of a job while nobody waits for it.
func (s *Scheduler) note(e *entry) store.Completion {
	id := e.job.ID
	return func(err error) {
		if err != nil {
			s.log.Error("what became of the job "+id+" was not stored: after a restart it comes again", "error", err)
		}
	}
}
