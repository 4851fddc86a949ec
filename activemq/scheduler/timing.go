package scheduler

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// The properties by which a message asks for a later time, and that by which it tells of the job that it was.
const (
	delayProperty  = "AMQ_SCHEDULED_DELAY"
	periodProperty = "AMQ_SCHEDULED_PERIOD"
	repeatProperty = "AMQ_SCHEDULED_REPEAT"
	cronProperty   = "AMQ_SCHEDULED_CRON"
	jobProperty    = "scheduledJobId"
)

// timing is what a message asks for.
type timing struct {
	cron          string
	delay, period int64
	repeat        int32
}

// wantsTiming tells whether a message asks for a later time. One that was a job already, and comes from another broker, does not.
func wantsTiming(m *message.Message) bool {
	if _, was := message.Find(m.Properties, jobProperty); was {
		return false
	}
	for _, name := range [...]string{cronProperty, periodProperty, delayProperty} {
		if v, found := m.Property(name); found && v != nil {
			return true
		}
	}
	return false
}

// readTiming returns what a message asks for. repeatMax bounds the number of repetitions.
func readTiming(m *message.Message, repeatMax int) (timing, error) {
	var t timing
	if v, found := m.Property(cronProperty); found && v != nil {
		t.cron = fmt.Sprint(v)
	}
	var repeat int64
	for name, number := range map[string]*int64{delayProperty: &t.delay, periodProperty: &t.period, repeatProperty: &repeat} {
		var err error
		if *number, err = longProperty(m, name); err != nil {
			return t, err
		}
	}
	if repeat > int64(repeatMax) {
		return t, fmt.Errorf("The scheduled repeat value is too large: %s is %d, want at most %d", repeatProperty, repeat, repeatMax) // the original's words
	}
	t.repeat = int32(max(repeat, -1))
	return t, nil
}

// longProperty returns a property that is a whole number, or a text that is one; 0 when there is none.
func longProperty(m *message.Message, name string) (int64, error) {
	v, found := m.Property(name)
	if !found {
		return 0, nil
	}
	switch v := v.(type) {
	case nil:
		return 0, nil
	case int8:
		return int64(v), nil
	case int16:
		return int64(v), nil
	case int32:
		return int64(v), nil
	case int64:
		return v, nil
	case string:
		if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%s is %v, want a whole number", name, v)
}

// farthest bounds delays, so that sums of times do not overflow.
const farthest = 1 << 60

// schedule fills in when a job is due first. The moment is rounded up to half a second, so that jobs of about the same time are due together.
func schedule(j *store.Job, now time.Time) error {
	const grain = 500
	j.Start = (now.UnixMilli() + grain) / grain * grain
	j.Next = j.Start
	if j.Cron != "" {
		next, err := nextCron(j.Cron, time.UnixMilli(j.Start).In(now.Location()))
		if err != nil {
			return err
		}
		j.Next = next.UnixMilli()
	}
	if j.Delay > farthest || j.Period > farthest {
		return fmt.Errorf("%s is %d, %s is %d, want at most %d milliseconds", delayProperty, j.Delay, periodProperty, j.Period, int64(farthest))
	}
	if j.Delay > 0 {
		j.Next += j.Delay
	} else {
		j.Next += j.Period
	}
	return nil
}

// turn is what a job that is due comes to.
type turn struct {
	fire  bool       // its message is sent
	over  bool       // the job has ended
	child *store.Job // a job that it gives rise to
}

// take lets a job that is due at or before now have its turn: if it is not over, Next, Repeat and Count are those of the next time.
//
// A cron job that asks for repetitions is not sent itself: each time it gives rise to a job of its own for them. So the original has it.
func take(j *store.Job, now time.Time) (turn, error) {
	if j.Cron == "" {
		if j.Repeat == 0 {
			return turn{fire: true, over: true}, nil
		}
		j.Next, j.Count = now.UnixMilli()+max(j.Period, 1), j.Count+1
		if j.Repeat > 0 {
			j.Repeat--
		}
		return turn{fire: true}, nil
	}
	next, err := nextCron(j.Cron, now)
	if err != nil {
		return turn{fire: j.Repeat == 0, over: true}, err
	}
	t := turn{fire: j.Repeat == 0}
	if j.Repeat != 0 {
		t.child = &store.Job{ID: j.ID + ":" + strconv.FormatInt(j.Next, 10), Delay: j.Delay, Period: j.Period, Repeat: j.Repeat}
		if err := schedule(t.child, now); err != nil {
			return turn{over: true}, err
		}
	}
	j.Next, j.Count = next.UnixMilli(), j.Count+1
	return t, nil
}
