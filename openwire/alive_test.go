package openwire

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
)

// watchedServer is a server that checks connections for life every period of 900 ms, and a client of it that agreed to that.
func watchedServer(t *testing.T, change func(*broker.Options)) (*server, *client) {
	t.Helper()
	s := serve(t, "wireFormat.maxInactivityDuration=900&wireFormat.maxInactivityDurationInitalDelay=1", change)
	c := s.dial()
	c.hello(infoOf(t, 12, with(capable(), "MaxInactivityDuration", int64(1e6), "MaxInactivityDurationInitalDelay", int64(1e6))),
		wire.Settings{Version: 12, Tight: true, Cache: true, CacheSize: 1024, StackTrace: true})
	return s, c
}

// TestKeepAlive hears of a broker that has nothing to say, and is not taken for dead while it says as little itself.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	_, c := watchedServer(t, nil)
	c.login("c")
	for range 9 {
		k := await[*wire.KeepAliveInfo](c)
		if k.ResponseRequired || k.CommandID != 0 {
			t.Fatalf("%s, want command 0 that wants no answer", show(k))
		}
		c.send(&wire.KeepAliveInfo{})
	}
	c.ok(&message.RemoveInfo{Object: &message.ConnectionID{Value: "c"}})
}

// TestKeepAliveAnswered gets a KeepAliveInfo that wants an answer back, with its number and not as a Response, before login too.
func TestKeepAliveAnswered(t *testing.T) {
	t.Parallel()
	s := serve(t, "", nil)
	c := s.dial()
	c.hello(infoOf(t, 12, capable()), wire.Settings{Version: 12, Tight: true, Cache: true, CacheSize: 1024, StackTrace: true})
	for _, number := range []int32{0, 7} {
		k := &wire.KeepAliveInfo{}
		k.CommandID, k.ResponseRequired = number, true
		c.send(k)
		if got := await[*wire.KeepAliveInfo](c); got.CommandID != number || got.ResponseRequired {
			t.Errorf("the answer to %s is %s", show(k), show(got))
		}
	}
	c.login("c")
	c.send(&wire.KeepAliveInfo{}, nil) // neither this nor the null command is answered
	k := &wire.KeepAliveInfo{}
	k.CommandID, k.ResponseRequired = 9, true
	c.send(k)
	if got := await[*wire.KeepAliveInfo](c); got.CommandID != 9 {
		t.Errorf("got %s, want the answer to number 9", show(got))
	}
	if left := c.end(); len(left) > 0 {
		t.Errorf("came besides: %s", show(left))
	}
}

// TestSilence ends a connection on which the client says nothing, logged in or not.
func TestSilence(t *testing.T) {
	t.Parallel()
	for _, login := range []bool{true, false} {
		s, c := watchedServer(t, nil)
		if login {
			c.login("c")
		}
		c.closed()
		s.log.await(t, "Channel was inactive for too (>900) long: tcp://127.0.0.1:")
	}
}

// TestSlowFrame sends a message byte by byte over many periods: who sends part of a frame is alive.
func TestSlowFrame(t *testing.T) {
	t.Parallel()
	_, c := watchedServer(t, nil)
	c.login("c")
	queue := message.NewQueue("Q")
	producer := &message.ProducerID{Connection: "c", Session: 1, Value: 1}
	c.ok(&message.ProducerInfo{Producer: producer, Destination: queue})
	frame := c.frame(c.numbered(text(producer, 1, queue, strings.Repeat("x", 100)), true))
	for i := range 9 {
		c.write(frame[i : i+1])
		await[*wire.KeepAliveInfo](c) // a third of a period has passed
	}
	c.write(frame[9:])
	if r := c.answer(c.number); show(r) != show(&wire.Response{CorrelationID: c.number}) {
		t.Errorf("the message is answered with %s", show(r))
	}
}

// TestSlowReader sends a message to a client that reads a little at a time, over many periods. The broker hears its signs of life meanwhile.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	const size = 10 << 20
	s := serve(t, "wireFormat.maxInactivityDuration=1500&wireFormat.maxInactivityDurationInitalDelay=1", nil)
	watched := func(id string) *client {
		c := s.dial()
		c.socket.(*net.TCPConn).SetReadBuffer(socketBuffer)
		c.hello(infoOf(t, 12, with(capable(), "MaxInactivityDuration", int64(1e6), "MaxInactivityDurationInitalDelay", int64(1e6))),
			wire.Settings{Version: 12, Tight: true, Cache: true, CacheSize: 1024, StackTrace: true})
		c.login(id)
		return c
	}
	producer, clock, slow := s.connect("producer"), watched("clock"), watched("slow")
	queue := message.NewQueue("Q")
	m := text(producer.producer(1, queue, 0), 1, queue, "")
	m.Kind, m.Content = message.KindBytes, make([]byte, size)
	producer.ok(m)
	slow.send(slow.numbered(&message.ConsumerInfo{Consumer: &message.ConsumerID{Connection: "slow", Session: 1, Value: 1}, Destination: queue, Prefetch: 1}, true))
	part, tick, sign := make([]byte, 1<<20), make(chan bool, size>>20), slow.frame(&wire.KeepAliveInfo{})
	go func() {
		for range size / len(part) {
			await[*wire.KeepAliveInfo](clock) // a third of a period has passed
			clock.send(&wire.KeepAliveInfo{})
			slow.write(sign)
			tick <- true
		}
	}()
	for n := 0; n < size; n += len(part) { // the rest of the frame is in the buffers
		slow.socket.SetReadDeadline(time.Now().Add(patience))
		if _, err := io.ReadFull(slow.socket, part); err != nil {
			t.Fatalf("after %d bytes: %v", n, err)
		}
		<-tick
	}
	if log := s.log.text(); strings.Contains(log, "inactive") {
		t.Error(log)
	}
}

// TestWaitingProducer keeps a connection that has to wait for room, as its producer waits for no answers: it has no way to show that it is
// alive. When its line breaks, the wait is over.
func TestWaitingProducer(t *testing.T) {
	t.Parallel()
	s, c := watchedServer(t, func(o *broker.Options) { o.MemoryLimit = 1 })
	c.login("c")
	queue := message.NewQueue("Q")
	producer := &message.ProducerID{Connection: "c", Session: 1, Value: 1}
	c.ok(&message.ProducerInfo{Producer: producer, Destination: queue})
	c.ok(text(producer, 1, queue, "first"))
	c.tell(text(producer, 2, queue, "second"))
	s.log.await(t, "Producers will be throttled")
	for range 9 { // three periods
		await[*wire.KeepAliveInfo](c)
	}

	consumer := s.connect("consumer")
	id := consumer.consumer(1, queue, 1)
	d := await[*wire.MessageDispatch](consumer)
	consumer.ok(&message.Ack{Destination: queue, Consumer: id, Kind: message.Standard, Last: d.Message.ID, Count: 1})
	await[*wire.MessageDispatch](consumer)

	c.tell(text(producer, 3, queue, "third"))
	s.log.await(t, "Producer c:1:1 of tcp://")
	c.socket.Close()
	s.log.await(t, "Transport Connection to: tcp://")
	if n, _, _ := s.broker.Counts(); n != 1 {
		t.Errorf("%d connections, want the consumer's only", n)
	}
}
