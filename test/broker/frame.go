package broker

import "encoding/binary"

// Type ids of the OpenWire commands that the conversations here hold.
const (
	WireFormatInfo         = 1
	BrokerInfo             = 2
	ConnectionInfo         = 3
	SessionInfo            = 4
	ConsumerInfo           = 5
	ProducerInfo           = 6
	KeepAliveInfo          = 10
	ShutdownInfo           = 11
	RemoveInfo             = 12
	DestinationInfo        = 8
	RemoveSubscriptionInfo = 9
	ControlCommand         = 14
	ConnectionError        = 16
	MessageDispatch        = 21
	MessageAck             = 22
	TextMessage            = 28
	Response               = 30
	ExceptionResponse      = 31

	queue        = 100
	messageID    = 110
	connectionID = 120
	sessionID    = 121
	consumerID   = 122
	producerID   = 123
)

// Frame is one OpenWire command in the loose encoding of version 12, the values in their order on the wire:
//
//	int32 length of the rest | byte type | int32 command id | bool response required | fields …
//
// The encoder is the tests' own, so that a mistake in the broker's cannot hide behind the same mistake here.
type Frame struct{ bytes []byte }

// Command begins a frame; WireFormatInfo has no command id and is made by Hello.
func Command(kind byte, id int32, responseRequired bool) *Frame {
	return (&Frame{make([]byte, 4)}).Byte(kind).Int(id).Bool(responseRequired)
}

// Byte, Bool, Int, Long append a value of fixed size.
func (f *Frame) Byte(b byte) *Frame { f.bytes = append(f.bytes, b); return f }
func (f *Frame) Int(v int32) *Frame {
	f.bytes = binary.BigEndian.AppendUint32(f.bytes, uint32(v))
	return f
}
func (f *Frame) Long(v int64) *Frame {
	f.bytes = binary.BigEndian.AppendUint64(f.bytes, uint64(v))
	return f
}
func (f *Frame) Raw(b []byte) *Frame { f.bytes = append(f.bytes, b...); return f }
func (f *Frame) Zeros(n int) *Frame  { return f.Raw(make([]byte, n)) }
func (f *Frame) Nulls(n int) *Frame  { return f.Zeros(n) } // absent strings, objects and arrays: a zero flag each
func (f *Frame) Bool(b bool) *Frame {
	if b {
		return f.Byte(1)
	}
	return f.Byte(0)
}

// String appends a present string, which must be ASCII.
func (f *Frame) String(s string) *Frame {
	f.bytes = binary.BigEndian.AppendUint16(append(f.bytes, 1), uint16(len(s)))
	f.bytes = append(f.bytes, s...)
	return f
}

// Blob appends a present byte sequence.
func (f *Frame) Blob(b []byte) *Frame { return f.Byte(1).Int(int32(len(b))).Raw(b) }

// Bytes is the frame as it goes out.
func (f *Frame) Bytes() []byte {
	binary.BigEndian.PutUint32(f.bytes, uint32(len(f.bytes)-4))
	return f.bytes
}

func (f *Frame) object(kind byte) *Frame { return f.Byte(1).Byte(kind) }

// Hello is the WireFormatInfo of a peer that wants version 12 and nothing else: loose, no cache, no keep-alive.
func Hello() *Frame {
	f := (&Frame{make([]byte, 4)}).Byte(WireFormatInfo).Raw([]byte("ActiveMQ")).Int(12)
	return f.Blob([]byte{0, 0, 0, 0})
}
