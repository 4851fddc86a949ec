package broker_test

import (
	"errors"
	"testing"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

var errDisk = errors.New("the disk is broken")

// TestStoreFails shows that everybody who waits for a store that has failed is told so, that nobody else is harmed, and that what was
// confirmed before is there when the next broker starts.
func TestStoreFails(t *testing.T) {
	bubble(t, "kahadb", func(f *fixture) {
		a := f.connect("a")
		f.send(a, "Q", "1", "2")
		f.send(a, "Q3", "3")
		d := f.consume(a, "d", "topic://T", durableNamed("s"))
		f.send(a, "topic://T", "t")
		f.want(d, "t")
		x := f.consume(a, "x", "Q", func(i *message.ConsumerInfo) { i.Prefetch = 1 })
		f.want(x, "1")
		f.must(a.conn.Begin(xa("X")))
		left := f.fs.Copy()

		f.breakStore(errDisk)
		refused := func(what string, err error) {
			f.Helper()
			if !errors.Is(err, errDisk) {
				f.Errorf("%s: %v, want %v", what, err, errDisk)
			}
		}
		refused("send", f.sendOne(a, f.newMessage(a, "Q", "4")))
		refused("send to a topic", f.sendOne(a, f.newMessage(a, "topic://T", "5")))
		refused("ack", f.ack(x, message.Standard, "", "1"))
		refused("ack of a topic", f.ack(d, message.Standard, "", "t"))
		m := f.newMessage(a, "Q", "6")
		m.Transaction = xa("X")
		f.must(f.sendOne(a, m)) // nothing is promised yet
		_, err := a.conn.Prepare(xa("X"))
		refused("prepare", err)
		_, err = f.tryConsume(f.connect("b"), "y", "topic://T", durableNamed("s"))
		refused("durable subscription", err)
		refused("commit", result(func(done store.Completion) error {
			f.must(a.conn.Begin(a.local(1)))
			m := f.newMessage(a, "Q", "7")
			m.Transaction = a.local(1)
			f.must(f.sendOne(a, m))
			return a.conn.Commit(a.local(1), true, done)
		}))

		f.stop()
		f.broken.Store(nil)
		f.ruined, f.fs = false, left
		f.start()
		a = f.connect("a")
		f.want(f.consume(a, "x", "Q"), "1+1 2+1")
		f.want(f.consume(a, "z", "Q3"), "3")
		f.want(f.consume(a, "d", "topic://T", durableNamed("s")), "t+1")
	})
}

// TestSubscribeAfterFailure shows that a durable subscription that the store refused is not in use afterwards.
func TestSubscribeAfterFailure(t *testing.T) {
	bubble(t, "kahadb", func(f *fixture) {
		a := f.connect("a")
		f.breakStore(errDisk)
		for range 2 {
			_, err := f.tryConsume(a, "x", "topic://T", durableNamed("s"))
			if !errors.Is(err, errDisk) {
				f.Errorf("subscribe: %v, want %v", err, errDisk)
			}
		}
	})
}

// TestDeadLetterFails shows that a message whose dead letter cannot be stored stays where it is, and that the broker does not
// try for ever.
func TestDeadLetterFails(t *testing.T) {
	nameless := policies(func(e *policy.Entry) { e.DeadLetter.Queue = message.Destination{Kind: message.Queue} })
	over(t, func(f *fixture) {
		a := f.connect("a")
		m := f.newMessage(a, "Q", "1")
		m.Expiration = time.Now().Add(time.Second).UnixMilli()
		f.must(f.sendOne(a, m))
		f.advance(2 * time.Second)
		x := f.consume(a, "x", "Q")
		f.want(x, "")
		f.send(a, "Q", "2")
		f.want(x, "2")
		if err := f.ack(x, message.Poison, "", "2"); err == nil {
			f.Error("a poison message went nowhere without an error")
		}
		f.want(x, "2")
		if c, _ := f.counters("Q"); c.Pending != 2 || c.InFlight != 1 {
			f.Errorf("%d pending and %d in flight, want 2 and 1", c.Pending, c.InFlight)
		}
		f.advance(time.Minute)
		f.must(a.conn.RemoveDestination(*message.NewQueue("R"), nil))
		a.conn.RemoveConsumer(x.id, message.NoneDelivered)
		wait(f, func(done store.Completion) error { return a.conn.RemoveDestination(*message.NewQueue("Q"), done) })
	}, nameless)
}

// TestNobodyWaits does all that can be done without a completion.
func TestNobodyWaits(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		x := f.consume(a, "x", "Q")
		f.must(a.conn.Send(f.newMessage(a, "Q", "1"), nil))
		f.must(a.conn.Send(f.newMessage(a, "Q,topic://T", "2"), nil))
		f.must(a.conn.Send(f.newMessage(a, "Q", "3"), nil))
		f.want(x, "1 2 3")
		f.must(a.conn.Ack(&message.Ack{Consumer: &x.id, Last: f.ids["1"], Kind: message.Standard}, nil))
		f.must(a.conn.Ack(&message.Ack{Consumer: &x.id, Last: f.ids["2"], Kind: message.Poison}, nil))
		f.must(a.conn.Begin(a.local(1)))
		f.must(a.conn.Ack(&message.Ack{Consumer: &x.id, Last: f.ids["3"], Kind: message.Standard, Transaction: a.local(1)}, nil))
		f.must(a.conn.Rollback(a.local(1), nil))
		f.must(a.conn.Begin(a.local(2)))
		f.must(a.conn.Ack(&message.Ack{Consumer: &x.id, Last: f.ids["3"], Kind: message.Standard, Transaction: a.local(2)}, nil))
		f.must(a.conn.Commit(a.local(2), true, nil))
		f.must(a.conn.Begin(a.local(3)))
		f.must(a.conn.Commit(a.local(3), true, nil))
		a.conn.RemoveConsumer(x.id, message.NoneDelivered)
		f.settle()
		f.must(a.conn.RemoveDestination(*message.NewQueue("Q"), nil))
		f.must(a.conn.RemoveDestination(*message.NewQueue("NONE"), nil))
		f.must(a.conn.RemoveDestination(*message.NewTopic("T"), nil))
	})
}

// TestRefused lists what clients may not ask for.
func TestRefused(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		for _, info := range []*message.ConnectionInfo{
			{ClientID: message.T("c")},
			{ClientID: message.T("c"), Connection: &message.ConnectionID{}},
			{Connection: &message.ConnectionID{Value: "ID:c"}},
			{Connection: &message.ConnectionID{Value: "ID:c"}, ClientID: message.T("a")},
		} {
			_, err := f.broker.Connect(info, a, "")
			f.wantKind(err, broker.InvalidClientID)
		}

		nameless := f.newMessage(a, "", "")
		f.wantKind(f.sendOne(a, nameless), broker.InvalidDestination)
		f.wantKind(f.sendOne(a, &message.Message{ID: nameless.ID}), broker.InvalidDestination)
		f.wantKind(f.sendOne(a, &message.Message{Destination: message.NewQueue("Q")}), broker.InvalidDestination)
		f.wantKind(f.sendOne(a, f.newMessage(a, message.NullName, "")), broker.InvalidDestination)
		f.wantKind(f.sendOne(a, f.newMessage(a, ",", "")), broker.InvalidDestination)
		f.wantKind(f.sendOne(a, f.newMessage(a, "topic://ActiveMQ.Advisory.Queue", "")), broker.InvalidDestination)
		f.wantKind(f.sendOne(a, f.newMessage(a, "temp-queue://ID:gone:1", "")), broker.NoDestination)

		f.wantKind(a.conn.AddProducer(&message.ProducerInfo{}), broker.NotConnected)
		_, err := a.conn.AddConsumer(&message.ConsumerInfo{Destination: message.NewQueue("Q")})
		f.wantKind(err, broker.NotConnected)
		_, err = f.tryConsume(a, "x", "")
		f.wantKind(err, broker.InvalidDestination)
		_, err = f.tryConsume(a, "x", "Q", func(i *message.ConsumerInfo) { i.Selector = message.T("a =") })
		f.wantKind(err, broker.InvalidSelector)
		x := f.consume(a, "x", "Q")
		_, err = a.conn.AddConsumer(&message.ConsumerInfo{Consumer: &x.id, Destination: message.NewQueue("Q")})
		f.wantKind(err, broker.IllegalState)
		f.must(f.ack(&consumer{client: a}, message.Standard, "", "")) // of a consumer that has just closed
		f.wantKind(a.conn.Ack(&message.Ack{}, nil), broker.NotConnected)
		f.wantKind(a.conn.AddDestination(message.Destination{Kind: message.Queue}), broker.InvalidDestination)

		// What is not there has ended already.
		a.conn.RemoveConsumer(message.ConsumerID{}, message.NoneDelivered)
		a.conn.RemoveProducer(message.ProducerID{})
		a.conn.Pull(message.ConsumerID{}, -1)
		a.conn.SetPrefetch(message.ConsumerID{}, 1)
	})
}

// durableNamed makes a consumer one of a durable subscription.
func durableNamed(name string) func(*message.ConsumerInfo) {
	return func(i *message.ConsumerInfo) { i.SubscriptionName = message.T(name) }
}
