package wire

import (
	"fmt"
	"reflect"

	"goactivemq/activemq/message"
)

// The numbers of the structures. Messages and destinations have those of their kinds.
const (
	typeNull                        = 0
	typeWireFormatInfo              = 1
	typeBrokerInfo                  = 2
	typeConnectionInfo              = 3
	typeSessionInfo                 = 4
	typeConsumerInfo                = 5
	typeProducerInfo                = 6
	typeTransactionInfo             = 7
	typeDestinationInfo             = 8
	typeRemoveSubscriptionInfo      = 9
	typeKeepAliveInfo               = 10
	typeShutdownInfo                = 11
	typeRemoveInfo                  = 12
	typeControlCommand              = 14
	typeFlushCommand                = 15
	typeConnectionError             = 16
	typeConsumerControl             = 17
	typeConnectionControl           = 18
	typeProducerAck                 = 19
	typeMessagePull                 = 20
	typeMessageDispatch             = 21
	typeMessageAck                  = 22
	typeResponse                    = 30
	typeExceptionResponse           = 31
	typeDataResponse                = 32
	typeDataArrayResponse           = 33
	typeIntegerResponse             = 34
	typeDiscoveryEvent              = 40
	typeJournalTopicAck             = 50
	typeJournalQueueAck             = 52
	typeJournalTrace                = 53
	typeJournalTransaction          = 54
	typeSubscriptionInfo            = 55
	typePartialCommand              = 60
	typeLastPartialCommand          = 61
	typeReplayCommand               = 65
	typeMessageDispatchNotification = 90
	typeNetworkBridgeFilter         = 91
	typeBrokerSubscriptionInfo      = 92
	typeMessageID                   = 110
	typeLocalTransactionID          = 111
	typeXATransactionID             = 112
	typeConnectionID                = 120
	typeSessionID                   = 121
	typeConsumerID                  = 122
	typeProducerID                  = 123
	typeBrokerID                    = 124

	messageTypeFirst = byte(message.KindPlain)
	messageTypeLast  = byte(message.KindBlob)
)

// structure is what the codec knows of a type.
type structure struct {
	name  string // the original's
	since int    // first version that has it
	make  func() any
	walk  func(w *walker, v any)
}

// structures has what is known by its number.
var structures = [256]*structure{}

// numbers has the type of those Go types that stand for one type only.
var numbers = map[reflect.Type]byte{}

// put registers a structure that has a Go type for itself.
func put[T any](id byte, name string, since int, walk func(*walker, *T)) {
	numbers[reflect.TypeFor[*T]()] = id
	putFamily(id, name, since, walk, func() *T { return new(T) })
}

// putFamily registers one of several structures that share a Go type.
func putFamily[T any](id byte, name string, since int, walk func(*walker, *T), make func() *T) {
	structures[id] = &structure{
		name:  name,
		since: since,
		make:  func() any { return make() },
		walk:  func(w *walker, v any) { walk(w, v.(*T)) },
	}
}

// The tables are filled here and not where they are declared, for what the walks need would need itself.
func init() {
	put(typeWireFormatInfo, "WireFormatInfo", 1, walkWireFormatInfo)
	put(typeBrokerInfo, "BrokerInfo", 1, walkBrokerInfo)
	put(typeConnectionInfo, "ConnectionInfo", 1, walkConnectionInfo)
	put(typeSessionInfo, "SessionInfo", 1, walkSessionInfo)
	put(typeConsumerInfo, "ConsumerInfo", 1, walkConsumerInfo)
	put(typeProducerInfo, "ProducerInfo", 1, walkProducerInfo)
	put(typeTransactionInfo, "TransactionInfo", 1, walkTransactionInfo)
	put(typeDestinationInfo, "DestinationInfo", 1, walkDestinationInfo)
	put(typeRemoveSubscriptionInfo, "RemoveSubscriptionInfo", 1, walkRemoveSubscriptionInfo)
	put(typeKeepAliveInfo, "KeepAliveInfo", 1, walkKeepAliveInfo)
	put(typeShutdownInfo, "ShutdownInfo", 1, walkShutdownInfo)
	put(typeRemoveInfo, "RemoveInfo", 1, walkRemoveInfo)
	put(typeControlCommand, "ControlCommand", 1, walkControlCommand)
	put(typeFlushCommand, "FlushCommand", 1, walkFlushCommand)
	put(typeConnectionError, "ConnectionError", 1, walkConnectionError)
	put(typeConsumerControl, "ConsumerControl", 1, walkConsumerControl)
	put(typeConnectionControl, "ConnectionControl", 1, walkConnectionControl)
	put(typeProducerAck, "ProducerAck", 3, walkProducerAck)
	put(typeMessagePull, "MessagePull", 2, walkMessagePull)
	put(typeMessageDispatch, "MessageDispatch", 1, walkMessageDispatch)
	put(typeMessageAck, "MessageAck", 1, walkMessageAck)
	put(typeResponse, "Response", 1, walkResponse)
	put(typeExceptionResponse, "ExceptionResponse", 1, walkExceptionResponse)
	put(typeDataResponse, "DataResponse", 1, walkDataResponse)
	put(typeDataArrayResponse, "DataArrayResponse", 1, walkDataArrayResponse)
	put(typeIntegerResponse, "IntegerResponse", 1, walkIntegerResponse)
	put(typeDiscoveryEvent, "DiscoveryEvent", 1, walkDiscoveryEvent)
	put(typeJournalTopicAck, "JournalTopicAck", 1, walkJournalTopicAck)
	put(typeJournalQueueAck, "JournalQueueAck", 1, walkJournalQueueAck)
	put(typeJournalTrace, "JournalTrace", 1, walkJournalTrace)
	put(typeJournalTransaction, "JournalTransaction", 1, walkJournalTransaction)
	put(typeSubscriptionInfo, "SubscriptionInfo", 1, walkSubscriptionInfo)
	put(typePartialCommand, "PartialCommand", 1, walkPartialCommand)
	put(typeLastPartialCommand, "LastPartialCommand", 1, walkLastPartialCommand)
	put(typeReplayCommand, "ReplayCommand", 1, walkReplayCommand)
	put(typeMessageDispatchNotification, "MessageDispatchNotification", 1, walkMessageDispatchNotification)
	put(typeNetworkBridgeFilter, "NetworkBridgeFilter", 1, walkNetworkBridgeFilter)
	put(typeBrokerSubscriptionInfo, "BrokerSubscriptionInfo", 12, walkBrokerSubscriptionInfo)
	put(typeMessageID, "MessageId", 1, walkMessageID)
	put(typeConnectionID, "ConnectionId", 1, walkConnectionID)
	put(typeSessionID, "SessionId", 1, walkSessionID)
	put(typeConsumerID, "ConsumerId", 1, walkConsumerID)
	put(typeProducerID, "ProducerId", 1, walkProducerID)
	put(typeBrokerID, "BrokerId", 1, walkBrokerID)

	putMessage(message.KindPlain, "ActiveMQMessage", 1)
	putMessage(message.KindBytes, "ActiveMQBytesMessage", 1)
	putMessage(message.KindMap, "ActiveMQMapMessage", 1)
	putMessage(message.KindObject, "ActiveMQObjectMessage", 1)
	putMessage(message.KindStream, "ActiveMQStreamMessage", 1)
	putMessage(message.KindText, "ActiveMQTextMessage", 1)
	putMessage(message.KindBlob, "ActiveMQBlobMessage", 3)

	putDestination(message.Queue, "ActiveMQQueue")
	putDestination(message.Topic, "ActiveMQTopic")
	putDestination(message.TempQueue, "ActiveMQTempQueue")
	putDestination(message.TempTopic, "ActiveMQTempTopic")

	putFamily(typeLocalTransactionID, "LocalTransactionId", 1, walkTransactionID, newLocalTransactionID)
	putFamily(typeXATransactionID, "XATransactionId", 1, walkTransactionID, newXATransactionID)
}

func putMessage(kind message.Kind, name string, since int) {
	putFamily(byte(kind), name, since, walkMessage, func() *message.Message { return &message.Message{Kind: kind} })
}

func putDestination(kind message.DestinationKind, name string) {
	putFamily(byte(kind), name, 1, walkDestination, func() *message.Destination { return &message.Destination{Kind: kind} })
}

// structureOf returns the structure of that number, nil if the version has none.
func structureOf(id byte, version int) *structure {
	if s := structures[id]; s != nil && s.since <= version {
		return s
	}
	return nil
}

// structureFor returns the structure that v, a pointer, is written as, and its number.
func structureFor(v any) (s *structure, id byte, err error) {
	switch v := v.(type) {
	case *message.Message:
		id = messageType(v)
	case *message.Destination:
		id = destinationType(v)
	case *message.TransactionID:
		id = transactionIDType(v)
	default:
		id = numbers[reflect.TypeOf(v)]
	}
	if s = structures[id]; s == nil {
		return nil, 0, fmt.Errorf("%T of type %d is no structure of OpenWire", v, id)
	}
	return s, id, nil
}
