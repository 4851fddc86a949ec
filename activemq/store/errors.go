package store

import (
	"errors"
	"fmt"
)

// ErrClosed is returned and completed with when the store was closed before it got to the operation.
var ErrClosed = errors.New("store: closed")

// ErrLocked is returned by a store's Open while another broker has the store.
var ErrLocked = errors.New("store: locked by another broker")

// ErrLockLost is why a store failed whose lock is not its own any more: another broker may have the store.
var ErrLockLost = errors.New("store: no longer able to keep the exclusive lock")

// Corruption is a damaged place in a file of a store.
type Corruption struct {
	File   string
	Offset int64
	Reason string // "checksum 1a2b, want 9f00"
}

// Error returns file, offset and reason.
func (c *Corruption) Error() string {
	return fmt.Sprintf("%s at %d: %s", c.File, c.Offset, c.Reason)
}
