package interop

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
	"goactivemq/test/broker"
	"goactivemq/test/peers"
)

// TestSessions plays the client's part of recorded conversations, byte for byte, and compares what the broker says with
// what the original said: the same answers and the same messages to the same consumers, as far as both can be the same.
// Times, the broker's own ids and the order in which answers and messages cross are left out.
func TestSessions(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(peers.Shared(t, "openwire", "sessions"), "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded sessions: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			b := broker.Start(t, broker.Config{XML: strings.Replace(broker.Plain, `brokerName="localhost"`, `brokerName="golden"`, 1)})
			replay(t, b, recording(t, file))
		})
	}
}

// frame is a line of a recording, and what it says.
type frame struct {
	Conn int
	Dir  string // C: the client speaks
	Hex  string

	bytes []byte
	value any
}

// recording reads and decodes a conversation.
func recording(t *testing.T, file string) []frame {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []frame
	talks := map[int]*talk{}
	for line := range bytes.Lines(text) {
		var f frame
		if err := json.Unmarshal(line, &f); err != nil {
			t.Fatal(err)
		}
		if f.bytes, err = hex.DecodeString(f.Hex); err != nil {
			t.Fatal(err)
		}
		if talks[f.Conn] == nil {
			talks[f.Conn] = &talk{}
		}
		if f.value, err = talks[f.Conn].decode(f.Dir, f.bytes[4:]); err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

// talk decodes both directions of a connection: what follows the two greetings is as these agree.
type talk struct {
	offers   map[string]wire.Offer
	decoders map[string]*wire.Decoder
}

func (c *talk) decode(dir string, frame []byte) (any, error) {
	if c.decoders == nil {
		c.offers, c.decoders = map[string]wire.Offer{}, map[string]*wire.Decoder{}
	}
	if len(c.offers) == 2 && c.decoders[dir] == nil {
		settings, err := wire.Negotiate(c.offers["C"], c.offers["S"])
		if err != nil {
			return nil, err
		}
		c.decoders[dir] = wire.NewDecoder(settings)
	}
	decoder := c.decoders[dir]
	if decoder == nil {
		decoder = wire.NewDecoder(wire.Settings{Version: wire.VersionMax})
	}
	value, err := decoder.Decode(frame)
	if info, ok := value.(*wire.WireFormatInfo); ok && err == nil {
		c.offers[dir], err = info.Offer()
	}
	return value, err
}

// replay sends each frame of the client when all that it may depend on has come, and compares at the end.
func replay(t *testing.T, b *broker.Broker, frames []frame) {
	t.Helper()
	preload(t, b, frames)
	conns, want, all := map[int]*player{}, map[int]map[string]int{}, map[int]map[string]int{}
	for _, f := range frames {
		if all[f.Conn] == nil {
			all[f.Conn], want[f.Conn] = map[string]int{}, map[string]int{}
		}
		if f.Dir == "S" {
			all[f.Conn][gist(f.value)]++
		}
	}
	for _, f := range frames {
		if f.Dir == "S" {
			want[f.Conn][gist(f.value)]++
			continue
		}
		if conns[f.Conn] == nil {
			conns[f.Conn] = dial(t, b)
		}
		for n, c := range conns {
			c.expect(t, want[n])
		}
		conns[f.Conn].send(t, f)
	}
	for n, c := range conns {
		c.expect(t, all[n])
		c.finish(t, all[n])
	}
}

// player is a client connection and what has come on it. A goroutine reads until the connection ends.
type player struct {
	conn  net.Conn
	ended chan struct{}

	mu   sync.Mutex // guards what follows
	talk talk
	got  map[string]int
	err  error
}

func dial(t *testing.T, b *broker.Broker) *player {
	t.Helper()
	conn, err := net.Dial("tcp", b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	p := &player{conn: conn, ended: make(chan struct{}), got: map[string]int{}}
	go p.read()
	t.Cleanup(func() {
		conn.Close()
		<-p.ended
	})
	return p
}

func (p *player) read() {
	defer close(p.ended)
	for reader := wire.NewReader(p.conn, 100<<20); ; {
		next, err := reader.Next()
		if err != nil {
			return
		}
		p.mu.Lock()
		value, err := p.talk.decode("S", next)
		if err != nil {
			p.err = err
			p.mu.Unlock()
			return
		}
		p.got[gist(value)]++
		p.mu.Unlock()
	}
}

func (p *player) send(t *testing.T, f frame) {
	t.Helper()
	if info, ok := f.value.(*wire.WireFormatInfo); ok {
		offer, err := info.Offer()
		if err != nil {
			t.Fatal(err)
		}
		p.mu.Lock()
		if p.talk.offers == nil {
			p.talk = talk{map[string]wire.Offer{}, map[string]*wire.Decoder{}}
		}
		p.talk.offers["C"] = offer
		p.mu.Unlock()
	}
	if _, err := p.conn.Write(f.bytes); err != nil {
		t.Fatal(err)
	}
}

// expect waits until at least this has come.
func (p *player) expect(t *testing.T, want map[string]int) {
	t.Helper()
	var missing []string
	complete := func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		missing = nil
		for gist, n := range want {
			if p.got[gist] < n {
				missing = append(missing, fmt.Sprintf("%s: %d of %d", gist, p.got[gist], n))
			}
		}
		return len(missing) == 0
	}
	if !broker.Poll(10*time.Second, complete) {
		p.mu.Lock()
		defer p.mu.Unlock()
		t.Fatalf("missing: %q\ncame: %q (%v)", missing, slices.Sorted(maps.Keys(p.got)), p.err)
	}
}

// finish wants nothing beyond the recording. Keep-alives come as time passes.
func (p *player) finish(t *testing.T, want map[string]int) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for gist, n := range p.got {
		if n > want[gist] && gist != "KeepAliveInfo" {
			t.Errorf("%s: %d came, %d recorded", gist, n, want[gist])
		}
	}
}

// gist is what two brokers must say alike.
func gist(value any) string {
	switch v := value.(type) {
	case *wire.WireFormatInfo:
		return fmt.Sprint("WireFormatInfo of version ", v.Version)
	case *wire.KeepAliveInfo:
		return "KeepAliveInfo"
	case *message.BrokerInfo:
		return fmt.Sprintf("BrokerInfo of %v", v.Name)
	case *wire.Response:
		return fmt.Sprint("answer to ", v.CorrelationID)
	case *wire.IntegerResponse:
		return fmt.Sprintf("answer to %d: %d", v.CorrelationID, v.Result)
	case *wire.DataArrayResponse:
		return fmt.Sprintf("answer to %d: %d structures", v.CorrelationID, len(v.Data))
	case *wire.ExceptionResponse:
		return fmt.Sprintf("answer to %d: %v", v.CorrelationID, v.Exception.Class)
	case *wire.MessageDispatch:
		return "to " + fmt.Sprint(*v.Consumer) + ": " + gistOf(v)
	default:
		return fmt.Sprintf("%T", v)
	}
}

func gistOf(d *wire.MessageDispatch) string {
	m := d.Message
	switch {
	case m == nil:
		return "nothing"
	case m.Data != nil:
		return fmt.Sprintf("advisory of %T on %v", m.Data, m.Destination)
	default:
		return fmt.Sprintf("%v, redelivered %d times, persistent %t, priority %d, properties %x, content %x",
			m.ID, d.Redeliveries, m.Persistent, m.Priority, m.Properties, m.Content)
	}
}

// preload puts into the broker what the recording's broker held at its beginning: the messages that it gives out and
// nobody has sent.
func preload(t *testing.T, b *broker.Broker, frames []frame) {
	t.Helper()
	sent := map[string]bool{}
	for _, f := range frames {
		if m, ok := f.value.(*message.Message); ok {
			sent[m.ID.String()] = true
		}
	}
	var p *player
	encoder, number := wire.NewEncoder(wire.Settings{Version: wire.VersionMax}), int32(0)
	request := func(command any, next *message.Command) {
		t.Helper()
		number++
		*next = message.Command{CommandID: number, ResponseRequired: true}
		bytes, err := encoder.Append(nil, command)
		if err != nil {
			t.Fatal(err)
		}
		p.send(t, frame{bytes: bytes, value: command})
		p.expect(t, map[string]int{fmt.Sprint("answer to ", number): 1})
	}
	for _, f := range frames {
		d, ok := f.value.(*wire.MessageDispatch)
		if !ok || d.Message == nil || d.Message.Data != nil || sent[d.Message.ID.String()] {
			continue
		}
		m := *d.Message
		sent[m.ID.String()] = true
		if p == nil {
			p = dial(t, b)
			hello := broker.Hello().Bytes()
			p.send(t, frame{bytes: hello, value: &wire.WireFormatInfo{Magic: wire.Magic, Version: wire.VersionMax, Properties: make([]byte, 4)}})
			p.expect(t, map[string]int{"WireFormatInfo of version 12": 1})
			connection := &message.ConnectionInfo{Connection: &message.ConnectionID{Value: m.Producer.Connection}, ClientID: message.T("preload")}
			request(connection, &connection.Command)
			id := m.Producer.SessionID()
			session := &message.SessionInfo{Session: &id}
			request(session, &session.Command)
			producer := &message.ProducerInfo{Producer: m.Producer}
			request(producer, &producer.Command)
		}
		request(&m, &m.Command)
	}
}
