package wire

import (
	"encoding/binary"
	"iter"
	"math"
)

// Value is one encoded value. Those that this package returns are whole and valid, and share memory with what they were read from; the
// nil Value stands for null.
type Value []byte

// Type returns what the value is.
func (v Value) Type() Type {
	if len(v) == 0 {
		return Null
	}
	return types[v[0]]
}

// IsNull tells whether the value is null.
func (v Value) IsNull() bool { return v.Type() == Null }

// Bool returns a boolean.
func (v Value) Bool() (value, ok bool) {
	if v.Type() != Boolean {
		return false, false
	}
	return v[0] == codeTrue || v[0] == codeBoolean && v[1] == 1, true
}

// Uint returns an unsigned integer of any size.
func (v Value) Uint() (uint64, bool) {
	switch v.Type() {
	case Ubyte, Ushort, Uint, Ulong:
		return v.bits(), true
	}
	return 0, false
}

// Int returns a signed integer of any size, a timestamp, or the code of a char.
func (v Value) Int() (int64, bool) {
	switch v.Type() {
	case Byte, Short, Int, Long, Timestamp:
		shift := 64 - 8*(len(v)-1)
		return int64(v.bits()<<shift) >> shift, true
	case Char:
		return int64(v.bits()), true
	}
	return 0, false
}

// Integer returns a signed or unsigned integer that fits.
func (v Value) Integer() (int64, bool) {
	if n, ok := v.Uint(); ok {
		return int64(n), n <= math.MaxInt64
	}
	return v.Int()
}

// Float returns a float or double.
func (v Value) Float() (float64, bool) {
	switch v.Type() {
	case Float:
		return float64(math.Float32frombits(uint32(v.bits()))), true
	case Double:
		return math.Float64frombits(v.bits()), true
	}
	return 0, false
}

// bits returns the bytes behind the constructor, eight at most, as a number.
func (v Value) bits() uint64 {
	var n uint64
	for _, b := range v[1:] {
		n = n<<8 | uint64(b)
	}
	return n
}

// Bytes returns the bytes of a binary, string, symbol, uuid or decimal where they lie.
func (v Value) Bytes() []byte {
	switch v.Type() {
	case Binary, String, SymbolType:
		if v[0]&0x10 != 0 {
			return v[5:]
		}
		return v[2:]
	case UUID, Decimal32, Decimal64, Decimal128:
		return v[1:]
	}
	return nil
}

// Text returns a string or symbol.
func (v Value) Text() (string, bool) {
	switch v.Type() {
	case String, SymbolType:
		return string(v.Bytes()), true
	}
	return "", false
}

// Descriptor returns the code of a described value's type and the value; ok is false for any other value. The descriptor may be that code
// or the symbol that goes with it.
func (v Value) Descriptor() (code uint64, described Value, ok bool) {
	if v.Type() != Described {
		return 0, nil, false
	}
	c := cursor{in: v, at: 1}
	descriptor := c.value()
	described = c.value()
	if code, ok = descriptor.Uint(); ok {
		return code, described, true
	}
	if name, isText := descriptor.Text(); isText {
		return codes[Symbol(name)], described, true
	}
	return 0, described, true
}

// Len returns the number of elements of a list or array, or of the keys and values of a map.
func (v Value) Len() int {
	n, _ := v.elements()
	return n
}

// elements returns the number of elements of a list, map or array, and a cursor in front of them.
func (v Value) elements() (int, cursor) {
	switch v.Type() {
	case List, Map, Array:
		if v[0] == codeList0 {
			return 0, cursor{}
		}
		if v[0]&0x10 != 0 {
			return int(binary.BigEndian.Uint32(v[5:])), cursor{in: v, at: 9}
		}
		return int(v[2]), cursor{in: v, at: 3}
	}
	return 0, cursor{}
}

// Items goes over the elements of a list, none for any other value but an array.
func (v Value) Items() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		n, c := v.elements()
		if v.Type() == Array {
			v.arrayItems(n, c, yield)
			return
		}
		for ; n > 0 && yield(c.next()); n-- {
		}
	}
}

// arrayItems goes over the elements of an array, each with a constructor of its own put in front.
func (v Value) arrayItems(n int, c cursor, yield func(Value) bool) {
	from := c.at
	c.constructor(0)
	head := v[from:c.at:c.at]
	for ; n > 0; n-- {
		from := c.at
		c.content(head[len(head)-1], 0)
		if !yield(append(head, c.in[from:c.at]...)) {
			return
		}
	}
}

// Entries goes over the keys and values of a map, none for any other value.
func (v Value) Entries() iter.Seq2[Value, Value] {
	return func(yield func(key, value Value) bool) {
		if v.Type() != Map {
			return
		}
		n, c := v.elements()
		for ; n > 1; n -= 2 {
			key := c.next()
			if !yield(key, c.next()) {
				return
			}
		}
	}
}

// Get returns the value of a map's key that is that string or symbol, nil when there is none.
func (v Value) Get(name string) Value {
	for key, value := range v.Entries() {
		if t := key.Type(); (t == String || t == SymbolType) && string(key.Bytes()) == name {
			return value
		}
	}
	return nil
}

// next reads a value that was checked before: it only looks where it ends.
func (c *cursor) next() Value {
	from := c.at
	code := c.byte()
	wide := code&0x10 != 0
	switch code >> 4 {
	case 0x0:
		c.next()
		c.next()
	case 0x4:
	case 0x5, 0x6, 0x7, 0x8, 0x9:
		c.take(1 << (code>>4 - 5))
	default:
		c.take(c.size(wide))
	}
	return c.in[from:c.at:c.at]
}
