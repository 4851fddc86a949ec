package openwire

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
	"goactivemq/protocols"
)

// socketBuffer is the size of buffers that fill soon, and do not stall loopback.
const socketBuffer = 32 << 10

// outboxPair is an outbox and the other end of its socket. Both have small buffers.
func outboxPair(t *testing.T) (*outbox, *client) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	far, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	near, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); far.Close() })
	near.(*net.TCPConn).SetWriteBuffer(socketBuffer)
	far.(*net.TCPConn).SetReadBuffer(socketBuffer)
	s := wire.Settings{Version: wire.VersionMax, Tight: true, Cache: true, CacheSize: 1024}
	o := &outbox{encoder: wire.NewEncoder(s)}
	o.init(near, &protocols.Inactivity{})
	return o, &client{t: t, socket: far, reader: wire.NewReader(far, 0), decoder: wire.NewDecoder(s)}
}

// numberOf returns the number of an answer that must come next.
func numberOf(c *client) int32 {
	c.t.Helper()
	f, err := c.next()
	if err != nil {
		c.t.Fatal(err)
	}
	r, ok := f.(*wire.Response)
	if !ok {
		c.t.Fatalf("got %s, want an answer", show(f))
	}
	return r.CorrelationID
}

// running runs the writer of an outbox and returns what waits for its end.
func running(o *outbox) (ended func() error) {
	result := make(chan error, 1)
	go func() { result <- o.run() }()
	return func() error { return <-result }
}

// TestOutboxConcurrently lets many put, flush and drain at a time while the other end reads slowly. What each put in comes in its order, all of it, once.
func TestOutboxConcurrently(t *testing.T) {
	const putters, each = 8, 4000
	o, peer := outboxPair(t)
	ended := running(o)
	var wait sync.WaitGroup
	for p := range int32(putters) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range int32(each) {
				o.put(item{answer: true, number: p*each + i})
				switch {
				case p == 0: // the connection's own goroutine
					if err := o.waitForRoom(); err != nil {
						t.Error(err)
					}
					if i%5 == 0 {
						o.hold()
					}
					if i%7 == 0 {
						o.release()
						if err := o.drain(); err != nil {
							t.Error(err)
						}
					}
				case i%int32(p) == 0 || i == each-1:
					o.flush()
				}
			}
			if p == 0 {
				o.release()
				o.flush()
			}
		}()
	}
	var next [putters]int32
	for range putters * each {
		n := numberOf(peer)
		p, i := n/each, n%each
		if i != next[p] {
			t.Fatalf("putter %d: %d came, want %d", p, i, next[p])
		}
		next[p]++
	}
	wait.Wait()
	o.close()
	if err := ended(); err != nil {
		t.Error(err)
	}
	o.socket.Close()
	if f, err := peer.next(); err != io.EOF {
		t.Errorf("%v, %v came besides", f, err)
	}
}

// TestOutboxHold has flush wait for whoever holds.
func TestOutboxHold(t *testing.T) {
	o, peer := outboxPair(t)
	if o.release() {
		t.Error("release of what was not held")
	}
	o.hold()
	o.put(item{answer: true, number: 1})
	o.flush()
	if !o.pending() {
		t.Fatal("flush writes while somebody holds")
	}
	if !o.release() {
		t.Error("release does not tell that it was held")
	}
	o.flush()
	if o.pending() {
		t.Error("flush leaves what a socket takes at once")
	}
	if n := numberOf(peer); n != 1 {
		t.Errorf("%d came, want 1", n)
	}
}

// fill puts and flushes until the socket takes no more, and returns how many went in.
func fill(o *outbox) int32 {
	var n int32
	for ; !o.stuck.Load(); n++ {
		o.send(item{answer: true, number: n})
	}
	return n
}

// TestOutboxStuck leaves what a socket does not take to the writer's goroutine, without blocking those who put.
func TestOutboxStuck(t *testing.T) {
	o, peer := outboxPair(t)
	n := fill(o)
	for range 100 {
		o.send(item{answer: true, number: n})
		n++
	}
	ended := running(o)
	for want := range n {
		if got := numberOf(peer); got != want {
			t.Fatalf("%d came, want %d", got, want)
		}
	}
	o.close()
	o.close()
	if err := ended(); err != nil {
		t.Error(err)
	}
}

// TestOutboxSocketError ends the writer with the socket's error, however it comes to light.
func TestOutboxSocketError(t *testing.T) {
	broken := func(err error) bool {
		return errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
	}
	t.Run("blocked", func(t *testing.T) {
		o, peer := outboxPair(t)
		fill(o)
		ended := running(o)
		peer.socket.Close()
		if err := ended(); !broken(err) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("closed here", func(t *testing.T) {
		o, _ := outboxPair(t)
		ended := running(o)
		o.socket.Close()
		o.send(item{answer: true})
		if err := ended(); !broken(err) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("met by who waits for room", func(t *testing.T) {
		o, _ := outboxPair(t)
		for range itemsMax {
			o.put(item{answer: true})
		}
		o.socket.Close()
		if err := o.waitForRoom(); !broken(err) {
			t.Errorf("got %v", err)
		}
	})
}

// TestOutboxUnencodable sends what was put in before something that cannot be encoded, and ends then, whoever meets it.
func TestOutboxUnencodable(t *testing.T) {
	type end struct {
		name string
		of   func(o *outbox) error
	}
	for _, e := range []end{
		{"flush", func(o *outbox) error { ended := running(o); o.flush(); return ended() }},
		{"flush before the writer runs", func(o *outbox) error { o.flush(); return running(o)() }},
		{"drain", func(o *outbox) error { return o.drain() }},
	} {
		t.Run(e.name, func(t *testing.T) {
			o, peer := outboxPair(t)
			o.put(item{answer: true, number: 1})
			m := text(&message.ProducerID{Connection: "p", Session: 2, Value: 3}, 4, message.NewQueue("Q"), "")
			m.CorrelationID = message.T(strings.Repeat("x", 40000))
			o.put(item{dispatch: broker.Dispatch{Consumer: &message.ConsumerID{Connection: "c", Session: 1, Value: 1}, Message: m}})
			o.put(item{answer: true, number: 2})
			err := e.of(o)
			if err == nil || !strings.Contains(err.Error(), "message p:2:3:4 from queue://Q cannot be sent to consumer c:1:1") {
				t.Errorf("got %v, want the message and the consumer named", err)
			}
			o.socket.Close()
			if n := numberOf(peer); n != 1 {
				t.Errorf("%d came, want 1", n)
			}
			if f, err := peer.next(); err != io.EOF {
				t.Errorf("%v, %v came besides", f, err)
			}
		})
	}
}

// TestOutboxLarge sends messages of many times the socket's buffers between small ones, and keeps no large buffer after that.
func TestOutboxLarge(t *testing.T) {
	o, peer := outboxPair(t)
	ended := running(o)
	content := bytes.Repeat([]byte("0123456789abcdef"), 20<<20/16)
	producer := &message.ProducerID{Connection: "p", Session: 1, Value: 1}
	for i := range int32(3) {
		o.put(item{answer: true, number: i})
		o.send(item{dispatch: broker.Dispatch{
			Consumer: &message.ConsumerID{Connection: "c", Session: 1, Value: 1}, Redeliveries: i,
			Message: &message.Message{Kind: message.KindBytes, ID: &message.ID{Producer: producer, ProducerSequence: int64(i)}, Content: content},
		}})
	}
	for i := range int32(3) {
		if n := numberOf(peer); n != i {
			t.Fatalf("%d came, want %d", n, i)
		}
		d := await[*wire.MessageDispatch](peer)
		if d.Redeliveries != i || d.Message.Redeliveries != i || !bytes.Equal(d.Message.Content, content) {
			t.Fatalf("message %d came with %d redeliveries and %d bytes", i, d.Redeliveries, len(d.Message.Content))
		}
	}
	o.close()
	if err := ended(); err != nil {
		t.Error(err)
	}
	if cap(o.buffer) > keepSize {
		t.Errorf("%d bytes of buffer stay, want at most %d", cap(o.buffer), keepSize)
	}
}

// TestOutboxClosed drops what is put in after close.
func TestOutboxClosed(t *testing.T) {
	o, _ := outboxPair(t)
	o.put(item{answer: true})
	o.close()
	o.send(item{answer: true})
	if o.pending() {
		t.Error("something waits in a closed outbox")
	}
	if err := o.run(); err != nil {
		t.Error(err)
	}
}

// TestNeverReads lets a client send commands that want answers and read none: the broker stops to read from it, and so holds a bounded
// number of answers. Once the client reads, all of them come.
func TestNeverReads(t *testing.T) {
	s := serve(t, "", nil)
	c := s.connect("c")
	c.socket.(*net.TCPConn).SetReadBuffer(socketBuffer)
	c.socket.(*net.TCPConn).SetWriteBuffer(socketBuffer)
	frame := c.frame(&wire.FlushCommand{Command: message.Command{CommandID: 5, ResponseRequired: true}})
	block := bytes.Repeat(frame, 10000)
	const most = 64 << 20 // bytes, far more than the buffers of both sockets
	sent := 0
	var rest []byte
	for rest == nil {
		c.socket.SetWriteDeadline(time.Now().Add(time.Second))
		n, err := c.socket.Write(block)
		sent += n
		if errors.Is(err, os.ErrDeadlineExceeded) {
			rest = frame[n%len(frame):]
			sent += len(rest)
		} else if err != nil {
			t.Fatal(err)
		}
		if sent > most {
			t.Fatalf("the broker still reads after %d bytes whose answers are not read", sent)
		}
	}
	wrote := make(chan error, 1)
	c.socket.SetWriteDeadline(time.Now().Add(patience))
	go func() {
		_, err := c.socket.Write(rest)
		wrote <- err
	}()
	for i := range sent / len(frame) {
		if n := numberOf(c); n != 5 {
			t.Fatalf("answer %d is to command %d", i, n)
		}
	}
	if err := <-wrote; err != nil {
		t.Fatal(err)
	}
	if left := c.end(); len(left) > 0 {
		t.Errorf("came besides: %s", show(left))
	}
}

// TestUndeliverable has a message that the consumer's encoding cannot hold: the consumer's connection ends with a line that names the message,
// which goes back to its queue for others.
func TestUndeliverable(t *testing.T) {
	s := serve(t, "", nil)
	loose := s.dial()
	loose.hello(infoOf(t, 12, with(capable(), "TightEncodingEnabled", false)), wire.Settings{Version: 12, Cache: true, CacheSize: 1024, StackTrace: true})
	loose.login("loose")
	queue := message.NewQueue("Q")
	m := text(loose.producer(1, queue, 0), 1, queue, "long")
	m.CorrelationID = message.T(strings.Repeat("x", 40000))
	loose.ok(m)

	tight := s.connect("tight")
	tight.send(tight.numbered(&message.ConsumerInfo{Consumer: &message.ConsumerID{Connection: "tight", Session: 1, Value: 1}, Destination: queue, Prefetch: 10}, true))
	for _, f := range tight.closed() {
		if _, ok := f.(*wire.MessageDispatch); ok {
			t.Errorf("%s came", show(f))
		}
	}
	s.log.await(t, "message loose:1:1:1 from queue://Q cannot be sent to consumer tight:1:1 of this client")

	loose.consumer(1, queue, 10)
	if d := await[*wire.MessageDispatch](loose); bodyOf(t, d) != "long" || d.Message.CorrelationID != m.CorrelationID {
		t.Errorf("got %.200s", show(d))
	}
}
