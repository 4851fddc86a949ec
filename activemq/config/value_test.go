package config

import (
	"math"
	"testing"
	"time"
)

// Expected values of sizes, booleans and numbers are answers of the original to the probes of the same text.
func TestParseBytes(t *testing.T) {
	for _, c := range []struct {
		text string
		bits int
		want int64
		ok   bool
	}{
		{"1024", 64, 1024, true}, {"0", 64, 0, true}, {"10 b", 64, 10, true},
		{"64kb", 64, 64 << 10, true}, {"64 KB", 64, 64 << 10, true}, {"64 m", 64, 64 << 20, true},
		{"  64   mb  ", 64, 64 << 20, true}, {"64 Mb", 64, 64 << 20, true}, {"1gb", 64, 1 << 30, true}, {"2G", 64, 2 << 30, true},
		{"99999999999 gb", 64, -3306282043331051520, true}, // wraps around
		{"3gb", 32, -1073741824, true}, {"32mb", 32, 32 << 20, true},
		{"", 64, 0, false}, {"1,024", 64, 0, false}, {"1.5 gb", 64, 0, false}, {"64 mib", 64, 0, false}, {"-1", 64, 0, false},
		{"50%", 64, 0, false}, {"1 tb", 64, 0, false}, {"1_000", 64, 0, false}, {"lots", 64, 0, false}, {"#### SIZE ####", 64, 0, false},
		{"99999999999999999999", 64, 0, false}, {"3000000000", 32, 0, false},
	} {
		got, err := parseBytes(c.text, c.bits)
		if got != c.want && c.ok || (err == nil) != c.ok {
			t.Errorf("parseBytes(%q, %d) = %d, %v; want %d, ok %v", c.text, c.bits, got, err, c.want, c.ok)
		}
	}
}

func TestParseLiteral(t *testing.T) {
	for _, c := range []struct {
		kind, text string
		validated  bool
		want       any // nil: refused
	}{
		{"boolean", "true", true, true}, {"boolean", "0", true, false}, {"boolean", " true ", true, true}, {"boolean", "TRUE", true, nil},
		{"boolean", "yes", true, nil}, {"boolean", "", true, nil}, {"boolean", "TRUE", false, true}, {"boolean", "on", false, true},
		{"boolean", "no", false, false}, {"boolean", "enabled", false, nil}, {"boolean", "", false, nil},
		{"truth", "TRUE", true, true}, {"truth", "False", true, false}, {"truth", "1", true, nil}, {"truth", " true ", true, nil}, {"truth", "yes", false, nil},
		{"int", "5", true, int64(5)}, {"int", "+5", true, int64(5)}, {"int", "-1", true, int64(-1)}, {"int", "010", true, int64(10)}, {"int", " 5 ", true, int64(5)},
		{"int", "0x10", true, nil}, {"int", "0x10", false, int64(16)}, {"int", "1_000", true, nil}, {"int", "1_000", false, nil}, {"int", "5.0", true, nil},
		{"int", "5000L", true, nil}, {"int", "99999999999", true, nil}, {"int", "", true, nil}, {"long", "99999999999", true, int64(99999999999)},
		{"float", "0.2", true, 0.2}, {"double", "1e3", true, 1000.0}, {"double", "NaN", true, nil}, {"double", "0x1p4", true, nil},
		{"bytesint", "10000", true, int64(10000)}, {"bytesint", "3gb", true, nil},
		{"uri", " tcp://0.0.0.0:1 ", true, "tcp://0.0.0.0:1"}, {"uri", "tcp://{host}:61616", true, "tcp://%7Bhost%7D:61616"},
		{"uri", "tcp://a b:1?x=%20#f", true, "tcp://a%20b:1?x=%2520#f"}, {"uri", "tcp://a:1?x=%20", true, "tcp://a:1?x=%20"},
		{"file", "file:target/a", true, "target/a"}, {"file", "target/", true, "target"}, {"file", "/a//b", true, "/a/b"}, {"file", "../data", true, "../data"},
		{"string", " as is ", true, " as is "},
	} {
		got, err := parseLiteral(c.kind, c.text, c.validated)
		if c.want == nil && err == nil || c.want != nil && (err != nil || got != c.want) {
			t.Errorf("parseLiteral(%s, %q, %v) = %v, %v; want %v", c.kind, c.text, c.validated, got, err, c.want)
		}
	}
}

func TestMillisDuration(t *testing.T) {
	for m, want := range map[Millis]time.Duration{
		0: 0, 1500: 1500 * time.Millisecond, -1: -time.Millisecond,
		math.MaxInt64: math.MaxInt64 / 1000000 * time.Millisecond,
	} {
		if got := m.Duration(); got != want {
			t.Errorf("Millis(%d).Duration() = %v, want %v", m, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"brokerName", "useJmx", "persistent", "producerFlowControl", "memoryLimit", "queue", "topic"}
	for name, want := range map[string]string{
		"brokername": "brokerName", "useJMX": "useJmx", "persistant": "persistent", "producerFlowControll": "producerFlowControl",
		"memroyLimit": "memoryLimit", "queues": "queue", "tpoic": "topic", "somethingElse": "", "": "",
	} {
		if got := nearest(name, known); got != want {
			t.Errorf("nearest(%q) = %q, want %q", name, got, want)
		}
	}
}
