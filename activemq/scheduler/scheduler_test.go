package scheduler

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/memory"
)

// asking returns a message with properties.
func asking(t *testing.T, n int64, properties ...message.Entry) *message.Message {
	t.Helper()
	encoded, err := message.AppendMap(nil, properties)
	if err != nil {
		t.Fatal(err)
	}
	p := &message.ProducerID{Connection: "ID:test-1", Session: 1, Value: 1}
	return &message.Message{ID: &message.ID{Producer: p, ProducerSequence: n}, Producer: p, Destination: message.NewQueue("Q"), Properties: encoded}
}

func property(name string, value any) message.Entry { return message.Entry{Name: name, Value: value} }

// desk is a scheduler whose messages the test gets. The test must be in a bubble.
type desk struct {
	*Scheduler
	t     *testing.T
	began time.Time

	mu    sync.Mutex // guards what follows
	sent  []string   // job and time since the beginning
	full  bool       // there is no room
	fails error      // nothing can be sent
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, began: time.Now()}
	d.Scheduler = New(Options{Jobs: memory.Jobs{}, RepeatMax: 1000})
	d.Start(func(m *message.Message, whenDone store.Completion) (bool, error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.full || d.fails != nil {
			return d.full, errors.Join(d.fails, errors.New("not now"))
		}
		id, _ := m.Property("scheduledJobId")
		d.sent = append(d.sent, fmt.Sprint(id, " ", time.Since(d.began)))
		whenDone(nil)
		return false, nil
	})
	t.Cleanup(d.Close)
	return d
}

// keep gives the desk a message.
func (d *desk) keep(m *message.Message) {
	d.t.Helper()
	if err := d.Keep(m, nil); err != nil {
		d.t.Fatal(err)
	}
}

// expect waits for a while and compares what was sent in it.
func (d *desk) expect(wait time.Duration, want ...string) {
	d.t.Helper()
	time.Sleep(wait)
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.sent, want) {
		d.t.Errorf("sent %q, want %q", d.sent, want)
	}
	d.sent = nil
}

// have changes what becomes of messages.
func (d *desk) have(full bool, fails error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full, d.fails = full, fails
}

const id = "ID:test-1:1:1:"

// TestTurns has the times at which the original sends: the moment is rounded up to half a second, and the bubble's clock begins at a whole one.
func TestTurns(t *testing.T) {
	cases := []struct {
		name       string
		properties []message.Entry
		wait       time.Duration
		want       []string
	}{
		{"delay", []message.Entry{property(delayProperty, int64(2000))}, time.Hour, []string{"2.5s"}},
		{"delay as text", []message.Entry{property(delayProperty, "2000")}, time.Hour, []string{"2.5s"}},
		{"period alone", []message.Entry{property(periodProperty, int64(3000))}, time.Hour, []string{"3.5s"}},
		{"delay, period and repeat", []message.Entry{property(delayProperty, int64(1000)), property(periodProperty, int64(4000)), property(repeatProperty, int32(2))},
			time.Hour, []string{"1.5s", "5.5s", "9.5s"}},
		{"repeat for ever", []message.Entry{property(periodProperty, int64(60_000)), property(repeatProperty, int32(-1))}, 150 * time.Second, []string{"1m0.5s", "2m0.5s"}},
		{"nothing to wait for", []message.Entry{property(delayProperty, int64(0))}, time.Hour, []string{"500ms"}},
		{"cron", []message.Entry{property(cronProperty, "*/2 * * * *")}, 5 * time.Minute, []string{"2m0.5s", "4m0.5s"}},
		{"every minute", []message.Entry{property(cronProperty, "* * * * *")}, 150 * time.Second, []string{"1m0s", "2m0s"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				d.keep(asking(t, 7, c.properties...))
				for i := range c.want {
					c.want[i] = id + "7 " + c.want[i]
				}
				d.expect(c.wait, c.want...)
			})
		})
	}
}

// TestCronWithRepeat has each time of a cron entry give rise to a job with repetitions of its own.
func TestCronWithRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.keep(asking(t, 1, property(cronProperty, "0 * * * *"), property(delayProperty, int64(1000)), property(periodProperty, int64(2000)), property(repeatProperty, int32(1))))
		hour := d.began.Add(time.Hour).UnixMilli()
		first, second := fmt.Sprint(id, "1:", hour+1500), fmt.Sprint(id, "1:", hour+3_600_500) // a fraction of a second stays
		d.expect(130*time.Minute, first+" 1h0m3s", first+" 1h0m5s", second+" 2h0m2s", second+" 2h0m4s")
	})
}

// TestOrder sends what is due at the same time in the order in which it came.
func TestOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		var want []string
		for n := range int64(600) { // more than may be in flight
			d.keep(asking(t, n, property(delayProperty, int64(1000))))
			want = append(want, fmt.Sprint(id, n, " 1.5s"))
		}
		d.expect(time.Minute, want...)
	})
}

// TestNoRoom tries again while a destination is full, and drops what can never be sent, as the original does.
func TestNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.keep(asking(t, 1, property(delayProperty, int64(1000)), property(periodProperty, int64(10_000)), property(repeatProperty, int32(1))))
		d.have(true, nil)
		d.expect(4 * time.Second)
		d.have(false, nil)
		d.expect(time.Minute, id+"1 4.5s", id+"1 14.5s")
		d.have(false, errors.New("no such temporary queue"))
		d.keep(asking(t, 2, property(delayProperty, int64(1000))))
		d.expect(time.Minute)
		d.have(false, nil)
		d.expect(time.Hour)
	})
}

// TestRefused names what is asked for in vain.
func TestRefused(t *testing.T) {
	s := New(Options{Jobs: memory.Jobs{}, RepeatMax: 1000})
	for name, p := range map[string]message.Entry{
		"repeat":      property(repeatProperty, int32(1001)),
		"delay":       property(delayProperty, "soon"),
		"period":      property(periodProperty, true),
		"cron":        property(cronProperty, "every day"),
		"cron number": property(cronProperty, int32(5)),
		"far":         property(delayProperty, int64(1<<62)),
	} {
		if err := s.Check(asking(t, 1, property(periodProperty, int64(1)), p)); err == nil {
			t.Errorf("%s: %v is taken", name, p)
		}
	}
	if s.Wants(asking(t, 1, property(delayProperty, int64(1)), property(jobProperty, "x"))) {
		t.Error("what was a job already is to be one again")
	}
}

// TestRequests lists and removes jobs.
func TestRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		for n := range int64(5) {
			d.keep(asking(t, n, property(delayProperty, (n+1)*60_000), property("mine", n)))
		}
		ask := func(properties ...message.Entry) (listed []int64) {
			t.Helper()
			m := asking(t, 99, properties...)
			m.Destination, m.ReplyTo = message.NewTopic("activemq.scheduler.management"), message.NewQueue("replies")
			done := 0
			is, err := d.Request(m, func(m *message.Message) error {
				n, _ := m.Property("mine")
				listed = append(listed, n.(int64))
				if job, _ := m.Property(jobProperty); job != fmt.Sprint(id, n) {
					t.Errorf("message %d is of job %v", n, job)
				}
				return nil
			}, func(error) { done++ })
			if !is || err != nil || done != 1 {
				t.Errorf("request %v, %v, done %d times", is, err, done)
			}
			return listed
		}
		at := func(minutes int) string { return fmt.Sprint(d.began.UnixMilli() + int64(minutes)*60_000 + 500) }
		browse := property(actionProperty, "BROWSE")
		compare := func(got []int64, want ...int64) {
			t.Helper()
			if !slices.Equal(got, want) {
				t.Errorf("listed %v, want %v", got, want)
			}
		}
		compare(ask(browse), 0, 1, 2, 3, 4)
		compare(ask(browse, property(fromProperty, at(2)), property(toProperty, at(3))), 1, 2)
		compare(ask(browse, property(fromProperty, at(2))), 0, 1, 2, 3, 4) // one end alone means nothing
		ask(property(actionProperty, "REMOVE"), property(jobProperty, id+"3"))
		ask(property(actionProperty, "REMOVE"), property(jobProperty, "nobody's"))
		compare(ask(browse), 0, 1, 2, 4)
		ask(property(actionProperty, "REMOVEALL"), property(fromProperty, at(1)), property(toProperty, at(2)))
		compare(ask(browse), 2, 4)
		ask(property(actionProperty, "REMOVEALL"))
		compare(ask(browse))
		ask()
		d.expect(time.Hour)
	})
}

// TestOutgoing has what a message carries when its time has come.
func TestOutgoing(t *testing.T) {
	now := time.UnixMilli(1_000_000)
	once := asking(t, 1, property(delayProperty, int64(5)), property("own", "kept"))
	once.Timestamp, once.Expiration = 400_000, 500_000
	m, err := outgoing(once, "job", now)
	if err != nil {
		t.Fatal(err)
	}
	properties, err := m.PropertyMap()
	if err != nil || len(properties) != 2 {
		t.Errorf("properties %v, %v", properties, err)
	}
	if job, _ := properties.Get(jobProperty); job != "job" {
		t.Errorf("%s is %v", jobProperty, job)
	}
	if m.ID != once.ID || m.Timestamp != 1_000_000 || m.Expiration != 1_100_000 {
		t.Errorf("id %v, timestamp %d, expiration %d", m.ID, m.Timestamp, m.Expiration)
	}
	for _, p := range []message.Entry{property(repeatProperty, int32(1)), property(cronProperty, "* * * * *")} {
		if m, err := outgoing(asking(t, 1, property(periodProperty, int64(5)), p), "job", now); err != nil || m.ID != nil {
			t.Errorf("with %s: id %v, %v, want one of its own", p.Name, m.ID, err)
		}
	}
}
