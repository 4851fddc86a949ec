package mqtt

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"goactivemq/test/broker"
)

// exact is a client of MQTT 3.1.1 that does QoS 2 as the standard has it, with a session that is kept, over any number of connections.
type exact struct {
	address string

	mu sync.Mutex
	// mu guards what follows.
	socket   net.Conn
	unsent   []string          // payloads to publish
	sent     map[uint16]string // published and not released
	released map[uint16]bool   // released and not complete
	last     uint16
	arrived  map[uint16]bool // come and not released by the server
	got      map[string]int  // payloads, how often they came
	granted  bool
}

// window is how many messages are under way at a time.
const window = 10

// run connects again and again until stop is closed.
func (e *exact) run(id, subscribe string, stop <-chan struct{}) {
	for {
		var socket net.Conn
		broker.Poll(patience, func() bool {
			select {
			case <-stop:
				return true
			default:
			}
			var err error
			socket, err = net.Dial("tcp", e.address)
			return err == nil
		})
		if socket == nil {
			return
		}
		e.talk(socket, id, subscribe)
		socket.Close()
	}
}

// talk serves one connection.
func (e *exact) talk(socket net.Conn, id, subscribe string) {
	in := bufio.NewReader(socket)
	socket.Write(packet(0x10, text("MQTT"), []byte{4, 0, 0, 0}, text(id)))
	e.mu.Lock()
	e.socket = socket // for close
	e.mu.Unlock()
	if kind, body := read(in); kind != 0x20 || body[1] != 0 {
		return
	}
	e.mu.Lock()
	for n := range e.sent {
		e.publish(n, 0x3c)
	}
	for n := range e.released {
		socket.Write(packet(0x62, number(n)))
	}
	if subscribe != "" && !e.granted {
		socket.Write(packet(0x82, number(1), text(subscribe), []byte{2}))
	}
	e.fill()
	e.mu.Unlock()
	for {
		kind, body := read(in)
		if kind == 0 {
			return
		}
		e.handle(kind, body)
	}
}

// fill publishes as far as the window goes.
func (e *exact) fill() {
	for len(e.unsent) > 0 && len(e.sent)+len(e.released) < window {
		e.last = e.last%1000 + 1
		if _, busy := e.sent[e.last]; busy || e.released[e.last] {
			continue
		}
		e.sent[e.last], e.unsent = e.unsent[0], e.unsent[1:]
		e.publish(e.last, 0x34)
	}
}

func (e *exact) publish(n uint16, head byte) {
	e.socket.Write(packet(head, text("exact/t"), number(n), []byte(e.sent[n])))
}

// handle does a packet of the server.
func (e *exact) handle(kind byte, body []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch kind & 0xf0 {
	case 0x90:
		e.granted = true
	case 0x30:
		size := int(binary.BigEndian.Uint16(body))
		n := binary.BigEndian.Uint16(body[2+size:])
		if !e.arrived[n] {
			e.arrived[n] = true
			e.got[string(body[4+size:])]++
		}
		e.socket.Write(packet(0x50, number(n)))
	case 0x60:
		n := binary.BigEndian.Uint16(body)
		delete(e.arrived, n)
		e.socket.Write(packet(0x70, number(n)))
	case 0x50:
		n := binary.BigEndian.Uint16(body)
		delete(e.sent, n)
		e.released[n] = true
		e.socket.Write(packet(0x62, number(n)))
	case 0x70:
		delete(e.released, binary.BigEndian.Uint16(body))
		e.fill()
	}
}

// count returns how many different payloads came.
func (e *exact) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.got)
}

// close ends the connection.
func (e *exact) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.socket != nil {
		e.socket.Close()
	}
}

func text(s string) []byte { return append(number(uint16(len(s))), s...) }

func number(n uint16) []byte { return binary.BigEndian.AppendUint16(nil, n) }

// packet makes a packet of at most 127 bytes.
func packet(head byte, parts ...[]byte) []byte {
	b := []byte{head, 0}
	for _, p := range parts {
		b = append(b, p...)
	}
	b[1] = byte(len(b) - 2)
	return b
}

// read reads a packet of at most 127 bytes; kind 0 is the end.
func read(in *bufio.Reader) (kind byte, body []byte) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(in, head); err != nil {
		return 0, nil
	}
	body = make([]byte, head[1])
	if _, err := io.ReadFull(in, body); err != nil {
		return 0, nil
	}
	return head[0], body
}

// TestCrashExactlyOnce kills the broker under a stream of QoS 2 again and again. Every message comes, and none twice.
func TestCrashExactlyOnce(t *testing.T) {
	const messages, kills = 600, 6
	b := start(t)
	sub := newExact(b)
	pub := newExact(b)
	for i := range messages {
		pub.unsent = append(pub.unsent, fmt.Sprint("message ", i))
	}
	stop := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() { sub.run("sub", "exact/#", stop) })
	defer func() {
		close(stop)
		sub.close()
		pub.close()
		wait.Wait()
	}()
	if !broker.Poll(patience, func() bool { sub.mu.Lock(); defer sub.mu.Unlock(); return sub.granted }) {
		t.Fatal("no SUBACK came")
	}
	wait.Go(func() { pub.run("pub", "", stop) })
	for i := range kills {
		want := (i + 1) * messages / (kills + 1)
		if !broker.Poll(patience, func() bool { return sub.count() >= want }) {
			t.Fatalf("%d messages came before kill %d, want %d", sub.count(), i, want)
		}
		b.Kill()
		b.Restart()
	}
	if !broker.Poll(patience, func() bool { return sub.count() == messages }) {
		t.Fatalf("%d messages came, want %d", sub.count(), messages)
	}
	sub.mu.Lock()
	defer sub.mu.Unlock()
	for payload, n := range sub.got {
		if n != 1 {
			t.Errorf("%q came %d times", payload, n)
		}
	}
}

func newExact(b *broker.Broker) *exact {
	return &exact{address: b.AddrOf("mqtt"), sent: map[uint16]string{}, released: map[uint16]bool{}, arrived: map[uint16]bool{}, got: map[string]int{}}
}
