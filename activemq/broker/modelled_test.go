package broker_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// TestModel does what it likes with a queue, one thing at a time, and wants after each step just those messages at each consumer that a simple model
// gives to it. TestRandom is for what happens at the same time, and for restarts.
func TestModel(t *testing.T) {
	const steps, seeds = 5000, 20
	first := uint64(1)
	if *seed != 0 {
		first = *seed
	}
	for n := first; n < first+seeds; n++ {
		kind := stores[n%2]
		t.Run(fmt.Sprintf("%s/seed=%d", kind, n), func(t *testing.T) {
			prioritized := n%3 == 0
			bubble(t, kind, func(f *fixture) {
				w := &modelled{fixture: f, random: rand.New(rand.NewPCG(n, 7)), model: newModel(prioritized), exclusives: n%5 == 0}
				w.play(steps)
			}, policies(func(e *policy.Entry) { e.Prioritized, e.MaxPageSize = prioritized, 3 }))
		})
		if *seed != 0 {
			return
		}
	}
}

// modelled is a queue beside its model.
type modelled struct {
	*fixture
	random     *rand.Rand
	model      *model
	exclusives bool
	clients    []*modelledClient
	made       int
	history    []string
}

// modelledClient is a client with its open transaction, where it has one.
type modelledClient struct {
	*client
	consumers []*modelledConsumer
	tx        *message.TransactionID
	sends     []*modelMessage
	claims    []modelClaim
}

// modelledConsumer is a consumer beside its model.
type modelledConsumer struct {
	*consumer
	model *modelConsumer
	ids   map[string]*message.ID
}

// play takes steps.
func (w *modelled) play(steps int) {
	for range 2 {
		w.made++
		w.clients = append(w.clients, &modelledClient{client: w.connect(fmt.Sprint("c", w.made))})
	}
	for step := range steps {
		w.model.now = time.Now().UnixMilli()
		w.step(w.clients[w.random.IntN(len(w.clients))])
		w.settle()
		w.compare(step)
	}
	for _, c := range w.clients {
		c.conn.Close()
	}
}

// did notes what was done, for whoever has to find out why it went wrong.
func (w *modelled) did(format string, args ...any) {
	w.history = append(w.history, fmt.Sprintf(format, args...))
	if len(w.history) > 60 {
		w.history = w.history[1:]
	}
}

// compare wants what the model gave to each consumer.
func (w *modelled) compare(step int) {
	w.Helper()
	for _, c := range w.clients {
		for _, s := range c.consumers {
			var got []string
			for _, d := range s.take() {
				name := w.nameOf(d.Message)
				s.ids[name] = d.Message.ID
				got = append(got, fmt.Sprintf("%s+%d/%v", name, d.Redeliveries, d.GroupFirst))
			}
			if !slices.Equal(got, s.model.due) {
				w.Fatalf("step %d: %s got %q, want %q\n%s", step, s.name, got, s.model.due, strings.Join(w.history, "\n"))
			}
			s.model.due = nil
		}
	}
}

// step does one thing.
func (w *modelled) step(c *modelledClient) {
	backlog := len(w.model.waiting)
	switch n := w.random.IntN(100); {
	case n < 35 && backlog < 60:
		w.sendOne(c)
	case n < 70:
		w.acknowledge(c)
	case n < 78 && len(c.consumers) < 3:
		w.addConsumer(c)
	case n < 82:
		w.closeConsumer(c)
	case n < 92:
		w.transact(c)
	case n < 94:
		w.setPrefetch(c)
	case n < 95:
		w.reconnect(c)
	default:
		w.did("time passes")
		w.advance(time.Duration(w.random.IntN(50)) * time.Millisecond)
		w.model.now = time.Now().UnixMilli()
	}
}

// sendOne sends a message of any kind.
func (w *modelled) sendOne(c *modelledClient) {
	w.made++
	x := &modelMessage{name: fmt.Sprint("m", w.made), priority: int8(w.random.IntN(10)), color: []string{"r", "b"}[w.random.IntN(2)]}
	m := w.newMessage(c.client, "Q", x.name)
	m.Priority, m.Persistent, m.Transaction = x.priority, w.random.IntN(4) > 0, c.tx
	if w.random.IntN(2) == 0 {
		x.group = []string{"g", "h", "i"}[w.random.IntN(3)]
		x.sequence = []int32{0, 0, 0, 2, 1, -1}[w.random.IntN(6)]
		m.GroupID, m.GroupSequence = message.T(x.group), x.sequence
	}
	if w.random.IntN(4) == 0 {
		x.expires = w.model.now + int64(1+w.random.IntN(100))
		m.Expiration = x.expires
	}
	properties, err := message.AppendMap(nil, message.Map{{Name: "color", Value: x.color}})
	w.must(err)
	m.Properties = properties
	w.did("%s sends %+v persistent=%v tx=%v", c.name, *x, m.Persistent, c.tx)
	w.must(w.fixture.sendOne(c.client, m))
	if c.tx != nil {
		c.sends = append(c.sends, x)
		return
	}
	w.model.arrive(x)
}

// addConsumer adds a consumer of any kind.
func (w *modelled) addConsumer(c *modelledClient) {
	w.made++
	x := &modelConsumer{
		name: fmt.Sprint("s", w.made), prefetch: 1 + w.random.IntN(4), priority: int8(w.random.IntN(3)),
		color: []string{"", "", "r", "b"}[w.random.IntN(4)], exclusive: w.exclusives && w.random.IntN(3) == 0,
	}
	w.did("%s consumes as %+v", c.name, *x)
	s := w.consume(c.client, x.name, "Q", func(i *message.ConsumerInfo) {
		i.Prefetch, i.Priority, i.Exclusive = int32(x.prefetch), x.priority, x.exclusive
		if x.color != "" {
			i.Selector = message.T("color = '" + x.color + "'")
		}
	})
	c.consumers = append(c.consumers, &modelledConsumer{s, x, map[string]*message.ID{}})
	w.model.attach(x)
}

// anyConsumer returns a consumer of a client, nil when it has none.
func (w *modelled) anyConsumer(c *modelledClient) *modelledConsumer {
	if len(c.consumers) == 0 {
		return nil
	}
	return c.consumers[w.random.IntN(len(c.consumers))]
}

// acknowledge acknowledges something of what a consumer has.
func (w *modelled) acknowledge(c *modelledClient) {
	s := w.anyConsumer(c)
	if s == nil {
		return
	}
	open := slices.DeleteFunc(slices.Clone(s.model.inFlight), func(d *modelDelivery) bool { return d.claimed })
	if len(open) == 0 {
		return
	}
	from := w.random.IntN(len(open))
	ds := s.model.inFlight[slices.Index(s.model.inFlight, open[from]):]
	ds = ds[:1+w.random.IntN(len(ds))]
	if slices.ContainsFunc(ds, func(d *modelDelivery) bool { return d.claimed }) {
		ds = ds[:1]
	}
	kind := []message.AckKind{message.Standard, message.Standard, message.Individual, message.Delivered, message.Poison}[w.random.IntN(5)]
	if kind == message.Individual {
		ds = ds[:1]
	}
	ds = slices.Clone(ds)
	a := &message.Ack{Consumer: &s.id, Kind: kind, First: s.ids[ds[0].name], Last: s.ids[ds[len(ds)-1].name], Count: int32(len(ds))}
	if kind == message.Standard || kind == message.Individual {
		a.Transaction = c.tx
	}
	w.did("%s acknowledges %s to %s, kind %d tx=%v", s.name, ds[0].name, ds[len(ds)-1].name, kind, a.Transaction)
	w.must(result(func(done store.Completion) error { return c.conn.Ack(a, done) }))
	switch {
	case kind == message.Delivered:
		last := slices.Index(s.model.inFlight, ds[len(ds)-1])
		for _, d := range s.model.inFlight[:last+1] {
			d.arrived = true
		}
		w.model.dispatch()
	case a.Transaction != nil:
		c.claims = append(c.claims, w.model.claim(s.model, ds))
	default:
		w.model.remove(s.model, ds)
	}
}

// closeConsumer ends a consumer, which says something or nothing about what reached it.
func (w *modelled) closeConsumer(c *modelledClient) {
	s := w.anyConsumer(c)
	if s == nil {
		return
	}
	last, reached := message.DeliveredUnknown, func(*modelDelivery) bool { return true }
	switch n := len(s.model.inFlight); {
	case w.random.IntN(3) == 0:
		last, reached = message.NoneDelivered, func(*modelDelivery) bool { return false }
	case n > 0 && w.random.IntN(2) == 0:
		at := s.model.inFlight[w.random.IntN(n)]
		upTo := slices.Index(s.model.inFlight, at)
		before := slices.Clone(s.model.inFlight[:upTo+1])
		last, reached = s.ids[at.name].BrokerSequence, func(d *modelDelivery) bool { return slices.Contains(before, d) }
	}
	w.did("%s closes, last %d", s.name, last)
	c.conn.RemoveConsumer(s.id, last)
	c.consumers = slices.DeleteFunc(c.consumers, func(o *modelledConsumer) bool { return o == s })
	w.model.detach(s.model, reached)
}

// transact begins a transaction, or ends the one that is open.
func (w *modelled) transact(c *modelledClient) {
	if c.tx == nil {
		w.made++
		c.tx = c.local(int64(w.made))
		w.did("%s begins %v", c.name, c.tx)
		w.must(c.conn.Begin(c.tx))
		return
	}
	commit := w.random.IntN(2) == 0
	w.did("%s ends %v, commit=%v", c.name, c.tx, commit)
	w.must(result(func(done store.Completion) error {
		if commit {
			return c.conn.Commit(c.tx, true, done)
		}
		return c.conn.Rollback(c.tx, done)
	}))
	w.ended(c, commit)
}

// ended has the model do what the end of a transaction means.
func (w *modelled) ended(c *modelledClient, commit bool) {
	sends, claims := c.sends, c.claims
	c.tx, c.sends, c.claims = nil, nil, nil
	if !commit {
		for _, claim := range claims {
			w.model.giveBack(claim)
		}
		return
	}
	for _, x := range sends {
		w.model.arrive(x)
	}
	for _, claim := range claims {
		w.model.remove(claim.by, claim.deliveries)
	}
}

// setPrefetch changes a consumer's prefetch.
func (w *modelled) setPrefetch(c *modelledClient) {
	s := w.anyConsumer(c)
	if s == nil {
		return
	}
	s.model.prefetch = 1 + w.random.IntN(6)
	w.did("%s has a prefetch of %d now", s.name, s.model.prefetch)
	c.conn.SetPrefetch(s.id, int32(s.model.prefetch))
	w.model.dispatch()
}

// reconnect cuts a client's line. It comes again without consumers.
func (w *modelled) reconnect(c *modelledClient) {
	w.made++
	w.did("%s is cut off", c.name)
	c.conn.Close()
	w.ended(c, false)
	for _, s := range c.consumers {
		w.model.detach(s.model, func(*modelDelivery) bool { return true })
	}
	c.consumers, c.client = nil, w.connect(fmt.Sprint("c", w.made))
}
