// Package message holds the nouns that every other package shares: messages, destinations, identifiers, acknowledgements and
// the descriptions of connections, producers and consumers. It knows no wire format, no store and no broker, and imports the
// standard library only.
//
// # Strings
//
// OpenWire tells null strings from empty ones. Where the difference means something (a body text, a selector, a correlation id)
// the field is a [Text], whose zero value is null. Names and identifiers are plain strings; one that a peer sent as null reads as
// [NullName], which no peer can send otherwise.
//
// All strings are held in Go's form of the peer's UTF-16: valid text is UTF-8, an unpaired surrogate is kept as its three bytes.
//
// # Ownership
//
// A message that the broker accepted is immutable: everything that changes with its delivery (redelivery count, location,
// owner) stands beside it. Its byte slices alias the frame it was read from, so nobody may write to them either.
package message

// Kind says which of the JMS message types a body is. Its values are OpenWire's data type numbers, which the stores keep.
type Kind uint8

// The kinds of message that there are.
const (
	KindPlain  Kind = 23 // no body
	KindBytes  Kind = 24 // raw bytes
	KindMap    Kind = 25 // a primitive map
	KindObject Kind = 26 // Java serialization, which we never look into
	KindStream Kind = 27 // tagged primitives, one after the other
	KindText   Kind = 28 // int32 byte length and modified UTF-8
	KindBlob   Kind = 29 // a reference to content elsewhere
)

// DefaultPriority is the JMS priority of a message that asks for none.
const DefaultPriority = 4

// Message is one message, as a producer sent it and the broker accepted it.
//
// Times are milliseconds since 1970. Content and Properties are in OpenWire's body formats, compressed where Compressed
// says so, and stay undecoded until somebody asks ([Message.Property]).
type Message struct {
	Command
	Kind Kind

	Producer            *ProducerID
	Destination         *Destination
	Transaction         *TransactionID
	OriginalDestination *Destination
	ID                  *ID
	OriginalTransaction *TransactionID

	GroupID       Text
	GroupSequence int32
	CorrelationID Text

	Persistent bool
	Expiration int64 // 0: never
	Priority   int8
	ReplyTo    *Destination
	Timestamp  int64
	Type       Text

	Content    []byte // nil: null
	Properties []byte // a primitive map, nil: null
	Data       any    // an OpenWire data structure, on advisories

	TargetConsumer *ConsumerID
	Compressed     bool

	// Redeliveries is the count that the message arrived with. What this broker knows of later deliveries is with the delivery.
	Redeliveries int32

	BrokerPath      []*BrokerID
	Arrival         int64
	UserID          Text
	ReceivedByDFB   bool // came over a demand forwarding bridge
	Droppable       bool
	Cluster         []*BrokerID
	BrokerIn        int64
	BrokerOut       int64
	GroupFirst      bool // first message of its group for the consumer that gets it
	BlobURL         Text
	BlobMIMEType    Text
	BlobDeletedByUs bool
}

// Size is what the message counts for in memory limits and statistics: its body and properties and a fixed overhead, as the
// original reckons it.
func (m *Message) Size() int {
	return len(m.Content) + len(m.Properties) + minimumSize
}

// minimumSize is the original's estimate for everything in a message but its body and properties.
const minimumSize = 1024

// ExpiredAt tells whether the message's time to live has run out at now (milliseconds since 1970).
func (m *Message) ExpiredAt(now int64) bool {
	return m.Expiration > 0 && now > m.Expiration
}

// InTransaction tells whether the message was sent in a transaction.
func (m *Message) InTransaction() bool { return m.Transaction != nil }

// IsAdvisory tells whether the message was sent to an advisory topic.
func (m *Message) IsAdvisory() bool { return m.Destination != nil && m.Destination.IsAdvisory() }
