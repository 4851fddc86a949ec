package wire

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"goactivemq/activemq/message"
)

func infoOf(t *testing.T, m message.Map) *WireFormatInfo {
	t.Helper()
	b, err := message.AppendMap(nil, m)
	if err != nil {
		t.Fatal(err)
	}
	return &WireFormatInfo{Magic: Magic, Version: 12, Properties: b}
}

func TestOfferRoundTrip(t *testing.T) {
	sent := DefaultOffer("5.17.2")
	sent.Host = message.T("broker.example")
	info, err := sent.Info()
	if err != nil {
		t.Fatal(err)
	}
	frame, err := NewEncoder(Settings{Version: VersionMax}).Append(nil, info)
	if err != nil {
		t.Fatal(err)
	}
	// magic and version stand where every peer looks for them, whatever it can do
	if !bytes.HasPrefix(frame[4:], []byte("\x01ActiveMQ\x00\x00\x00\x0c\x01")) {
		t.Errorf("frame starts with %x", frame[:20])
	}
	v, err := NewDecoder(Settings{Version: VersionMax}).Decode(frame[headSize:])
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.(*WireFormatInfo).Offer(); err != nil || got != sent {
		t.Errorf("%+v, %v, want %+v", got, err, sent)
	}
}

// TestS19OfferTellsNothingOfTheMachine looks for what the original tells every stranger.
func TestS19OfferTellsNothingOfTheMachine(t *testing.T) {
	info, err := DefaultOffer("5.17.2").Info()
	if err != nil {
		t.Fatal(err)
	}
	m, err := message.DecodeMap(info.Properties)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"ProviderName": "ActiveMQ", "ProviderVersion": "5.17.2", "PlatformDetails": ""}
	for _, e := range m {
		if s, ok := e.Value.(string); ok && s != want[e.Name] {
			t.Errorf("%s is %q, want %q", e.Name, s, want[e.Name])
		}
	}
}

func TestOfferOfLittle(t *testing.T) {
	got, err := infoOf(t, nil).Offer()
	if want := (Offer{Version: 12}); err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	odd := infoOf(t, message.Map{{Name: "CacheEnabled", Value: int8(1)}, {Name: "CacheSize", Value: int16(7)}, {Name: "Host", Value: true},
		{Name: "TightEncodingEnabled", Value: "true"}, {Name: "MaxInactivityDuration", Value: int64(math.MaxInt64)}, {Name: "Unknown", Value: "x"}})
	got, err = odd.Offer()
	want := Offer{Version: 12, CacheSize: 7, MaxInactivity: math.MaxInt64 / time.Millisecond * time.Millisecond}
	if err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
}

func TestOfferRefused(t *testing.T) {
	many := make(message.Map, propertiesMax+1)
	for _, c := range []struct {
		info *WireFormatInfo
		want string
	}{
		{&WireFormatInfo{Magic: [8]byte{'A'}}, `magic "A`},
		{&WireFormatInfo{Magic: Magic, Properties: []byte{0, 0, 0, 1}}, "count 1"},
		{&WireFormatInfo{Magic: Magic, Properties: []byte{0x7f, 0, 0, 1}}, "count 2130706433"},
		{infoOf(t, many), "4097 properties, want at most 4096"},
	} {
		if o, err := c.info.Offer(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v, error %v, want one with %q", o, err, c.want)
		}
	}
}

func TestNegotiate(t *testing.T) {
	all := DefaultOffer("")
	full := Settings{Version: 12, Tight: true, Cache: true, CacheSize: 1024, StackTrace: true, MaxFrame: math.MaxInt64, TCPNoDelay: true,
		MaxInactivity: 30 * time.Second, MaxInactivityBeginning: 10 * time.Second}
	for _, c := range []struct {
		name   string
		theirs func(o *Offer)
		want   func(s *Settings)
	}{
		{"the same", func(o *Offer) {}, func(s *Settings) {}},
		{"older", func(o *Offer) { o.Version = 6 }, func(s *Settings) { s.Version = 6 }},
		{"newer", func(o *Offer) { o.Version = 99 }, func(s *Settings) {}},
		{"no version", func(o *Offer) { o.Version = -1 }, func(s *Settings) {}},
		{"loose", func(o *Offer) { o.Tight = false }, func(s *Settings) { s.Tight = false }},
		{"no cache", func(o *Offer) { o.Cache = false }, func(s *Settings) { s.Cache, s.CacheSize = false, 0 }},
		{"small cache", func(o *Offer) { o.CacheSize = 50 }, func(s *Settings) { s.CacheSize = 50 }},
		{"cache of 0", func(o *Offer) { o.CacheSize = 0 }, func(s *Settings) { s.CacheSize = 0 }},
		{"no traces", func(o *Offer) { o.StackTrace = false }, func(s *Settings) { s.StackTrace = false }},
		{"no size", func(o *Offer) { o.SizePrefixDisabled = true }, func(s *Settings) {}},
		{"small frames", func(o *Offer) { o.MaxFrame = 1000 }, func(s *Settings) { s.MaxFrame = 1000 }},
		{"frames of 0", func(o *Offer) { o.MaxFrame = 0 }, func(s *Settings) {}},
		{"patience", func(o *Offer) { o.MaxInactivity = time.Hour }, func(s *Settings) {}},
		{"no watching", func(o *Offer) { o.MaxInactivity = 0 }, func(s *Settings) { s.MaxInactivity = 0 }},
		{"impatience", func(o *Offer) { o.MaxInactivityBeginning = -1 }, func(s *Settings) { s.MaxInactivityBeginning = 0 }},
	} {
		theirs, want := all, full
		c.theirs(&theirs)
		c.want(&want)
		if got, err := Negotiate(all, theirs); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v, want %+v", c.name, got, err, want)
		}
	}
	unlimited := all
	unlimited.MaxFrameEnabled, unlimited.MaxFrame = false, 10
	if s, err := Negotiate(unlimited, all); err != nil || s.MaxFrame != 0 {
		t.Errorf("limit switched off here: %d, %v", s.MaxFrame, err)
	}
	for name, bad := range map[string]Offer{"cache": {Version: 12, Cache: true, CacheSize: -1}, "versions": {Version: 0}} {
		mine := bad
		mine.CacheSize = 0
		if s, err := Negotiate(mine, bad); err == nil {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// TestCacheSizesThatHang checks that no peer is offered a cache size that keeps the original's writer busy for ever.
func TestCacheSizesThatHang(t *testing.T) {
	for _, size := range []int{0, 1, 99, 100, 1024} {
		info, err := Offer{Version: 12, CacheSize: size}.Info()
		if err != nil {
			t.Fatal(err)
		}
		o, err := info.Offer()
		if err != nil || 0 < o.CacheSize && o.CacheSize < 100 || size >= 100 && o.CacheSize != size {
			t.Errorf("%d is offered as %d, %v", size, o.CacheSize, err)
		}
	}
}
