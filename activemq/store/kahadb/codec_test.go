package kahadb

import (
	"encoding/binary"
	"errors"

	"goactivemq/activemq/message"
)

// rawCodec is as much of a codec as the store's own tests need: a message is its id and its content, and what a Java broker wrote reads as a
// message that has the bytes as its content.
type rawCodec struct{}

var errShort = errors.New("short")

func (rawCodec) AppendMessage(to []byte, m *message.Message) ([]byte, error) {
	to = append(to, 0xff)
	id := m.ID.String()
	to = binary.AppendUvarint(to, uint64(len(id)))
	to = append(to, id...)
	to = binary.AppendUvarint(to, uint64(m.Redeliveries))
	return append(to, m.Content...), nil
}

func (rawCodec) Message(from []byte) (*message.Message, error) {
	if len(from) == 0 || from[0] != 0xff {
		return &message.Message{Content: from}, nil
	}
	n, k := binary.Uvarint(from[1:])
	if k <= 0 || n > uint64(len(from)-1-k) {
		return nil, errShort
	}
	rest := from[1+k:]
	redeliveries, j := binary.Uvarint(rest[n:])
	return &message.Message{ID: message.ParseID(string(rest[:n])), Redeliveries: int32(redeliveries), Content: rest[int(n)+j:]}, nil
}

func (rawCodec) AppendAck(to []byte, a *message.Ack) ([]byte, error) {
	return append(to, byte(a.Kind), byte(a.Count)), nil
}

func (rawCodec) Ack(from []byte) (*message.Ack, error) {
	if len(from) != 2 {
		return &message.Ack{}, nil
	}
	return &message.Ack{Kind: message.AckKind(from[0]), Count: int32(from[1])}, nil
}

func (rawCodec) AppendSubscription(to []byte, s *message.SubscriptionInfo) ([]byte, error) {
	to = append(to, 0xff, byte(len(s.ClientID.String())))
	to = append(to, s.ClientID.String()...)
	return append(to, s.SubscriptionName.String()...), nil
}

func (rawCodec) Subscription(from []byte) (*message.SubscriptionInfo, error) {
	if len(from) < 2 || from[0] != 0xff {
		return &message.SubscriptionInfo{}, nil
	}
	n := int(from[1])
	if len(from) < 2+n {
		return nil, errShort
	}
	return &message.SubscriptionInfo{ClientID: message.T(string(from[2 : 2+n])), SubscriptionName: message.T(string(from[2+n:]))}, nil
}
