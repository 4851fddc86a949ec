package scheduler

import (
	"math"
	"strings"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// # Requests
//
// A message to ActiveMQ.Scheduler.Management, a queue or a topic, is a request:
//
//	AMQ_SCHEDULER_ACTION     BROWSE      the messages of the jobs go to the request's reply destination, as their time has them
//	                         REMOVE      the job that scheduledJobId names is dropped
//	                         REMOVEALL   jobs are dropped
//	ACTION_START_TIME,       for BROWSE and REMOVEALL, both or none: only jobs that are due between, both ends included
//	ACTION_END_TIME
//
// Whatever else is sent there is taken and forgotten, as in the original.
const (
	requestDestination = "ActiveMQ.Scheduler.Management"
	actionProperty     = "AMQ_SCHEDULER_ACTION"
	fromProperty       = "ACTION_START_TIME"
	toProperty         = "ACTION_END_TIME"
)

// isRequest tells whether a message is one. The original looks at the beginning of the name only, and not at its case.
func isRequest(m *message.Message) bool {
	name := m.Destination.Name
	return len(name) >= len(requestDestination) && strings.EqualFold(name[:len(requestDestination)], requestDestination)
}

// Request does what a message asks of the scheduler, and tells whether it asked anything: otherwise it is to be kept. reply gets the answers one by one.
// whenDone, where not nil, is called when what was removed is gone from the disk; not after an error.
func (s *Scheduler) Request(m *message.Message, reply func(*message.Message) error, whenDone store.Completion) (bool, error) {
	if !isRequest(m) {
		return false, nil
	}
	from, to, err := requestSpan(m)
	if err != nil {
		return true, err
	}
	action, _ := m.Property(actionProperty)
	id, _ := m.Property(jobProperty)
	name, named := id.(string)
	switch {
	case action == "BROWSE" && m.ReplyTo != nil:
		err = s.browse(s.between(from, to), reply)
	case action == "REMOVE" && named:
		s.remove(s.named(name), whenDone)
		return true, nil
	case action == "REMOVEALL":
		s.remove(s.between(from, to), whenDone)
		return true, nil
	}
	if err == nil && whenDone != nil {
		whenDone(nil)
	}
	return true, err
}

// requestSpan returns the time that a request is about.
func requestSpan(m *message.Message) (from, to int64, err error) {
	_, begins := m.Property(fromProperty)
	_, ends := m.Property(toProperty)
	if !begins || !ends {
		return math.MinInt64, math.MaxInt64, nil
	}
	if from, err = longProperty(m, fromProperty); err != nil {
		return 0, 0, err
	}
	to, err = longProperty(m, toProperty)
	return from, to, err
}

// browse answers with the messages of jobs. One that has its turn meanwhile is left out.
func (s *Scheduler) browse(jobs []*entry, reply func(*message.Message) error) error {
	for _, e := range jobs {
		m, err := s.options.Jobs.Load(e.job)
		if err != nil {
			s.mu.Lock()
			gone := e.gone
			s.mu.Unlock()
			if !gone {
				s.log.Error("the message of job "+e.job.ID+" cannot be read", "error", err)
			}
			continue
		}
		listed, err := labelled(m, e.job.ID)
		if err == nil {
			err = reply(listed)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// labelled returns a message with the id of its job.
func labelled(m *message.Message, id string) (*message.Message, error) {
	properties, err := m.PropertyMap()
	if err != nil {
		return nil, err
	}
	out := *m
	out.OriginalTransaction = nil
	out.Properties, err = message.AppendMap(nil, append(properties, message.Entry{Name: jobProperty, Value: id}))
	return &out, err
}

// named returns the job of that id.
func (s *Scheduler) named(id string) []*entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.byID[id]; e != nil && e.stored {
		return []*entry{e}
	}
	return nil
}

// remove drops jobs. One whose message is on its way is not called back.
func (s *Scheduler) remove(jobs []*entry, whenDone store.Completion) {
	var drop []*entry
	s.mu.Lock()
	for _, e := range jobs {
		if !e.gone {
			s.forgetLocked(e)
			drop = append(drop, e)
		}
	}
	s.mu.Unlock()
	for i, e := range drop {
		var last store.Completion // the journal keeps their order
		if i == len(drop)-1 {
			last = whenDone
		}
		s.options.Jobs.Remove(e.job, last)
	}
	if len(drop) == 0 && whenDone != nil {
		whenDone(nil)
	}
}
