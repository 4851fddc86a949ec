package openwire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store/memory"
	"goactivemq/openwire/wire"
	"goactivemq/protocols"
)

// patience is how long a test waits for what must come. Nothing is measured by it: it only ends a test that hangs.
const patience = 20 * time.Second

// server is a broker over memory with one OpenWire connector on a free port.
type server struct {
	t         testing.TB
	broker    *broker.Broker
	connector *protocols.Connector
	log       *lines
	address   string // host:port
}

// serve starts a server. options is the query of the connector's URI; change, where not nil, changes what the broker is made of.
func serve(t testing.TB, options string, change func(*broker.Options)) *server {
	t.Helper()
	s := &server{t: t, log: newLines()}
	o := broker.Options{Name: "test", ID: "ID:test-1-1-0:1", Store: memory.New(), Advisories: true, Log: slog.New(s.log)}
	if change != nil {
		change(&o)
	}
	b, err := broker.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s.broker = b
	b.Start()
	a, err := protocols.ParseAddress("tcp://127.0.0.1:0?" + options)
	if err != nil {
		t.Fatal(err)
	}
	h, err := New(b, a, "1.2.3", func() string { return s.connector.URL("127.0.0.1") }, slog.New(s.log))
	if err != nil {
		t.Fatal(err)
	}
	if s.connector, err = protocols.Open("openwire", a, h, slog.New(s.log)); err != nil {
		t.Fatal(err)
	}
	s.connector.Start()
	s.address = strings.TrimPrefix(s.connector.URL("127.0.0.1"), "tcp://")
	t.Cleanup(func() {
		s.connector.StopAccepting()
		b.Close()
		s.connector.Close()
		o.Store.Close()
	})
	return s
}

// lines keeps what was logged.
type lines struct {
	mu   sync.Mutex
	more *sync.Cond
	all  []string
}

func newLines() *lines {
	l := &lines{}
	l.more = sync.NewCond(&l.mu)
	return l
}

func (l *lines) Enabled(context.Context, slog.Level) bool { return true }
func (l *lines) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *lines) WithGroup(string) slog.Handler            { return l }

// Handle keeps a record as "LEVEL message key=value".
func (l *lines) Handle(_ context.Context, r slog.Record) error {
	text := r.Level.String() + " " + r.Message
	r.Attrs(func(a slog.Attr) bool {
		text += " " + a.String()
		return true
	})
	l.mu.Lock()
	l.all = append(l.all, text)
	l.mu.Unlock()
	l.more.Broadcast()
	return nil
}

// await waits for a line that holds part, and returns it.
func (l *lines) await(t testing.TB, part string) string {
	t.Helper()
	timeout := time.AfterFunc(patience, l.more.Broadcast)
	defer timeout.Stop()
	deadline := time.Now().Add(patience)
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		for _, line := range l.all {
			if strings.Contains(line, part) {
				return line
			}
		}
		if !time.Now().Before(deadline) {
			t.Fatalf("no log line with %q, but\n%s", part, strings.Join(l.all, "\n"))
		}
		l.more.Wait()
	}
}

// text returns all that was logged.
func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.all, "\n")
}

// client is the other end of a connection. It is for one goroutine, reads only when it is asked for a frame, and fails its test when something
// does not come.
type client struct {
	t        testing.TB
	socket   net.Conn
	reader   *wire.Reader
	theirs   *wire.WireFormatInfo
	settings wire.Settings
	encoder  *wire.Encoder
	decoder  *wire.Decoder
	waiting  []any // frames that came and were not asked for yet
	number   int32 // of the last command
	id       string
}

// dial connects and says nothing.
func (s *server) dial() *client {
	s.t.Helper()
	socket, err := net.DialTimeout("tcp", s.address, patience)
	if err != nil {
		s.t.Fatal(err)
	}
	c := &client{t: s.t, socket: socket, reader: wire.NewReader(socket, 0)}
	first := wire.Settings{Version: wire.VersionMax}
	c.encoder, c.decoder = wire.NewEncoder(first), wire.NewDecoder(first)
	s.t.Cleanup(func() { socket.Close() })
	return c
}

// connect is dial, hello with what the original's client offers, and login.
func (s *server) connect(id string) *client {
	s.t.Helper()
	c := s.dial()
	offer := wire.DefaultOffer("1.2.3")
	offer.MaxInactivity = 0
	info, err := offer.Info()
	if err != nil {
		s.t.Fatal(err)
	}
	c.hello(info, wire.Settings{Version: wire.VersionMax, Tight: true, Cache: true, CacheSize: 1024, StackTrace: true})
	c.login(id)
	return c
}

// hello exchanges the WireFormatInfos and goes on with the settings that must come of it.
func (c *client) hello(mine *wire.WireFormatInfo, s wire.Settings) {
	c.t.Helper()
	c.send(mine)
	c.theirs = await[*wire.WireFormatInfo](c)
	c.use(s)
}

// use goes on with those settings.
func (c *client) use(s wire.Settings) {
	c.settings = s
	c.encoder, c.decoder = wire.NewEncoder(s), wire.NewDecoder(s)
}

// login makes the client known under a connection id, which is its client id too.
func (c *client) login(id string) {
	c.t.Helper()
	c.id = id
	c.ok(&message.ConnectionInfo{Connection: &message.ConnectionID{Value: id}, ClientID: message.T(id), ClientMaster: true})
	await[*message.BrokerInfo](c)
}

// write sends bytes as they are.
func (c *client) write(b []byte) {
	c.t.Helper()
	c.socket.SetWriteDeadline(time.Now().Add(patience))
	if _, err := c.socket.Write(b); err != nil {
		c.t.Fatal(err)
	}
}

// frame encodes a command.
func (c *client) frame(command any) []byte {
	c.t.Helper()
	b, err := c.encoder.Append(nil, command)
	if err != nil {
		c.t.Fatal(err)
	}
	return b
}

// send sends commands as they are.
func (c *client) send(commands ...any) {
	c.t.Helper()
	var b []byte
	for _, command := range commands {
		b = append(b, c.frame(command)...)
	}
	c.write(b)
}

// numbered gives a command its number and says whether it wants an answer.
func (c *client) numbered(command any, answer bool) any {
	c.number++
	head := reflect.ValueOf(command).Elem().FieldByName("Command")
	head.Set(reflect.ValueOf(message.Command{CommandID: c.number, ResponseRequired: answer}))
	return command
}

// tell sends commands that want no answer.
func (c *client) tell(commands ...any) {
	c.t.Helper()
	for _, command := range commands {
		c.send(c.numbered(command, false))
	}
}

// ask sends a command and returns the answer to it.
func (c *client) ask(command any) any {
	c.t.Helper()
	c.send(c.numbered(command, true))
	return c.answer(c.number)
}

// answer returns the answer to the command of that number.
func (c *client) answer(number int32) any {
	c.t.Helper()
	return c.await(fmt.Sprintf("answer to command %d", number), func(f any) bool {
		n, ok := correlation(f)
		return ok && n == number
	})
}

// ok sends a command whose answer must be a plain Response.
func (c *client) ok(command any) {
	c.t.Helper()
	if r := c.ask(command); reflect.TypeOf(r) != reflect.TypeFor[*wire.Response]() {
		c.t.Fatalf("%T is answered with %s", command, show(r))
	}
}

// correlation returns the number of the command that f answers.
func correlation(f any) (int32, bool) {
	switch r := f.(type) {
	case *wire.Response:
		return r.CorrelationID, true
	case *wire.ExceptionResponse:
		return r.CorrelationID, true
	case *wire.DataResponse:
		return r.CorrelationID, true
	case *wire.DataArrayResponse:
		return r.CorrelationID, true
	case *wire.IntegerResponse:
		return r.CorrelationID, true
	}
	return 0, false
}

// next returns the next frame.
func (c *client) next() (any, error) {
	c.socket.SetReadDeadline(time.Now().Add(patience))
	frame, err := c.reader.Next()
	if err != nil {
		return nil, err
	}
	return c.decoder.Decode(frame)
}

// await returns the first frame that is wanted, and keeps what comes before it.
func (c *client) await(what string, wanted func(any) bool) any {
	c.t.Helper()
	for i, f := range c.waiting {
		if wanted(f) {
			c.waiting = append(c.waiting[:i], c.waiting[i+1:]...)
			return f
		}
	}
	for {
		f, err := c.next()
		if err != nil {
			c.t.Fatalf("waiting for %s: %v; came: %s", what, err, show(c.waiting))
		}
		if wanted(f) {
			return f
		}
		c.waiting = append(c.waiting, f)
	}
}

// await returns the first frame of a type.
func await[T any](c *client) T {
	c.t.Helper()
	return c.await(reflect.TypeFor[T]().String(), func(f any) bool {
		_, ok := f.(T)
		return ok
	}).(T)
}

// closed waits for the broker to close the connection, and returns what came before that. A reset is as good as an end: it is what
// a peer gets whose bytes were not all read.
func (c *client) closed() []any {
	c.t.Helper()
	for {
		f, err := c.next()
		var timeout net.Error
		switch {
		case err == nil:
			c.waiting = append(c.waiting, f)
		case errors.As(err, &timeout) && timeout.Timeout():
			c.t.Fatalf("the connection is still open; came: %s", show(c.waiting))
		default:
			return c.waiting
		}
	}
}

// end closes our direction only, and returns what comes until the broker has closed too.
func (c *client) end() []any {
	c.t.Helper()
	if err := c.socket.(*net.TCPConn).CloseWrite(); err != nil && !errors.Is(err, io.EOF) {
		c.t.Fatal(err)
	}
	return c.closed()
}

// producer makes a producer, and returns its id.
func (c *client) producer(number int64, destination *message.Destination, window int32) *message.ProducerID {
	c.t.Helper()
	id := &message.ProducerID{Connection: c.id, Session: 1, Value: number}
	c.ok(&message.ProducerInfo{Producer: id, Destination: destination, Window: window})
	return id
}

// consumer makes a consumer, and returns its id.
func (c *client) consumer(number int64, destination *message.Destination, prefetch int32) *message.ConsumerID {
	c.t.Helper()
	id := &message.ConsumerID{Connection: c.id, Session: 1, Value: number}
	c.ok(&message.ConsumerInfo{Consumer: id, Destination: destination, Prefetch: prefetch, DispatchAsync: true})
	return id
}

// text returns a text message.
func text(producer *message.ProducerID, sequence int64, destination *message.Destination, body string) *message.Message {
	return &message.Message{
		Kind: message.KindText, Producer: producer, Destination: destination, Priority: message.DefaultPriority,
		ID: &message.ID{Producer: producer, ProducerSequence: sequence}, Content: message.TextContent(body),
	}
}

// bodyOf returns the text of a message that was delivered.
func bodyOf(t testing.TB, d *wire.MessageDispatch) string {
	t.Helper()
	if d.Message == nil {
		t.Fatalf("a dispatch without a message: %s", show(d))
	}
	body, err := d.Message.TextBody()
	if err != nil {
		t.Fatal(err)
	}
	return body.String()
}
