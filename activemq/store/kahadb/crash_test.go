package kahadb

import (
	"flag"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"sync"
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/vfs"
)

var (
	crashSeed = flag.Int64("crash.seed", 1, "first seed of the crash test")
	crashRuns = flag.Int64("crash.runs", 12, "seeds to try")
)

// holder is what the crash test knows of a queue or subscription. The test drives the store from one goroutine; completions come on others.
type holder struct {
	sent    map[int64]bool // by number: whether the store said that it is there
	removed map[int64]bool // by number: whether the store said that it is gone
}

func newHolder() *holder { return &holder{map[int64]bool{}, map[int64]bool{}} }

func (h *holder) clone() *holder {
	c := newHolder()
	for n, done := range h.sent {
		c.sent[n] = done
	}
	for n, done := range h.removed {
		c.removed[n] = done
	}
	return c
}

// check tells what is wrong with what is found of the holder after a crash.
func (h *holder) check(found []int64) error {
	for n, done := range h.sent {
		_, removing := h.removed[n]
		if done && !removing && !slices.Contains(found, n) {
			return fmt.Errorf("%d was stored and is lost", n)
		}
	}
	for i, n := range found {
		switch {
		case h.removed[n]:
			return fmt.Errorf("%d was removed and is back", n)
		case i > 0 && found[i-1] == n:
			return fmt.Errorf("%d is there twice", n)
		}
		if _, tried := h.sent[n]; !tried {
			return fmt.Errorf("%d was never sent", n)
		}
	}
	return nil
}

// crashRun is one store under a random workload that ends in a crash.
type crashRun struct {
	*harness
	rng   *rand.Rand
	mem   *vfs.Mem
	fault *vfs.Fault

	queues  []store.Queue
	topic   store.Topic
	subs    []store.Subscription
	entries map[string]map[int64]*store.Entry // live, by holder and number

	mu      sync.Mutex // guards what follows
	holders map[string]*holder
	updated map[int64]bool // messages of which the journal may have but the new form: their order may change when the index is made anew
	batches [][]int64      // messages of committed and other transactions: all or nothing in queue0
	left    int            // operations of the file system until the crash; below 0: it was
	dice    int64          // the seed of the crash
	after   *vfs.Mem
	known   map[string]*holder // at the crash
}

func (r *crashRun) check(vfs.Op, string, int64, int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left--; r.left == 0 {
		r.crash()
	}
	return nil
}

// crash takes the picture that the next run starts from. r.mu is held.
func (r *crashRun) crash() {
	r.left = 0
	r.after = r.mem.Crash(rand.New(rand.NewSource(r.dice)))
	r.known = map[string]*holder{}
	for name, h := range r.holders {
		r.known[name] = h.clone()
	}
}

func crashOptions(fs vfs.FS) Options {
	o := testOptions(fs)
	o.MaxFileLength, o.IndexCache, o.CompactAcksAfterNoGC = 8<<10, 1, 1
	return o
}

// adopt takes what a reopened store holds as the truth of the next run.
func (r *crashRun) adopt() {
	r.entries = map[string]map[int64]*store.Entry{}
	r.holders = map[string]*holder{}
	for i := range 2 {
		q := r.queue(fmt.Sprint("queue", i))
		r.queues = append(r.queues, q)
		r.take(fmt.Sprint("queue", i), q)
	}
	r.topic = r.harness.topic("topic")
	r.subs = r.topic.Subscriptions()
	slices.SortFunc(r.subs, func(a, b store.Subscription) int { return strings.Compare(a.Info().Key(), b.Info().Key()) })
	for len(r.subs) < 2 {
		info := &message.SubscriptionInfo{ClientID: message.T("c"), SubscriptionName: message.T(fmt.Sprint(len(r.subs)))}
		r.wait(func(done store.Completion) {
			sub, err := r.topic.Subscribe(info, false, done)
			if err != nil {
				r.t.Fatal(err)
			}
			r.subs = append(r.subs, sub)
		})
	}
	for i, sub := range r.subs {
		r.take(fmt.Sprint("sub", i), sub)
	}
}

func (r *crashRun) take(name string, p pager) {
	h := newHolder()
	r.entries[name] = map[int64]*store.Entry{}
	page, err := p.Page(0, 1<<20, 1<<30)
	if err != nil {
		r.t.Fatal(err)
	}
	for i := range page {
		n := page[i].Message.ID.ProducerSequence
		h.sent[n] = true
		r.entries[name][n] = &page[i].Entry
	}
	r.mu.Lock()
	r.holders[name] = h
	r.mu.Unlock()
}

// set notes an intention (done false) or an answer.
func (r *crashRun) set(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

// sometimes returns a completion, or none.
func (r *crashRun) sometimes(f func()) store.Completion {
	if r.rng.Intn(4) == 0 {
		return nil
	}
	return func(err error) {
		if err == nil {
			r.set(f)
		}
	}
}

func (r *crashRun) sendTo(name string, q store.Queue) {
	r.n++
	n, h, e := r.n, r.holders[name], &store.Entry{}
	r.set(func() { h.sent[n] = false })
	q.Append(e, testMessage(n, r.rng.Intn(600)), nil, r.sometimes(func() { h.sent[n] = true }))
	q.Admit(e)
	r.entries[name][n] = e
}

func (r *crashRun) publish() {
	r.n++
	n, e := r.n, &store.Entry{}
	for i := range r.subs {
		r.set(func() { r.holders[fmt.Sprint("sub", i)].sent[n] = false })
	}
	r.topic.Append(e, testMessage(n, r.rng.Intn(300)), nil, r.sometimes(func() {
		for i := range r.subs {
			r.holders[fmt.Sprint("sub", i)].sent[n] = true
		}
	}))
	r.topic.Admit(e)
	for i := range r.subs {
		r.entries[fmt.Sprint("sub", i)][n] = e
	}
}

// pick returns a live message of a holder, mostly an old one.
func (r *crashRun) pick(name string) (int64, *store.Entry) {
	var numbers []int64
	for n := range r.entries[name] {
		numbers = append(numbers, n)
	}
	if len(numbers) == 0 {
		return 0, nil
	}
	slices.Sort(numbers)
	n := numbers[r.rng.Intn(1+r.rng.Intn(len(numbers)))]
	return n, r.entries[name][n]
}

func (r *crashRun) remove(name string, f func(*store.Entry, *message.Ack, store.Transaction, store.Completion)) {
	n, e := r.pick(name)
	if e == nil {
		return
	}
	h := r.holders[name]
	delete(r.entries[name], n)
	r.set(func() { h.removed[n] = false })
	f(e, nil, nil, r.sometimes(func() { h.removed[n] = true }))
}

// transact sends and removes in a transaction in queue0.
func (r *crashRun) transact() {
	q, h := r.queues[0], r.holders["queue0"]
	tx := r.Begin(&message.TransactionID{Connection: &message.ConnectionID{Value: "c"}, Value: r.n})
	var numbers []int64
	entries := map[int64]*store.Entry{}
	for range 1 + r.rng.Intn(4) {
		r.n++
		n, e := r.n, &store.Entry{}
		numbers = append(numbers, n)
		entries[n] = e
		q.Append(e, testMessage(n, r.rng.Intn(400)), tx, nil)
	}
	gone, victim := r.pick("queue0")
	if victim != nil {
		q.Remove(victim, nil, tx, nil)
	}
	if r.rng.Intn(3) == 0 {
		r.sendTo("queue1", r.queues[1])
		if err := r.Checkpoint(); err != nil {
			r.t.Fatal(err)
		}
	}
	if r.rng.Intn(4) == 0 {
		r.wait(tx.Rollback)
		tx.Finish()
		return
	}
	r.set(func() {
		for _, n := range numbers {
			h.sent[n] = false
		}
		if victim != nil {
			h.removed[gone] = false
		}
		r.batches = append(r.batches, numbers)
	})
	r.wait(func(done store.Completion) {
		tx.Commit(func(err error) {
			r.set(func() {
				for _, n := range numbers {
					h.sent[n] = true
				}
				if victim != nil {
					h.removed[gone] = true
				}
			})
			done(err)
		})
	})
	for _, n := range numbers {
		q.Admit(entries[n])
		r.entries["queue0"][n] = entries[n]
	}
	if victim != nil {
		q.Drop(victim)
		delete(r.entries["queue0"], gone)
	}
	tx.Finish()
}

func (r *crashRun) step() {
	i := r.rng.Intn(2)
	queue, sub := fmt.Sprint("queue", i), fmt.Sprint("sub", i)
	var err error
	switch k := r.rng.Intn(40); {
	case k < 12:
		r.sendTo(queue, r.queues[i])
	case k < 18:
		r.publish()
	case k < 27:
		r.remove(queue, r.queues[i].Remove)
	case k < 33:
		r.remove(sub, r.subs[i].Remove)
	case k < 35:
		r.transact()
	case k < 36:
		if n, e := r.pick(queue); e != nil {
			r.updated[n] = true
			m := testMessage(n, 10)
			m.Redeliveries = 1
			r.queues[i].Update(e, m)
		}
	case k < 37:
		err = r.Checkpoint()
	case k < 38:
		err = r.Cleanup()
	default:
		err = r.journal.barrier()
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// contents lists all holders.
func (h *harness) contents() map[string][]int64 {
	all := map[string][]int64{}
	for i := range 2 {
		q := h.queue(fmt.Sprint("queue", i))
		name := fmt.Sprint("queue", i)
		all[name] = h.numbers(q)
		if n, _ := q.Pending(); n != len(all[name]) {
			h.t.Fatalf("%s: %d pending, %d found", name, n, len(all[name]))
		}
	}
	for _, s := range h.topic("topic").Subscriptions() {
		name := "sub" + s.Info().SubscriptionName.String()
		all[name] = h.numbers(s)
		if s.Pending() != len(all[name]) {
			h.t.Fatalf("%s: %d pending, %d found", name, s.Pending(), len(all[name]))
		}
	}
	return all
}

// TestCrash runs a random workload, takes the disk's picture at a random operation, as a crash of the machine might leave it, and compares what
// a store opened on it holds with what the one before had promised; then goes on from there.
func TestCrash(t *testing.T) {
	for seed := *crashSeed; seed < *crashSeed+*crashRuns; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { crashes(t, seed, 12) })
	}
}

func crashes(t *testing.T, seed int64, generations int) {
	rng := rand.New(rand.NewSource(seed))
	mem := vfs.NewMem()
	var batches [][]int64
	updated := map[int64]bool{}
	n := int64(0)
	for generation := range generations {
		r := &crashRun{rng: rng, mem: mem, batches: batches, updated: updated, left: -1, dice: rng.Int63()}
		r.fault = &vfs.Fault{FS: mem, Check: r.check}
		r.harness = open(t, crashOptions(r.fault))
		r.n = n
		r.adopt()
		r.set(func() { r.left = 1 + rng.Intn(300) })
		for range 2000 {
			r.step()
			crashed := false
			r.set(func() { crashed = r.after != nil })
			if crashed {
				break
			}
		}
		r.set(func() {
			if r.after == nil {
				r.crash()
			}
		})
		n, batches = r.n, r.batches
		if err := r.Store.Close(); err != nil {
			t.Fatal(err)
		}
		mem = r.after
		afterCrash(t, mem, r.known, batches, updated, generation)
	}
}

// afterCrash opens what a crash left, with the index it finds and without, and compares both with what is known.
func afterCrash(t *testing.T, mem *vfs.Mem, known map[string]*holder, batches [][]int64, updated map[int64]bool, generation int) {
	t.Helper()
	h := open(t, crashOptions(mem.Copy()))
	found := h.contents()
	h.close()
	for name, k := range known {
		if err := k.check(found[name]); err != nil {
			t.Fatalf("generation %d, %s: %v", generation, name, err)
		}
	}
	for _, b := range batches {
		there := 0
		for _, n := range b {
			_, removed := known["queue0"].removed[n]
			_, sent := known["queue0"].sent[n]
			if slices.Contains(found["queue0"], n) || removed || !sent {
				there++
			}
		}
		if there != 0 && there != len(b) {
			t.Fatalf("generation %d: %d of the transaction's messages %v are there", generation, there, b)
		}
	}
	o := crashOptions(mem.Copy())
	o.ForceRecoverIndex = true
	h = open(t, o)
	rebuilt := h.contents()
	h.close()
	for name := range found {
		if !sameOrder(found[name], rebuilt[name], updated) {
			lost := slices.DeleteFunc(slices.Clone(found[name]), func(n int64) bool { return slices.Contains(rebuilt[name], n) })
			back := slices.DeleteFunc(slices.Clone(rebuilt[name]), func(n int64) bool { return slices.Contains(found[name], n) })
			t.Fatalf("generation %d, %s: an index made anew is without %v, and has %v beside", generation, name, lost, back)
		}
	}
}

// sameOrder compares two lists, of which certain messages may be anywhere.
func sameOrder(a, b []int64, anywhere map[int64]bool) bool {
	still := func(list []int64) []int64 {
		return slices.DeleteFunc(slices.Clone(list), func(n int64) bool { return anywhere[n] })
	}
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))) && slices.Equal(still(a), still(b))
}
