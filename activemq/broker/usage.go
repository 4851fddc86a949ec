package broker

import "sync"

// Usage counts what a limited resource holds, and lets those wait who want more than there is. The broker's usage is the parent
// of each destination's: what a destination holds counts for both.
type Usage struct {
	name   string
	parent *Usage

	mu    sync.Mutex
	limit int64 // 0: none
	used  int64
	freed chan struct{} // closed when there is room again; nil while nobody waits
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
		if u.freed != nil && !u.fullLocked() {
			close(u.freed)
			u.freed = nil
		}
		u.mu.Unlock()
	}
}

// fullLocked tells whether the limit is reached.
func (u *Usage) fullLocked() bool { return u.limit > 0 && u.used >= u.limit }

// full returns the first of u and its parents that has no room, nil when all have.
func (u *Usage) full() *Usage {
	for ; u != nil; u = u.parent {
		u.mu.Lock()
		full := u.fullLocked()
		u.mu.Unlock()
		if full {
			return u
		}
	}
	return nil
}

// wait blocks until there is room, or until gone is closed. It tells whether there is room.
func (u *Usage) wait(gone <-chan struct{}) bool {
	for {
		f := u.full()
		if f == nil {
			return true
		}
		f.mu.Lock()
		if !f.fullLocked() {
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
			return false
		}
	}
}

// Used returns the bytes counted.
func (u *Usage) Used() int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.used
}

// Limit returns the limit in bytes, 0 when there is none.
func (u *Usage) Limit() int64 { return u.limit }

// Percent returns how much of the limit is used.
func (u *Usage) Percent() int {
	if u.limit <= 0 {
		return 0
	}
	return int(u.Used() * 100 / u.limit)
}
