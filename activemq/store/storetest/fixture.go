package storetest

import (
	"fmt"
	"math"
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// mode says what happens to a store between the work and the questions.
type mode int

const (
	live mode = iota
	reopened
	killed
)

func (m mode) String() string { return [...]string{"live", "reopened", "killed"}[m] }

// fixture is one store under test with what the test did to it.
type fixture struct {
	*testing.T
	ledger
	harness Harness
	place   Place
	mode    mode
	store   store.Store

	made   int // messages
	run    int // counts up with each restart; entries of an earlier run are worthless
	queues map[message.Destination]store.Queue
	topics map[message.Destination]store.Topic
}

// item is a message that a test stored, and its entry in the current run.
type item struct {
	message *message.Message
	entry   *store.Entry
	run     int
}

// newFixture opens an empty store, and skips the test where the store cannot do what the mode needs.
func newFixture(t *testing.T, h Harness, m mode) *fixture {
	if h.Forgets && m != live {
		t.Skip("the store forgets")
	}
	f := &fixture{T: t, harness: h, place: h.Place(t), mode: m}
	if m == killed && f.place.Kill == nil {
		t.Skip("the store cannot be killed")
	}
	f.open()
	t.Cleanup(f.end)
	return f
}

// open opens the store and forgets the handles of the one before.
func (f *fixture) open() {
	f.Helper()
	s, err := f.place.Open()
	if err != nil {
		f.Fatalf("open: %v", err)
	}
	f.store = s
	f.run++
	f.queues = make(map[message.Destination]store.Queue)
	f.topics = make(map[message.Destination]store.Topic)
	f.check()
}

// end settles, checks and closes the store. A second Close must do no harm.
func (f *fixture) end() {
	if f.store == nil {
		return // opening failed
	}
	if !f.Failed() {
		f.settle(f.T)
		f.check()
	}
	for range 2 {
		if err := f.store.Close(); err != nil {
			f.Errorf("close: %v", err)
		}
	}
	f.verify(f.T)
}

// check calls the store's own Check, where it has one.
func (f *fixture) check() {
	f.Helper()
	if c, ok := f.store.(interface{ Check() error }); ok {
		if err := c.Check(); err != nil {
			f.Errorf("check: %v", err)
		}
	}
}

// reopen closes the store and opens it again.
func (f *fixture) reopen() {
	f.Helper()
	f.settle(f.T)
	f.check()
	if err := f.store.Close(); err != nil {
		f.Fatalf("close: %v", err)
	}
	f.open()
}

// kill kills the store and opens it again. What runs is not waited for.
func (f *fixture) kill() {
	f.Helper()
	f.place.Kill(f.store)
	f.store = nil
	f.abandon()
	f.open()
}

// restart does what the mode says: nothing, reopen, or kill once everything was completed.
func (f *fixture) restart() {
	f.Helper()
	f.settle(f.T)
	switch f.mode {
	case reopened:
		f.reopen()
	case killed:
		f.kill()
	}
}

// holds runs the assertions now and, where the mode has one, after a restart.
func (f *fixture) holds(assertions func()) {
	f.Helper()
	f.settle(f.T)
	assertions()
	if f.mode != live {
		f.restart()
		assertions()
	}
}

// needsRestart skips a case that says nothing without one.
func (f *fixture) needsRestart() {
	if f.mode == live {
		f.Skip("tells about restarts only")
	}
}

func queueNamed(name string) message.Destination {
	return message.Destination{Kind: message.Queue, Name: name}
}
func topicNamed(name string) message.Destination {
	return message.Destination{Kind: message.Topic, Name: name}
}

// queue opens a queue, once in a run.
func (f *fixture) queue(d message.Destination) store.Queue {
	f.Helper()
	q := f.queues[d]
	if q == nil {
		var err error
		if q, err = f.store.OpenQueue(d); err != nil {
			f.Fatalf("open %s: %v", d, err)
		}
		f.queues[d] = q
	}
	return q
}

// topic opens a topic, once in a run.
func (f *fixture) topic(d message.Destination) store.Topic {
	f.Helper()
	p := f.topics[d]
	if p == nil {
		var err error
		if p, err = f.store.OpenTopic(d); err != nil {
			f.Fatalf("open %s: %v", d, err)
		}
		f.topics[d] = p
	}
	return p
}

// log opens a queue or topic.
func (f *fixture) log(d message.Destination) store.Log {
	f.Helper()
	if d.IsQueue() {
		return f.queue(d)
	}
	return f.topic(d)
}

// make makes the next message.
func (f *fixture) make(d message.Destination, size int) *message.Message {
	f.made++
	return f.harness.Message(d, f.made, size)
}

// append appends a new message; it is not admitted. tx may be nil.
func (f *fixture) append(d message.Destination, size int, tx *transaction) *item {
	f.Helper()
	it := &item{message: f.make(d, size), entry: new(store.Entry), run: f.run}
	done := f.done(fmt.Sprintf("append %d to %s", f.made, d))
	if tx == nil {
		f.log(d).Append(it.entry, it.message, nil, done)
	} else {
		it.message.Transaction = tx.id
		f.log(d).Append(it.entry, it.message, tx.store, done)
	}
	return it
}

// add appends and admits n messages of 100 bytes, waiting for none.
func (f *fixture) add(d message.Destination, n int) []*item {
	f.Helper()
	items := make([]*item, n)
	for i := range items {
		items[i] = f.append(d, 100, nil)
		f.log(d).Admit(items[i].entry)
	}
	return items
}

// remove removes items from a queue, outside transactions.
func (f *fixture) remove(d message.Destination, items ...*item) {
	f.Helper()
	for _, it := range items {
		f.queue(d).Remove(it.entry, newAck(d, it.message, message.Standard, nil), nil, f.done("remove from "+d.String()))
	}
}

// pager is a queue or a durable subscription.
type pager interface {
	Page(after int64, limit, bytes int) ([]store.Loaded, error)
}

// pageAll reads a pager to its end in small pages, whose order it checks.
func (f *fixture) pageAll(what string, p pager) []store.Loaded {
	f.Helper()
	var all []store.Loaded
	for after := int64(0); ; {
		page, err := p.Page(after, 7, math.MaxInt32)
		if err != nil {
			f.Fatalf("%s: page after %d: %v", what, after, err)
		}
		if len(page) > 7 {
			f.Fatalf("%s: page after %d has %d messages, want at most 7", what, after, len(page))
		}
		for _, l := range page {
			if l.Entry.Sequence <= after {
				f.Fatalf("%s: sequence %d comes after %d", what, l.Entry.Sequence, after)
			}
			after = l.Entry.Sequence
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
	}
}

// want demands that a pager holds exactly items, in that order, and learns their entries where those are of an earlier run.
func (f *fixture) want(what string, p pager, l store.Log, items []*item) {
	f.Helper()
	got := f.pageAll(what, p)
	for i, g := range got {
		if i == len(items) {
			break
		}
		it := items[i]
		if diff := f.harness.Difference(g.Message, it.message); diff != "" {
			f.Fatalf("%s: message %d of %d: %s", what, i, len(got), diff)
		}
		if it.run != f.run {
			entry := g.Entry
			it.entry, it.run = &entry, f.run
		} else if g.Entry.Sequence != it.entry.Sequence {
			f.Fatalf("%s: message %d has sequence %d, was admitted with %d", what, i, g.Entry.Sequence, it.entry.Sequence)
		}
		loaded, err := l.Load(it.entry)
		if err != nil {
			f.Fatalf("%s: load message %d: %v", what, i, err)
		}
		if diff := f.harness.Difference(loaded, it.message); diff != "" {
			f.Fatalf("%s: load message %d: %s", what, i, diff)
		}
	}
	if len(got) != len(items) {
		f.Fatalf("%s: has %d messages, want %d", what, len(got), len(items))
	}
}

// wantQueue is want for a queue, with its count.
func (f *fixture) wantQueue(d message.Destination, items ...*item) {
	f.Helper()
	q := f.queue(d)
	f.want(d.String(), q, q, items)
	if n, _ := q.Pending(); n != len(items) {
		f.Fatalf("%s: %d pending, want %d", d, n, len(items))
	}
}

// pick returns the items with these indexes.
func pick(items []*item, indexes ...int) []*item {
	list := make([]*item, len(indexes))
	for i, n := range indexes {
		list[i] = items[n]
	}
	return list
}
