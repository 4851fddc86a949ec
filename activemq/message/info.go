package message

// Command is what every request of a peer carries: its number on the connection and whether the peer waits for an answer.
type Command struct {
	CommandID        int32
	ResponseRequired bool
}

// ConnectionInfo describes a client's connection.
type ConnectionInfo struct {
	Command
	Connection            *ConnectionID
	ClientID              Text
	Password              Text
	UserName              Text
	BrokerPath            []*BrokerID
	BrokerMasterConnector bool
	Manageable            bool
	ClientMaster          bool
	FaultTolerant         bool
	FailoverReconnect     bool
	ClientIP              Text
}

// SessionInfo describes a session.
type SessionInfo struct {
	Command
	Session *SessionID
}

// ProducerInfo describes a producer. A producer without a destination may send to any.
type ProducerInfo struct {
	Command
	Producer      *ProducerID
	Destination   *Destination
	BrokerPath    []*BrokerID
	DispatchAsync bool
	Window        int32 // bytes in flight before the producer waits for a ProducerAck; 0: no window
}

// ConsumerInfo describes a consumer.
type ConsumerInfo struct {
	Command
	Consumer             *ConsumerID
	Browser              bool
	Destination          *Destination
	Prefetch             int32
	MaxPending           int32 // limit of pending messages of a topic consumer; 0: the destination's policy decides
	DispatchAsync        bool
	Selector             Text
	ClientID             Text
	SubscriptionName     Text // not null: a durable subscription
	NoLocal              bool
	Exclusive            bool
	Retroactive          bool
	Priority             int8
	BrokerPath           []*BrokerID
	AdditionalPredicate  any // a network bridge's filter
	NetworkSubscription  bool
	OptimizedAcknowledge bool
	NoRangeAcks          bool
	NetworkConsumerPath  []*ConsumerID
}

// IsDurable tells whether the consumer is a durable subscriber.
func (c *ConsumerInfo) IsDurable() bool {
	return !c.SubscriptionName.IsNull() && c.Destination != nil && c.Destination.IsTopic()
}

// DestinationOperation is what a DestinationInfo asks for or tells.
type DestinationOperation int8

// The operations on destinations.
const (
	AddDestination    DestinationOperation = 0
	RemoveDestination DestinationOperation = 1
)

// DestinationInfo asks to make or remove a destination, or tells that it happened.
type DestinationInfo struct {
	Command
	Connection  *ConnectionID
	Destination *Destination
	Operation   DestinationOperation
	Timeout     int64 // milliseconds
	BrokerPath  []*BrokerID
}

// The values of RemoveInfo.LastDelivered that name no message.
const (
	NoneDelivered    int64 = -1 // the consumer delivered none to the application
	DeliveredUnknown int64 = -2 // the peer says nothing
)

// RemoveInfo ends a connection, session, producer or consumer.
type RemoveInfo struct {
	Command
	Object        any   // *ConnectionID, *SessionID, *ProducerID or *ConsumerID
	LastDelivered int64 // broker sequence of the last message that reached the application
}

// RemoveSubscriptionInfo ends a durable subscription.
type RemoveSubscriptionInfo struct {
	Command
	Connection       *ConnectionID
	SubscriptionName Text
	ClientID         Text
}

// SubscriptionInfo describes a durable subscription, as stores keep it. Destination is the topic it is kept for,
// Subscribed what the client asked for: a pattern is kept once for each topic that it matches.
type SubscriptionInfo struct {
	ClientID         Text
	Destination      *Destination
	Selector         Text
	SubscriptionName Text
	Subscribed       *Destination
	NoLocal          bool
}

// Key returns the client id and the name in the form that stores use: "client:name".
func (s *SubscriptionInfo) Key() string {
	return s.ClientID.String() + ":" + s.SubscriptionName.String()
}

// BrokerInfo describes a broker to its peers.
type BrokerInfo struct {
	Command
	Broker            *BrokerID
	URL               Text
	Peers             []*BrokerInfo
	Name              Text
	Slave             bool
	Master            bool
	FaultTolerant     bool
	Duplex            bool
	Network           bool
	ConnectionNumber  int64
	UploadURL         Text
	NetworkProperties Text
}
