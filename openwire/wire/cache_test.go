package wire

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"goactivemq/activemq/message"
)

// pair is an encoder and the decoder of what it writes.
type pair struct {
	t *testing.T
	e *Encoder
	d *Decoder
}

func newPair(t *testing.T, s Settings) pair { return pair{t, NewEncoder(s), NewDecoder(s)} }

// send writes and reads a command, and checks that it is the same.
func (p pair) send(v any) (got any, size int) {
	p.t.Helper()
	frame, err := p.e.Append(nil, v)
	if err != nil {
		p.t.Fatal(err)
	}
	got, err = p.d.Decode(frame[headSize:])
	if err != nil || !reflect.DeepEqual(got, v) {
		p.t.Fatalf("%+v, %v, want %+v", got, err, v)
	}
	return got, len(frame)
}

// TestSmallCaches works through caches of any size, those among them on which the original's writer hangs.
func TestSmallCaches(t *testing.T) {
	for _, size := range []int{1, 2, 50, 99, 100, 101, 104, 199, 1024} {
		for _, tight := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d, tight %v", size, tight), func(t *testing.T) {
				p := newPair(t, Settings{Version: 12, Tight: tight, Cache: true, CacheSize: size})
				for i := range 3000 {
					id := &message.ProducerID{Connection: fmt.Sprint("c", i%(size+7)), Value: int64(i % 3)}
					p.send(&message.ProducerInfo{Producer: id, Destination: message.NewQueue(fmt.Sprint("q", i%5))})
				}
			})
		}
	}
}

// TestCrowdedFrames writes more new structures in one frame than the cache has room for.
func TestCrowdedFrames(t *testing.T) {
	for _, tight := range []bool{false, true} {
		p := newPair(t, Settings{Version: 12, Tight: tight, Cache: true, CacheSize: 120})
		for round := range 50 {
			r := &DataArrayResponse{}
			for i := range 10 + 37*round%300 {
				r.Data = append(r.Data, &message.ProducerInfo{Producer: &message.ProducerID{Connection: fmt.Sprint(round, "/", i%(20+round))}})
			}
			p.send(r)
		}
	}
}

// TestCachedIdentifiersAreShared checks that a repeated identifier is the one decoded before, and takes three bytes.
func TestCachedIdentifiersAreShared(t *testing.T) {
	p := newPair(t, Settings{Version: 12, Tight: true, Cache: true, CacheSize: 1024})
	m := func() *message.Message {
		producer := &message.ProducerID{Connection: strings.Repeat("c", 100), Value: 1}
		return &message.Message{Kind: message.KindBytes, Producer: producer, Destination: message.NewTopic("T"),
			ID: &message.ID{Producer: producer, ProducerSequence: 5}, Transaction: &message.TransactionID{XA: true, Global: []byte{}}}
	}
	first, long := p.send(m())
	second, short := p.send(m())
	a, b := first.(*message.Message), second.(*message.Message)
	if a.Producer != b.Producer || a.Producer != b.ID.Producer || a.Destination != b.Destination || a.Transaction != b.Transaction {
		t.Error("repeated identifiers are not shared")
	}
	if short > long-100 {
		t.Errorf("%d bytes, then %d", long, short)
	}
	other := m()
	other.Transaction.Global = nil
	if got, _ := p.send(other); got.(*message.Message).Transaction == a.Transaction {
		t.Error("an xid without global part is taken for one with an empty one")
	}
}

func TestSlotsOutOfRange(t *testing.T) {
	// A SessionInfo whose session is new (1) or known (0) in slot nnnn.
	const head = "04" + "00000001" + "00"
	const session = "01" + "79" + "00" + "0000000000000001"
	settings := Settings{Version: 12, Cache: true, CacheSize: 200}
	for _, c := range []struct{ name, hex, want string }{
		{"no slot", head + "01" + "ffff" + session, ""},
		{"last", head + "01" + "00c7" + session, ""},
		{"unfilled", head + "00" + "0005", ""},
		{"new beyond", head + "01" + "00c8" + session, "cache slot 200, want 0 to 199"},
		{"new below", head + "01" + "fffe" + session, "cache slot -2, want 0 to 199"},
		{"known beyond", head + "00" + "00c8", "cache slot 200, want 0 to 199"},
		{"known below", head + "00" + "ffff", "cache slot -1, want 0 to 199"},
	} {
		_, err := NewDecoder(settings).Decode(unhex(c.hex))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
	d := NewDecoder(settings)
	if _, err := d.Decode(unhex(head + "01" + "0000" + session)); err != nil {
		t.Fatal(err)
	}
	_, err := d.Decode(unhex("06" + "00000001" + "00" + "00" + "0000"))
	if err == nil || !strings.Contains(err.Error(), "has a *message.SessionID where a ProducerId belongs") {
		t.Errorf("a session where a producer belongs: %v", err)
	}
}

// TestRefusedFramesLeaveTheCache checks that what a refused frame gave slots to is written out again.
func TestRefusedFramesLeaveTheCache(t *testing.T) {
	for _, tight := range []bool{false, true} {
		p := newPair(t, Settings{Version: 12, Tight: tight, Cache: true, CacheSize: 300})
		for i := range 1000 {
			producer := &message.ProducerID{Connection: "c", Value: int64(i)}
			bad := &message.ProducerInfo{Producer: producer, Destination: &message.Destination{}}
			if _, err := p.e.Append(nil, bad); err == nil {
				t.Fatal("a destination of no kind was written")
			}
			p.send(&message.ProducerInfo{Producer: producer})
			p.send(&message.ProducerInfo{Producer: producer})
		}
	}
}
