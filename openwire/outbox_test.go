package openwire

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
	"goactivemq/protocols"
)

// socketBuffer is the size of buffers that fill soon, and do not stall loopback.
const socketBuffer = 32 << 10

// outboxPair is an outbox, the other end of its socket, and what the outbox tells when it fails. Both ends have small buffers.
func outboxPair(t *testing.T) (o *outbox, peer *client, near net.Conn, failed chan error) {
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
	near, err = listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	near.(*net.TCPConn).SetWriteBuffer(socketBuffer)
	far.(*net.TCPConn).SetReadBuffer(socketBuffer)
	s := wire.Settings{Version: wire.VersionMax, Tight: true, Cache: true, CacheSize: 1024}
	o = &outbox{encoder: wire.NewEncoder(s)}
	failed = make(chan error, 1)
	o.Init(near, &protocols.Inactivity{}, o.encode, func(err error) { failed <- err })
	t.Cleanup(func() { near.Close(); far.Close(); o.Close() })
	return o, &client{t: t, socket: far, reader: wire.NewReader(far, 0), decoder: wire.NewDecoder(s)}, near, failed
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

// TestOutboxUnencodable sends what was put in before something that cannot be encoded, and ends then, whoever meets it.
func TestOutboxUnencodable(t *testing.T) {
	for name, end := range map[string]func(o *outbox, failed <-chan error) error{
		"flush": func(o *outbox, failed <-chan error) error { o.Flush(); return <-failed },
		"drain": func(o *outbox, _ <-chan error) error { return o.Drain() },
	} {
		t.Run(name, func(t *testing.T) {
			o, peer, near, failed := outboxPair(t)
			o.Put(item{answer: true, number: 1})
			m := text(&message.ProducerID{Connection: "p", Session: 2, Value: 3}, 4, message.NewQueue("Q"), "")
			m.CorrelationID = message.T(strings.Repeat("x", 40000))
			o.Put(item{dispatch: broker.Dispatch{Consumer: &message.ConsumerID{Connection: "c", Session: 1, Value: 1}, Message: m}})
			o.Put(item{answer: true, number: 2})
			err := end(o, failed)
			if err == nil || !strings.Contains(err.Error(), "message p:2:3:4 from queue://Q cannot be sent to consumer c:1:1") {
				t.Errorf("got %v, want the message and the consumer named", err)
			}
			near.Close()
			if n := numberOf(peer); n != 1 {
				t.Errorf("%d came, want 1", n)
			}
			if f, err := peer.next(); err != io.EOF {
				t.Errorf("%v, %v came besides", f, err)
			}
		})
	}
}

// TestOutboxLarge sends messages of many times the socket's buffers between small ones.
func TestOutboxLarge(t *testing.T) {
	o, peer, _, _ := outboxPair(t)
	content := bytes.Repeat([]byte("0123456789abcdef"), 20<<20/16)
	producer := &message.ProducerID{Connection: "p", Session: 1, Value: 1}
	for i := range int32(3) {
		o.Put(item{answer: true, number: i})
		o.Send(item{dispatch: broker.Dispatch{
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
