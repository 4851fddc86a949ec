package scheduler

import (
	"fmt"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Wants tells whether a message is the scheduler's: to be kept for later, or a request to it.
func (s *Scheduler) Wants(m *message.Message) bool {
	return isRequest(m) || wantsTiming(m)
}

// Check returns why a message that is to be kept cannot be, nil when it can.
func (s *Scheduler) Check(m *message.Message) error {
	_, err := s.job(m)
	return err
}

// job makes the job that a message asks for, without its id.
func (s *Scheduler) job(m *message.Message) (*store.Job, error) {
	t, err := readTiming(m, s.options.RepeatMax)
	if err != nil {
		return nil, err
	}
	j := &store.Job{Cron: t.cron, Delay: t.delay, Period: t.period, Repeat: t.repeat}
	return j, schedule(j, s.now())
}

// Keep takes a message for later. whenDone, where not nil, is called when the job is on disk. An error that is returned means that it is not kept, and
// whenDone is not called.
func (s *Scheduler) Keep(m *message.Message, whenDone store.Completion) error {
	j, err := s.job(m)
	if err != nil {
		return err
	}
	if s.has(m) {
		if whenDone != nil {
			whenDone(nil)
		}
		return nil
	}
	kept := *m
	kept.Transaction = nil
	s.mu.Lock()
	j.ID = s.newIDLocked(m)
	e := s.enterLocked(j)
	s.mu.Unlock()
	s.options.Jobs.Add(j, &kept, func(err error) {
		s.mu.Lock()
		switch {
		case err != nil:
			s.forgetLocked(e)
		case !e.gone:
			s.pushLocked(e)
		}
		s.mu.Unlock()
		s.kick()
		if whenDone != nil {
			whenDone(err)
		}
	})
	return nil
}

// has tells whether a message is a job already, sent again by a client that reconnected.
func (s *Scheduler) has(m *message.Message) bool {
	for _, e := range s.named(m.ID.Key()) {
		if known, err := s.options.Jobs.Load(e.job); err == nil && known.Destination != nil && *known.Destination == *m.Destination {
			return true
		}
	}
	return false
}

// newIDLocked returns the id of a new job, which has the form of a message id: that of the message, or for one that is sent to several
// destinations one with the moment for a number.
func (s *Scheduler) newIDLocked(m *message.Message) string {
	id := m.ID.Key()
	for moment := s.now().UnixMicro(); s.byID[id] != nil; moment++ {
		other := *m.ID
		other.ProducerSequence = moment
		id = other.Key()
	}
	return id
}

// outgoing returns the message of a job as it is sent: without what it asked for, and with the id of the job. What may be sent several times has
// no id. The time to live begins anew.
func outgoing(m *message.Message, id string, now time.Time) (*message.Message, error) {
	properties, err := m.PropertyMap()
	if err != nil {
		return nil, fmt.Errorf("its properties cannot be read: %w", err)
	}
	out := *m
	out.OriginalTransaction = nil
	if repeats(properties) {
		out.ID = nil
	}
	var left message.Map
	for _, p := range properties {
		switch p.Name {
		case delayProperty, periodProperty, repeatProperty, cronProperty, jobProperty:
		default:
			left = append(left, p)
		}
	}
	if out.Properties, err = message.AppendMap(nil, append(left, message.Entry{Name: jobProperty, Value: id})); err != nil {
		return nil, fmt.Errorf("its properties cannot be written: %w", err)
	}
	if live := m.Expiration - m.Timestamp; m.Timestamp > 0 && m.Expiration > 0 && now.UnixMilli() > m.Timestamp {
		if live > 0 {
			out.Expiration = now.UnixMilli() + live
		}
		out.Timestamp = now.UnixMilli()
	}
	return &out, nil
}

// repeats tells whether the message may be sent more than once.
func repeats(properties message.Map) bool {
	cron, _ := properties.Get(cronProperty)
	if text, ok := cron.(string); ok && text != "" {
		return true
	}
	repeat, found := properties.Get(repeatProperty)
	return found && fmt.Sprint(repeat) != "0"
}
