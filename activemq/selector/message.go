package selector

// Message is what a selector looks at. Both methods return Null for what the message does not have; implementers may
// decode lazily.
type Message interface {
	// Property returns the application property of that name, which is case sensitive.
	Property(name string) Value
	// Header returns one of the names that the original keeps for itself, even where a property bears it too.
	Header(h Header) Value
}

// Header is a name that never means a property.
type Header uint8

// The headers, and the values that the original gives them.
const (
	Destination   Header = iota // JMSDestination: String as in queue://NAME; the one it was first sent to
	ReplyTo                     // JMSReplyTo: String as in queue://NAME
	Type                        // JMSType: String
	DeliveryMode                // JMSDeliveryMode: String, PERSISTENT or NON_PERSISTENT
	Priority                    // JMSPriority: Int
	MessageID                   // JMSMessageID: String
	Timestamp                   // JMSTimestamp: Long, milliseconds
	CorrelationID               // JMSCorrelationID: String
	Expiration                  // JMSExpiration: Long, milliseconds, 0 for never
	Redelivered                 // JMSRedelivered: Bool
	DeliveryCount               // JMSXDeliveryCount: Int, 1 on the first delivery
	GroupID                     // JMSXGroupID: String
	UserID                      // JMSXUserID: String, or else the property of that name
	GroupSeq                    // JMSXGroupSeq: Int
	ProducerTXID                // JMSXProducerTXID: String
	BrokerInTime                // JMSActiveMQBrokerInTime: Long, milliseconds
	BrokerOutTime               // JMSActiveMQBrokerOutTime: Long, milliseconds
	BrokerPath                  // JMSActiveMQBrokerPath: String as in [ID:a, ID:b], or null in four letters
	GroupFirst                  // JMSXGroupFirstForConsumer: Bool
	headerCount   = iota
)

var headerNames = [headerCount]string{
	Destination:   "JMSDestination",
	ReplyTo:       "JMSReplyTo",
	Type:          "JMSType",
	DeliveryMode:  "JMSDeliveryMode",
	Priority:      "JMSPriority",
	MessageID:     "JMSMessageID",
	Timestamp:     "JMSTimestamp",
	CorrelationID: "JMSCorrelationID",
	Expiration:    "JMSExpiration",
	Redelivered:   "JMSRedelivered",
	DeliveryCount: "JMSXDeliveryCount",
	GroupID:       "JMSXGroupID",
	UserID:        "JMSXUserID",
	GroupSeq:      "JMSXGroupSeq",
	ProducerTXID:  "JMSXProducerTXID",
	BrokerInTime:  "JMSActiveMQBrokerInTime",
	BrokerOutTime: "JMSActiveMQBrokerOutTime",
	BrokerPath:    "JMSActiveMQBrokerPath",
	GroupFirst:    "JMSXGroupFirstForConsumer",
}

// String returns the name as selectors write it.
func (h Header) String() string {
	if int(h) < len(headerNames) {
		return headerNames[h]
	}
	return "unknown header"
}

// headerNamed returns the header of that name, in its exact case: jmspriority is a property like any other.
func headerNamed(name string) (Header, bool) {
	for h, known := range headerNames {
		if known == name {
			return Header(h), true
		}
	}
	return 0, false
}
