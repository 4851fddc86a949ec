package selector

import "math"

// operator is an arithmetic operator.
type operator uint8

const (
	plus operator = iota
	minus
	times
	divide
	modulo
)

// eval is null if either side is. The left side decides what is computed: a string is joined with whatever the right side
// prints as, a number needs a number, and all else fails.
func (n *arithmetic) eval(m Message) Value {
	left := n.left.eval(m)
	if left.kind == null || left.kind == failedKind {
		return left
	}
	right := n.right.eval(m)
	switch {
	case right.kind == null || right.kind == failedKind:
		return right
	case left.kind == stringKind && n.operator == plus && right.kind != otherKind:
		return join(left.text, right.javaText())
	case !left.isNumber() || !right.isNumber():
		return failed
	}
	return compute(n.operator, left, right)
}

func join(a, b string) Value {
	if len(a)+len(b) > JoinMax {
		return failed
	}
	return String(a + b)
}

// compute works in double for a quotient, a remainder and where either side is no integer; else in long if a side is
// Long; else in int, to which anything smaller, and a literal beyond 64 bits by its low half, converts. Integers wrap.
func compute(o operator, left, right Value) Value {
	switch {
	case o == divide || o == modulo || isFloating(left) || isFloating(right):
		return Double(onFloats(o, left.asFloat(), right.asFloat()))
	case left.kind == int64Kind || right.kind == int64Kind:
		return Long(onIntegers(o, left.asInteger(), right.asInteger()))
	}
	return Int(onIntegers(o, int32(left.asInteger()), int32(right.asInteger())))
}

func isFloating(v Value) bool { return v.kind == float32Kind || v.kind == float64Kind }

func onFloats(o operator, a, b float64) float64 {
	switch o {
	case plus:
		return a + b
	case minus:
		return a - b
	case times:
		return a * b
	case divide:
		return a / b
	}
	return math.Mod(a, b)
}

func onIntegers[T int32 | int64](o operator, a, b T) T {
	switch o {
	case plus:
		return a + b
	case minus:
		return a - b
	}
	return a * b
}

// eval is null for what is no number. Byte and Short fail: the original does not know how to negate them.
func (n *minusOf) eval(m Message) Value {
	v := n.of.eval(m)
	switch v.kind {
	case int32Kind:
		return Int(-int32(v.bits))
	case int64Kind:
		return Long(-int64(v.bits))
	case float32Kind, float64Kind:
		return Value{kind: v.kind, bits: math.Float64bits(-v.float())}
	case bigKind:
		return negateBig(v.text)
	case int8Kind, int16Kind, failedKind:
		return failed
	}
	return Null
}
