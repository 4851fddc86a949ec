package protocols_test

import (
	"strings"
	"testing"
	"time"

	"goactivemq/protocols"
)

func TestParseAddress(t *testing.T) {
	for _, c := range []struct{ text, scheme, listen string }{
		{"tcp://0.0.0.0:61616?maximumConnections=1000", "tcp", "0.0.0.0:61616"},
		{" nio://localhost:0 ", "nio", "localhost:0"},
		{"tcp://localhost", "tcp", "localhost:0"},
		{"stomp://[::1]:61613", "stomp", "[::1]:61613"},
		{"auto+nio+ssl://host:5671?a=1&b=2", "auto+nio+ssl", "host:5671"},
		{"ws://:61614", "ws", ":61614"},
	} {
		a, err := protocols.ParseAddress(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if a.Scheme != c.scheme || a.Listen() != c.listen {
			t.Errorf("%q is %s at %s, want %s at %s", c.text, a.Scheme, a.Listen(), c.scheme, c.listen)
		}
	}
}

func TestParseAddressRefuses(t *testing.T) {
	for _, text := range []string{"", "61616", "tcp:", "tcp://", "//host:1", "tcp://host:65536", "tcp://host:-1", "tcp://host:port", "tcp://host:1?a=%zz", "\x00://host:1", "tcp://[::1:1"} {
		a, err := protocols.ParseAddress(text)
		if err == nil {
			t.Errorf("%q was read as %+v", text, *a)
		} else if text != "" && !strings.HasPrefix(err.Error(), "connector uri ") {
			t.Errorf("%q: %v does not say what it is about", text, err)
		}
	}
}

func TestOptions(t *testing.T) {
	a, err := protocols.ParseAddress("tcp://host:1?n=1&n=2&transport.m= 30 &yes=TRUE&no=false&wrong=x&other=1&transport.more=2")
	if err != nil {
		t.Fatal(err)
	}
	n, m, absent := int64(0), time.Duration(0), int64(7)
	yes, no, set := false, true, true
	for name, err := range map[string]error{
		"n": a.Int("n", &n), "m": a.Millis("m", &m), "absent": a.Int("absent", &absent),
		"yes": a.Bool("yes", &yes), "no": a.Bool("no", &no), "absent2": a.Bool("absent2", &set),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n != 2 || m != 30*time.Millisecond || absent != 7 || !yes || no || !set {
		t.Errorf("read %d, %v, %d, %v, %v, %v", n, m, absent, yes, no, set)
	}
	kept := time.Minute
	if a.Int("wrong", &n) == nil || a.Bool("wrong", &yes) == nil || a.Millis("wrong", &kept) == nil {
		t.Error("x was read as a number, or as true or false")
	}
	if n != 2 || !yes || kept != time.Minute {
		t.Errorf("what cannot be read changed the value: %d, %v, %v", n, yes, kept)
	}
	if left := a.Leftover(); len(left) != 2 || !strings.Contains(left[0], "other ") || !strings.Contains(left[1], "transport.more ") {
		t.Errorf("left over are %q, want other and transport.more", left)
	}
}
