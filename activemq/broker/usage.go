package broker

import (
	"fmt"
	"sync"
	"time"
)

// Usage counts what a limited resource holds, and lets those wait who want more than there is. The broker's usage is the parent
// of each destination's: what a destination holds counts for both.
type Usage struct {
	name   string
	parent *Usage

	mu    sync.Mutex
	limit int64 // 0: none
	used  int64
	freed chan struct{} // closed when less is used, and less than the limit; nil while nobody waits
}

// newUsage makes a usage with a limit in bytes, 0 for none.
func newUsage(name string, limit int64, parent *Usage) *Usage {
	return &Usage{name: name, limit: limit, parent: parent}
}

// add counts n bytes more, or fewer.
func (u *Usage) add(n int64) {
	for ; u != nil; u = u.parent {
		u.mu.Lock()
		u.used += n
		if u.freed != nil && n < 0 && !u.fullLocked(100) {
			close(u.freed)
			u.freed = nil
		}
		u.mu.Unlock()
	}
}

// fullLocked tells whether so many percent of the limit are reached.
func (u *Usage) fullLocked(percent int) bool {
	return u.limit > 0 && u.used >= u.limit/100*int64(percent)+u.limit%100*int64(percent)/100
}

// full returns the first of u and its parents of whose limits so many percent are reached, nil when all have room.
func (u *Usage) full(percent int) *Usage {
	for ; u != nil; u = u.parent {
		u.mu.Lock()
		full := u.fullLocked(percent)
		u.mu.Unlock()
		if full {
			return u
		}
	}
	return nil
}

// room is how a wait for room ended.
type room uint8

const (
	roomFound   room = iota
	roomGone         // who waited is gone
	roomTimeout      // it took too long
)

// wait blocks until less than so many percent are used, gone is closed, or, where timeout is greater than 0, for that long.
func (u *Usage) wait(percent int, gone <-chan struct{}, timeout time.Duration) room {
	var late <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		late = timer.C
	}
	for {
		f := u.full(percent)
		if f == nil {
			return roomFound
		}
		f.mu.Lock()
		if !f.fullLocked(percent) {
			f.mu.Unlock()
			continue
		}
		if f.freed == nil {
			f.freed = make(chan struct{})
		}
		freed := f.freed
		f.mu.Unlock()
		select {
		case <-freed:
		case <-gone:
			return roomGone
		case <-late:
			return roomTimeout
		}
	}
}

// set counts n bytes, whatever was counted before. It is for a usage without a parent.
func (u *Usage) set(n int64) {
	u.mu.Lock()
	more := n - u.used
	u.mu.Unlock()
	u.add(more)
}

// String tells how full it is: "memory: 70000000 of 66846720 bytes".
func (u *Usage) String() string {
	return fmt.Sprintf("%s: %d of %d bytes", u.name, u.Used(), u.Limit())
}

// Used returns the bytes counted.
func (u *Usage) Used() int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.used
}

// Limit returns the limit in bytes, 0 when there is none.
func (u *Usage) Limit() int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.limit
}

// limitOr returns the limit, and where there is none that of another usage.
func (u *Usage) limitOr(other *Usage) int64 {
	if limit := u.Limit(); limit > 0 {
		return limit
	}
	return other.Limit()
}

// Percent returns how much of the limit is used.
func (u *Usage) Percent() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.limit <= 0 {
		return 0
	}
	return int(u.used * 100 / u.limit)
}
