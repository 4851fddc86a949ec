package wire

import (
	"encoding/hex"
	"path/filepath"
	"reflect"
	"testing"
)

// recorded is one frame of a recorded conversation.
type recorded struct {
	Conn    int
	Dir     string
	Hex     string
	Decoded []map[string]any
}

// TestSessions reads conversations between the original's client and broker with what their first frames agree on, and writes
// each frame again.
func TestSessions(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(beside("sessions"), "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sessions in %s (%v)", beside("sessions"), err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			connections := map[int]*conversation{}
			eachLine(t, path, func(line int, r *recorded) {
				c := connections[r.Conn]
				if c == nil {
					c = &conversation{infos: map[string]*WireFormatInfo{}, sides: map[string]*side{}}
					connections[r.Conn] = c
				}
				c.next(t, line, r)
			})
		})
	}
}

// conversation is one connection of a recording.
type conversation struct {
	infos    map[string]*WireFormatInfo // by direction
	settings Settings
	sides    map[string]*side
}

// side is one direction.
type side struct {
	decoder *Decoder
	encoder *Encoder
}

func newSide(s Settings) *side { return &side{NewDecoder(s), NewEncoder(s)} }

func (c *conversation) next(t *testing.T, line int, r *recorded) {
	settings := Settings{Version: VersionMax}
	s := newSide(settings)
	if c.infos[r.Dir] != nil {
		if c.sides[r.Dir] == nil {
			c.agree(t)
			c.sides[r.Dir] = newSide(c.settings)
		}
		settings, s = c.settings, c.sides[r.Dir]
	}
	frame := unhex(r.Hex)
	v, err := s.decoder.Decode(frame[headSize:])
	if err != nil {
		t.Fatalf("line %d: %v", line, err)
	}
	if info, ok := v.(*WireFormatInfo); ok {
		c.infos[r.Dir] = info
	}
	p := plain{describe(t), settings.Version, settings.StackTrace}
	if got := p.of(v, true); !reflect.DeepEqual(got, r.Decoded[0]) {
		t.Errorf("line %d: decodes to\n%v\nwant\n%v", line, got, r.Decoded[0])
	}
	again, err := s.encoder.Append(nil, v)
	if err != nil || hex.EncodeToString(again) != r.Hex {
		t.Errorf("line %d: encodes to\n%x, %v\nwant\n%s", line, again, err, r.Hex)
	}
}

// agree finds the settings of the connection.
func (c *conversation) agree(t *testing.T) {
	var offers []Offer
	for _, dir := range []string{"C", "S"} {
		if c.infos[dir] == nil {
			t.Fatalf("a frame before the WireFormatInfo of %s", dir)
		}
		o, err := c.infos[dir].Offer()
		if err != nil {
			t.Fatal(err)
		}
		offers = append(offers, o)
	}
	var err error
	if c.settings, err = Negotiate(offers[0], offers[1]); err != nil {
		t.Fatal(err)
	}
}
