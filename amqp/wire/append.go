package wire

import (
	"encoding/binary"
	"math"
	"strings"
	"unicode/utf8"
)

// AppendNull appends null.
func AppendNull(to []byte) []byte { return append(to, codeNull) }

// AppendBool appends a boolean.
func AppendBool(to []byte, v bool) []byte {
	if v {
		return append(to, codeTrue)
	}
	return append(to, codeFalse)
}

// AppendUbyte appends a ubyte.
func AppendUbyte(to []byte, v uint8) []byte { return append(to, codeUbyte, v) }

// AppendUshort appends a ushort.
func AppendUshort(to []byte, v uint16) []byte {
	return binary.BigEndian.AppendUint16(append(to, codeUshort), v)
}

// AppendUint appends a uint in its shortest form.
func AppendUint(to []byte, v uint32) []byte {
	switch {
	case v == 0:
		return append(to, codeUint0)
	case v <= math.MaxUint8:
		return append(to, codeSmallUint, byte(v))
	}
	return appendWideUint(to, v)
}

// appendWideUint appends a uint in the form that takes as much room whatever it is.
func appendWideUint(to []byte, v uint32) []byte {
	return binary.BigEndian.AppendUint32(append(to, codeUint), v)
}

// AppendUlong appends a ulong in its shortest form.
func AppendUlong(to []byte, v uint64) []byte {
	switch {
	case v == 0:
		return append(to, codeUlong0)
	case v <= math.MaxUint8:
		return append(to, codeSmallUlong, byte(v))
	}
	return binary.BigEndian.AppendUint64(append(to, codeUlong), v)
}

// AppendByte appends a byte.
func AppendByte(to []byte, v int8) []byte { return append(to, codeByte, byte(v)) }

// AppendShort appends a short.
func AppendShort(to []byte, v int16) []byte {
	return binary.BigEndian.AppendUint16(append(to, codeShort), uint16(v))
}

// AppendInt appends an int.
func AppendInt(to []byte, v int32) []byte {
	if v == int32(int8(v)) {
		return append(to, codeSmallInt, byte(v))
	}
	return binary.BigEndian.AppendUint32(append(to, codeInt), uint32(v))
}

// AppendLong appends a long.
func AppendLong(to []byte, v int64) []byte {
	if v == int64(int8(v)) {
		return append(to, codeSmallLong, byte(v))
	}
	return binary.BigEndian.AppendUint64(append(to, codeLong), uint64(v))
}

// AppendFloat appends a float.
func AppendFloat(to []byte, v float32) []byte {
	return binary.BigEndian.AppendUint32(append(to, codeFloat), math.Float32bits(v))
}

// AppendDouble appends a double.
func AppendDouble(to []byte, v float64) []byte {
	return binary.BigEndian.AppendUint64(append(to, codeDouble), math.Float64bits(v))
}

// AppendChar appends a char.
func AppendChar(to []byte, v rune) []byte {
	return binary.BigEndian.AppendUint32(append(to, codeChar), uint32(v))
}

// AppendTimestamp appends a time in milliseconds since 1970.
func AppendTimestamp(to []byte, v int64) []byte {
	return binary.BigEndian.AppendUint64(append(to, codeTimestamp), uint64(v))
}

// AppendUUID appends a uuid.
func AppendUUID(to []byte, v [16]byte) []byte { return append(append(to, codeUUID), v[:]...) }

// AppendString appends a string. What is not UTF-8 in it, as an unpaired surrogate, becomes U+FFFD.
func AppendString(to []byte, v string) []byte {
	if !utf8.ValidString(v) {
		v = strings.ToValidUTF8(v, "\ufffd")
	}
	return append(appendSize(to, codeString8, len(v)), v...)
}

// AppendSymbol appends a symbol. What is not ASCII in it becomes a question mark.
func AppendSymbol(to []byte, v Symbol) []byte {
	for i := range len(v) {
		if v[i] >= utf8.RuneSelf {
			v = Symbol(strings.Map(plain, string(v)))
			break
		}
	}
	return append(appendSize(to, codeSymbol8, len(v)), v...)
}

// plain returns a character of ASCII as it is, and a question mark for any other.
func plain(r rune) rune {
	if r >= utf8.RuneSelf {
		return '?'
	}
	return r
}

// AppendBinary appends a binary.
func AppendBinary(to, v []byte) []byte { return append(appendSize(to, codeBinary8, len(v)), v...) }

// AppendValue appends an encoded value.
func AppendValue(to []byte, v Value) []byte {
	if len(v) == 0 {
		return AppendNull(to)
	}
	return append(to, v...)
}

// appendSize appends the head of something whose bytes follow. narrow is the constructor of the form with a size of one byte.
func appendSize(to []byte, narrow byte, size int) []byte {
	if size <= math.MaxUint8 {
		return append(to, narrow, byte(size))
	}
	return binary.BigEndian.AppendUint32(append(to, narrow|0x10), uint32(size))
}

// AppendDescriptor appends what makes the value that follows a described one of that code.
func AppendDescriptor(to []byte, code uint64) []byte {
	return AppendUlong(append(to, codeDescribed), code)
}

// wideHead is the size of a list's or map's head in its wide form: constructor, size, count.
const wideHead = 9

// Begin appends room for the head of a list or map whose elements are to follow, and returns where it begins, for EndList or EndMap.
func Begin(to []byte) (out []byte, at int) {
	return append(to, make([]byte, wideHead)...), len(to)
}

// EndList writes the head of a list of count elements that Begin began at at.
func EndList(to []byte, at, count int) []byte { return endCompound(to, at, count, codeList8) }

// EndMap writes the head of a map, count being the number of its keys and values together.
func EndMap(to []byte, at, count int) []byte { return endCompound(to, at, count, codeMap8) }

// endCompound writes the head of what Begin began, and closes the gap that its narrow form leaves.
func endCompound(to []byte, at, count int, narrow byte) []byte {
	content := len(to) - at - wideHead
	if content+1 > math.MaxUint8 || count > math.MaxUint8 {
		to[at] = narrow | 0x10
		binary.BigEndian.PutUint32(to[at+1:], uint32(content+4))
		binary.BigEndian.PutUint32(to[at+5:], uint32(count))
		return to
	}
	to[at], to[at+1], to[at+2] = narrow, byte(content+1), byte(count)
	return to[:at+3+copy(to[at+3:], to[at+wideHead:])]
}
