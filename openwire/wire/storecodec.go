package wire

import (
	"encoding/binary"
	"fmt"
	"sync"

	"goactivemq/activemq/message"
)

// storeVersionLeast is the oldest version that a store can be told to keep.
const storeVersionLeast = 6

// NewStoreCodec returns the codec with which stores keep their records: loose, without cache, with the size in front, in a version
// from 6 to 12. Exceptions lose stack and cause, as in the original, whose stores never negotiate. It is safe for concurrent use.
func NewStoreCodec(version int) (*StoreCodec, error) {
	if version < storeVersionLeast || version > VersionMax {
		return nil, fmt.Errorf("openwire: store version %d, want %d to %d", version, storeVersionLeast, VersionMax)
	}
	s := Settings{Version: version}
	c := &StoreCodec{}
	c.encoders.New = func() any { return NewEncoder(s) }
	c.decoders.New = func() any { return NewDecoder(s) }
	return c, nil
}

// StoreCodec is the form in which stores keep messages, acknowledgements and subscriptions: what package store asks of its Codec.
type StoreCodec struct{ encoders, decoders sync.Pool }

// AppendMessage appends a message's record.
func (c *StoreCodec) AppendMessage(to []byte, m *message.Message) ([]byte, error) {
	return c.append(to, m)
}

// AppendAck appends an acknowledgement's record.
func (c *StoreCodec) AppendAck(to []byte, a *message.Ack) ([]byte, error) { return c.append(to, a) }

// AppendSubscription appends a durable subscription's record.
func (c *StoreCodec) AppendSubscription(to []byte, s *message.SubscriptionInfo) ([]byte, error) {
	return c.append(to, s)
}

// Message reads a message, which aliases from.
func (c *StoreCodec) Message(from []byte) (*message.Message, error) {
	return decodeRecord[message.Message](c, from)
}

// Ack reads an acknowledgement.
func (c *StoreCodec) Ack(from []byte) (*message.Ack, error) {
	return decodeRecord[message.Ack](c, from)
}

// Subscription reads a durable subscription.
func (c *StoreCodec) Subscription(from []byte) (*message.SubscriptionInfo, error) {
	return decodeRecord[message.SubscriptionInfo](c, from)
}

func (c *StoreCodec) append(to []byte, v any) ([]byte, error) {
	e := c.encoders.Get().(*Encoder)
	to, err := e.Append(to, v)
	c.encoders.Put(e)
	return to, err
}

// decodeRecord reads a record that holds a T.
func decodeRecord[T any](c *StoreCodec, from []byte) (*T, error) {
	if len(from) < headSize {
		return nil, fmt.Errorf("openwire: record of %d bytes, want at least %d", len(from), headSize)
	}
	if size := int32(binary.BigEndian.Uint32(from)); int64(size) != int64(len(from)-headSize) {
		return nil, fmt.Errorf("openwire: record of %d bytes says it has %d", len(from)-headSize, size)
	}
	d := c.decoders.Get().(*Decoder)
	v, err := d.Decode(from[headSize:])
	if err != nil { // the decoder is spoilt
		return nil, err
	}
	c.decoders.Put(d)
	t, ok := v.(*T)
	if !ok {
		return nil, fmt.Errorf("openwire: record holds a %T, want a %T", v, t)
	}
	return t, nil
}
