package protocols_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"

	"goactivemq/protocols"
)

// handler serves by a function.
type handler func(net.Conn) error

func (h handler) Serve(c net.Conn) error { return h(c) }

// records is a log that a test can look into.
type records struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *records) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *records) has(t *testing.T, text string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !strings.Contains(r.text.String(), text) {
		t.Errorf("the log does not say %q:\n%s", text, r.text.String())
	}
}

// open opens and starts a connector at a free port, and returns a function that connects to it.
func open(t *testing.T, options string, h handler) (*protocols.Connector, *records, func() net.Conn) {
	t.Helper()
	a, err := protocols.ParseAddress("tcp://127.0.0.1:0" + options)
	if err != nil {
		t.Fatal(err)
	}
	log := &records{}
	c, err := protocols.Open("openwire", a, h, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	c.Start()
	return c, log, func() net.Conn {
		t.Helper()
		conn, err := net.Dial("tcp", strings.TrimPrefix(c.URL("127.0.0.1"), "tcp://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
}

// echo serves a client by sending all back.
func echo(c net.Conn) error {
	_, err := io.Copy(c, c)
	return err
}

// talk has a client say something and wait for the echo.
func talk(t *testing.T, c net.Conn) {
	t.Helper()
	answer := make([]byte, 5)
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, answer); err != nil || string(answer) != "hello" {
		t.Fatalf("answer %q, %v", answer, err)
	}
}

// ended waits for the other end to close the connection.
func ended(t *testing.T, c net.Conn) {
	t.Helper()
	if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("read %d bytes, want the end", n)
	}
}

func TestConnector(t *testing.T) {
	c, _, dial := open(t, "", echo)
	a, b := dial(), dial()
	talk(t, a)
	talk(t, b)
	if n, refused := c.Connections(); n != 2 || refused != 0 || c.Name() != "openwire" {
		t.Errorf("%s has %d connections and refused %d, want openwire with 2 and 0", c.Name(), n, refused)
	}
	c.StopAccepting()
	if conn, err := net.Dial("tcp", strings.TrimPrefix(c.URL("127.0.0.1"), "tcp://")); err == nil {
		conn.Close()
		t.Error("connected after the connector stopped accepting")
	}
	talk(t, a)
	for range 2 {
		c.Close()
	}
	ended(t, a)
	ended(t, b)
	if n, _ := c.Connections(); n != 0 {
		t.Errorf("%d connections after Close, want 0", n)
	}
}

// TestConnectionLimit shows that one too many is closed at once, and that there is room again when another has gone.
func TestConnectionLimit(t *testing.T) {
	left := make(chan struct{}, 10)
	c, log, dial := open(t, "?maximumConnections=2", func(c net.Conn) error {
		defer func() { left <- struct{}{} }()
		return echo(c)
	})
	a, b := dial(), dial()
	talk(t, a)
	talk(t, b)
	ended(t, dial())
	log.has(t, "Exceeded the maximum number of allowed client connections: 2")
	if n, refused := c.Connections(); n != 2 || refused != 1 {
		t.Errorf("%d connections and %d refused, want 2 and 1", n, refused)
	}
	a.Close()
	<-left
	for n, _ := c.Connections(); n == 2; n, _ = c.Connections() {
		// The handler is through; the connector is about to note it.
	}
	talk(t, dial())
}

// TestHandlerFails shows that what ends one connection is logged and harms no other one.
func TestHandlerFails(t *testing.T) {
	first := make(chan func() error, 2)
	c, log, dial := open(t, "", func(c net.Conn) error {
		select {
		case fail := <-first:
			return fail()
		default:
			return echo(c)
		}
	})
	healthy := dial()
	talk(t, healthy)
	first <- func() error { return errors.New("not a word that I know") }
	ended(t, dial())
	first <- func() error { panic("a bug") }
	ended(t, dial())
	talk(t, healthy)
	c.Close()
	log.has(t, "failed: not a word that I know")
	log.has(t, "a bug ended the connection from tcp://127.0.0.1:")
}

func TestOpenRefuses(t *testing.T) {
	c, _, _ := open(t, "", echo)
	taken, err := protocols.ParseAddress(c.URL("127.0.0.1"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := protocols.Open("again", taken, handler(echo), slog.Default()); err == nil {
		again.Close()
		t.Error("an address was bound twice")
	}
	wrong, err := protocols.ParseAddress("tcp://127.0.0.1:0?maximumConnections=many")
	if err != nil {
		t.Fatal(err)
	}
	if c, err := protocols.Open("wrong", wrong, handler(echo), slog.Default()); err == nil {
		c.Close()
		t.Error("many is a number")
	}
}
