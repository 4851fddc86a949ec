package selector

import (
	"errors"
	"fmt"
)

// ErrNotServed is what an *Error wraps when the selector is right, yet uses something that this broker does not evaluate:
// XQUERY, which would look into the body, and regular expressions beyond those of Go.
var ErrNotServed = errors.New("not served")

// Error says where the text of a selector went wrong.
type Error struct {
	Offset int    // in bytes, from the start of the text
	Found  string // what stands there
	Want   string // what could have stood there, or the rule that was broken
	Err    error  // ErrNotServed, or nil for text that is no selector
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("selector at %d: %s %v, want %s", e.Offset, e.Found, e.Err, e.Want)
	}
	return fmt.Sprintf("selector at %d: found %s, want %s", e.Offset, e.Found, e.Want)
}

// Unwrap lets errors.Is tell ErrNotServed from wrong text.
func (e *Error) Unwrap() error { return e.Err }
