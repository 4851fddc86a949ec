package broker

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// Conversation is a client connection made of frames. It serves one goroutine; a broken one fails its test.
type Conversation struct {
	net.Conn

	t          testing.TB
	id         string // of the connection, which also names its objects
	commands   int32
	published  int64    // number of the producer's latest message
	subscribed string   // the consumer's queue
	early      [][]byte // messages that came while something else was awaited
}

// Dial connects without saying anything.
func (b *Broker) Dial(t testing.TB) *Conversation {
	t.Helper()
	conn, err := net.DialTimeout("tcp", b.Addr(), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &Conversation{Conn: conn, t: t, id: "ID:test-" + strings.ReplaceAll(conn.LocalAddr().String(), ":", "-") + "-1"}
}

// Connect dials and opens an OpenWire connection with a session and a producer.
func (b *Broker) Connect(t testing.TB) *Conversation {
	t.Helper()
	c := b.Dial(t)
	c.Greet()
	c.Request(c.Login())
	c.Open()
	return c
}

// Open opens a session and a producer after the login.
func (c *Conversation) Open() {
	c.t.Helper()
	c.Request(c.Next(SessionInfo).object(sessionID).String(c.id).Long(1))
	c.Request(c.producer(c.Next(ProducerInfo)).Nulls(2).Bool(false).Int(0))
}

// Next begins the next command of the connection; the broker must answer it.
func (c *Conversation) Next(kind byte) *Frame {
	c.commands++
	return Command(kind, c.commands, true)
}

// Login is the ConnectionInfo of this connection.
func (c *Conversation) Login() *Frame { return c.login().Nulls(2).endLogin() }

// LoginAs is the ConnectionInfo of this connection with credentials.
func (c *Conversation) LoginAs(user, password string) *Frame {
	return c.login().String(password).String(user).endLogin()
}

func (c *Conversation) login() *Frame {
	return c.Next(ConnectionInfo).object(connectionID).String(c.id).String(c.id)
}

// endLogin adds what follows the credentials.
func (f *Frame) endLogin() *Frame {
	return f.Nulls(1).Bool(false).Bool(false).Bool(false).Bool(false).Bool(false).Nulls(1)
}

// Subscribe makes a consumer with a prefetch of 1000 on a queue. A connection has one.
func (c *Conversation) Subscribe(queue string) {
	c.t.Helper()
	c.subscribed = queue
	f := named(c.consumer(c.Next(ConsumerInfo)).Bool(false), queue)
	c.Request(f.Int(1000).Int(0).Bool(false).Nulls(3).Bool(false).Bool(false).Bool(false).
		Byte(0).Nulls(2).Bool(false).Bool(false).Bool(false).Nulls(1))
}

// Publish sends a persistent text to a queue and waits for the confirmation.
func (c *Conversation) Publish(queue, text string) {
	c.t.Helper()
	c.Request(c.publication(queue, text))
}

// publication is the next message of the connection's producer.
func (c *Conversation) publication(queue, text string) *Frame {
	c.published++
	body := append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...)
	f := named(c.producer(c.Next(TextMessage)), queue).Nulls(2)
	return c.message(f).Nulls(2).Int(0).Nulls(1).Bool(true).Long(0).Byte(4).Nulls(1).Long(0).Nulls(1).
		Blob(body).Nulls(3).Bool(false).Int(0).Nulls(1).Long(0).Nulls(1).Bool(false).Bool(false).
		Nulls(1).Long(0).Long(0).Bool(false)
}

// named appends a queue.
func named(f *Frame, name string) *Frame { return f.object(queue).String(name) }

func (c *Conversation) consumer(f *Frame) *Frame {
	return f.object(consumerID).String(c.id).Long(1).Long(1)
}
func (c *Conversation) producer(f *Frame) *Frame {
	return f.object(producerID).String(c.id).Long(1).Long(1)
}
func (c *Conversation) message(f *Frame) *Frame {
	return c.producer(f.object(messageID).Nulls(1)).Long(c.published).Long(0)
}

// Put writes bytes. The broker may have closed the connection already, and then the write may fail: that is no error.
func (c *Conversation) Put(b []byte) {
	_ = c.SetWriteDeadline(time.Now().Add(10 * time.Second))
	_, _ = c.Write(b)
}

// Greet exchanges the wire format.
func (c *Conversation) Greet() {
	c.t.Helper()
	c.Put(Hello().Bytes())
	c.Await("WireFormatInfo", func(frame []byte) bool { return frame[0] == WireFormatInfo })
}

// Request sends a command and waits for its response, which must not be an exception. Messages that overtake the
// response wait for Await.
func (c *Conversation) Request(f *Frame) {
	c.t.Helper()
	id := f.bytes[5:9]
	c.Put(f.Bytes())
	var early [][]byte
	c.Await(fmt.Sprintf("response to command %d, type %d", id, f.bytes[4]), func(frame []byte) bool {
		if frame[0] == MessageDispatch {
			early = append(early, frame)
		}
		answers := len(frame) >= 10 && bytes.Equal(frame[6:10], id)
		if answers && frame[0] == ExceptionResponse {
			c.t.Fatalf("command %x refused: %q", f.bytes[4:], frame)
		}
		return answers && frame[0] == Response
	})
	c.early = append(early, c.early...)
}

// RoundTrip publishes a text to a queue of the connection's own, receives it and acknowledges it: a client well served.
func (c *Conversation) RoundTrip(text string) {
	c.t.Helper()
	own := "test." + c.id[3:]
	if c.subscribed == "" {
		c.Subscribe(own)
	}
	send := c.publication(own, text)
	id := send.bytes[5:9]
	c.Put(send.Bytes())
	var confirmed, arrived bool
	c.Await("the response and the message "+text, func(frame []byte) bool {
		switch {
		case frame[0] == ExceptionResponse || frame[0] == ConnectionError:
			c.t.Fatalf("message refused: %q", frame)
		case frame[0] == Response && bytes.Equal(frame[6:10], id):
			confirmed = true
		case frame[0] == MessageDispatch && bytes.Contains(frame, []byte(text)):
			arrived = true
		}
		return confirmed && arrived
	})
	ack := c.consumer(named(c.Next(MessageAck), own).Nulls(1)).Byte(2)
	c.Request(c.message(c.message(ack)).Int(1).Nulls(1))
}

// Await reads frames until one satisfies want; 10 seconds without it fail the test.
func (c *Conversation) Await(what string, want func(frame []byte) bool) {
	c.t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		if len(c.early) > 0 {
			frame := c.early[0]
			if c.early = c.early[1:]; want(frame) {
				return
			}
			continue
		}
		frame, err := c.next()
		if err != nil {
			c.t.Fatalf("waiting for %s: %v", what, err)
		}
		if want(frame) {
			return
		}
	}
}

// Closed reads until the broker closes the connection, and returns the frames that came before. It fails the test when
// the connection is still open after limit.
func (c *Conversation) Closed(limit time.Duration) (frames [][]byte) {
	c.t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(limit))
	for {
		frame, err := c.next()
		if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
			c.t.Fatalf("the connection is still open after %v; frames that came: %q", limit, frames)
		}
		if err != nil {
			return frames // end of file or reset: closed either way
		}
		frames = append(frames, frame)
	}
}

// next reads one frame, without its length.
func (c *Conversation) next() ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(c, size[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n == 0 || n > 100<<20 {
		return nil, fmt.Errorf("frame of %d bytes from the broker", n)
	}
	frame := make([]byte, n)
	_, err := io.ReadFull(c, frame)
	return frame, err
}
