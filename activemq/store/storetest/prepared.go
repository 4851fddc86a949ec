package storetest

import (
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

var preparedCases = []testCase{
	{"commit", func(f *fixture) { preparedOutcome(f, true) }},
	{"rollback", func(f *fixture) { preparedOutcome(f, false) }},
	{"commit later", preparedLater},
	{"several", preparedSeveral},
	{"two claim one message: both commit", func(f *fixture) { preparedClaim(f, true, true) }},
	{"two claim one message: the first commits", func(f *fixture) { preparedClaim(f, true, false) }},
	{"two claim one message: the second commits", func(f *fixture) { preparedClaim(f, false, true) }},
	{"two claim one message: none commits", func(f *fixture) { preparedClaim(f, false, false) }},
}

// claim is what a prepared transaction removes.
type claim struct {
	destination  message.Destination
	subscription string // its name, "" for a queue
	item         *item
}

// wantPrepared demands that the store was opened with the transaction prepared, adding added (in order within a destination)
// and removing removed (in any order), whose entries are known in this run. It returns it as something to end.
func (f *fixture) wantPrepared(id *message.TransactionID, added []*item, removed []claim) *transaction {
	f.Helper()
	var found *store.Prepared
	for _, p := range f.store.Prepared() {
		if p.ID.Key() == id.Key() {
			found = &p
		}
	}
	if found == nil {
		f.Fatalf("%s is not prepared", id)
	}
	tx := &transaction{id: id, store: found.Transaction}
	f.resumeAdded(tx, found, added)
	f.resumeRemoved(tx, found, removed)
	return tx
}

// resumeAdded compares what a prepared transaction adds and prepares its admission.
func (f *fixture) resumeAdded(tx *transaction, p *store.Prepared, want []*item) {
	f.Helper()
	if len(p.Added) != len(want) {
		f.Fatalf("%s adds %d messages, want %d", p.ID, len(p.Added), len(want))
	}
	next := make(map[message.Destination][]*item)
	for _, it := range want {
		d := *it.message.Destination
		next[d] = append(next[d], it)
	}
	for i := range p.Added {
		add := &p.Added[i]
		d := add.Destination
		if len(next[d]) == 0 {
			f.Fatalf("%s adds one message too many to %s", p.ID, d)
		}
		it := next[d][0]
		next[d] = next[d][1:]
		if diff := f.harness.Difference(add.Message, it.message); diff != "" {
			f.Fatalf("%s adds to %s: %s", p.ID, d, diff)
		}
		if s := add.Entry.Sequence; s != 0 {
			f.Fatalf("%s adds to %s: sequence %d before Admit, want 0", p.ID, d, s)
		}
		entry := add.Entry
		it.entry, it.run = &entry, f.run
		l := f.log(d)
		tx.apply = append(tx.apply, func() { l.Admit(it.entry) })
	}
}

// resumeRemoved compares what a prepared transaction removes and prepares its drop.
func (f *fixture) resumeRemoved(tx *transaction, p *store.Prepared, want []claim) {
	f.Helper()
	if len(p.Removed) != len(want) {
		f.Fatalf("%s removes %d messages, want %d", p.ID, len(p.Removed), len(want))
	}
	type place struct {
		destination  message.Destination
		subscription string
		sequence     int64
	}
	wanted := make(map[place]bool)
	for _, c := range want {
		key := ""
		if c.subscription != "" {
			key = newSubscription(c.destination, c.subscription).Key()
		}
		wanted[place{c.destination, key, c.item.entry.Sequence}] = true
	}
	for _, r := range p.Removed {
		at := place{r.Destination, r.Subscription, r.Entry.Sequence}
		if !wanted[at] {
			f.Fatalf("%s removes %+v, want one of %v", p.ID, at, wanted)
		}
		delete(wanted, at)
		if r.Ack != nil && (r.Ack.Last == nil || r.Ack.Count != 1) {
			f.Errorf("%s removes with acknowledgement %+v", p.ID, r.Ack)
		}
		if r.Entry.Sequence != 0 {
			entry := r.Entry
			tx.apply = append(tx.apply, f.dropper(r.Destination, r.Subscription, &entry))
		}
	}
}

// dropper returns what drops an entry from a queue, or from the subscription with that key.
func (f *fixture) dropper(d message.Destination, key string, e *store.Entry) func() {
	f.Helper()
	if key == "" {
		q := f.queue(d)
		return func() { q.Drop(e) }
	}
	for _, s := range f.topic(d).Subscriptions() {
		if s.Info().Key() == key {
			return func() { s.Drop(e) }
		}
	}
	f.Fatalf("%s has no subscription %s", d, key)
	return nil
}

// wantNonePrepared demands that no transaction is prepared.
func (f *fixture) wantNonePrepared() {
	f.Helper()
	if n := len(f.store.Prepared()); n != 0 {
		f.Fatalf("%d transactions are prepared, want none", n)
	}
}

// finish commits or rolls back.
func (f *fixture) finish(tx *transaction, commit bool) {
	f.Helper()
	if commit {
		f.commit(tx)
	} else {
		f.rollback(tx)
	}
}

// preparedOutcome: a prepared transaction survives restarts with all that it adds and removes, in queues and topics, and
// then ends like any other.
func preparedOutcome(f *fixture, commit bool) {
	f.needsRestart()
	q, t := queueNamed("PREPARED"), topicNamed("PREPARED")
	f.subscribe(t, "a", false)
	f.subscribe(t, "b", false)
	inQueue, inTopic := f.add(q, 3), f.add(t, 3)
	f.settle(f.T)

	tx := f.begin(xaID(1))
	f.removeIn(tx, q, inQueue[1])
	added := f.addIn(tx, q, 2)
	f.ackIn(tx, t, "a", inTopic[0], inTopic[2])
	added = append(added, f.addIn(tx, t, 1)...)
	f.prepare(tx)

	f.restart()
	f.holds(func() {
		f.wantQueue(q, inQueue...)
		f.wantSubscription(t, "a", inTopic...)
		f.wantSubscription(t, "b", inTopic...)
		if n := len(f.store.Prepared()); n != 1 {
			f.Fatalf("%d transactions are prepared, want 1", n)
		}
		tx = f.wantPrepared(xaID(1), added, []claim{{q, "", inQueue[1]}, {t, "a", inTopic[0]}, {t, "a", inTopic[2]}})
	})
	inA, inB := inTopic, inTopic
	f.finish(tx, commit)
	if commit {
		inQueue = append(pick(inQueue, 0, 2), added[:2]...)
		inA, inB = []*item{inTopic[1], added[2]}, append(inTopic[:3:3], added[2])
	}
	f.wantQueue(q, inQueue...)
	f.restart()
	f.holds(func() {
		f.wantNonePrepared()
		f.wantQueue(q, inQueue...)
		f.wantSubscription(t, "a", inA...)
		f.wantSubscription(t, "b", inB...)
	})
}

// preparedLater: what was added between comes before what the prepared transaction added.
func preparedLater(f *fixture) {
	f.needsRestart()
	d := queueNamed("PREPARED.LATER")
	items := f.add(d, 2)
	tx := f.begin(xaID(1))
	added := f.addIn(tx, d, 1)
	f.removeIn(tx, d, items[0])
	f.prepare(tx)
	items = append(items, f.add(d, 1)...)
	f.restart()
	items = append(items, f.add(d, 1)...)
	f.wantQueue(d, items...)
	f.restart()
	f.wantQueue(d, items...)
	f.remove(d, items[1])
	f.commit(f.wantPrepared(xaID(1), added, []claim{{d, "", items[0]}}))
	behind := f.add(d, 1)
	f.holds(func() { f.wantQueue(d, items[2], items[3], added[0], behind[0]) })
}

// preparedSeveral: prepared transactions end one by one, in different runs; one that was not prepared is gone.
func preparedSeveral(f *fixture) {
	f.needsRestart()
	d := queueNamed("PREPARED.SEVERAL")
	items := f.add(d, 4)
	added := make([][]*item, 4)
	for i := range added {
		tx := f.begin(xaID(i))
		added[i] = f.addIn(tx, d, 1)
		f.removeIn(tx, d, items[i])
		if i != 3 {
			f.prepare(tx)
		}
	}
	f.restart()
	f.wantQueue(d, items...)
	if n := len(f.store.Prepared()); n != 3 {
		f.Fatalf("%d transactions are prepared, want 3", n)
	}
	f.commit(f.wantPrepared(xaID(1), added[1], []claim{{d, "", items[1]}}))
	f.restart()
	f.wantQueue(d, items[0], items[2], items[3], added[1][0])
	f.rollback(f.wantPrepared(xaID(0), added[0], []claim{{d, "", items[0]}}))
	f.commit(f.wantPrepared(xaID(2), added[2], []claim{{d, "", items[2]}}))
	f.restart()
	f.holds(func() {
		f.wantNonePrepared()
		f.wantQueue(d, items[0], items[3], added[1][0], added[2][0])
	})
}

// preparedClaim: two transactions may remove the same message, as Java clients ask when one consumer spans both. The message
// is gone when either commits, and the other's end is none the worse, in the same run or a later one.
func preparedClaim(f *fixture, first, second bool) {
	f.needsRestart()
	together, apart := queueNamed("CLAIM.TOGETHER"), queueNamed("CLAIM.APART")
	inTogether, inApart := f.add(together, 2), f.add(apart, 2)
	claimAll := func(d message.Destination, it *item, numbers ...int) {
		for _, n := range numbers {
			tx := f.begin(xaID(n))
			f.removeIn(tx, d, it)
			f.prepare(tx)
		}
	}
	claimAll(together, inTogether[0], 1, 2)
	claimAll(apart, inApart[0], 3, 4)
	f.restart()
	f.wantQueue(together, inTogether...)
	f.wantQueue(apart, inApart...)

	end := func(n int, d message.Destination, it *item, commit bool) {
		f.Helper()
		f.finish(f.wantPrepared(xaID(n), nil, []claim{{d, "", it}}), commit)
	}
	end(1, together, inTogether[0], first)
	end(2, together, inTogether[0], second)
	end(3, apart, inApart[0], first)
	f.restart()
	if first {
		f.wantQueue(apart, inApart[1])
		gone := &item{message: inApart[0].message, entry: new(store.Entry), run: f.run}
		end(4, apart, gone, second)
	} else {
		f.wantQueue(apart, inApart...)
		end(4, apart, inApart[0], second)
	}

	if first || second {
		inTogether, inApart = inTogether[1:], inApart[1:]
	}
	f.wantQueue(apart, inApart...)
	f.restart()
	f.holds(func() {
		f.wantNonePrepared()
		f.wantQueue(together, inTogether...)
		f.wantQueue(apart, inApart...)
	})
}
