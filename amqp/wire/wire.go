// Package wire is the codec of AMQP 1.0: frames, performatives, and the sections of messages.
//
// format.go draws a frame and the encodings of values. A value that nobody has to look into stays a [Value], which is its bytes; it was
// checked to the last byte when it was read, so that it can be walked and passed on without another look. Performatives, termini and sections
// are structs whose walk method names their fields in order, and serves reading and writing.
//
// Nothing here knows a connection or a broker. A [Reader] cuts a stream into frames, a [Decoder] reads the performative in one, an [Encoder]
// writes one, [Message.Parse] finds the sections of a message.
package wire

import "fmt"

// Error is input that breaks the rules of the protocol, with the condition that tells the peer.
type Error struct {
	Condition Symbol
	Text      string
}

// Error returns the text.
func (e *Error) Error() string { return "amqp: " + e.Text }

// The conditions of errors in frames and their contents [AMQP 2.8.15, 2.8.16].
const (
	DecodeError  Symbol = "amqp:decode-error"
	FramingError Symbol = "amqp:connection:framing-error"
)

// decodeError makes the Error for bytes that are no value.
func decodeError(format string, args ...any) *Error {
	return &Error{DecodeError, fmt.Sprintf(format, args...)}
}

// framingError makes the Error for bytes that are no frame.
func framingError(format string, args ...any) *Error {
	return &Error{FramingError, fmt.Sprintf(format, args...)}
}
