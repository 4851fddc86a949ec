package broker_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

var seed = flag.Uint64("seed", 0, "run TestRandom with this seed only")

// TestRandom has clients of all kinds do what they like at the same time, restarts and kills the broker in between, and checks that what was
// confirmed comes exactly once, or again with the redelivered mark; that what was acknowledged does not come again; and that at the end
// nothing is counted that is not there.
func TestRandom(t *testing.T) {
	seeds := []uint64{1, 2, 3, 4, 5, 6, 7, 8}
	if *seed != 0 {
		seeds = []uint64{*seed}
	}
	for _, n := range seeds {
		for _, kind := range stores {
			t.Run(fmt.Sprintf("%s/seed=%d", kind, n), func(t *testing.T) {
				bubble(t, kind, func(f *fixture) { playRandom(f, n) }, func(o *broker.Options) {
					o.MemoryLimit = 60_000
					o.StoreBeforeDispatch = n%4 == 3
				})
			})
		}
	}
}

// playRandom plays some runs of a broker over the same store.
func playRandom(f *fixture, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 0))
	stuck := time.AfterFunc(24*time.Hour, func() { // of the bubble's time, which leaps when all wait
		stacks := make([]byte, 1<<20)
		panic(fmt.Sprintf("seed %d: nothing moves any more\n%s", seed, stacks[:runtime.Stack(stacks, true)]))
	})
	defer stuck.Stop()
	l := newLedger(f, nil)
	for _, name := range []string{"d1", "d2"} {
		c := f.connect(name)
		f.consume(c, name, "topic://T", durableNamed(name))
		c.conn.Close()
	}
	runs := 3
	if f.kind == "memory" {
		runs = 1
	}
	for i := range runs {
		l.run(random.Uint64(), i)
		if f.kind == "memory" || i == runs-1 {
			break
		}
		if random.IntN(3) == 0 {
			l.stop()
			f.restart()
			l = newLedger(f, l)
			continue
		}
		l = l.killed(random)
	}
	l.complete()
}

// run has all kinds of workers at work and waits for them.
func (l *ledger) run(seed uint64, number int) {
	jobs := []func(*worker){produce, produce, publish, consumeQueue, consumeQueue, consumeQueue, consumeDurable("d1"), consumeDurable("d2"), look}
	l.workers.Add(len(jobs))
	for i, job := range jobs {
		w := &worker{ledger: l, name: fmt.Sprintf("w%d-%d-%d", l.n, number, i), random: rand.New(rand.NewPCG(seed, uint64(i)))}
		go func() {
			defer l.workers.Done()
			job(w)
			if w.client != nil {
				w.client.conn.Close()
			}
		}()
	}
	l.workers.Wait()
}

// complete consumes all that is left and checks that all has come.
func (l *ledger) complete() {
	l.ending.Store(false)
	w := &worker{ledger: l, name: "last", random: rand.New(rand.NewPCG(1, 1))}
	for _, place := range []string{"Q1", "Q2", "d1", "d2"} {
		w.connect(place)
		s := w.consume(place)
		for l.f.settle(); w.collect(s); l.f.settle() {
			w.ackRange(s, len(s.held), nil)
		}
		w.client.conn.Close()
	}
	for _, key := range sorted(l.fates) {
		if x := l.fates[key]; x.confirmed && !x.acked && !x.mayBeGone {
			l.f.Errorf("%s was confirmed and never came: %+v", key, *x)
		}
	}
}

// worker is a client that does what it likes.
type worker struct {
	*ledger
	name    string
	random  *rand.Rand
	client  *client
	made    int
	txs     int64
	counter int
}

// steps calls f some times, until the run is to end.
func (w *worker) steps(f func()) {
	for range 60 {
		if w.ending.Load() {
			return
		}
		f()
		if w.random.IntN(3) == 0 {
			time.Sleep(time.Millisecond) // lets all others go on until they wait too
		}
	}
}

// connect connects the worker, after it has dropped the connection before without a word.
func (w *worker) connect(clientID string) {
	if w.client != nil {
		w.client.conn.Close()
	}
	w.made++
	c := &client{f: w.f, name: w.name, id: fmt.Sprintf("ID:%s-%d", w.name, w.made), got: map[message.ConsumerID][]broker.Dispatch{}}
	info := &message.ConnectionInfo{Connection: &message.ConnectionID{Value: c.id}, ClientID: message.T(clientID)}
	for {
		conn, err := w.f.broker.Connect(info, c, "tcp://"+c.name+":1")
		if err == nil {
			c.conn, w.client = conn, c
			return
		}
		if w.ending.Load() {
			runtime.Goexit()
		}
		time.Sleep(time.Millisecond) // the worker of the run before has the client id still
	}
}

// begin opens a local transaction now and then; nil otherwise.
func (w *worker) begin() *message.TransactionID {
	if w.random.IntN(3) > 0 {
		return nil
	}
	w.txs++
	id := w.client.local(w.txs)
	if w.client.conn.Begin(id) != nil {
		return nil
	}
	return id
}

// produce sends to the queues, alone and several in a transaction.
func produce(w *worker) {
	w.connect(w.name)
	w.steps(func() { w.sendTo([]string{"Q1", "Q2"}[w.random.IntN(2)], "") })
}

// publish sends to the topic.
func publish(w *worker) {
	w.connect(w.name)
	w.steps(func() { w.sendTo("d1", "topic://T", "d2") })
}

// sendTo sends some messages. place is where they arrive, and more are others; destination is its name unless given.
func (w *worker) sendTo(place, destination string, more ...string) {
	if destination == "" {
		destination = place
	}
	d := message.ParseDestination(destination, message.Queue)
	tx := w.begin()
	places := append([]string{place}, more...)
	var names []string
	for range 1 + w.random.IntN(4) {
		w.counter++
		name := fmt.Sprintf("%s-%d", w.name, w.counter)
		names = append(names, name)
		producer := &message.ProducerID{Connection: w.client.id, Session: 1, Value: 1}
		m := &message.Message{
			Kind: message.KindText, Producer: producer, Destination: &d, Persistent: true, Transaction: tx,
			ID:      &message.ID{Producer: producer, ProducerSequence: int64(w.counter)},
			Content: message.TextContent(name), Properties: make([]byte, 0, 1),
		}
		if result(func(done store.Completion) error { return w.client.conn.Send(m, done) }) != nil {
			return
		}
		if tx == nil {
			w.noteAll(places, []string{name}, func(x *fate) { x.confirmed = true })
		}
	}
	if tx == nil {
		return
	}
	if w.random.IntN(3) == 0 {
		w.noteAll(places, names, func(x *fate) { x.never = true })
		_ = result(func(done store.Completion) error { return w.client.conn.Rollback(tx, done) }) // the connection may have ended, which does it too
		return
	}
	if result(func(done store.Completion) error { return w.client.conn.Commit(tx, true, done) }) == nil {
		w.noteAll(places, names, func(x *fate) { x.confirmed = true })
	}
}

// taking is a consumer of a worker with what it holds.
type taking struct {
	*consumer
	place string
	held  []broker.Dispatch
}

// consume adds a consumer of a queue or of a durable subscription.
func (w *worker) consume(place string) *taking {
	w.client.last++
	s := &taking{place: place, consumer: &consumer{name: place, client: w.client, id: message.ConsumerID{Connection: w.client.id, Session: 1, Value: w.client.last}}}
	info := &message.ConsumerInfo{Consumer: &s.id, Destination: message.NewQueue(place), Prefetch: int32(1 + w.random.IntN(20))}
	if place[0] == 'd' {
		info.Destination, info.SubscriptionName = message.NewTopic("T"), message.T(place)
	}
	if _, err := w.client.conn.AddConsumer(info); err != nil && !w.ending.Load() {
		w.f.Errorf("%s: consumer of %s: %v", w.name, place, err)
	}
	return s
}

// collect takes in what has come, checks it, and tells whether something is held.
func (w *worker) collect(s *taking) bool {
	for _, d := range s.take() {
		text, err := d.Message.TextBody()
		if err != nil {
			w.f.Errorf("a message without its body: %v", err)
			continue
		}
		w.note(s.place, text.String(), func(x *fate) {
			switch {
			case x.acked:
				w.f.Errorf("%s/%s came after it was acknowledged", s.place, text)
			case x.never:
				w.f.Errorf("%s/%s came and was rolled back", s.place, text)
			case x.holder != nil:
				w.f.Errorf("%s/%s came to two at a time", s.place, text)
			case x.delivered && d.Redeliveries == 0:
				w.f.Errorf("%s/%s came again without the mark", s.place, text)
			}
			x.delivered, x.holder = true, s.consumer
		})
		s.held = append(s.held, d)
	}
	return len(s.held) > 0
}

// names returns what the messages are called.
func names(ds []broker.Dispatch) []string {
	all := make([]string, len(ds))
	for i, d := range ds {
		if text, err := d.Message.TextBody(); err == nil {
			all[i] = text.String()
		}
	}
	return all
}

// release forgets who holds what, before the broker may give it to others.
func (w *worker) release(s *taking) {
	w.collect(s)
	w.noteAll([]string{s.place}, names(s.held), func(x *fate) { x.holder = nil })
	s.held = nil
}

// ackRange acknowledges the first n of what is held, in a transaction where tx is not nil.
func (w *worker) ackRange(s *taking, n int, tx *message.TransactionID) {
	range_ := s.held[:n]
	w.noteAll([]string{s.place}, names(range_), func(x *fate) { x.attempted = true })
	first, last := range_[0].Message.ID, range_[n-1].Message.ID
	ack := &message.Ack{Consumer: &s.id, Kind: message.Standard, First: first, Last: last, Transaction: tx}
	err := result(func(done store.Completion) error { return w.client.conn.Ack(ack, done) })
	if err == nil && tx != nil {
		if w.random.IntN(3) == 0 {
			if result(func(done store.Completion) error { return w.client.conn.Rollback(tx, done) }) == nil {
				w.noteAll([]string{s.place}, names(range_), func(x *fate) { x.attempted = false })
			}
			return
		}
		err = result(func(done store.Completion) error { return w.client.conn.Commit(tx, true, done) })
	}
	if err != nil {
		if !w.ending.Load() {
			w.f.Errorf("%s: acknowledgement: %v", w.name, err)
		}
		return
	}
	w.noteAll([]string{s.place}, names(range_), func(x *fate) { x.acked, x.holder = true, nil })
	s.held = slices.Clone(s.held[n:])
}

// consumeQueue consumes from the queues, and closes and drops as it likes.
func consumeQueue(w *worker) {
	w.connect(w.name)
	s := w.consume([]string{"Q1", "Q2"}[w.random.IntN(2)])
	w.steps(func() {
		switch w.random.IntN(12) {
		case 0:
			w.closeConsumer(s)
			s = w.consume([]string{"Q1", "Q2"}[w.random.IntN(2)])
		case 1:
			w.dropped(s, w.name)
			s = w.consume(s.place)
		default:
			if w.collect(s) {
				w.ackRange(s, 1+w.random.IntN(len(s.held)), w.begin())
			}
		}
	})
	w.release(s)
}

// closeConsumer ends a consumer as clients do that say nothing about what was delivered.
func (w *worker) closeConsumer(s *taking) {
	w.quiesce(s)
	w.client.conn.RemoveConsumer(s.id, message.DeliveredUnknown)
}

// dropped ends the connection and makes another one.
func (w *worker) dropped(s *taking, clientID string) {
	w.quiesce(s)
	w.connect(clientID)
}

// quiesce has the consumer get nothing more and forget what it holds: others may get it as soon as the broker knows that it has ended.
func (w *worker) quiesce(s *taking) {
	w.client.conn.SetPrefetch(s.id, 0)
	w.release(s)
}

// consumeDurable consumes from a durable subscription, with its client away now and then.
func consumeDurable(name string) func(w *worker) {
	return func(w *worker) {
		w.connect(name)
		s := w.consume(name)
		w.steps(func() {
			switch w.random.IntN(12) {
			case 0:
				w.closeConsumer(s)
				time.Sleep(5 * time.Millisecond)
				s = w.consume(name)
			case 1:
				w.dropped(s, name)
				s = w.consume(name)
			default:
				if w.collect(s) {
					w.ackRange(s, 1+w.random.IntN(len(s.held)), w.begin())
				}
			}
		})
		w.release(s)
	}
}

// look browses the queues, to the end or not.
func look(w *worker) {
	w.connect(w.name)
	w.steps(func() {
		w.client.last++
		s := &consumer{name: "browser", client: w.client, id: message.ConsumerID{Connection: w.client.id, Session: 1, Value: w.client.last}}
		info := &message.ConsumerInfo{Consumer: &s.id, Destination: message.NewQueue("Q1"), Prefetch: 10, Browser: true}
		if _, err := w.client.conn.AddConsumer(info); err != nil {
			return
		}
		for range w.random.IntN(10) {
			for _, d := range s.take() {
				if d.Message != nil && w.client.conn.Ack(&message.Ack{Consumer: &s.id, Kind: message.Standard, Last: d.Message.ID}, nil) != nil {
					w.f.Error("a browser's acknowledgement was refused")
				}
			}
			time.Sleep(time.Millisecond)
		}
		w.client.conn.RemoveConsumer(s.id, message.NoneDelivered)
	})
}
