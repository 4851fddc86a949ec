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
// were not. A clean close leaves no doubt.
func deliveringCase(f *fixture, delivered, untouched message.Destination) {
	if delivered.IsTopic() {
		f.subscribe(delivered, "s", false)
		f.subscribe(untouched, "s", false)
	}
	wantNone := func(d message.Destination) {
		f.Helper()
		if n := f.deliverer(d).MaybeDelivered(); n != 0 {
			f.Errorf("%s: up to %d may have been delivered, want none", d, n)
		}
	}
	wantNone(delivered)
	items, others := f.add(delivered, 5), f.add(untouched, 5)
	for range 3 {
		f.deliverer(delivered).Delivering()
	}
	items = append(items, f.add(delivered, 1)...) // completes behind the note
	f.settle(f.T)
	wantNone(delivered) // it tells about earlier runs
	f.restart()

	f.wantItems(delivered, items...)
	f.wantItems(untouched, others...)
	wantNone(untouched)
	if f.mode != killed {
		wantNone(delivered)
		return
	}
	last := items[len(items)-1].entry.Sequence
	most := f.deliverer(delivered).MaybeDelivered()
	if most < last {
		f.Errorf("%s: up to %d may have been delivered, want %d", delivered, most, last)
	}
	added := f.add(delivered, 1)
	if s := added[0].entry.Sequence; s <= most {
		f.Errorf("%s: a new message has sequence %d, up to %d may have been delivered", delivered, s, most)
	}
	f.reopen()
	f.wantItems(delivered, append(items, added...)...)
	wantNone(delivered)
}
