package broker

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
	"time"
)

// Poll asks done every few milliseconds until it answers true, and gives up after limit. It returns done's last answer.
// This is the one place where the black-box tests wait for something that cannot tell them.
func Poll(limit time.Duration, done func() bool) bool {
	deadline := time.Now().Add(limit)
	for !done() {
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(5 * time.Millisecond)
	}
	return true
}

// Accepts reports whether something takes a connection at addr.
func Accepts(addr string) bool {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// FreePort finds a loopback port that nobody listens on. It looks below the range from which the kernel serves outgoing
// connections: while a broker is down, no client of any other test can be given its port.
func FreePort(t testing.TB) int {
	t.Helper()
	for range 200 {
		port := 12000 + rand.IntN(20000)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no free port between 12000 and 32000")
	return 0
}
