package selector

import (
	"cmp"
	"math"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// relation is how the two sides of a comparison must stand.
type relation uint8

const (
	equal relation = iota
	less
	lessOrEqual
	greater
	greaterOrEqual
)

// holds reports whether an order, negative, zero or positive, is in the relation.
func (r relation) holds(order int) bool {
	switch r {
	case less:
		return order < 0
	case lessOrEqual:
		return order <= 0
	case greater:
		return order > 0
	case greaterOrEqual:
		return order >= 0
	}
	return order == 0
}

// eval treats null by side: "=" is unknown for a null on the left, false for one on the right, and true for two; the
// other relations are unknown for either.
func (n *comparison) eval(m Message) Value {
	left := n.left.eval(m)
	if left.kind == failedKind || left.kind == null && n.relation != equal {
		return left
	}
	right := n.right.eval(m)
	switch {
	case right.kind == failedKind:
		return right
	case n.relation != equal && right.kind == null:
		return Null
	case left.kind == null && right.kind == null:
		return Bool(true)
	case left.kind == null:
		return Null
	case right.kind == null:
		return Bool(false)
	}
	return n.compare(left, right)
}

// compare relates two values, none of them null.
func (n *comparison) compare(left, right Value) Value {
	if left.kind == otherKind || right.kind == otherKind {
		if n.relation == equal {
			return Bool(false)
		}
		return failed
	}
	if n.convert && left.kind != right.kind {
		var ok bool
		if left, right, ok = convertString(left, right); !ok {
			return Bool(false)
		}
	}
	kind, ok := commonKind(left.kind, right.kind)
	if !ok {
		return Bool(false)
	}
	switch {
	case kind == failedKind:
		return failed
	case kind == stringKind && n.relation == equal:
		return Bool(left.text == right.text) // by far the most frequent comparison
	}
	return Bool(n.relation.holds(order(kind, left, right)))
}

// commonKind returns the kind in which two values are compared, failedKind where the original fails, and false where
// they have nothing to compare. A side converts as follows (org.apache.activemq.filter.ComparisonExpression):
//
//	left \ right  Byte    Short   Integer Long    Float   Double
//	Byte          Byte    Short   Integer Long    Float   Double
//	Short         false   Short   Integer Long    Float   Double
//	Integer       false   false   Integer Long    Float   Double
//	Long          false   false   Long    Long    Float   Double
//	Float         false   false   Float   Float   Float   Double
//	Double        false   false   Double  Double  fails   Double
func commonKind(left, right kind) (kind, bool) {
	switch {
	case left == right:
		return left, true
	case left < int8Kind || left > float64Kind || right < int8Kind || right > float64Kind:
		return null, false
	case left < right:
		return right, true
	case right < int32Kind:
		return null, false
	case right == float32Kind:
		return failedKind, true
	}
	return left, true
}

// order is Java's compareTo of two values as the given kind, to which they convert.
func order(k kind, left, right Value) int {
	switch k {
	case float32Kind:
		return orderFloats(asFloat32(left), asFloat32(right))
	case float64Kind:
		return orderFloats(left.asFloat(), right.asFloat())
	case bigKind:
		return orderBig(left.text, right.text)
	case stringKind:
		return orderStrings(left.text, right.text)
	case boolean:
		return cmp.Compare(left.bits, right.bits)
	}
	return cmp.Compare(int64(left.bits), int64(right.bits))
}

// asFloat32 is Java's floatValue, widened. An integer is rounded once, straight to a float.
func asFloat32(v Value) float64 {
	if v.isInteger() {
		return float64(float32(int64(v.bits)))
	}
	return v.float()
}

// orderFloats is Double.compare: -0.0 is below 0.0, and NaN equals itself, above all else.
func orderFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case a == b && a != 0:
		return 0
	}
	return cmp.Compare(rank(a), rank(b))
}

// rank tells apart what the operators of IEEE 754 do not: the zeros and NaN.
func rank(f float64) int {
	switch {
	case math.IsNaN(f):
		return 2
	case f == 0 && math.Signbit(f):
		return -1
	case f == 0:
		return 0
	}
	return 1
}

// orderStrings is String.compareTo: by UTF-16 unit. That parts from the order of bytes only where a character beyond the
// first plane, whose surrogates begin at U+D800, meets one from U+E000 on.
func orderStrings(a, b string) int {
	for a != "" && b != "" {
		x, xSize := utf8.DecodeRuneInString(a)
		y, ySize := utf8.DecodeRuneInString(b)
		if x != y {
			return cmp.Or(cmp.Compare(firstUnit(x), firstUnit(y)), cmp.Compare(x, y))
		}
		a, b = a[xSize:], b[ySize:]
	}
	return cmp.Compare(len(a), len(b))
}

func firstUnit(r rune) rune {
	if r <= 0xFFFF {
		return r
	}
	high, _ := utf16.EncodeRune(r)
	return high
}

// convertString turns the string of a pair into the type of the other side, and reports false for a string that is no
// such number. With a Boolean on the left the original fails, whatever the string: then both sides come back failed.
func convertString(left, right Value) (Value, Value, bool) {
	switch {
	case left.kind == boolean && right.kind == stringKind:
		return failed, failed, true
	case right.kind == stringKind:
		converted, ok := parseAs(left.kind, right.text)
		return left, converted, ok
	case left.kind == stringKind:
		converted, ok := parseAs(right.kind, left.text)
		return converted, right, ok
	}
	return left, right, true
}

// parseAs is Java's valueOf of the class that k stands for.
func parseAs(k kind, text string) (Value, bool) {
	switch k {
	case boolean:
		return Bool(strings.EqualFold(text, "true")), true
	case int8Kind, int16Kind, int32Kind, int64Kind:
		n, ok := parseInteger(text, 8<<(k-int8Kind))
		return Value{kind: k, bits: uint64(n)}, ok
	case float32Kind, float64Kind:
		f, ok := parseJavaFloat(text, 32<<(k-float32Kind))
		return Value{kind: k, bits: math.Float64bits(f)}, ok
	}
	return Null, false
}
