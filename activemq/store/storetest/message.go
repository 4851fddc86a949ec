package storetest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"goactivemq/activemq/message"
)

// NewMessage makes the n-th message for d: persistent, with a body of size bytes that differs from message to message, and some
// of what clients set besides.
func NewMessage(d message.Destination, n, size int) *message.Message {
	producer := &message.ProducerID{Connection: "ID:storetest-40000-1700000000000-1:1", Session: 1, Value: 1}
	m := &message.Message{
		Kind:          message.KindBytes,
		Producer:      producer,
		Destination:   &d,
		ID:            &message.ID{Producer: producer, ProducerSequence: int64(n), BrokerSequence: int64(n)},
		Persistent:    true,
		Priority:      int8(n % 10),
		Timestamp:     1_700_000_000_000 + int64(n),
		CorrelationID: message.T(fmt.Sprintf("correlation %d", n)),
		Content:       make([]byte, size),
	}
	random := rand.NewPCG(uint64(n), uint64(size))
	for rest := m.Content; len(rest) > 0; {
		var word [8]byte
		binary.BigEndian.PutUint64(word[:], random.Uint64())
		rest = rest[copy(rest, word[:]):]
	}
	return m
}

// Difference compares what NewMessage sets and what the suite changes.
func Difference(got, want *message.Message) string {
	switch {
	case got == nil:
		return "no message"
	case !got.ID.Same(want.ID):
		return fmt.Sprintf("id %s, want %s", got.ID, want.ID)
	case got.Kind != want.Kind:
		return fmt.Sprintf("kind %d, want %d", got.Kind, want.Kind)
	case got.Destination == nil || *got.Destination != *want.Destination:
		return fmt.Sprintf("destination %v, want %v", got.Destination, want.Destination)
	case got.Persistent != want.Persistent:
		return fmt.Sprintf("persistent %v, want %v", got.Persistent, want.Persistent)
	case got.Priority != want.Priority:
		return fmt.Sprintf("priority %d, want %d", got.Priority, want.Priority)
	case got.Timestamp != want.Timestamp:
		return fmt.Sprintf("timestamp %d, want %d", got.Timestamp, want.Timestamp)
	case got.CorrelationID != want.CorrelationID:
		return fmt.Sprintf("correlation id %q, want %q", got.CorrelationID, want.CorrelationID)
	case got.Redeliveries != want.Redeliveries:
		return fmt.Sprintf("redeliveries %d, want %d", got.Redeliveries, want.Redeliveries)
	case !bytes.Equal(got.Content, want.Content):
		return fmt.Sprintf("another body of %d bytes, want %d bytes", len(got.Content), len(want.Content))
	}
	return ""
}

// newAck makes the acknowledgement of one message.
func newAck(d message.Destination, m *message.Message, kind message.AckKind, tx *message.TransactionID) *message.Ack {
	return &message.Ack{
		Destination: &d,
		Transaction: tx,
		Consumer:    &message.ConsumerID{Connection: "ID:storetest-40000-1700000000000-2:1", Session: 1, Value: 1},
		Kind:        kind,
		First:       m.ID,
		Last:        m.ID,
		Count:       1,
	}
}

// newSubscription makes a durable subscription's description.
func newSubscription(topic message.Destination, name string) *message.SubscriptionInfo {
	return &message.SubscriptionInfo{
		ClientID:         message.T("client"),
		SubscriptionName: message.T(name),
		Destination:      &topic,
		Subscribed:       &topic,
	}
}

// localID and xaID make transaction ids.
func localID(n int) *message.TransactionID {
	return &message.TransactionID{Connection: &message.ConnectionID{Value: "ID:storetest-40000-1700000000000-1:1"}, Value: int64(n)}
}

func xaID(n int) *message.TransactionID {
	return &message.TransactionID{XA: true, Format: 4711, Global: fmt.Appendf(nil, "global %d", n), Branch: []byte{0, byte(n)}}
}
