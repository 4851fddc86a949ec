package wire

import (
	"encoding/binary"
	"unicode/utf8"

	"goactivemq/activemq/message"
)

// A string's bytes are modified UTF-8 or, if tight and all its characters are U+0001 to U+007F, one byte for each.

// name walks a string whose null is message.NullName.
func (w *walker) name(v *string) {
	switch {
	case w.mode.reads():
		*v = w.readName()
	case w.mode == visiting:
		w.visit("string", "", v)
	default:
		w.writeString(*v, *v != message.NullName)
	}
}

// text walks a string that can be null.
func (w *walker) text(v *message.Text) {
	switch {
	case w.mode.reads():
		*v = message.Text{}
		if b, ascii, present := w.stringBytes(); present {
			*v = message.T(w.decodeString(b, ascii))
		}
	case w.mode == visiting:
		w.visit("string", "", v)
	default:
		w.writeString(v.String(), !v.IsNull())
	}
}

// stringBytes reads a string's bytes where they lie, and of which form they are.
func (w *walker) stringBytes() (b []byte, ascii, present bool) {
	if !w.present(false) {
		return nil, false, false
	}
	if ascii = w.mode == readTight && w.readBit(); ascii {
		return w.take(int(int16(w.readUint16()))), true, true
	}
	return w.take(int(w.readUint16())), false, true
}

func (w *walker) decodeString(b []byte, ascii bool) string {
	if ascii {
		return latin1(b)
	}
	s, err := message.DecodeMUTF8(b)
	if err != nil {
		w.fail("string: %w", err)
	}
	return s
}

// latin1 returns a string of one byte for each character. The original takes any byte for the character of that number.
func latin1(b []byte) string {
	if isASCII(b) {
		return string(b)
	}
	wide := make([]rune, len(b))
	for i, c := range b {
		wide[i] = rune(c)
	}
	return string(wide)
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// names has strings that were read lately. The names in the frames of a connection or the records of a store are nearly always the same few,
// which need not be in memory once for each message.
type names [64]string

// nameMax is the length from which a name is not looked for.
const nameMax = 256

// slot returns where a string of those bytes would be.
func (n *names) slot(b []byte) *string {
	h := uint(len(b))
	if len(b) > 0 {
		h += uint(b[0])<<1 + uint(b[len(b)-1])*7 + uint(b[len(b)/2])*5
	}
	return &n[h%uint(len(n))]
}

// readName reads a string that is expected to repeat.
func (w *walker) readName() string {
	b, ascii, present := w.stringBytes()
	if !present {
		return message.NullName
	}
	if len(b) > nameMax {
		return w.decodeString(b, ascii)
	}
	known := w.names.slot(b)
	// No string that was decoded has the bytes of another one's encoding, but for the one form that is not modified UTF-8.
	if *known == string(b) && (!ascii || isASCII(b)) {
		return *known
	}
	s := w.decodeString(b, ascii)
	*known = s
	return s
}

func (w *walker) writeString(s string, present bool) {
	if !w.present(present) {
		return
	}
	size, ascii := message.SizeMUTF8(s)
	limit := looseStringMax
	if w.mode == writeTight {
		w.writeBit(ascii)
		limit = tightStringMax
	}
	if size > limit {
		w.fail("string of %d bytes, want at most %d", size, limit)
		return
	}
	w.out = binary.BigEndian.AppendUint16(w.out, uint16(size))
	if ascii {
		w.out = append(w.out, s...)
	} else {
		w.out = message.AppendMUTF8(w.out, s)
	}
}
