package storetest

import (
	"slices"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

var topicCases = []testCase{
	{"several subscriptions", topicSeveral},
	{"from now on", topicFromNowOn},
	{"retroactive", topicRetroactive},
	{"holes", topicHoles},
	{"unmatched", topicUnmatched},
	{"page", topicPage},
	{"description", topicDescription},
	{"same key on two topics", topicSameKey},
	{"held as long as needed", topicHeld},
	{"unsubscribe", topicUnsubscribe},
	{"last subscription", topicLast},
	{"subscribe again", topicAgain},
	{"without subscription", topicWithout},
}

// subscribe makes a durable subscription.
func (f *fixture) subscribe(d message.Destination, name string, retroactive bool) store.Subscription {
	f.Helper()
	s, err := f.topic(d).Subscribe(newSubscription(d, name), retroactive, f.done("subscribe "+name+" to "+d.String()))
	if err != nil {
		f.Fatalf("subscribe %s to %s: %v", name, d, err)
	}
	return s
}

// unsubscribe ends a durable subscription.
func (f *fixture) unsubscribe(d message.Destination, name string) {
	f.Helper()
	f.topic(d).Unsubscribe(f.subscription(d, name), f.done("unsubscribe "+name+" from "+d.String()))
}

// subscription finds a durable subscription.
func (f *fixture) subscription(d message.Destination, name string) store.Subscription {
	f.Helper()
	key := newSubscription(d, name).Key()
	for _, s := range f.topic(d).Subscriptions() {
		if s.Info().Key() == key {
			return s
		}
	}
	f.Fatalf("%s has no subscription %s", d, name)
	return nil
}

// ack removes items from a durable subscription, outside transactions.
func (f *fixture) ack(d message.Destination, name string, items ...*item) {
	f.Helper()
	f.ackAs(message.Standard, d, name, items...)
}

// ackAs is ack with a kind.
func (f *fixture) ackAs(kind message.AckKind, d message.Destination, name string, items ...*item) {
	f.Helper()
	s := f.subscription(d, name)
	for _, it := range items {
		s.Remove(it.entry, newAck(d, it.message, kind, nil), nil, f.done("ack by "+name))
	}
}

// ackIn removes items from a durable subscription in the transaction.
func (f *fixture) ackIn(tx *transaction, d message.Destination, name string, items ...*item) {
	f.Helper()
	s := f.subscription(d, name)
	for _, it := range items {
		s.Remove(it.entry, newAck(d, it.message, message.Standard, tx.id), tx.store, f.done("ack by "+name+" in "+tx.id.String()))
		tx.apply = append(tx.apply, func() { s.Drop(it.entry) })
	}
}

// wantSubscription is want for a durable subscription, with its count.
func (f *fixture) wantSubscription(d message.Destination, name string, items ...*item) {
	f.Helper()
	s := f.subscription(d, name)
	f.want(d.String()+" for "+name, s, f.topic(d), items)
	if n := s.Pending(); n != len(items) {
		f.Fatalf("%s for %s: %d pending, want %d", d, name, n, len(items))
	}
}

// wantSubscriptions demands these names and no other.
func (f *fixture) wantSubscriptions(d message.Destination, names ...string) {
	f.Helper()
	var got, want []string
	for _, s := range f.topic(d).Subscriptions() {
		got = append(got, s.Info().Key())
	}
	for _, name := range names {
		want = append(want, newSubscription(d, name).Key())
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		f.Fatalf("%s has subscriptions %q, want %q", d, got, want)
	}
}

// wantHeld demands that the topic holds exactly items for its subscriptions, which a new retroactive one is shown.
func (f *fixture) wantHeld(d message.Destination, items ...*item) {
	f.Helper()
	f.subscribe(d, "probe", true)
	f.wantSubscription(d, "probe", items...)
	f.unsubscribe(d, "probe")
	f.settle(f.T)
}

// topicSeveral: each subscription has its own pending messages.
func topicSeveral(f *fixture) {
	d := topicNamed("SEVERAL")
	for _, name := range []string{"a", "b", "c"} {
		f.subscribe(d, name, false)
	}
	items := f.add(d, 10)
	f.settle(f.T)
	f.ack(d, "a", items...)
	f.ack(d, "b", items[:4]...)
	f.holds(func() {
		f.wantSubscriptions(d, "a", "b", "c")
		f.wantSubscription(d, "a")
		f.wantSubscription(d, "b", items[4:]...)
		f.wantSubscription(d, "c", items...)
	})
	items = append(items, f.add(d, 2)...)
	f.ack(d, "c", items[:11]...)
	f.holds(func() {
		f.wantSubscription(d, "a", items[10:]...)
		f.wantSubscription(d, "b", items[4:]...)
		f.wantSubscription(d, "c", items[11])
	})
}

// topicFromNowOn: a subscription gets what is admitted after it was made.
func topicFromNowOn(f *fixture) {
	d := topicNamed("FROM.NOW.ON")
	f.subscribe(d, "early", false)
	before := f.add(d, 3)
	f.subscribe(d, "late", false)
	f.wantSubscription(d, "late")
	f.holds(func() {
		f.wantSubscription(d, "early", before...)
		f.wantSubscription(d, "late")
	})
	after := f.add(d, 2)
	f.holds(func() {
		f.wantSubscription(d, "early", append(before[:3:3], after...)...)
		f.wantSubscription(d, "late", after...)
	})
}

// topicRetroactive: a retroactive subscription gets what any other still needs, in order, and no more.
func topicRetroactive(f *fixture) {
	d := topicNamed("RETROACTIVE")
	f.subscribe(d, "a", false)
	f.subscribe(d, "b", false)
	items := f.add(d, 6)
	f.settle(f.T)
	f.ack(d, "a", pick(items, 0, 1, 3, 5)...)
	f.ack(d, "b", pick(items, 0, 2, 3, 4)...)
	f.subscribe(d, "retro", true)
	f.wantSubscription(d, "retro", pick(items, 1, 2, 4, 5)...)
	items = append(items, f.add(d, 1)...)
	f.holds(func() {
		f.wantSubscription(d, "a", pick(items, 2, 4, 6)...)
		f.wantSubscription(d, "b", pick(items, 1, 5, 6)...)
		f.wantSubscription(d, "retro", pick(items, 1, 2, 4, 5, 6)...)
	})
	f.ack(d, "a", items[2])
	f.ack(d, "retro", items[1])
	f.holds(func() {
		f.wantSubscription(d, "retro", pick(items, 2, 4, 5, 6)...)
		f.wantHeld(d, pick(items, 1, 2, 4, 5, 6)...)
	})
}

// topicHoles: messages are acknowledged in any order.
func topicHoles(f *fixture) {
	d := topicNamed("HOLES")
	f.subscribe(d, "s", false)
	items := f.add(d, 12)
	f.settle(f.T)
	f.ack(d, "s", pick(items, 11, 3, 7, 4, 5)...)
	rest := pick(items, 0, 1, 2, 6, 8, 9, 10)
	f.holds(func() { f.wantSubscription(d, "s", rest...) })
	f.ack(d, "s", pick(items, 6, 0)...)
	rest = pick(items, 1, 2, 8, 9, 10)
	f.holds(func() { f.wantSubscription(d, "s", rest...) })
	items = append(items, f.add(d, 1)...)
	f.ack(d, "s", rest...)
	f.holds(func() { f.wantSubscription(d, "s", items[12]) })
}

// topicUnmatched: what a selector did not match is done with like what was acknowledged.
func topicUnmatched(f *fixture) {
	d := topicNamed("UNMATCHED")
	f.subscribe(d, "s", false)
	f.subscribe(d, "other", false)
	items := f.add(d, 6)
	f.settle(f.T)
	f.ackAs(message.Unmatched, d, "s", pick(items, 1, 2, 5)...)
	f.ack(d, "s", items[3])
	f.holds(func() {
		f.wantSubscription(d, "s", pick(items, 0, 4)...)
		f.wantSubscription(d, "other", items...)
	})
}

// topicPage: a subscription pages like a queue.
func topicPage(f *fixture) {
	d := topicNamed("PAGE")
	f.subscribe(d, "s", false)
	f.subscribe(d, "other", false)
	items := f.add(d, 12)
	f.settle(f.T)
	f.ack(d, "s", pick(items, 4, 5)...)
	items = append(items[:4:4], items[6:]...)
	f.holds(func() {
		f.wantSubscription(d, "s", items...)
		f.wantPages(f.subscription(d, "s"), items)
	})
}

// topicDescription: a subscription comes back as it was described, null texts and pattern included.
func topicDescription(f *fixture) {
	d := topicNamed("DESCRIBED.A")
	plain := newSubscription(d, "plain")
	full := newSubscription(d, "full")
	full.Selector = message.T("price > 10 AND region = 'größer'")
	full.Subscribed = message.NewTopic("DESCRIBED.>")
	all := []*message.SubscriptionInfo{plain, full}
	for _, info := range all {
		if _, err := f.topic(d).Subscribe(info, false, f.done("subscribe")); err != nil {
			f.Fatalf("subscribe: %v", err)
		}
	}
	f.holds(func() {
		for _, want := range all {
			got := f.subscription(d, want.SubscriptionName.String()).Info()
			if got.ClientID != want.ClientID || got.SubscriptionName != want.SubscriptionName || got.Selector != want.Selector ||
				*got.Destination != *want.Destination || *got.Subscribed != *want.Subscribed || got.NoLocal != want.NoLocal {
				f.Errorf("description %+v, want %+v", got, want)
			}
		}
	})
}

// topicSameKey: a pattern's subscription is kept once for each topic; each stands for itself.
func topicSameKey(f *fixture) {
	a, b := topicNamed("KEY.A"), topicNamed("KEY.B")
	f.subscribe(a, "s", false)
	f.subscribe(b, "s", false)
	inA, inB := f.add(a, 3), f.add(b, 3)
	f.settle(f.T)
	f.ack(a, "s", inA[0])
	f.holds(func() {
		f.wantSubscription(a, "s", inA[1:]...)
		f.wantSubscription(b, "s", inB...)
	})
	f.unsubscribe(a, "s")
	f.holds(func() {
		f.wantSubscriptions(a)
		f.wantSubscription(b, "s", inB...)
	})
}

// topicHeld: a message goes with the last acknowledgement.
func topicHeld(f *fixture) {
	d := topicNamed("HELD")
	f.subscribe(d, "a", false)
	f.subscribe(d, "b", false)
	items := f.add(d, 3)
	f.settle(f.T)
	f.ack(d, "a", items...)
	f.holds(func() { f.wantHeld(d, items...) })
	f.wantSubscription(d, "b", items...)
	f.ack(d, "b", items[1])
	f.holds(func() { f.wantHeld(d, items[0], items[2]) })
}

// topicUnsubscribe: with a subscription goes what only it needed.
func topicUnsubscribe(f *fixture) {
	d := topicNamed("UNSUBSCRIBE")
	f.subscribe(d, "a", false)
	f.subscribe(d, "b", false)
	items := f.add(d, 5)
	f.settle(f.T)
	f.ack(d, "a", pick(items, 0, 3)...)
	f.ack(d, "b", pick(items, 1, 2, 3)...)
	f.unsubscribe(d, "a")
	f.holds(func() {
		f.wantSubscriptions(d, "b")
		f.wantSubscription(d, "b", pick(items, 0, 4)...)
		f.wantHeld(d, pick(items, 0, 4)...)
	})
}

// topicLast: with the last subscription goes everything.
func topicLast(f *fixture) {
	d := topicNamed("LAST")
	f.subscribe(d, "s", false)
	f.add(d, 5)
	f.settle(f.T)
	f.unsubscribe(d, "s")
	f.holds(func() {
		f.wantSubscriptions(d)
		f.wantHeld(d)
	})
	f.subscribe(d, "new", true)
	items := f.add(d, 1)
	f.holds(func() { f.wantSubscription(d, "new", items...) })
}

// topicAgain: a key may come again, and the new subscription knows nothing of the old.
func topicAgain(f *fixture) {
	d := topicNamed("AGAIN")
	f.subscribe(d, "other", false)
	f.subscribe(d, "s", false)
	items := f.add(d, 4)
	f.settle(f.T)
	f.ack(d, "s", items[0])
	f.unsubscribe(d, "s")
	f.subscribe(d, "s", false)
	f.wantSubscription(d, "s")
	items = append(items, f.add(d, 1)...)
	f.holds(func() {
		f.wantSubscription(d, "s", items[4])
		f.wantSubscription(d, "other", items...)
	})
}

// topicWithout: a topic that nobody subscribed to keeps nothing.
func topicWithout(f *fixture) {
	d := topicNamed("WITHOUT")
	f.add(d, 3)
	f.holds(func() { f.wantHeld(d) })
	f.subscribe(d, "s", false)
	items := f.add(d, 1)
	if items[0].entry.Sequence < 1 {
		f.Errorf("sequence %d, want 1 or more", items[0].entry.Sequence)
	}
	f.holds(func() { f.wantSubscription(d, "s", items...) })
}
