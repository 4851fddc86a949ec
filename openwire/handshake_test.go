package openwire

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store/memory"
	"goactivemq/openwire/wire"
	"goactivemq/protocols"
)

// The properties of a client that can do everything, in the original's spelling.
func capable() map[string]any {
	return map[string]any{
		"StackTraceEnabled": true, "TcpNoDelayEnabled": true, "CacheEnabled": true, "CacheSize": int32(1024),
		"TightEncodingEnabled": true, "SizePrefixDisabled": false, "MaxFrameSize": int64(math.MaxInt64), "MaxFrameSizeEnabled": true,
		"MaxInactivityDuration": int64(0), "MaxInactivityDurationInitalDelay": int64(0),
	}
}

// with returns m with other values for some names; nil takes a name out.
func with(m map[string]any, pairs ...any) map[string]any {
	for i := 0; i < len(pairs); i += 2 {
		name := pairs[i].(string)
		if pairs[i+1] == nil {
			delete(m, name)
		} else {
			m[name] = pairs[i+1]
		}
	}
	return m
}

// infoOf makes a WireFormatInfo of that version and those properties.
func infoOf(t testing.TB, version int32, properties map[string]any) *wire.WireFormatInfo {
	t.Helper()
	var m message.Map
	for name, value := range properties {
		m = append(m, message.Entry{Name: name, Value: value})
	}
	b, err := message.AppendMap(nil, m)
	if err != nil {
		t.Fatal(err)
	}
	return &wire.WireFormatInfo{Magic: wire.Magic, Version: version, Properties: b}
}

// converse does what uses all that was agreed on: many identifiers for the cache, an exception, a message there and back.
func converse(t *testing.T, c *client) {
	t.Helper()
	c.login("converse")
	queue := message.NewQueue("Q")
	consumer := c.consumer(1, queue, 1000)
	for i := range 120 {
		id := c.producer(int64(i+1), message.NewQueue(fmt.Sprintf("Q.%d", i)), 0)
		c.tell(&message.RemoveInfo{Object: id})
	}
	e, ok := c.ask(&message.RemoveSubscriptionInfo{Connection: &message.ConnectionID{Value: c.id}, ClientID: message.T(c.id), SubscriptionName: message.T("none")}).(*wire.ExceptionResponse)
	if !ok || e.Exception == nil || e.Exception.Class != message.T("javax.jms.InvalidDestinationException") || e.Exception.Message.IsNull() {
		t.Errorf("an unknown subscription is answered with %s", show(e))
	}
	producer := c.producer(1000, queue, 0)
	properties, err := message.AppendMap(nil, message.Map{{Name: "n", Value: int32(7)}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(3) {
		m := text(producer, i+1, queue, "grüße "+strings.Repeat("x", 300))
		m.Properties, m.CorrelationID, m.Type = properties, message.T("c"), message.T("")
		c.ok(m)
		d := await[*wire.MessageDispatch](c)
		for _, difference := range differences(d.Message, m, map[string]string{"ID.BrokerSequence": "", "Message.BrokerIn": "", "Message.BrokerOut": ""}) {
			t.Error(difference)
		}
		c.ok(&message.Ack{Destination: queue, Consumer: consumer, Kind: message.Standard, First: d.Message.ID, Last: d.Message.ID, Count: 1})
	}
	c.ok(&message.RemoveInfo{Object: &message.ConnectionID{Value: c.id}})
	c.tell(&wire.ShutdownInfo{})
	if left := c.closed(); len(left) > 0 {
		t.Errorf("came besides: %s", show(left))
	}
}

// TestVersions talks in all versions, both encodings, with and without cache.
func TestVersions(t *testing.T) {
	s := serve(t, "", nil)
	for version := int32(1); version <= wire.VersionMax; version++ {
		for _, tight := range []bool{true, false} {
			for _, cache := range []bool{true, false} {
				t.Run(fmt.Sprintf("%d tight=%t cache=%t", version, tight, cache), func(t *testing.T) {
					c := s.dial()
					c.t = t
					c.hello(infoOf(t, version, with(capable(), "TightEncodingEnabled", tight, "CacheEnabled", cache)),
						wire.Settings{Version: int(version), Tight: tight, Cache: cache, CacheSize: 1024, StackTrace: true})
					converse(t, c)
				})
			}
		}
	}
}

// TestNegotiation has for what each end says what both must go on with.
func TestNegotiation(t *testing.T) {
	full := wire.Settings{Version: 12, Tight: true, Cache: true, CacheSize: 1024, StackTrace: true}
	change := func(f func(*wire.Settings)) wire.Settings {
		s := full
		f(&s)
		return s
	}
	size := func(n int) wire.Settings { return change(func(s *wire.Settings) { s.CacheSize = n }) }
	plain := wire.Settings{Version: 12}
	for _, c := range []struct {
		name    string
		options string
		version int32
		theirs  map[string]any
		want    wire.Settings
	}{
		{"all", "", 12, capable(), full},
		{"a later version", "", 13, capable(), full},
		{"a much later version", "", math.MaxInt32, capable(), full},
		{"version 0 does not count", "", 0, capable(), full},
		{"nor does a negative one", "", -3, capable(), full},
		{"our version is lower", "wireFormat.version=6", 12, capable(), change(func(s *wire.Settings) { s.Version = 6 })},
		{"no properties", "", 12, map[string]any{}, plain},
		{"unknown properties", "", 12, with(capable(), "Colour", "blue", "List", message.List{int32(1)}), full},
		{"no StackTraceEnabled", "", 12, with(capable(), "StackTraceEnabled", nil), change(func(s *wire.Settings) { s.StackTrace = false })},
		{"StackTraceEnabled is no bool", "", 12, with(capable(), "StackTraceEnabled", "true"), change(func(s *wire.Settings) { s.StackTrace = false })},
		{"TightEncodingEnabled is no bool", "", 12, with(capable(), "TightEncodingEnabled", int32(1)), change(func(s *wire.Settings) { s.Tight = false })},
		{"no stack traces here", "wireFormat.stackTraceEnabled=false", 12, capable(), change(func(s *wire.Settings) { s.StackTrace = false })},
		{"no tight encoding here", "wireFormat.tightEncodingEnabled=false", 12, capable(), change(func(s *wire.Settings) { s.Tight = false })},
		{"no cache here", "wireFormat.cacheEnabled=false", 12, capable(), change(func(s *wire.Settings) { s.Cache = false })},
		{"nobody goes without sizes", "wireFormat.sizePrefixDisabled=true", 12, with(capable(), "SizePrefixDisabled", true), full},
		{"no nodelay here", "wireFormat.tcpNoDelayEnabled=false", 12, capable(), full},
		{"their cache 0", "", 12, with(capable(), "CacheSize", int32(0)), size(16383)},
		{"their cache 1", "", 12, with(capable(), "CacheSize", int32(1)), size(1)},
		{"their cache 99", "", 12, with(capable(), "CacheSize", int32(99)), size(99)},
		{"their cache 100", "", 12, with(capable(), "CacheSize", int32(100)), size(100)},
		{"their cache 101", "", 12, with(capable(), "CacheSize", int32(101)), size(101)},
		{"our cache 1 is offered as 100", "wireFormat.cacheSize=1", 12, capable(), size(100)},
		{"our cache 99 is offered as 100", "wireFormat.cacheSize=99", 12, capable(), size(100)},
		{"our cache 100", "wireFormat.cacheSize=100", 12, capable(), size(100)},
		{"our cache 0", "wireFormat.cacheSize=0", 12, capable(), size(16383)},
		{"our cache 2000", "wireFormat.cacheSize=2000", 12, with(capable(), "CacheSize", int32(3000)), size(2000)},
		{"no CacheSize", "", 12, with(capable(), "CacheSize", nil), size(16383)},
		{"a cache size for no cache", "", 12, with(capable(), "CacheEnabled", false, "CacheSize", int32(-5)), change(func(s *wire.Settings) { s.Cache = false })},
		{"negative frame size does not count", "", 12, with(capable(), "MaxFrameSize", int64(-1)), full},
		{"no MaxFrameSize", "", 12, with(capable(), "MaxFrameSize", nil), full},
		{"negative inactivity is none", "", 12, with(capable(), "MaxInactivityDuration", int64(-1), "MaxInactivityDurationInitalDelay", int64(-1)), full},
		{"with transport. in front", "transport.wireFormat.version=3", 12, capable(), change(func(s *wire.Settings) { s.Version = 3 })},
		{"the lowest version that is wanted", "minmumWireFormatVersion=5", 5, capable(), change(func(s *wire.Settings) { s.Version = 5 })},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			peer := serve(t, c.options, nil).dial()
			peer.hello(infoOf(t, c.version, c.theirs), c.want)
			converse(t, peer)
		})
	}
}

// TestRefusedOffers ends connections whose first frame is not as it must be, and says why.
func TestRefusedOffers(t *testing.T) {
	many := map[string]any{}
	for i := range 4097 {
		many[fmt.Sprint("p", i)] = int32(i)
	}
	magic := infoOf(t, 12, capable())
	magic.Magic[0] = 'X'
	cut := infoOf(t, 12, capable())
	cut.Properties = cut.Properties[:len(cut.Properties)-3]
	for _, c := range []struct {
		name    string
		options string
		first   any
		reason  string
	}{
		{"version below the lowest that is wanted", "minmumWireFormatVersion=5", infoOf(t, 4, capable()), "Remote wire format (4) is lower than the minimum version required (5)"},
		{"negative cache size", "", infoOf(t, 12, with(capable(), "CacheSize", int32(-1))), "negative cache size"},
		{"more than 4096 properties", "", infoOf(t, 12, many), "4097 properties, want at most 4096"},
		{"wrong magic", "", magic, `magic "XctiveMQ"`},
		{"properties cut off", "", cut, "WireFormatInfo"},
		{"something else first", "", &wire.KeepAliveInfo{}, "KeepAliveInfo came first"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.options, nil)
			peer := s.dial()
			peer.send(c.first)
			for _, f := range peer.closed() {
				if _, ok := f.(*wire.WireFormatInfo); !ok {
					t.Errorf("%s came", show(f))
				}
			}
			s.log.await(t, c.reason)
		})
	}
}

// TestOffer shows each option of the URI in what the broker says of itself.
func TestOffer(t *testing.T) {
	defaults := map[string]any{
		"StackTraceEnabled": true, "TcpNoDelayEnabled": true, "CacheEnabled": true, "CacheSize": int32(1024),
		"TightEncodingEnabled": true, "SizePrefixDisabled": false, "MaxFrameSize": int64(math.MaxInt64), "MaxFrameSizeEnabled": true,
		"MaxInactivityDuration": int64(30000), "MaxInactivityDurationInitalDelay": int64(10000),
		"ProviderName": "ActiveMQ", "ProviderVersion": "1.2.3", "PlatformDetails": "",
	}
	for _, c := range []struct {
		option, property string
		want             any
	}{
		{"", "", nil},
		{"wireFormat.stackTraceEnabled=false", "StackTraceEnabled", false},
		{"wireFormat.tcpNoDelayEnabled=false", "TcpNoDelayEnabled", false},
		{"wireFormat.cacheEnabled=false", "CacheEnabled", false},
		{"wireFormat.cacheSize=512", "CacheSize", int32(512)},
		{"wireFormat.cacheSize=7", "CacheSize", int32(100)},
		{"wireFormat.tightEncodingEnabled=false", "TightEncodingEnabled", false},
		{"wireFormat.sizePrefixDisabled=true", "SizePrefixDisabled", false},
		{"wireFormat.maxFrameSize=104857600", "MaxFrameSize", int64(104857600)},
		{"wireFormat.maxFrameSizeEnabled=false", "MaxFrameSizeEnabled", false},
		{"wireFormat.maxInactivityDuration=0", "MaxInactivityDuration", int64(0)},
		{"wireFormat.maxInactivityDuration=5000", "MaxInactivityDuration", int64(5000)},
		{"wireFormat.maxInactivityDurationInitalDelay=77", "MaxInactivityDurationInitalDelay", int64(77)},
	} {
		t.Run(c.option, func(t *testing.T) {
			t.Parallel()
			want := map[string]any{}
			for name, value := range defaults {
				want[name] = value
			}
			if c.property != "" {
				want[c.property] = c.want
			}
			info := await[*wire.WireFormatInfo](serve(t, c.option, nil).dial())
			if info.Version != 12 || info.Magic != wire.Magic {
				t.Errorf("version %d, magic %q", info.Version, info.Magic)
			}
			got, err := message.DecodeMap(info.Properties)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want) {
				t.Errorf("%d properties, want %d: %v", len(got), len(want), got)
			}
			for _, e := range got {
				if e.Value != want[e.Name] {
					t.Errorf("%s is %T %v, want %v", e.Name, e.Value, e.Value, want[e.Name])
				}
			}
		})
	}
}

// TestRefusedOptions has URIs with which no connector may start.
func TestRefusedOptions(t *testing.T) {
	b, err := broker.New(broker.Options{Name: "test", Store: memory.New()})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for _, option := range []string{
		"wireFormat.version=0", "wireFormat.version=13", "wireFormat.version=twelve", "wireFormat.stackTraceEnabled=yes",
		"wireFormat.tcpNoDelayEnabled=1", "wireFormat.cacheEnabled=", "wireFormat.cacheSize=-1", "wireFormat.cacheSize=40000",
		"wireFormat.cacheSize=many", "wireFormat.tightEncodingEnabled=no", "wireFormat.sizePrefixDisabled=0", "wireFormat.maxFrameSize=10MB",
		"wireFormat.maxFrameSizeEnabled=on", "wireFormat.maxInactivityDuration=30s", "wireFormat.maxInactivityDurationInitalDelay=x",
		"maxInactivityDuration=x", "connectAttemptTimeout=x", "minmumWireFormatVersion=x",
	} {
		a, err := protocols.ParseAddress("tcp://127.0.0.1:0?" + option)
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(option, "=")
		if _, err := New(b, a, "1.2.3", nil, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want an error that names the option", option, err)
		}
	}
}

// TestFrameLimits bounds frames both ways by the lower of what both ends said.
func TestFrameLimits(t *testing.T) {
	for _, c := range []struct {
		name    string
		options string
		theirs  int64
		large   bool // a message of 3,000 bytes passes
	}{
		{"ours", "wireFormat.maxFrameSize=2000", math.MaxInt64, false},
		{"theirs", "", 2000, false},
		{"large enough", "wireFormat.maxFrameSize=4000", 5000, true},
		{"not enabled", "wireFormat.maxFrameSize=2000&wireFormat.maxFrameSizeEnabled=false", math.MaxInt64, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.options, nil)
			peer := s.dial()
			peer.hello(infoOf(t, 12, with(capable(), "MaxFrameSize", c.theirs)), wire.Settings{Version: 12, Tight: true, Cache: true, CacheSize: 1024, StackTrace: true})
			peer.login("c")
			queue := message.NewQueue("Q")
			producer := peer.producer(1, queue, 0)
			m := text(producer, 1, queue, strings.Repeat("x", 3000))
			if c.large {
				peer.ok(m)
				return
			}
			peer.ok(text(producer, 1, queue, strings.Repeat("x", 1000)))
			peer.send(peer.numbered(m, true))
			if left := peer.closed(); len(left) > 0 {
				t.Errorf("came: %s", show(left))
			}
			s.log.await(t, "want 1 to 2000")
		})
	}
}

// TestNoFirstFrame ends a connection on which nothing is said.
func TestNoFirstFrame(t *testing.T) {
	s := serve(t, "connectAttemptTimeout=50", nil)
	silent, slow := s.dial(), s.dial()
	slow.write([]byte{0, 0, 1})
	silent.closed()
	slow.closed()
	s.log.await(t, "no WireFormatInfo within 50ms")
}

// TestFirstFrameForEver waits for a first frame as long as it takes when there is no timeout.
func TestFirstFrameForEver(t *testing.T) {
	for _, option := range []string{"connectAttemptTimeout=0", "connectAttemptTimeout=-1"} {
		s := serve(t, option, nil)
		waiting := s.dial()
		await[*wire.WireFormatInfo](waiting) // the timeout, if there were one, would be over
		waiting.socket.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if _, err := waiting.reader.Next(); err == nil || !strings.Contains(err.Error(), "timeout") {
			t.Errorf("%s: %v, want nothing to come", option, err)
		}
	}
}
