package storetest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

var randomCases = []testCase{
	{"seed 1", func(f *fixture) { randomWork(f, 1) }},
	{"seed 2", func(f *fixture) { randomWork(f, 2) }},
	{"new seed", func(f *fixture) { randomWork(f, newSeed(f)) }},
}

// newSeed returns STORETEST_SEED, or one that was never used.
func newSeed(f *fixture) uint64 {
	text := os.Getenv("STORETEST_SEED")
	if text == "" {
		return rand.Uint64()
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		f.Fatalf("STORETEST_SEED: %v", err)
	}
	return seed
}

// randomWork does thousands of operations drawn by chance to the store and to a model of it, and compares the two.
func randomWork(f *fixture, seed uint64) {
	f.Logf("seed %d", seed) // shown when the test fails
	w := newWorld(f, rand.New(rand.NewPCG(seed, 0)))
	steps := 3000
	if testing.Short() {
		steps = 600
	}
	for range steps {
		w.step()
	}
	w.restart()
	w.compare()
}

// step draws one operation.
func (w *world) step() {
	w.Helper()
	p := w.destinations[w.random.IntN(len(w.destinations))]
	chance := w.random.IntN(1000)
	switch {
	case chance < 300:
		w.add(p)
	case chance < 600:
		w.remove(p)
	case chance < 640:
		w.update(p)
	case chance < 690:
		w.subscribe(p)
	case chance < 730:
		w.unsubscribe(p)
	case chance < 734:
		w.removeDestination(p)
	case chance < 774:
		w.begin()
	case chance < 844:
		w.addInTransaction(p)
	case chance < 914:
		w.removeInTransaction(p)
	case chance < 930:
		w.prepare()
	case chance < 965:
		w.end()
	case chance < 980:
		w.compareContents(p)
	case chance < 995:
		w.comparePage(p)
	default:
		w.restart()
	}
}

// completion draws whether somebody waits. Where the store will be killed, somebody does: else nobody knows what is left.
func (w *world) completion(what string) store.Completion {
	if w.mode != killed && w.random.IntN(3) == 0 {
		return nil
	}
	return w.done(what)
}

func (w *world) add(p *contents) {
	for range 1 + w.random.IntN(4) {
		size := w.random.IntN(1500)
		if w.random.IntN(50) == 0 {
			size = 100_000
		}
		it := &item{message: w.make(p.d, size), entry: new(store.Entry), run: w.run}
		w.log(p.d).Append(it.entry, it.message, nil, w.completion("append"))
		w.log(p.d).Admit(it.entry)
		p.add(it)
	}
}

// draw returns an item that no open transaction removes, often the first, and the list it is in.
func (w *world) draw(p *contents) (name string, it *item) {
	names := p.names()
	if len(names) == 0 {
		return "", nil
	}
	name = names[w.random.IntN(len(names))]
	list := p.lists[name]
	if len(list) == 0 {
		return name, nil
	}
	it = list[0]
	if w.random.IntN(2) == 0 {
		it = list[w.random.IntN(len(list))]
	}
	if w.claimed(claim{p.d, name, it}) {
		return name, nil
	}
	return name, it
}

// remover is a queue or a durable subscription.
type remover interface {
	pager
	Remove(e *store.Entry, ack *message.Ack, tx store.Transaction, done store.Completion)
	Drop(e *store.Entry)
}

// remover returns the queue, or the subscription with that name.
func (w *world) remover(p *contents, name string) remover {
	w.Helper()
	if p.d.IsQueue() {
		return w.queue(p.d)
	}
	return w.subscription(p.d, name)
}

func (w *world) remove(p *contents) {
	w.Helper()
	for range 1 + w.random.IntN(4) {
		name, it := w.draw(p)
		if it == nil {
			return
		}
		kind := message.Standard
		if p.d.IsTopic() && w.random.IntN(4) == 0 {
			kind = message.Unmatched
		}
		w.remover(p, name).Remove(it.entry, newAck(p.d, it.message, kind, nil), nil, w.completion("remove"))
		p.remove(name, it)
	}
}

func (w *world) update(p *contents) {
	w.Helper()
	if !p.d.IsQueue() {
		return
	}
	if _, it := w.draw(p); it != nil {
		changed := *it.message
		changed.Redeliveries++
		w.queue(p.d).Update(it.entry, &changed)
		it.message = &changed
	}
}

func (w *world) subscribe(p *contents) {
	w.Helper()
	name := string(rune('a' + w.random.IntN(5)))
	if _, exists := p.lists[name]; exists || p.d.IsQueue() {
		return
	}
	retroactive := w.random.IntN(2) == 0
	w.fixture.subscribe(p.d, name, retroactive)
	p.subscribe(name, retroactive)
}

func (w *world) unsubscribe(p *contents) {
	w.Helper()
	names := p.names()
	if len(names) == 0 || p.d.IsQueue() {
		return
	}
	name := names[w.random.IntN(len(names))]
	if w.isUsed(func(c claim) bool { return c.destination == p.d && c.subscription == name }) {
		return
	}
	w.fixture.unsubscribe(p.d, name)
	delete(p.lists, name)
}

func (w *world) removeDestination(p *contents) {
	if w.isUsed(func(c claim) bool { return c.destination == p.d }) {
		return
	}
	w.store.RemoveDestination(p.d, w.done("remove "+p.d.String()))
	delete(w.queues, p.d)
	delete(w.topics, p.d)
	p.clear()
}

func (w *world) begin() {
	if len(w.transactions) == 4 {
		return
	}
	w.begun++
	id := localID(w.begun)
	if w.random.IntN(2) == 0 {
		id = xaID(w.begun)
	}
	w.transactions = append(w.transactions, &openTransaction{transaction: w.fixture.begin(id)})
}

// active draws an open transaction that was not prepared, nil when that one was.
func (w *world) active() *openTransaction {
	if len(w.transactions) == 0 {
		return nil
	}
	if k := w.transactions[w.random.IntN(len(w.transactions))]; !k.prepared {
		return k
	}
	return nil
}

func (w *world) addInTransaction(p *contents) {
	w.Helper()
	if k := w.active(); k != nil {
		k.added = append(k.added, w.addIn(k.transaction, p.d, 1+w.random.IntN(3))...)
	}
}

func (w *world) removeInTransaction(p *contents) {
	w.Helper()
	k := w.active()
	if k == nil {
		return
	}
	name, it := w.draw(p)
	if it == nil {
		return
	}
	if p.d.IsQueue() {
		w.removeIn(k.transaction, p.d, it)
	} else {
		w.ackIn(k.transaction, p.d, name, it)
	}
	k.removed = append(k.removed, claim{p.d, name, it})
}

func (w *world) prepare() {
	w.Helper()
	k := w.active()
	if k == nil || !k.id.XA || len(k.added)+len(k.removed) == 0 {
		return
	}
	w.fixture.prepare(k.transaction)
	k.prepared = true
}

func (w *world) end() {
	w.Helper()
	if len(w.transactions) == 0 {
		return
	}
	i := w.random.IntN(len(w.transactions))
	k := w.transactions[i]
	w.transactions = slices.Delete(w.transactions, i, i+1)
	commit := w.random.IntN(3) != 0
	w.finish(k.transaction, commit)
	if commit {
		w.apply(k)
	}
}

// restart restarts the store and compares everything with the model; what was open and not prepared is rolled back.
func (w *world) restart() {
	w.Helper()
	w.compare()
	if w.mode == live {
		return
	}
	w.fixture.restart()
	if w.mode == killed {
		for _, p := range w.destinations {
			if p.d.IsQueue() {
				w.wantPlaces(p.d, p.lists[""]) // updates have no completion
			}
		}
	}
	w.compare()
	w.transactions = slices.DeleteFunc(w.transactions, func(k *openTransaction) bool { return !k.prepared })
	if n := len(w.store.Prepared()); n != len(w.transactions) {
		w.Fatalf("%d transactions are prepared, want %d", n, len(w.transactions))
	}
	for _, k := range w.transactions {
		k.transaction = w.wantPrepared(k.id, k.added, k.removed)
	}
}

// compare compares everything with the model.
func (w *world) compare() {
	w.Helper()
	for _, p := range w.destinations {
		w.compareContents(p)
	}
}

func (w *world) compareContents(p *contents) {
	w.Helper()
	if p.d.IsQueue() {
		w.wantQueue(p.d, p.lists[""]...)
		return
	}
	w.wantSubscriptions(p.d, p.names()...)
	for _, name := range p.names() {
		w.wantSubscription(p.d, name, p.lists[name]...)
	}
}

// comparePage compares one page from anywhere with the model.
func (w *world) comparePage(p *contents) {
	w.Helper()
	name, it := w.draw(p)
	if it == nil {
		return
	}
	after := it.entry.Sequence - int64(w.random.IntN(2))
	limit := 1 + w.random.IntN(20)
	page, err := w.remover(p, name).Page(after, limit, math.MaxInt32)
	if err != nil {
		w.Fatalf("%s: page after %d: %v", p.d, after, err)
	}
	var want []string
	for _, it := range p.lists[name] {
		if it.entry.Sequence > after && len(want) < limit {
			want = append(want, it.message.ID.String())
		}
	}
	if got := ids(page); !slices.Equal(got, want) {
		w.Fatalf("%s: page of %d after %d has %s, want %s", p.d, limit, after, fmt.Sprint(got), fmt.Sprint(want))
	}
}
