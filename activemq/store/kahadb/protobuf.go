package kahadb

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// Protobuf's wire types, of which the journal uses these two.
const (
	wireVarint = 0
	wireBytes  = 2
	wireFixed8 = 1
	wireFixed4 = 5
)

var errProtobuf = errors.New("truncated or malformed protobuf")

// field is one field of a protobuf message: its number, and its value by wire type. bytes alias the message.
type field struct {
	number int
	wire   int
	value  uint64
	bytes  []byte
}

// eachField calls f for the fields of a protobuf message in the order they stand.
func eachField(b []byte, f func(field) error) error {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 || tag>>3 == 0 || tag>>3 > 1<<29-1 {
			return errProtobuf
		}
		b = b[n:]
		x := field{number: int(tag >> 3), wire: int(tag & 7)}
		switch x.wire {
		case wireVarint:
			if x.value, n = binary.Uvarint(b); n <= 0 {
				return errProtobuf
			}
			b = b[n:]
		case wireBytes:
			length, n := binary.Uvarint(b)
			if n <= 0 || length > uint64(len(b)-n) {
				return errProtobuf
			}
			x.bytes, b = b[n:n+int(length)], b[n+int(length):]
		case wireFixed8, wireFixed4: // of no field that we know
			size := 8
			if x.wire == wireFixed4 {
				size = 4
			}
			if len(b) < size {
				return errProtobuf
			}
			b = b[size:]
		default:
			return errProtobuf
		}
		if err := f(x); err != nil {
			return err
		}
	}
	return nil
}

// sizeVarint returns the bytes that v takes as a varint.
func sizeVarint(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }

func appendVarintField(b []byte, number int, v uint64) []byte {
	b = append(b, byte(number<<3|wireVarint))
	return binary.AppendUvarint(b, v)
}

func appendBytesField[T string | []byte](b []byte, number int, v T) []byte {
	b = append(b, byte(number<<3|wireBytes))
	b = binary.AppendUvarint(b, uint64(len(v)))
	return append(b, v...)
}
