package crash

import (
	"net"
	"sync"
	"testing"
)

// line is what lies between clients and a broker. While it is held, what the broker answers stays in it; let go, it breaks, and new
// connections pass.
type line struct {
	listener net.Listener
	broker   string
	running  sync.WaitGroup

	mu      sync.Mutex
	changed *sync.Cond
	// mu guards what follows.
	held    bool
	waiting map[net.Conn]bool // connections whose answers are held back
	open    map[net.Conn]bool // both ends of all connections
}

// draw makes a line to a broker, until the test's end.
func draw(t *testing.T, broker string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{listener: listener, broker: broker, waiting: map[net.Conn]bool{}, open: map[net.Conn]bool{}}
	l.changed = sync.NewCond(&l.mu)
	l.running.Go(l.accept)
	t.Cleanup(func() {
		listener.Close()
		l.letGo()
		l.running.Wait()
	})
	return l
}

func (l *line) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		l.running.Go(func() { l.connect(client) })
	}
}

// connect passes on what comes from both sides until either ends.
func (l *line) connect(client net.Conn) {
	server, err := net.Dial("tcp", l.broker)
	if err != nil {
		client.Close()
		return
	}
	l.mu.Lock()
	l.open[client], l.open[server] = true, true
	l.mu.Unlock()
	l.running.Go(func() { l.pass(client, server, func() bool { return true }) })
	l.pass(server, client, func() bool { return l.answer(client) })
}

// pass copies until either side ends, and then ends the other one. may is asked before anything is passed on.
func (l *line) pass(from, to net.Conn, may func() bool) {
	defer from.Close()
	defer to.Close()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if err != nil || !may() {
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

// answer waits while the line is held, and tells whether there still is somebody to answer.
func (l *line) answer(client net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.held && l.open[client] {
		l.waiting[client] = true
		l.changed.Wait()
	}
	return l.open[client]
}

// hold keeps all answers back.
func (l *line) hold() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = true
}

// heldBack returns of how many connections there are answers held back.
func (l *line) heldBack() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting)
}

// letGo breaks all connections, with what is in them.
func (l *line) letGo() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		c.Close()
	}
	l.held = false
	clear(l.open)
	clear(l.waiting)
	l.changed.Broadcast()
}
