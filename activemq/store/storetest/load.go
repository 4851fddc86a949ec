package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

var loadCases = []testCase{
	{"sizes", loadSizes},
	{"big messages", loadBig},
	{"many messages", loadMany},
	{"concurrent producers", loadConcurrent},
	{"concurrent transactions", loadTransactions},
	{"completions hold no lock", loadReentrant},
	{"closed at work", loadClosed},
	{"killed at work", loadKilled},
}

// loadSizes: bodies around the sizes of pages and buffers.
func loadSizes(f *fixture) {
	d := queueNamed("SIZES")
	var items []*item
	for _, size := range []int{0, 1, 127, 128, 511, 512, 4095, 4096, 4097, 16383, 16384, 65535, 65536, 65537, 300_000} {
		it := f.append(d, size, nil)
		f.queue(d).Admit(it.entry)
		items = append(items, it)
	}
	f.wantQueue(d, items...)
	f.holds(func() { f.wantQueue(d, items...) })
}

// loadBig: messages of several megabytes beside small ones.
func loadBig(f *fixture) {
	d := queueNamed("BIG")
	var items []*item
	for _, size := range []int{100, 5 << 20, 100, 9 << 20, 3 << 20, 100} {
		it := f.append(d, size, nil)
		f.queue(d).Admit(it.entry)
		items = append(items, it)
	}
	f.holds(func() { f.wantQueue(d, items...) })
	f.remove(d, items[1], items[2])
	items = pick(items, 0, 3, 4, 5)
	f.holds(func() { f.wantQueue(d, items...) })
}

// loadMany: a backlog of some thousands, of which every third is left.
func loadMany(f *fixture) {
	d := queueNamed("MANY")
	items := f.add(d, 6000)
	f.settle(f.T)
	var left []*item
	for i, it := range items {
		if i%3 == 0 {
			left = append(left, it)
		} else {
			f.remove(d, it)
		}
	}
	f.holds(func() { f.wantQueue(d, left...) })
	f.remove(d, left[:1000]...)
	left = append(left[1000:], f.add(d, 1000)...)
	f.holds(func() { f.wantQueue(d, left...) })
}

// shared is a destination with its lock, as the broker has it.
type shared struct {
	d   message.Destination
	log store.Log

	mu    sync.Mutex // guards the calls of log too
	items []*item    // what is in it, in order
}

// loadConcurrent: producers and consumers at work on several destinations at once.
func loadConcurrent(f *fixture) {
	const workers, rounds = 6, 200
	var places []*shared
	for i := range 3 {
		d := queueNamed(fmt.Sprintf("CONCURRENT.%d", i))
		places = append(places, &shared{d: d, log: f.queue(d)})
	}
	var made atomic.Int64
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 1))
			for range rounds {
				p := places[random.IntN(len(places))]
				f.work(p, random, int(made.Add(1)))
			}
		})
	}
	group.Wait()
	f.holds(func() {
		for _, p := range places {
			f.wantQueue(p.d, p.items...)
		}
	})
}

// work adds a message to a destination and mostly takes one out, on any goroutine. What fails is told, not fatal.
func (f *fixture) work(p *shared, random *rand.Rand, n int) {
	m := f.harness.Message(p.d, n, random.IntN(2000))
	q := p.log.(store.Queue)
	p.mu.Lock()
	defer p.mu.Unlock()
	it := &item{message: m, entry: new(store.Entry), run: f.run}
	q.Append(it.entry, m, nil, f.done("append"))
	q.Admit(it.entry)
	p.items = append(p.items, it)
	switch random.IntN(8) {
	case 0:
		if page, err := q.Page(0, 10, 10_000); err != nil || len(page) == 0 {
			f.Errorf("page of %d messages: %v", len(page), err)
		}
	case 1, 2, 3, 4:
		i := random.IntN(len(p.items))
		q.Remove(p.items[i].entry, nil, nil, f.done("remove"))
		p.items = append(p.items[:i:i], p.items[i+1:]...)
	}
}

// loadTransactions: transactions of several connections at work on the same destinations, a queue and a topic.
func loadTransactions(f *fixture) {
	const workers, rounds = 4, 40
	q, t := queueNamed("CONCURRENT.TX"), topicNamed("CONCURRENT.TX")
	f.subscribe(t, "s", false)
	places := []*shared{{log: f.queue(q), d: q}, {log: f.topic(t), d: t}}
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for n := range rounds {
				f.transact(places, 1+w*rounds+n)
			}
		})
	}
	group.Wait()

	// In which order transactions were admitted that committed at the same time is not said.
	assert := func(what string, p pager, items []*item) {
		f.Helper()
		got, want := ids(f.pageAll(what, p)), itemIDs(items)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			f.Fatalf("%s: has %d messages, want these %d", what, len(got), len(want))
		}
	}
	f.holds(func() {
		assert(q.String(), f.queue(q), places[0].items)
		assert(t.String(), f.subscription(t, "s"), places[1].items)
	})
}

// transact adds a message to each place in transaction n, and commits it or, each fourth time, rolls it back.
func (f *fixture) transact(places []*shared, n int) {
	id := localID(n)
	tx := f.store.Begin(id)
	added := make([]*item, len(places))
	for i, p := range places {
		m := f.harness.Message(p.d, n, 200)
		m.Transaction = id
		added[i] = &item{message: m, entry: new(store.Entry), run: f.run}
		p.mu.Lock()
		p.log.Append(added[i].entry, m, tx, f.done("append in "+id.String()))
		p.mu.Unlock()
	}
	if n%4 == 0 {
		tx.Rollback(f.done("rollback " + id.String()))
		tx.Finish()
		return
	}
	ended := make(chan error, 2)
	done := f.done("commit " + id.String())
	tx.Commit(func(err error) {
		done(err)
		ended <- err
	})
	select {
	case err := <-ended:
		if err != nil {
			return // settle tells
		}
	case <-time.After(patience):
		return
	}
	for i, p := range places {
		p.mu.Lock()
		p.log.Admit(added[i].entry)
		p.items = append(p.items, added[i])
		p.mu.Unlock()
	}
	tx.Finish()
}

// loadReentrant: a completion may ask the store something, for no lock of the store is held.
func loadReentrant(f *fixture) {
	d := queueNamed("REENTRANT")
	var listed atomic.Int32
	for range 20 {
		it := &item{message: f.make(d, 100), entry: new(store.Entry), run: f.run}
		done := f.done("append")
		f.queue(d).Append(it.entry, it.message, nil, func(err error) {
			if f.store.Usage() >= 0 && f.store.Destinations() != nil {
				listed.Add(1)
			}
			done(err)
		})
		f.queue(d).Admit(it.entry)
	}
	f.settle(f.T)
	if n := listed.Load(); n != 20 {
		f.Errorf("%d completions could ask the store, want 20", n)
	}
}

// loadClosed: Close writes what is waiting, and completes it before it returns.
func loadClosed(f *fixture) {
	if f.mode != live {
		f.Skip("closes by itself")
	}
	d := queueNamed("CLOSED")
	items := f.add(d, 200)
	if err := f.store.Close(); err != nil {
		f.Fatalf("close: %v", err)
	}
	for _, o := range f.operations {
		if !o.succeeded() {
			f.Fatalf("%s: not completed when Close returned, or with an error", o.what)
		}
	}
	f.open()
	if f.harness.Forgets {
		items = nil
	}
	f.wantQueue(d, items...)
}

// loadKilled: the store is killed while operations are under way. What was completed is there, in order; what was not may be.
func loadKilled(f *fixture) {
	if f.mode != killed {
		f.Skip("tells about killing only")
	}
	d := queueNamed("KILLED")
	for round := range 5 {
		before := f.pageAll(d.String(), f.queue(d))
		var added []*item
		var writes []*operation
		for range 200 {
			it := &item{message: f.make(d, 500), entry: new(store.Entry), run: f.run}
			o := f.operation("append")
			f.queue(d).Append(it.entry, it.message, nil, o.complete)
			f.queue(d).Admit(it.entry)
			added, writes = append(added, it), append(writes, o)
		}
		writes[20*round].wait(f.T, time.After(patience)) // the store cannot have been killed before that one
		certain := make(map[string]bool)
		for _, l := range before {
			certain[l.Message.ID.String()] = true
		}
		for i, o := range writes {
			if o.succeeded() {
				certain[added[i].message.ID.String()] = true
			}
		}
		f.kill()
		f.wantAtLeast(d, append(ids(before), itemIDs(added)...), certain)
	}
}

// wantAtLeast demands messages out of possible, in that order, and all that are certain.
func (f *fixture) wantAtLeast(d message.Destination, possible []string, certain map[string]bool) {
	f.Helper()
	next := 0
	found := 0
	for _, id := range ids(f.pageAll(d.String(), f.queue(d))) {
		for next < len(possible) && possible[next] != id {
			next++
		}
		if next == len(possible) {
			f.Fatalf("%s: %s is there and not in its place", d, id)
		}
		next++
		if certain[id] {
			found++
		}
	}
	if found != len(certain) {
		f.Fatalf("%s: has %d of the %d messages that were completed", d, found, len(certain))
	}
}

// ids and itemIDs list ids.
func ids(page []store.Loaded) []string {
	list := make([]string, len(page))
	for i, l := range page {
		list[i] = l.Message.ID.String()
	}
	return list
}

func itemIDs(items []*item) []string {
	list := make([]string, len(items))
	for i, it := range items {
		list[i] = it.message.ID.String()
	}
	return list
}
