package openwire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
)

// The tests here are named for the rows of the security requirements that they hold.

// greeted is a client that has agreed on the settings and is not logged in.
func greeted(t testing.TB, s *server) *client {
	t.Helper()
	c := s.dial()
	c.hello(infoOf(t, 12, capable()), wire.Settings{Version: 12, Tight: true, Cache: true, CacheSize: 1024, StackTrace: true})
	return c
}

// trap listens and counts on nobody to come.
func trap(t *testing.T) (url string, check func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return "http://" + l.Addr().String() + "/bean.xml", func() {
		t.Helper()
		// Whoever connected before is in the queue of the listener already.
		l.(*net.TCPListener).SetDeadline(time.Now().Add(50 * time.Millisecond))
		if peer, err := l.Accept(); err == nil {
			t.Errorf("the broker has connected to %s from %s", l.Addr(), peer.RemoteAddr())
		} else if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
	}
}

// TestS01ThrowableClass sends exceptions that name a class to be made, with a URL for it to load: the public exploit. They are text.
func TestS01ThrowableClass(t *testing.T) {
	s := serve(t, "", nil)
	url, check := trap(t)
	evil := &message.Throwable{Class: message.T("org.springframework.context.support.ClassPathXmlApplicationContext"), Message: message.T(url)}
	evil.Cause = &message.Throwable{Class: evil.Class, Message: evil.Message}
	for _, login := range []bool{false, true} {
		for i, command := range []any{&wire.ExceptionResponse{Exception: evil}, &wire.ConnectionError{Exception: evil}} {
			c := greeted(t, s)
			if login {
				c.login(fmt.Sprintf("c%d", i))
			}
			c.send(command)
			for _, f := range c.closed() {
				if _, ok := f.(*message.BrokerInfo); !ok {
					t.Errorf("%s came", show(f))
				}
			}
			s.log.await(t, strings.TrimPrefix(fmt.Sprintf("%T", command), "*"))
		}
	}

	// Where an exception belongs, as the cause of a poison acknowledgement, it is text in the dead letter.
	c := s.connect("poison")
	queue := message.NewQueue("Q")
	consumer := c.consumer(1, queue, 1)
	m := text(c.producer(1, queue, 0), 1, queue, "x")
	m.Persistent = true
	c.ok(m)
	d := await[*wire.MessageDispatch](c)
	c.ok(&message.Ack{Destination: queue, Consumer: consumer, Kind: message.Poison, First: d.Message.ID, Last: d.Message.ID, Count: 1, Cause: evil})
	c.consumer(2, message.NewQueue("ActiveMQ.DLQ"), 1)
	letter := await[*wire.MessageDispatch](c)
	if cause, found := letter.Message.Property("dlqDeliveryFailureCause"); !found || !strings.Contains(fmt.Sprint(cause), url) {
		t.Errorf("the dead letter's cause is %v, %t", cause, found)
	}
	check()
}

// TestS01ObjectMessage passes a serialized object through, whatever it holds, and does not look into it for a selector either.
func TestS01ObjectMessage(t *testing.T) {
	s := serve(t, "", nil)
	c := s.connect("c")
	queue := message.NewQueue("Q")
	c.ok(&message.ConsumerInfo{Consumer: &message.ConsumerID{Connection: "c", Session: 1, Value: 1}, Destination: queue, Prefetch: 9, Selector: message.T("x IS NULL")})
	producer := c.producer(1, queue, 0)
	for i, content := range [][]byte{
		append([]byte{0xac, 0xed, 0, 5, 's', 'r', 0, 17}, "java.util.HashMap"...), {0xac, 0xed}, {}, bytes.Repeat([]byte{0xff}, 1000),
	} {
		m := text(producer, int64(i+1), queue, "")
		m.Kind, m.Content = message.KindObject, content
		c.ok(m)
		if d := await[*wire.MessageDispatch](c); d.Message.Kind != message.KindObject || !bytes.Equal(d.Message.Content, content) {
			t.Errorf("sent %x, got %x", content, d.Message.Content)
		}
	}
}

// allocated returns the bytes that f and all that runs beside it allocate.
func allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// lengthMax is what a connection may allocate for lengths of which no byte ever comes.
const lengthMax = 32 << 20

// TestS07LengthsBeforeLogin claims gigabytes in a first frame, and in frames before the ConnectionInfo was accepted.
func TestS07LengthsBeforeLogin(t *testing.T) {
	s := serve(t, "", nil)
	head := func(size uint32, rest ...byte) []byte {
		return append(binary.BigEndian.AppendUint32(nil, size), rest...)
	}
	info := func(properties ...byte) []byte {
		body := append([]byte{1}, wire.Magic[:]...)
		body = append(body, 0, 0, 0, 12)
		body = append(body, properties...)
		return head(uint32(len(body)), body...)
	}
	for _, c := range []struct {
		name   string
		agreed bool // the frame comes after the WireFormatInfos
		frame  []byte
	}{
		{"first frame of 1 GB", false, head(1<<30, 1)},
		{"first frame of 2 GB", false, head(math.MaxInt32, 1)},
		{"first frame of negative size", false, head(1 << 31)},
		{"first frame of size -1", false, head(math.MaxUint32)},
		{"first frame of size 0", false, head(0)},
		{"properties of 1 GB", false, info(1, 0x40, 0, 0, 0)},
		{"properties of negative size", false, info(1, 0x80, 0, 0, 0)},
		{"2 billion properties", false, info(1, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff)},
		{"a property of 1 GB", false, info(append([]byte{1, 0, 0, 0, 12, 0, 0, 0, 1, 0, 1, 'a', 10, 0x40, 0, 0, 0}, 0)...)},
		{"a list of 2 billion", false, info(append([]byte{1, 0, 0, 0, 12, 0, 0, 0, 1, 0, 1, 'a', 12, 0x7f, 0xff, 0xff, 0xff}, 0)...)},
		{"frame of 1 GB before login", true, head(1<<30, 3)},
		{"message of 1 GB before login", true, head(1<<30, 24)},
		{"ConnectionInfo just above the limit", true, head(beforeLogin+1, 3)},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := allocated(func() {
				for range 20 {
					peer := s.dial()
					peer.t = t
					if c.agreed {
						peer.hello(infoOf(t, 12, capable()), wire.Settings{Version: 12, Tight: true, Cache: true, CacheSize: 1024, StackTrace: true})
					}
					peer.write(c.frame)
					peer.closed()
				}
			})
			if n > lengthMax {
				t.Errorf("20 connections allocated %d bytes, want at most %d", n, lengthMax)
			}
		})
	}
	s.connect("after").ok(&wire.FlushCommand{})
}

// TestS07LengthsAfterLogin claims a frame of 2 GB as a client that is logged in, where the connector sets no limit, and sends little of it.
func TestS07LengthsAfterLogin(t *testing.T) {
	s := serve(t, "", nil)
	n := allocated(func() {
		for i := range 10 {
			c := s.connect(fmt.Sprintf("c%d", i))
			c.write(append([]byte{0x7f, 0xff, 0xff, 0xff, 24}, make([]byte, 100<<10)...))
			c.end()
		}
	})
	if n > lengthMax {
		t.Errorf("allocated %d bytes, want at most %d", n, lengthMax)
	}
	s.log.await(t, "of a frame's 2147483647 bytes")
	s.connect("after").ok(&wire.FlushCommand{})
}

// TestS07Flood sends a gigabyte's head and then as much as the broker takes, before login: that is less than a megabyte.
func TestS07Flood(t *testing.T) {
	s := serve(t, "", nil)
	c := greeted(t, s)
	c.write(append(binary.BigEndian.AppendUint32(nil, beforeLogin), 24))
	block := make([]byte, 64<<10)
	sent := 0
	for sent < 64<<20 {
		c.socket.SetWriteDeadline(time.Now().Add(patience))
		n, err := c.socket.Write(block)
		sent += n
		if err != nil {
			break
		}
	}
	if sent >= 64<<20 {
		t.Errorf("the broker takes %d bytes from a stranger", sent)
	}
	c.closed()
}

// TestS11NothingBeforeLogin sends each command that a client has before the ConnectionInfo: the connection ends, and nothing has happened. A
// ConnectionControl is not among them: a client that reconnects sends it first.
func TestS11NothingBeforeLogin(t *testing.T) {
	s := serve(t, "", func(o *broker.Options) {
		o.Authenticate = func(user, password string) error { return errors.New("nobody is let in") }
	})
	connection := &message.ConnectionID{Value: "c"}
	session := &message.SessionID{Connection: "c", Value: 1}
	consumer := &message.ConsumerID{Connection: "c", Session: 1, Value: 1}
	producer := &message.ProducerID{Connection: "c", Session: 1, Value: 1}
	queue := message.NewQueue("S11")
	local := &message.TransactionID{Connection: connection, Value: 1}
	for _, command := range []any{
		&message.SessionInfo{Session: session},
		&message.ProducerInfo{Producer: producer, Destination: queue},
		&message.ConsumerInfo{Consumer: consumer, Destination: queue, Prefetch: 1},
		&message.ConsumerInfo{Consumer: consumer, Destination: message.NewTopic("S11"), SubscriptionName: message.T("s"), ClientID: message.T("c")},
		&message.DestinationInfo{Connection: connection, Destination: queue},
		text(producer, 1, queue, "x"),
		&message.Ack{Destination: queue, Consumer: consumer, Kind: message.Standard, Count: 1},
		&wire.MessagePull{Consumer: consumer, Destination: queue},
		&wire.TransactionInfo{Connection: connection, Transaction: local, Step: wire.Begin},
		&wire.TransactionInfo{Connection: connection, Step: wire.Recover},
		&message.RemoveSubscriptionInfo{Connection: connection, ClientID: message.T("c"), SubscriptionName: message.T("s")},
		&message.RemoveInfo{Object: connection},
		&wire.ConsumerControl{Consumer: consumer, Prefetch: 5},
		&wire.ControlCommand{Text: message.T("shutdown")},
		&wire.FlushCommand{},
		&message.BrokerInfo{Broker: &message.BrokerID{Value: "b"}, Duplex: true},
		&wire.BrokerSubscriptionInfo{Broker: &message.BrokerID{Value: "b"}},
		&wire.MessageDispatch{Consumer: consumer, Destination: queue},
		&wire.Response{CorrelationID: 1},
	} {
		name := strings.TrimPrefix(fmt.Sprintf("%T", command), "*")
		t.Run(name, func(t *testing.T) {
			c := greeted(t, s)
			c.t = t
			if _, ok := command.(*wire.Response); ok {
				c.send(command)
			} else {
				c.send(c.numbered(command, true))
			}
			for _, f := range c.closed() {
				if _, ok := f.(*message.BrokerInfo); !ok {
					t.Errorf("%s came", show(f))
				}
			}
			s.log.await(t, name+" before the ConnectionInfo")

			// A login that failed leaves the connection no further.
			c = greeted(t, s)
			c.t = t
			c.send(c.numbered(&message.ConnectionInfo{Connection: connection, ClientID: message.T("c")}, true))
			c.send(command)
			for _, f := range c.closed() {
				switch f.(type) {
				case *message.BrokerInfo, *wire.ExceptionResponse:
				default:
					t.Errorf("%s came after a login that failed", show(f))
				}
			}
		})
	}
	if connections, queues, topics := s.broker.Counts(); connections+queues+topics != 0 {
		t.Errorf("%d connections, %d queues and %d topics, want none", connections, queues, topics)
	}
}

// TestS11BrokerInfo takes none from who is logged in either: there are no network connections yet.
func TestS11BrokerInfo(t *testing.T) {
	s := serve(t, "", nil)
	c := s.connect("c")
	c.send(&message.BrokerInfo{Broker: &message.BrokerID{Value: "b"}, Name: message.T("b"), Network: true, Duplex: true})
	if left := c.closed(); len(left) > 0 {
		t.Errorf("came: %s", show(left))
	}
	s.log.await(t, "a network connection")
}

// TestS11Twice ends connections whose client starts anew.
func TestS11Twice(t *testing.T) {
	s := serve(t, "", nil)
	for name, again := range map[string]any{
		"a second WireFormatInfo": infoOf(t, 12, capable()),
		"a second ConnectionInfo": &message.ConnectionInfo{Connection: &message.ConnectionID{Value: "other"}, ClientID: message.T("other")},
	} {
		c := s.connect(name)
		c.send(again)
		c.closed()
		s.log.await(t, "failed: "+name)
	}
}

// TestS17Shutdown asks the broker to stop in all ways that there are. It answers and goes on.
func TestS17Shutdown(t *testing.T) {
	s := serve(t, "", nil)
	other := s.connect("other")
	c := s.connect("c")
	for _, text := range []string{"shutdown", "terminate", "exit"} {
		c.ok(&wire.ControlCommand{Text: message.T(text)})
	}
	c.ok(&wire.ConnectionControl{Close: true, Exit: true, Suspend: true})
	c.tell(&wire.ShutdownInfo{})
	if left := c.closed(); len(left) > 0 {
		t.Errorf("came: %s", show(left))
	}
	other.ok(&wire.FlushCommand{})
	s.connect("another").ok(&wire.FlushCommand{})
}

// TestS19NothingOfTheMachine looks for the machine in what a stranger is told.
func TestS19NothingOfTheMachine(t *testing.T) {
	s := serve(t, "", nil)
	info := await[*wire.WireFormatInfo](s.dial())
	for _, part := range []string{runtime.GOOS, runtime.GOARCH, runtime.Version(), "go1", "linux", "Java"} {
		if bytes.Contains(bytes.ToLower(info.Properties), []byte(strings.ToLower(part))) {
			t.Errorf("the WireFormatInfo holds %q: %q", part, info.Properties)
		}
	}
	offer, err := info.Offer()
	if err != nil || !offer.PlatformDetails.IsEmpty() {
		t.Errorf("the platform is told as %q, %v", offer.PlatformDetails, err)
	}
}

// TestS19Passwords looks for passwords, right and wrong, in the log at all levels and in what other clients are told.
func TestS19Passwords(t *testing.T) {
	s := serve(t, "", func(o *broker.Options) {
		o.Authenticate = func(user, password string) error {
			if user == "watcher" || password == "open-sesame" {
				return nil
			}
			return errors.New("User name [" + user + "] or password is invalid.")
		}
	})
	login := func(c *client, id, user, password string) any {
		c.id = id
		return c.ask(&message.ConnectionInfo{Connection: &message.ConnectionID{Value: id}, ClientID: message.T(id), UserName: message.T(user), Password: message.T(password)})
	}
	watcher := greeted(t, s)
	login(watcher, "watcher", "watcher", "")
	watcher.consumer(1, message.NewTopic("ActiveMQ.Advisory.Connection"), 100)
	wrong, right := greeted(t, s), greeted(t, s)
	if _, ok := login(wrong, "wrong", "ali", "open-barley").(*wire.ExceptionResponse); !ok {
		t.Error("the wrong password is let in")
	}
	wrong.closed()
	if _, ok := login(right, "right", "ali", "open-sesame").(*wire.Response); !ok {
		t.Error("the right password is refused")
	}
	right.ok(&message.RemoveInfo{Object: &message.ConnectionID{Value: "right"}})
	right.end()
	told := show(watcher.await("the advisory of the end", func(f any) bool {
		d, ok := f.(*wire.MessageDispatch)
		if !ok || d.Message == nil {
			return false
		}
		_, gone := d.Message.Data.(*message.RemoveInfo)
		return gone
	})) + show(watcher.waiting)
	if !strings.Contains(told, "ali") {
		t.Errorf("the watcher has not heard of the login: %s", told)
	}
	for _, password := range []string{"open-barley", "open-sesame"} {
		if strings.Contains(s.log.text(), password) {
			t.Errorf("the log holds %s:\n%s", password, s.log.text())
		}
		if strings.Contains(told, password) {
			t.Errorf("an advisory holds %s: %s", password, told)
		}
	}
}
