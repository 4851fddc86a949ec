package wire

import (
	"encoding/binary"
	"fmt"
)

// mode is what a walk is for.
type mode uint8

const (
	readLoose mode = iota
	readTight
	writeLoose
	writeTight
	visiting // neither: each field is shown to walker.visit
)

func (m mode) reads() bool { return m <= readTight }
func (m mode) tight() bool { return m == readTight || m == writeTight }

// walker carries a walk from field to field. Its error sticks: after one, reading gives zero values and what is written is
// thrown away.
//
// A walk function must not store through its pointers unless w.mode.reads(): what is written is shared and immutable.
type walker struct {
	mode       mode
	version    int
	stackTrace bool
	err        error
	depth      int

	in    []byte // reading: the frame
	at    int
	alias bool // reading: byte sequences may share memory with in

	out []byte // writing: what was there before, and the frame

	bits []byte // tight: the boolean stream
	bit  int    // its next bit

	names    *names      // reading
	slots    *readCache  // reading with a cache
	borrowed int         // bytes that the slots named so far stand for
	known    *writeCache // writing with a cache

	visit func(kind, ref string, field any)
}

// since tells whether the version has fields that came with version n.
func (w *walker) since(n int) bool { return w.version >= n }

// until tells whether the version has fields that went after version n.
func (w *walker) until(n int) bool { return w.version <= n }

// reading is for what a field that the version does not have is to hold.
func (w *walker) reading() bool { return w.mode.reads() }

func (w *walker) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

// enter counts the structures around the present one. Each must be left again.
func (w *walker) enter() bool {
	if w.depth++; w.depth > depthMax {
		w.fail("structures more than %d deep", depthMax)
	}
	return w.err == nil
}

func (w *walker) leave() { w.depth-- }

// flag walks a boolean.
func (w *walker) flag(v *bool) {
	switch w.mode {
	case readLoose:
		*v = w.readByte() != 0
	case readTight:
		*v = w.readBit()
	case writeLoose:
		w.writeLooseFlag(*v)
	case writeTight:
		w.writeBit(*v)
	default:
		w.visit("boolean", "", v)
	}
}

// int8 walks a byte.
func (w *walker) int8(v *int8) {
	switch {
	case w.mode.reads():
		*v = int8(w.readByte())
	case w.mode == visiting:
		w.visit("byte", "", v)
	default:
		w.out = append(w.out, byte(*v))
	}
}

// int32 walks an int.
func (w *walker) int32(v *int32) {
	switch {
	case w.mode.reads():
		*v = int32(w.readUint32())
	case w.mode == visiting:
		w.visit("int", "", v)
	default:
		w.out = binary.BigEndian.AppendUint32(w.out, uint32(*v))
	}
}

// int64 walks a long.
func (w *walker) int64(v *int64) {
	switch w.mode {
	case readLoose:
		*v = int64(w.readUint64())
	case readTight:
		*v = w.readTightLong()
	case writeLoose:
		w.out = binary.BigEndian.AppendUint64(w.out, uint64(*v))
	case writeTight:
		w.writeTightLong(uint64(*v))
	default:
		w.visit("long", "", v)
	}
}

// bytes walks a byte array. What is read is a copy.
func (w *walker) bytes(v *[]byte) {
	switch {
	case w.mode.reads():
		if b := w.readBytes(); b != nil {
			*v = append(make([]byte, 0, len(b)), b...)
		} else {
			*v = nil
		}
	case w.mode == visiting:
		w.visit("bytearray", "", v)
	default:
		w.writeBytes(*v)
	}
}

// sequence walks a byte sequence. What is read shares memory with the frame where the caller of the decoder was told so.
func (w *walker) sequence(v *[]byte) {
	switch {
	case w.mode.reads():
		b := w.readBytes()
		if b != nil && !w.alias {
			b = append(make([]byte, 0, len(b)), b...)
		}
		*v = b
	case w.mode == visiting:
		w.visit("bytesequence", "", v)
	default:
		w.writeBytes(*v)
	}
}

// fixed walks bytes of a known number.
func (w *walker) fixed(v []byte) {
	switch {
	case w.mode.reads():
		copy(v, w.take(len(v)))
	case w.mode == visiting:
		w.visit("constbytes", "", v)
	default:
		w.out = append(w.out, v...)
	}
}

// present walks the flag in front of what may be missing. It is flag by value, whose pointers escape.
func (w *walker) present(v bool) bool {
	switch w.mode {
	case readLoose:
		v = w.readByte() != 0
	case readTight:
		v = w.readBit()
	case writeLoose:
		w.writeLooseFlag(v)
	case writeTight:
		w.writeBit(v)
	}
	return v && w.err == nil
}

// writeLooseFlag writes a boolean in place.
func (w *walker) writeLooseFlag(v bool) {
	if v {
		w.out = append(w.out, 1)
	} else {
		w.out = append(w.out, 0)
	}
}

// room returns an upper bound of the structures that what is left of the frame can hold: one takes a byte or, if tight, a bit.
func (w *walker) room() int {
	if w.mode == readTight {
		return len(w.bits)*8 - w.bit
	}
	return len(w.in) - w.at
}

// readBytes reads a byte array where it lies, nil for null.
func (w *walker) readBytes() []byte {
	if !w.present(false) {
		return nil
	}
	return w.take(int(int32(w.readUint32())))
}

func (w *walker) writeBytes(b []byte) {
	if !w.present(b != nil) {
		return
	}
	w.out = binary.BigEndian.AppendUint32(w.out, uint32(len(b)))
	w.out = append(w.out, b...)
}

// take returns the next n bytes of the frame, nil and an error when there are fewer.
func (w *walker) take(n int) []byte {
	if w.err != nil {
		return nil
	}
	if n < 0 || n > len(w.in)-w.at {
		w.fail("size %d, %d bytes left", n, len(w.in)-w.at)
		return nil
	}
	b := w.in[w.at : w.at+n : w.at+n]
	w.at += n
	return b
}

func (w *walker) readByte() byte {
	if w.at < len(w.in) {
		w.at++
		return w.in[w.at-1]
	}
	w.take(1)
	return 0
}

func (w *walker) readUint16() uint16 {
	if b := w.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (w *walker) readUint32() uint32 {
	if b := w.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (w *walker) readUint64() uint64 {
	if b := w.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}
