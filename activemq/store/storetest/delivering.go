package storetest

import (
	"goactivemq/activemq/message"
)

var deliveringCases = []testCase{
	{"queue", func(f *fixture) { deliveringCase(f, queueNamed("DELIVERED"), queueNamed("UNTOUCHED")) }},
	{"durable subscription", func(f *fixture) { deliveringCase(f, topicNamed("DELIVERED"), topicNamed("UNTOUCHED")) }},
}

// deliverer is a queue or a durable subscription.
type deliverer interface {
	Delivering()
	Delivered(to int64)
	MaybeDelivered() int64
}

// deliverer returns a queue, or the subscription "s" of a topic.
func (f *fixture) deliverer(d message.Destination) deliverer {
	f.Helper()
	if d.IsQueue() {
		return f.queue(d)
	}
	return f.subscription(d, "s")
}

// wantItems demands what the deliverer has pending.
func (f *fixture) wantItems(d message.Destination, items ...*item) {
	f.Helper()
	if d.IsQueue() {
		f.wantQueue(d, items...)
	} else {
		f.wantSubscription(d, "s", items...)
	}
}

// deliveringCase: after a kill the messages of a destination that had consumers may have been delivered, those of another
// were not. After a clean close what was noted may have been, and what an earlier run left in doubt stays so.
func deliveringCase(f *fixture, delivered, untouched message.Destination) {
	if delivered.IsTopic() {
		f.subscribe(delivered, "s", false)
		f.subscribe(untouched, "s", false)
	}
	want := func(d message.Destination, upTo int64) {
		f.Helper()
		if n := f.deliverer(d).MaybeDelivered(); n != upTo {
			f.Errorf("%s: up to %d may have been delivered, want %d", d, n, upTo)
		}
	}
	want(delivered, 0)
	items, others := f.add(delivered, 5), f.add(untouched, 5)
	for range 3 {
		f.deliverer(delivered).Delivering()
	}
	items = append(items, f.add(delivered, 1)...) // completes behind the note
	f.settle(f.T)
	want(delivered, 0) // it tells about earlier runs
	noted := items[2].entry.Sequence
	if f.mode == reopened {
		f.deliverer(delivered).Delivered(noted)
	}
	f.restart()

	f.wantItems(delivered, items...)
	f.wantItems(untouched, others...)
	want(untouched, 0)
	most := f.deliverer(delivered).MaybeDelivered()
	switch last := items[len(items)-1].entry.Sequence; {
	case f.mode == reopened && most != noted:
		f.Errorf("%s: up to %d may have been delivered, want %d", delivered, most, noted)
	case f.mode == killed && most < last:
		f.Errorf("%s: up to %d may have been delivered, want %d", delivered, most, last)
	case f.mode != killed && f.mode != reopened:
		want(delivered, 0)
		return
	}
	added := f.add(delivered, 1)
	if s := added[0].entry.Sequence; s <= most {
		f.Errorf("%s: a new message has sequence %d, up to %d may have been delivered", delivered, s, most)
	}
	f.reopen()
	f.wantItems(delivered, append(items, added...)...)
	want(delivered, most)
}
