package broker_test

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// TestCloseDuring ends connections while they are at everything that a connection can be at, from another goroutine as a
// transport does, and wants nothing of them left.
func TestCloseDuring(t *testing.T) {
	works := map[string]func(f *fixture, c *client, n int64) error{
		"consumers": func(_ *fixture, c *client, n int64) error {
			id := message.ConsumerID{Connection: c.id, Session: 1, Value: n}
			_, err := c.conn.AddConsumer(&message.ConsumerInfo{Consumer: &id, Destination: message.NewQueue("Q.>,topic://T"), Prefetch: 1})
			return err
		},
		"durables": func(_ *fixture, c *client, n int64) error {
			id := message.ConsumerID{Connection: c.id, Session: 1, Value: n}
			_, err := c.conn.AddConsumer(&message.ConsumerInfo{Consumer: &id, Destination: message.NewTopic("T"), SubscriptionName: message.T(fmt.Sprint(n % 5)), Prefetch: 1})
			c.conn.RemoveConsumer(id, message.NoneDelivered)
			return err
		},
		"producers": func(_ *fixture, c *client, n int64) error {
			id := &message.ProducerID{Connection: c.id, Session: 1, Value: n}
			return c.conn.AddProducer(&message.ProducerInfo{Producer: id, Destination: message.NewQueue("Q.P")})
		},
		"temporaries": func(_ *fixture, c *client, n int64) error {
			return c.conn.AddDestination(message.Destination{Kind: message.TempQueue, Name: fmt.Sprintf("%s:%d", c.id, n)})
		},
		"transactions": func(f *fixture, c *client, n int64) error {
			if err := c.conn.Begin(c.local(n)); err != nil {
				return err
			}
			m := (&fixture{ids: map[string]*message.ID{}, names: map[int64]string{}, sequence: n}).newMessage(c, "Q.T", fmt.Sprint(n))
			m.Transaction = c.local(n)
			return c.conn.Send(m, nil)
		},
		"branches": func(_ *fixture, c *client, n int64) error {
			id := xa(fmt.Sprint(c.id, n))
			if err := c.conn.Begin(id); err != nil {
				return err
			}
			_, err := c.conn.Prepare(id)
			return err
		},
	}
	for name, work := range works {
		t.Run(name, func(t *testing.T) {
			over(t, func(f *fixture) {
				for round := range 20 {
					c := f.connect(fmt.Sprint("c", round))
					var done atomic.Int64
					var wait sync.WaitGroup
					wait.Go(func() {
						for n := int64(1); ; n++ {
							done.Add(1)
							if err := work(f, c, n); err != nil {
								var e *broker.Error
								if !errors.As(err, &e) {
									f.Errorf("%v is no error of the broker", err)
								}
								return
							}
						}
					})
					for done.Load() < int64(round) {
						runtime.Gosched()
					}
					c.conn.Close()
					wait.Wait()
				}
			}, advised)
		})
	}
}

// TestClose shows what is left to a broker that has ended: nothing.
func TestClose(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		x := f.consume(a, "x", "Q")
		f.send(a, "Q", "1")
		f.must(a.conn.Begin(a.local(1)))
		f.must(f.ackIn(a.local(1), x, message.Standard, "", "1"))
		f.ruined = true // it cannot be asked any more what it holds
		for range 2 {
			f.broker.Close()
		}
		if !errors.Is(a.closed, broker.ErrStopped) {
			f.Errorf("the peer was closed because of %v, want %v", a.closed, broker.ErrStopped)
		}
		_, err := f.tryConnect("b", "b")
		if !errors.Is(err, broker.ErrStopped) {
			f.Errorf("connect: %v, want %v", err, broker.ErrStopped)
		}
		f.wantKind(result(func(done store.Completion) error { return a.conn.Commit(a.local(1), true, done) }), broker.IllegalState)
	})
}

// TestSameConnection has many connections of one id come at the same time: one is left.
func TestSameConnection(t *testing.T) {
	over(t, func(f *fixture) {
		var wait sync.WaitGroup
		for i := range 20 {
			wait.Go(func() {
				c := &client{f: f, id: "ID:same", got: map[message.ConsumerID][]broker.Dispatch{}}
				info := &message.ConnectionInfo{Connection: &message.ConnectionID{Value: c.id}, ClientID: message.T("same")}
				conn, err := f.broker.Connect(info, c, fmt.Sprintf("tcp://same:%d", i))
				if err != nil {
					f.Errorf("connect: %v", err)
					return
				}
				id := message.ConsumerID{Connection: c.id, Session: 1, Value: 1}
				_, err = conn.AddConsumer(&message.ConsumerInfo{Consumer: &id, Destination: message.NewQueue("Q"), Prefetch: 1})
				if err != nil {
					f.wantKind(err, broker.NotConnected)
				}
			})
		}
		wait.Wait()
		if c, _ := f.counters("Q"); c.Consumers > 1 {
			f.Errorf("%d consumers, want 1 at most", c.Consumers)
		}
		if n, _, _ := f.broker.Counts(); n != 1 {
			f.Errorf("%d connections, want 1", n)
		}
		f.connect("last").conn.Close()
		f.tryConnectAs("ID:same").conn.Close()
	})
}

// tryConnectAs takes the place of a connection of that id.
func (f *fixture) tryConnectAs(id string) *client {
	f.Helper()
	c := &client{f: f, id: id, got: map[message.ConsumerID][]broker.Dispatch{}}
	info := &message.ConnectionInfo{Connection: &message.ConnectionID{Value: id}, ClientID: message.T("same")}
	conn, err := f.broker.Connect(info, c, "tcp://same:1")
	f.must(err)
	c.conn = conn
	return c
}
