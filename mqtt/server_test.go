package mqtt

import (
	"context"
	"log/slog"
	"math/rand"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/store/kahadb"
	"goactivemq/activemq/vfs"
	"goactivemq/openwire/wire"
	"goactivemq/protocols"
)

// patience is how long a test waits for what must come. Nothing is measured by it: it only ends a test that hangs.
const patience = 20 * time.Second

// server is a broker with one MQTT connector on a free port. Its files are in memory and outlive it, so that it can be started again.
type server struct {
	t         testing.TB
	options   string
	change    func(*broker.Options)
	files     *vfs.Mem
	store     *kahadb.Store
	broker    *broker.Broker
	sessions  *Sessions
	connector *protocols.Connector
	log       *lines
	address   string // host:port
}

// serve starts a server. options is the query of the connector's URI; change, where not nil, changes what the broker is made of.
func serve(t testing.TB, options string, change func(*broker.Options)) *server {
	t.Helper()
	s := &server{t: t, options: options, change: change, files: vfs.NewMem(), log: &lines{}}
	s.start()
	t.Cleanup(s.stop)
	return s
}

// start starts a broker over what the store has.
func (s *server) start() {
	s.t.Helper()
	log := slog.New(s.log)
	codec, err := wire.NewStoreCodec(wire.VersionMax)
	if err != nil {
		s.t.Fatal(err)
	}
	k := kahadb.Defaults("data", codec)
	k.FS, k.Log, k.MaxFileLength = s.files, log, 1<<20
	if s.store, err = kahadb.Open(k); err != nil {
		s.t.Fatal(err)
	}
	o := broker.Options{Name: "test", ID: "ID:test-1-1-0:1", Store: s.store, Persistent: true, Advisories: true, Log: log}
	if s.change != nil {
		s.change(&o)
	}
	b, err := broker.New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.broker = b
	b.Start()
	a, err := protocols.ParseAddress("mqtt://127.0.0.1:0?" + s.options)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.sessions, err = OpenSessions(b, log); err != nil {
		s.t.Fatal(err)
	}
	h, err := New(b, a, s.sessions, log)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.connector, err = protocols.Open("mqtt", a, h, log); err != nil {
		s.t.Fatal(err)
	}
	s.connector.Start()
	s.address = strings.TrimPrefix(s.connector.URL("127.0.0.1"), "mqtt://")
}

// powerCut has the broker start again on what the disk has when the power goes now.
func (s *server) powerCut() {
	s.t.Helper()
	left := s.files.Crash(rand.New(rand.NewSource(1)))
	s.stop()
	s.files = left
	s.start()
}

// stop ends the broker; its files stay.
func (s *server) stop() {
	s.connector.StopAccepting()
	s.broker.Close()
	s.connector.Close()
	if err := s.store.Close(); err != nil {
		s.t.Error(err)
	}
}

// dial opens a connection.
func (s *server) dial() net.Conn {
	s.t.Helper()
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return c
}

// lines keeps what was logged.
type lines struct {
	mu  sync.Mutex
	all []string
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
	defer l.mu.Unlock()
	l.all = append(l.all, text)
	return nil
}

// text returns all that was logged.
func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.all, "\n")
}
