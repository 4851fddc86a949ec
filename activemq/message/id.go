package message

import (
	"strconv"
	"strings"
)

// Identifiers are made by the peer that owns the thing they name. They form a tree: a connection's text, a session's number in
// it, a producer's or consumer's number in that. All are comparable; those that Message points to are shared and immutable.
type (
	// ConnectionID names a connection.
	ConnectionID struct{ Value string }

	// SessionID names a session of a connection.
	SessionID struct {
		Connection string
		Value      int64
	}

	// ProducerID names a producer of a session.
	ProducerID struct {
		Connection string
		Value      int64
		Session    int64
	}

	// ConsumerID names a consumer of a session. Session -1 is that of the advisory consumer which Java clients open by themselves.
	ConsumerID struct {
		Connection string
		Session    int64
		Value      int64
	}

	// BrokerID names a broker.
	BrokerID struct{ Value string }
)

// ID names a message: its producer and the number the producer gave it. TextView, where set, takes the place of both in
// the text form. BrokerSequence is the arrival number that the first broker gave.
type ID struct {
	TextView         Text
	Producer         *ProducerID
	ProducerSequence int64
	BrokerSequence   int64
}

// String returns the connection's text.
func (id ConnectionID) String() string { return id.Value }

// String returns the broker's id text.
func (id BrokerID) String() string { return id.Value }

// String returns connection:session, as the original prints it.
func (id SessionID) String() string { return join(id.Connection, id.Value) }

// String returns connection:session:producer, as the original prints it.
func (id ProducerID) String() string { return join(id.Connection, id.Session, id.Value) }

// String returns connection:session:consumer, as the original prints it.
func (id ConsumerID) String() string { return join(id.Connection, id.Session, id.Value) }

// String returns connection:session:producer:sequence, or the text view where there is one. Stores key messages by it.
func (id *ID) String() string {
	if id == nil {
		return ""
	}
	if !id.TextView.IsEmpty() {
		// The original prints a text view with the prefix that JMS demands.
		if v := id.TextView.String(); strings.HasPrefix(v, "ID:") {
			return v
		}
		return "ID:" + id.TextView.String()
	}
	return id.Key()
}

// Append appends what String returns.
func (id *ID) Append(to []byte) []byte {
	if id == nil || id.Producer == nil || !id.TextView.IsEmpty() {
		return append(to, id.String()...)
	}
	return appendJoin(to, id.Producer.Connection, id.Producer.Session, id.Producer.Value, id.ProducerSequence)
}

// Key returns connection:session:producer:sequence whatever the text view says.
func (id *ID) Key() string {
	if id.Producer == nil {
		return join("", id.ProducerSequence)
	}
	return join(id.Producer.Connection, id.Producer.Session, id.Producer.Value, id.ProducerSequence)
}

// Same tells whether both name the same message. BrokerSequence plays no part, as in the original.
func (id *ID) Same(other *ID) bool {
	switch {
	case id == other:
		return true
	case id == nil || other == nil || id.ProducerSequence != other.ProducerSequence:
		return false
	case id.Producer == other.Producer:
		return true
	case id.Producer == nil || other.Producer == nil:
		return false
	}
	return *id.Producer == *other.Producer
}

// SessionID returns the session that the producer belongs to.
func (id ProducerID) SessionID() SessionID { return SessionID{id.Connection, id.Session} }

// SessionID returns the session that the consumer belongs to.
func (id ConsumerID) SessionID() SessionID { return SessionID{id.Connection, id.Session} }

// ParseID reads a message id in the form connection:session:producer:sequence. Any other text becomes a text view.
func ParseID(text string) *ID {
	rest, sequence, ok1 := cutNumber(text)
	rest, producer, ok2 := cutNumber(rest)
	rest, session, ok3 := cutNumber(rest)
	if !ok1 || !ok2 || !ok3 || rest == "" {
		return &ID{TextView: T(text), Producer: &ProducerID{}}
	}
	return &ID{Producer: &ProducerID{Connection: rest, Session: session, Value: producer}, ProducerSequence: sequence}
}

// cutNumber splits text at its last colon, behind which a number must stand.
func cutNumber(text string) (rest string, number int64, ok bool) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return text, 0, false
	}
	number, err := strconv.ParseInt(text[i+1:], 10, 64)
	return text[:i], number, err == nil
}

// join writes head and the numbers behind it, with colons between.
func join(head string, numbers ...int64) string {
	return string(appendJoin(make([]byte, 0, len(head)+8*len(numbers)), head, numbers...))
}

// appendJoin appends what join returns.
func appendJoin(to []byte, head string, numbers ...int64) []byte {
	to = append(to, head...)
	for _, n := range numbers {
		to = append(to, ':')
		to = strconv.AppendInt(to, n, 10)
	}
	return to
}
