package webconsole

import (
	"net/netip"
	"sync"
	"time"
)

// A client may give a wrong password attemptsBurst times at once, and once more for every attemptsInterval that passes. Until then even
// a right one is not looked at: otherwise guessing would go on as fast as before.
const (
	attemptsBurst    = 10
	attemptsInterval = 6 * time.Second

	// networksMax bounds what is remembered. Beyond it, those are forgotten first who failed the least.
	networksMax = 4096

	// ipv6Network is how many bits of an IPv6 address count: a customer has at least so many addresses.
	ipv6Network = 64
)

// attempts counts wrong passwords by the network they came from.
type attempts struct {
	now func() time.Time

	mu sync.Mutex // also held while a password is checked, so that guesses at the same time do not all count as the first
	// forgiven is when the failures so far are forgotten: each adds an interval.
	forgiven map[netip.Prefix]time.Time
}

func newAttempts(now func() time.Time) *attempts {
	return &attempts{now: now, forgiven: map[netip.Prefix]time.Time{}}
}

// try checks a password, unless too many from there were wrong. refused is how long the client has to wait; with it the check was
// not made. last tells that this was the last attempt before waiting begins.
func (a *attempts) try(from netip.Addr, check func() bool) (ok bool, refused time.Duration, last bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	network, now := networkOf(from), a.now()
	forgiven, known := a.forgiven[network]
	if forgiven.Before(now) {
		forgiven = now
	}
	const most = (attemptsBurst - 1) * attemptsInterval
	if debt := forgiven.Sub(now); debt > most {
		return false, debt - most, false
	}
	if check() {
		return true, 0, false
	}
	forgiven = forgiven.Add(attemptsInterval)
	if !known {
		a.makeRoom(now)
	}
	a.forgiven[network] = forgiven
	return false, 0, forgiven.Sub(now) > most
}

// makeRoom forgets what need not be remembered.
func (a *attempts) makeRoom(now time.Time) {
	if len(a.forgiven) < networksMax {
		return
	}
	var least netip.Prefix
	for network, forgiven := range a.forgiven {
		if !forgiven.After(now) {
			delete(a.forgiven, network)
		} else if !least.IsValid() || forgiven.Before(a.forgiven[least]) {
			least = network
		}
	}
	if len(a.forgiven) >= networksMax {
		delete(a.forgiven, least)
	}
}

// networkOf is what counts as one client.
func networkOf(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = ipv6Network
	}
	return netip.PrefixFrom(a, bits).Masked()
}
