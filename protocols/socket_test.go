package protocols_test

import (
	"io"
	"net"
	"testing"

	"goactivemq/protocols"
)

// pair returns both ends of a TCP connection.
func pair(t *testing.T) (here, there net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if there, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if here, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { here.Close(); there.Close() })
	return here, there
}

// TestDoze shows that a reader that dozed gets what came meanwhile, however little it is, what comes after that, and the end.
func TestDoze(t *testing.T) {
	here, there := pair(t)
	s := protocols.NewSocket(here)
	say := func(text string) {
		t.Helper()
		if _, err := there.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	hear := func(want string) {
		got := make([]byte, len(want))
		if _, err := io.ReadFull(s, got); err != nil || string(got) != want {
			t.Errorf("read %q, %v, want %q", got, err, want)
		}
	}
	for range 3 {
		s.Doze()
		s.Doze()
		say("a")
		hear("a")
		heard := make(chan struct{})
		go func() { // waits, as nothing is there
			defer close(heard)
			hear("b")
		}()
		say("b")
		<-heard
	}
	s.Doze()
	there.Close()
	if n, err := s.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("read %d bytes, %v, want the end", n, err)
	}
	here.Close()
	s.Doze()
	if _, err := s.Read(make([]byte, 1)); err == nil {
		t.Error("read from a closed socket")
	}
}
