package wire

import (
	"bytes"
	"testing"

	"goactivemq/activemq/message"
)

// connectionText is an id as Java clients make them.
const connectionText = "ID:producer-host.example-43121-1700000000000-1:1"

// typical returns a text message of 1 KB as a Java client sends it.
func typical() *message.Message {
	producer := &message.ProducerID{Connection: connectionText, Session: 1, Value: 1}
	return &message.Message{
		Command: message.Command{CommandID: 17, ResponseRequired: true}, Kind: message.KindText, Producer: producer,
		Destination: message.NewQueue("orders.incoming"), ID: &message.ID{Producer: producer, ProducerSequence: 4711}, Persistent: true,
		Priority: 4, Timestamp: 1700000000000, Content: bytes.Repeat([]byte{'x'}, 1024), Properties: []byte{0, 0, 0, 1, 0, 1, 'a', 5, 0, 0, 0, 9},
	}
}

var benchSettings = []struct {
	name     string
	settings Settings
}{
	{"tight, cached", Settings{Version: 12, Tight: true, Cache: true, CacheSize: 1024}},
	{"tight", Settings{Version: 12, Tight: true}},
	{"loose", Settings{Version: 12}},
	{"loose, version 11", Settings{Version: 11}},
}

func benchCommands() []struct {
	name    string
	command any
} {
	m := typical()
	consumer := &message.ConsumerID{Connection: connectionText, Session: 1, Value: 1}
	return []struct {
		name    string
		command any
	}{
		{"Message", m},
		{"MessageDispatch", &MessageDispatch{Consumer: consumer, Destination: m.Destination, Message: m}},
		{"MessageAck", &message.Ack{Destination: m.Destination, Consumer: consumer, Kind: message.Standard, First: m.ID, Last: m.ID, Count: 1}},
		{"Response", &Response{CorrelationID: 17}},
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, s := range benchSettings {
		for _, c := range benchCommands() {
			b.Run(c.name+"/"+s.name, func(b *testing.B) {
				e := NewEncoder(s.settings)
				var frame []byte
				b.ReportAllocs()
				for b.Loop() {
					var err error
					if frame, err = e.Append(frame[:0], c.command); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, s := range benchSettings {
		for _, c := range benchCommands() {
			b.Run(c.name+"/"+s.name, func(b *testing.B) {
				e, d := NewEncoder(s.settings), NewDecoder(s.settings)
				var frame []byte
				for range 2 { // the second time the cache is known
					var err error
					if frame, err = e.Append(frame[:0], c.command); err != nil {
						b.Fatal(err)
					}
					if _, err = d.Decode(bytes.Clone(frame[headSize:])); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := d.Decode(frame[headSize:]); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// TestEncodeAllocatesNothing holds the commands that make up the traffic to no allocation, once the buffer is large enough.
func TestEncodeAllocatesNothing(t *testing.T) {
	for _, s := range benchSettings {
		for _, c := range benchCommands() {
			e := NewEncoder(s.settings)
			var frame []byte
			n := testing.AllocsPerRun(100, func() {
				var err error
				if frame, err = e.Append(frame[:0], c.command); err != nil {
					t.Fatal(err)
				}
			})
			if n != 0 {
				t.Errorf("%s, %s: %v allocations, want 0", c.name, s.name, n)
			}
		}
	}
}

// TestContentIsCopiedOnce checks that a buffer that is too small is replaced once, not bit by bit.
func TestContentIsCopiedOnce(t *testing.T) {
	m := typical()
	m.Content = make([]byte, 100_000)
	for _, s := range benchSettings {
		e := NewEncoder(s.settings)
		for _, command := range []any{m, &MessageDispatch{Message: m}} {
			n := testing.AllocsPerRun(10, func() {
				if _, err := e.Append(nil, command); err != nil {
					t.Fatal(err)
				}
			})
			if n != 1 {
				t.Errorf("%T, %s: %v allocations, want 1", command, s.name, n)
			}
		}
	}
}
