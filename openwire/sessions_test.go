package openwire

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
)

// sessionsDir is where conversations between the original's client and broker lie, as a proxy saw them. OPENWIRE_SESSIONS names another
// directory.
func sessionsDir() string {
	if dir := os.Getenv("OPENWIRE_SESSIONS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "shared", "openwire", "sessions")
}

// masked are the fields in which our broker must differ from the recorded one, or may, with the reason.
var masked = map[string]string{
	"BrokerInfo.URL":    "the port",
	"Message.BrokerIn":  "a time",
	"Message.BrokerOut": "a time",
	"ID.BrokerSequence": "counts from elsewhere; what clients send back is translated",
	"Throwable.Stack":   "we have none to show",
	"Throwable.Cause":   "nor causes",

	"property PlatformDetails": "S19: a stranger is not told of the machine",
	"property ProviderVersion": "ours",
	"property originBrokerId":  "made at each start",
	"property originBrokerURL": "the port",
}

// maskedOfAdvisories are masked besides in messages that the broker itself makes: their ids hold that of its connection.
var maskedOfAdvisories = map[string]string{
	"Message.ID":       "made at each start",
	"Message.Producer": "made at each start",

	"DestinationInfo.Command": "the original tells everybody which number the command had on the connection of the one who gave it; nobody can use that",
}

// TestSessions plays the clients of each recording to our broker, which must say what the recorded one said.
//
// Frames of a connection are compared in the order of their kind: answers, deliveries to each consumer, and others. Between kinds no order is
// promised, and the original's own differs from run to run. No client's frame is sent before all that came before it in the recording has come.
func TestSessions(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sessionsDir(), "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sessions in %s (%v)", sessionsDir(), err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			r := readRecording(t, path)
			if t.Failed() {
				return
			}
			p := newReplay(t, r)
			p.seed(r)
			for _, f := range r {
				p.play(f)
			}
			p.finish()
		})
	}
}

// recordedFrame is one frame of a recording.
type recordedFrame struct {
	line       int
	connection int
	client     bool // sent by the client
	command    any
	settings   wire.Settings // of its connection
}

// readRecording reads a recording and decodes its frames.
func readRecording(t *testing.T, path string) []recordedFrame {
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	type end struct {
		decoder *wire.Decoder
		info    *wire.WireFormatInfo
	}
	connections := map[int]map[string]*end{}
	var frames []recordedFrame
	in := bufio.NewScanner(file)
	in.Buffer(nil, 16<<20)
	for line := 1; in.Scan(); line++ {
		var r struct {
			Conn int
			Dir  string
			Hex  string
		}
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			t.Fatalf("line %d: %v", line, err)
		}
		ends := connections[r.Conn]
		if ends == nil {
			first := wire.Settings{Version: wire.VersionMax}
			ends = map[string]*end{"C": {decoder: wire.NewDecoder(first)}, "S": {decoder: wire.NewDecoder(first)}}
			connections[r.Conn] = ends
		}
		b, err := hex.DecodeString(r.Hex)
		if err != nil {
			t.Fatalf("line %d: %v", line, err)
		}
		command, err := ends[r.Dir].decoder.Decode(b[4:])
		if err != nil {
			t.Fatalf("line %d: %v", line, err)
		}
		f := recordedFrame{line: line, connection: r.Conn, client: r.Dir == "C", command: command}
		if info, ok := command.(*wire.WireFormatInfo); ok {
			ends[r.Dir].info = info
			if ends["C"].info != nil && ends["S"].info != nil {
				f.settings = agreed(t, ends["C"].info, ends["S"].info)
				ends["C"].decoder, ends["S"].decoder = wire.NewDecoder(f.settings), wire.NewDecoder(f.settings)
			}
		}
		frames = append(frames, f)
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	return frames
}

// agreed returns what two ends agree on.
func agreed(t *testing.T, a, b *wire.WireFormatInfo) wire.Settings {
	t.Helper()
	mine, err := a.Offer()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := b.Offer()
	if err != nil {
		t.Fatal(err)
	}
	s, err := wire.Negotiate(mine, theirs)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// replay is a recording being played.
type replay struct {
	t         *testing.T
	server    *server
	clients   map[int]*client
	sequences map[int64]int64 // the recorded broker's numbers of messages → ours
}

// newReplay starts a broker of the recorded one's name, at the recorded time.
func newReplay(t *testing.T, frames []recordedFrame) *replay {
	var now int64
	name := "test"
	for _, f := range frames {
		switch v := f.command.(type) {
		case *message.BrokerInfo:
			name = v.Name.String()
		case *message.Message:
			now = max(now, v.Timestamp)
		case *wire.MessageDispatch:
			if v.Message != nil {
				now = max(now, v.Message.Timestamp)
			}
		}
	}
	p := &replay{t: t, clients: map[int]*client{}, sequences: map[int64]int64{}}
	p.server = serve(t, "", func(o *broker.Options) {
		o.Name = name
		o.ID = "ID:goldenbroker-1"
		o.Now = func() time.Time { return time.UnixMilli(now) }
	})
	return p
}

// seed sends what the recorded broker delivers although nobody in the recording sent it.
func (p *replay) seed(frames []recordedFrame) {
	sent := map[string]bool{}
	var missing []*message.Message
	for _, f := range frames {
		switch v := f.command.(type) {
		case *message.Message:
			sent[v.ID.String()] = true
		case *wire.MessageDispatch:
			if v.Message != nil && !v.Message.IsAdvisory() && !sent[v.Message.ID.String()] {
				sent[v.Message.ID.String()] = true
				missing = append(missing, v.Message)
			}
		}
	}
	if len(missing) == 0 {
		return
	}
	c := p.server.connect("seed")
	for _, m := range missing {
		m := *m
		id := *m.ID
		id.BrokerSequence = 0
		m.ID, m.BrokerIn, m.BrokerOut, m.Redeliveries = &id, 0, 0, 0
		c.send(&m)
	}
	c.number = 1 << 20 // none of the messages'
	c.ok(&message.RemoveInfo{Object: &message.ConnectionID{Value: "seed"}})
	c.end()
}

// play sends a client's frame, or waits for a broker's.
func (p *replay) play(f recordedFrame) {
	p.t.Helper()
	c := p.clients[f.connection]
	if c == nil {
		c = p.server.dial()
		p.clients[f.connection] = c
	}
	if f.client {
		p.translate(f.command)
		c.send(f.command)
	} else {
		kind := kindOf(f.command)
		got := c.await(kind, func(v any) bool { return kindOf(v) == kind })
		p.compare(f, got)
	}
	if f.settings.Version != 0 {
		c.use(f.settings)
	}
}

// kindOf returns what the frames have in common whose order counts.
func kindOf(v any) string {
	if _, ok := correlation(v); ok {
		return "answer"
	}
	if d, ok := v.(*wire.MessageDispatch); ok {
		return "dispatch to " + d.Consumer.String()
	}
	return reflect.TypeOf(v).String()
}

// compare reports in what our frame differs from the recorded one.
func (p *replay) compare(f recordedFrame, got any) {
	p.t.Helper()
	hide := map[string]string{}
	for k, v := range masked {
		hide[k] = v
	}
	want, _ := f.command.(*wire.MessageDispatch)
	if ours, ok := got.(*wire.MessageDispatch); ok && want != nil && want.Message != nil && ours.Message != nil {
		p.sequences[want.Message.ID.BrokerSequence] = ours.Message.ID.BrokerSequence
		if want.Message.IsAdvisory() {
			for k, v := range maskedOfAdvisories {
				hide[k] = v
			}
		}
	}
	for _, d := range differences(got, f.command, hide) {
		p.t.Errorf("line %d: %s", f.line, d)
	}
}

// translate puts our numbers of messages in the place of the recorded ones.
func (p *replay) translate(command any) {
	switch v := command.(type) {
	case *message.Ack:
		for _, id := range []*message.ID{v.First, v.Last} {
			if id != nil {
				id.BrokerSequence = p.sequences[id.BrokerSequence]
			}
		}
	case *message.RemoveInfo:
		if ours, ok := p.sequences[v.LastDelivered]; ok {
			v.LastDelivered = ours
		}
	}
}

// finish ends all connections, on which nothing must have come that is not in the recording.
func (p *replay) finish() {
	for n, c := range p.clients {
		for _, f := range c.end() {
			if _, ok := f.(*wire.KeepAliveInfo); ok {
				continue // comes by the clock
			}
			p.t.Errorf("connection %d: %s came, which is not in the recording", n, show(f))
		}
	}
}
