package protocols

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Handler speaks one protocol.
type Handler interface {
	// Serve talks with one client until the connection ends, and returns why; nil when the client left as it should. It closes
	// nothing: the connector closes the connection then. Closing the connection from outside must end Serve.
	Serve(conn net.Conn) error
}

// Connector accepts connections at one address for one protocol.
type Connector struct {
	name     string
	address  *Address
	handler  Handler
	log      *slog.Logger
	max      int64
	listener net.Listener
	wait     sync.WaitGroup
	refused  atomic.Int64

	mu sync.Mutex
	// mu guards what follows.
	open   map[net.Conn]bool
	closed bool
}

// maxConnectionsDefault is the original's limit for a connector that names none.
const maxConnectionsDefault = 1<<31 - 1

// New makes a connector, for which it reads the options that all have, and binds nothing.
func New(name string, a *Address, h Handler, log *slog.Logger) (*Connector, error) {
	c := &Connector{name: name, address: a, handler: h, log: log, max: maxConnectionsDefault, open: map[net.Conn]bool{}}
	return c, a.Int("maximumConnections", &c.max)
}

// Open makes a connector and binds its address. Connections wait until Start.
func Open(name string, a *Address, h Handler, log *slog.Logger) (*Connector, error) {
	c, err := New(name, a, h, log)
	if err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", a.Listen())
	if err != nil {
		return nil, fmt.Errorf("connector %s cannot listen at %s://%s: %w", name, a.Scheme, a.Listen(), err)
	}
	c.listener = l
	return c, nil
}

// Name returns the connector's name.
func (c *Connector) Name() string { return c.name }

// URL returns where clients find the connector, with the port that was really bound.
func (c *Connector) URL(host string) string {
	port := c.listener.Addr().(*net.TCPAddr).Port
	return c.address.Scheme + "://" + net.JoinHostPort(host, strconv.Itoa(port))
}

// Start begins to accept.
func (c *Connector) Start() {
	c.wait.Add(1)
	go func() {
		defer c.wait.Done()
		c.accept()
	}()
}

// accept takes connections in until the listener is closed.
func (c *Connector) accept() {
	pause := 5 * time.Millisecond
	for {
		conn, err := c.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			// Out of file descriptors, as a rule: those who are connected must not suffer.
			c.log.Error("Could not accept connection at "+c.name, "error", err)
			time.Sleep(pause)
			pause = min(2*pause, time.Second)
			continue
		}
		pause = 5 * time.Millisecond
		if !c.admit(conn) {
			conn.Close()
			continue
		}
		c.wait.Add(1)
		go func() {
			defer c.wait.Done()
			c.serve(conn)
		}()
	}
}

// admit notes a connection, unless the limit is reached or the connector is closing.
func (c *Connector) admit(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	if int64(len(c.open)) >= c.max {
		c.refused.Add(1)
		c.log.Warn("Could not accept connection from "+Remote(conn)+": Exceeded the maximum number of allowed client connections: "+strconv.FormatInt(c.max, 10)+". See the 'maximumConnections' property on the TCP transport configuration URI in the ActiveMQ configuration file (e.g., activemq.xml)", "connector", c.name)
		return false
	}
	c.open[conn] = true
	return true
}

// serve talks with one client and logs how that ended when it was not as it should.
func (c *Connector) serve(conn net.Conn) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("a bug ended the connection from "+Remote(conn), "panic", p, "stack", stack())
		}
		conn.Close()
		c.mu.Lock()
		delete(c.open, conn)
		c.mu.Unlock()
	}()
	err := c.handler.Serve(conn)
	if err != nil && !c.closing() {
		c.log.Warn("Transport Connection to: " + Remote(conn) + " failed: " + err.Error())
	}
}

// closing tells whether Close was called.
func (c *Connector) closing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// Connections returns how many clients are connected now, and how many were refused because of the limit.
func (c *Connector) Connections() (open int, refused int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open), c.refused.Load()
}

// StopAccepting closes the listener; connections go on.
func (c *Connector) StopAccepting() { c.listener.Close() }

// Close ends the listener and all connections, and waits for them.
func (c *Connector) Close() {
	c.mu.Lock()
	c.closed = true
	conns := make([]net.Conn, 0, len(c.open))
	for conn := range c.open {
		conns = append(conns, conn)
	}
	c.mu.Unlock()
	c.listener.Close()
	for _, conn := range conns {
		conn.Close()
	}
	c.wait.Wait()
}

// Remote returns the other end's address as the original prints it: tcp://host:port.
func Remote(conn net.Conn) string { return "tcp://" + conn.RemoteAddr().String() }
