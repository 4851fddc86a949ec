package broker

import (
	"errors"
	"fmt"

	"goactivemq/activemq/message"
)

// Kind says what went wrong, for the protocols to put into their own words.
type Kind uint8

// The kinds of error that a caller of the broker can get.
const (
	Internal           Kind = iota // a bug, or a store that failed: see the log
	IllegalState                   // the operation does not fit what the peer did before
	NoDestination                  // the destination does not exist, or is not the peer's to use
	NoSubscription                 // the durable subscription does not exist
	InvalidDestination             // the name cannot be one
	InvalidSelector                // the selector does not parse
	InvalidClientID                // the client id is missing or in use
	NotAuthorized                  // wrong credentials, or not allowed to do this
	LimitReached                   // no room, or too many of something
	NoTransaction                  // the XA transaction is not known here
	TransactionState               // the XA transaction is not in the state for this
	RolledBack                     // the transaction cannot be committed and was rolled back
	NotConnected                   // the connection, session, producer or consumer is not known
	InvalidMessage                 // a property of the message asks for what cannot be done
)

// Error is what all operations of the broker return.
type Error struct {
	Kind Kind
	Text string // for the peer: subject, then fact
	Err  error  // the cause, nil when there is none
}

// Error returns the text, and the cause behind it.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Text
	}
	return e.Text + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrStopped is the cause of errors that come from the broker's end.
var ErrStopped = errors.New("the broker is stopping")

// fail makes an Error.
func fail(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Text: fmt.Sprintf(format, args...)}
}

// storeFailed makes the Error for a store that did not do what it was asked.
func storeFailed(err error) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: Internal, Text: "the store refused", Err: err}
}

// noTransaction is the Error for a transaction that is not known.
func noTransaction(id *message.TransactionID) *Error {
	return badTransaction(NoTransaction, id, "Transaction '%s' has not been started.", id)
}

// badState is the Error for a transaction that is not in the state for what is asked.
func badState(id *message.TransactionID, format string, args ...any) *Error {
	return badTransaction(TransactionState, id, format, args...)
}

// badTransaction is an Error of an XA kind for XA transactions only: clients expect other errors for local ones.
func badTransaction(kind Kind, id *message.TransactionID, format string, args ...any) *Error {
	if !id.XA {
		kind = IllegalState
	}
	return fail(kind, format, args...)
}
