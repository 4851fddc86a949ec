package wire

import (
	"encoding/binary"
	"math"
)

// readBit reads the next boolean of the stream.
func (w *walker) readBit() bool {
	i := w.bit >> 3
	if i >= len(w.bits) {
		w.fail("boolean stream of %d bytes is used up", len(w.bits))
		return false
	}
	v := w.bits[i]>>(w.bit&7)&1 != 0
	w.bit++
	return v
}

// writeBit adds a boolean to the stream.
func (w *walker) writeBit(v bool) {
	if w.bit&7 == 0 {
		w.bits = append(w.bits, 0)
	}
	if v {
		w.bits[len(w.bits)-1] |= 1 << (w.bit & 7)
	}
	w.bit++
}

// readBits reads the boolean stream, which stays in the frame.
func (w *walker) readBits() {
	n := int(w.readByte())
	switch n {
	case markMedium:
		n = int(w.readByte())
	case markLong:
		n = int(int16(w.readUint16()))
	}
	w.bits, w.bit = w.take(n), 0
}

// bitsHead returns the number of bytes in front of a stream of n bytes.
func bitsHead(n int) int {
	switch {
	case n < bitsShort:
		return 1
	case n < bitsMedium:
		return 2
	}
	return 3
}

// putBits writes the boolean stream with its number of bytes to where it belongs. to has the size for it.
func (w *walker) putBits(to []byte) {
	n := len(w.bits)
	switch bitsHead(n) {
	case 1:
		to[0] = byte(n)
	case 2:
		to[0], to[1] = markMedium, byte(n)
	default:
		to[0] = markLong
		binary.BigEndian.PutUint16(to[1:], uint16(n))
	}
	copy(to[bitsHead(n):], w.bits)
}

func (w *walker) readTightLong() int64 {
	high, low := w.readBit(), w.readBit()
	switch {
	case high && low:
		return int64(w.readUint64())
	case high:
		return int64(w.readUint32())
	case low:
		return int64(w.readUint16())
	}
	return 0
}

func (w *walker) writeTightLong(v uint64) {
	high, low := v > math.MaxUint16, v > math.MaxUint32 || v != 0 && v <= math.MaxUint16
	w.writeBit(high)
	w.writeBit(low)
	switch {
	case high && low:
		w.out = binary.BigEndian.AppendUint64(w.out, v)
	case high:
		w.out = binary.BigEndian.AppendUint32(w.out, uint32(v))
	case low:
		w.out = binary.BigEndian.AppendUint16(w.out, uint16(v))
	}
}
