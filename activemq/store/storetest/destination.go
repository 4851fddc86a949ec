package storetest

import (
	"fmt"
	"slices"
	"strings"

	"goactivemq/activemq/message"
)

var destinationCases = []testCase{
	{"list", destinationList},
	{"remove", destinationRemove},
	{"names", destinationNames},
	{"many", destinationMany},
}

// wantListed demands that the store lists each of these once. Destinations that hold nothing may be listed besides.
func (f *fixture) wantListed(want ...message.Destination) {
	f.Helper()
	got := make(map[message.Destination]int)
	for _, d := range f.store.Destinations() {
		if got[d]++; got[d] > 1 {
			f.Errorf("%s is listed twice", d)
		}
	}
	for _, d := range want {
		if got[d] == 0 {
			f.Errorf("%s is not listed in %v", d, f.store.Destinations())
		}
	}
}

// destinationList: what holds something is listed. Queues and topics have separate names.
func destinationList(f *fixture) {
	q, t := queueNamed("LIST"), topicNamed("LIST")
	f.wantListed()
	inQueue := f.add(q, 2)
	f.subscribe(t, "s", false)
	inTopic := f.add(t, 1)
	f.holds(func() {
		f.wantListed(q, t)
		f.wantQueue(q, inQueue...)
		f.wantSubscription(t, "s", inTopic...)
	})
}

// destinationRemove: a removed destination is gone with all it held, and can be made again.
func destinationRemove(f *fixture) {
	gone, stays := queueNamed("REMOVED"), queueNamed("STAYS")
	topicGone, topicStays := topicNamed("REMOVED"), topicNamed("STAYS")
	f.add(gone, 5)
	kept := f.add(stays, 5)
	for _, d := range []message.Destination{topicGone, topicStays} {
		f.subscribe(d, "s", false)
	}
	f.add(topicGone, 5)
	keptInTopic := f.add(topicStays, 5)
	f.settle(f.T)

	remove := func(d message.Destination) {
		f.store.RemoveDestination(d, f.done("remove "+d.String()))
		delete(f.queues, d)
		delete(f.topics, d)
	}
	remove(gone)
	remove(topicGone)
	assert := func() {
		f.Helper()
		for _, d := range []message.Destination{gone, topicGone} {
			if slices.Contains(f.store.Destinations(), d) {
				f.Errorf("%s is listed still", d)
			}
		}
		f.wantListed(stays, topicStays)
		f.wantQueue(stays, kept...)
		f.wantSubscription(topicStays, "s", keptInTopic...)
	}
	f.holds(assert)

	f.wantQueue(gone)
	f.wantSubscriptions(topicGone)
	again := f.add(gone, 2)
	f.subscribe(topicGone, "s", true)
	againInTopic := f.add(topicGone, 2)
	f.holds(func() {
		f.wantQueue(gone, again...)
		f.wantSubscription(topicGone, "s", againInTopic...)
		f.wantQueue(stays, kept...)
	})
}

// destinationNames: a name is any text, up to the 250 characters that Java's database tables have room for.
func destinationNames(f *fixture) {
	names := []string{"a", "A", "a.b", "a/b", "../a", "a:b", "a b", "a#b", "a%2fb", "größe", "名前", "😀", "queue://a",
		strings.Repeat("long.", 40)}
	items := make(map[message.Destination][]*item)
	for i, name := range names {
		d := queueNamed(name)
		items[d] = f.add(d, 1+i%2)
	}
	f.holds(func() {
		for d, want := range items {
			f.wantListed(d)
			f.wantQueue(d, want...)
		}
	})
}

// destinationMany: there may be many, each with little.
func destinationMany(f *fixture) {
	items := make(map[message.Destination][]*item)
	for i := range 300 {
		d := queueNamed(fmt.Sprintf("MANY.%d", i))
		items[d] = f.add(d, 1+i%3)
		if i%3 == 0 {
			t := topicNamed(d.Name)
			f.subscribe(t, "s", false)
			items[t] = f.add(t, 1+i%2)
		}
	}
	f.holds(func() {
		known := make([]message.Destination, 0, len(items))
		for d, want := range items {
			known = append(known, d)
			if d.IsQueue() {
				f.wantQueue(d, want...)
			} else {
				f.wantSubscription(d, "s", want...)
			}
		}
		f.wantListed(known...)
	})
}
