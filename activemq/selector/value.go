package selector

import (
	"math"
	"strconv"
)

// Value is one of Java's values as selectors know them. The zero Value is Null. It is passed by value and holds no
// pointer but a string's, so that asking a message for a number allocates nothing.
type Value struct {
	kind kind
	bits uint64 // an int64, the bits of a float64, or 0 and 1
	text string // of a string; the digits of a big integer
}

// kind orders the numbers as Java widens them: each converts to the ones after it.
type kind uint8

const (
	null kind = iota
	boolean
	int8Kind
	int16Kind
	int32Kind
	int64Kind
	float32Kind
	float64Kind
	bigKind // a literal beyond 64 bits, Java's BigDecimal: its sign and digits are in text
	stringKind
	otherKind // a property of any other type, a list
	failedKind
)

// Null is the value of what a message does not have.
var Null = Value{}

// failed is the outcome of an operation that throws in Java.
var failed = Value{kind: failedKind}

// Bool returns a Boolean.
func Bool(b bool) Value {
	if b {
		return Value{kind: boolean, bits: 1}
	}
	return Value{kind: boolean}
}

// Byte returns Java's Byte.
func Byte(n int8) Value { return Value{kind: int8Kind, bits: uint64(n)} }

// Short returns Java's Short.
func Short(n int16) Value { return Value{kind: int16Kind, bits: uint64(n)} }

// Int returns Java's Integer.
func Int(n int32) Value { return Value{kind: int32Kind, bits: uint64(n)} }

// Long returns Java's Long.
func Long(n int64) Value { return Value{kind: int64Kind, bits: uint64(n)} }

// Float returns Java's Float.
func Float(n float32) Value { return Value{kind: float32Kind, bits: math.Float64bits(float64(n))} }

// Double returns Java's Double.
func Double(n float64) Value { return Value{kind: float64Kind, bits: math.Float64bits(n)} }

// String returns Java's String. A null string is Null.
func String(s string) Value { return Value{kind: stringKind, text: s} }

// Of returns the Value of a Go value: nil, bool, int8, int16, int32, int64, float32, float64 or string. Anything else
// becomes a value that is not null and equals nothing.
func Of(v any) Value {
	switch v := v.(type) {
	case nil:
		return Null
	case Value:
		return v
	case bool:
		return Bool(v)
	case int8:
		return Byte(v)
	case int16:
		return Short(v)
	case int32:
		return Int(v)
	case int64:
		return Long(v)
	case float32:
		return Float(v)
	case float64:
		return Double(v)
	case string:
		return String(v)
	}
	return Value{kind: otherKind}
}

func (v Value) isTrue() bool    { return v.kind == boolean && v.bits != 0 }
func (v Value) isNumber() bool  { return v.kind >= int8Kind && v.kind <= bigKind }
func (v Value) isInteger() bool { return v.kind >= int8Kind && v.kind <= int64Kind }
func (v Value) float() float64  { return math.Float64frombits(v.bits) }

// asInteger is Java's longValue of an integer; its low half is intValue.
func (v Value) asInteger() int64 {
	if v.kind == bigKind {
		return lowBits(v.text)
	}
	return int64(v.bits)
}

// asFloat is Java's doubleValue of a number.
func (v Value) asFloat() float64 {
	switch {
	case v.isInteger():
		return float64(int64(v.bits))
	case v.kind == bigKind:
		return parseFloat(v.text, 64)
	}
	return v.float()
}

// javaText is what Java appends for the value when it joins strings.
func (v Value) javaText() string {
	switch v.kind {
	case boolean:
		return strconv.FormatBool(v.bits != 0)
	case int8Kind, int16Kind, int32Kind, int64Kind:
		return strconv.FormatInt(int64(v.bits), 10)
	case float32Kind:
		return formatFloat(v.float(), 32)
	case float64Kind:
		return formatFloat(v.float(), 64)
	}
	return v.text
}
