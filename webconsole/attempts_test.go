package webconsole

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func wrong() bool { return false }
func right() bool { return true }

func TestAttempts(t *testing.T) {
	now := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	a := newAttempts(func() time.Time { return now })
	here, there := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for i := range attemptsBurst {
		if ok, refused, last := a.try(here, wrong); ok || refused != 0 || last != (i == attemptsBurst-1) {
			t.Fatalf("attempt %d: ok %v, refused for %v, last %v", i+1, ok, refused, last)
		}
	}
	if ok, refused, _ := a.try(here, right); ok || refused != attemptsInterval {
		t.Errorf("right password after %d wrong ones: ok %v, refused for %v, want %v", attemptsBurst, ok, refused, attemptsInterval)
	}
	if ok, refused, _ := a.try(there, right); !ok || refused != 0 {
		t.Errorf("another address: ok %v, refused for %v", ok, refused)
	}
	now = now.Add(attemptsInterval - time.Second)
	if ok, refused, _ := a.try(here, right); ok || refused != time.Second {
		t.Errorf("a second too early: ok %v, refused for %v", ok, refused)
	}
	now = now.Add(time.Second)
	if ok, refused, _ := a.try(here, right); !ok || refused != 0 {
		t.Errorf("after the interval: ok %v, refused for %v", ok, refused)
	}
	if ok, refused, last := a.try(here, wrong); ok || refused != 0 || !last {
		t.Errorf("one wrong one more: ok %v, refused for %v, last %v", ok, refused, last)
	}
	if _, refused, _ := a.try(here, right); refused == 0 {
		t.Error("not refused after the one attempt that the interval gave")
	}
	now = now.Add(time.Hour)
	for i := range attemptsBurst {
		if _, refused, _ := a.try(here, wrong); refused != 0 {
			t.Fatalf("attempt %d an hour later is refused for %v", i+1, refused)
		}
	}
}

// TestAttemptsTogether holds that guesses at the same time are no more than guesses one after the other.
func TestAttemptsTogether(t *testing.T) {
	now := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	a := newAttempts(func() time.Time { return now })
	var checked atomic.Int64
	var wait sync.WaitGroup
	for range 100 {
		wait.Go(func() {
			a.try(netip.MustParseAddr("192.0.2.1"), func() bool {
				checked.Add(1)
				return false
			})
		})
	}
	wait.Wait()
	if checked.Load() != attemptsBurst {
		t.Errorf("%d passwords were looked at, want %d", checked.Load(), attemptsBurst)
	}
}

// TestAttemptsBounded has more clients than are remembered, and one of a customer's many IPv6 addresses after the other.
func TestAttemptsBounded(t *testing.T) {
	now := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	a := newAttempts(func() time.Time { return now })
	guesser := netip.MustParseAddr("192.0.2.1")
	for range attemptsBurst {
		a.try(guesser, wrong)
	}
	for i := range networksMax + 500 {
		a.try(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), wrong)
	}
	if len(a.forgiven) > networksMax {
		t.Errorf("%d clients are remembered, want at most %d", len(a.forgiven), networksMax)
	}
	if _, refused, _ := a.try(guesser, right); refused == 0 {
		t.Error("the one who failed the most is forgotten")
	}
	refusals := 0
	for i := range 100 {
		address := netip.MustParseAddr("2001:db8::").As16()
		address[15] = byte(i)
		if _, refused, _ := a.try(netip.AddrFrom16(address), wrong); refused > 0 {
			refusals++
		}
	}
	if refusals != 100-attemptsBurst {
		t.Errorf("%d of 100 addresses of one network are refused, want %d", refusals, 100-attemptsBurst)
	}
}
