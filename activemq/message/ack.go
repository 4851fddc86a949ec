package message

// AckKind says what a consumer tells about messages it got.
type AckKind int8

// The kinds of acknowledgement, by their OpenWire numbers.
const (
	Delivered    AckKind = 0 // reached the client, which will acknowledge later: more may be sent
	Poison       AckKind = 1 // cannot be processed: to the dead letter queue
	Standard     AckKind = 2 // all from First to Last are processed
	Redelivered  AckKind = 3 // will be delivered again by the client itself
	Individual   AckKind = 4 // only Last is processed
	Unmatched    AckKind = 5 // the durable subscription's selector did not match; only stores see it
	ExpiredInUse AckKind = 6 // expired on its way to the application
)

// Ack is a consumer's acknowledgement of a range of messages.
type Ack struct {
	Command
	Destination *Destination
	Transaction *TransactionID
	Consumer    *ConsumerID
	Kind        AckKind
	First       *ID // nil: from the first in flight
	Last        *ID
	Count       int32
	Cause       *Throwable // of a poison acknowledgement
}

// Throwable is an error in Java's form. Class names are text to us: nothing is ever looked up or made from them.
type Throwable struct {
	Class   Text
	Message Text
	Stack   []StackFrame
	Cause   *Throwable
}

// StackFrame is one line of a Throwable's stack trace. Line -2 is a native method, -1 unknown.
type StackFrame struct {
	Class, Method, File Text
	Line                int32
}

// String returns class: message, as Java prints an exception.
func (t *Throwable) String() string {
	if t == nil {
		return ""
	}
	if t.Message.IsNull() {
		return t.Class.String()
	}
	return t.Class.String() + ": " + t.Message.String()
}
