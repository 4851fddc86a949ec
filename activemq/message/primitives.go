package message

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Properties and the bodies of map and stream messages are made of tagged primitives. Integers are big-endian.
//
//	map      count:int32 (-1: null), then count times name:utf value
//	stream   values, to the end
//	value    tag:byte, then
//
//	tag  value                        Go
//	 0   null                         nil
//	 1   boolean: 1 byte              bool
//	 2   byte                         int8
//	 3   char: uint16                 Char
//	 4   short: 2 bytes               int16
//	 5   int: 4 bytes                 int32
//	 6   long: 8 bytes                int64
//	 7   double: 8 bytes, IEEE        float64
//	 8   float: 4 bytes, IEEE         float32
//	 9   utf: uint16 size, bytes      string
//	10   bytes: int32 size, bytes     []byte
//	11   map                          Map
//	12   list: int32 count, values    List
//	13   utf: int32 size, bytes       string
//
// utf is modified UTF-8. Double before float is no slip: the original has them in this order.
const (
	tagNull = iota
	tagBoolean
	tagByte
	tagChar
	tagShort
	tagInt
	tagLong
	tagDouble
	tagFloat
	tagString
	tagBytes
	tagMap
	tagList
	tagBigString
)

// fixedSizes has the number of bytes behind those tags whose values all have the same size.
var fixedSizes = [...]int{tagBoolean: 1, tagByte: 1, tagChar: 2, tagShort: 2, tagInt: 4, tagLong: 8, tagDouble: 8, tagFloat: 4}

const (
	// depthMax is how deep maps and lists may be nested, as in the original since 6.0.
	depthMax = 127

	// bigStringFrom is the UTF-16 length from which the original uses tag 13.
	bigStringFrom = 8191

	utfMax = math.MaxUint16
)

type (
	// Char is a Java char: one UTF-16 unit.
	Char uint16

	// Map is a primitive map in the order in which it was written, which means nothing. Of two entries with the same name the
	// last counts.
	Map []Entry

	// Entry is one entry of a Map.
	Entry struct {
		Name  string
		Value any
	}

	// List is a list of primitives.
	List []any
)

// Get returns the value of that name.
func (m Map) Get(name string) (any, bool) {
	for i := len(m) - 1; i >= 0; i-- {
		if m[i].Name == name {
			return m[i].Value, true
		}
	}
	return nil, false
}

// DecodeMap reads a primitive map. A null map and no bytes at all are a nil Map. Bytes behind the map mean nothing, as in the
// original. Nothing of b is kept.
func DecodeMap(b []byte) (Map, error) {
	if len(b) == 0 {
		return nil, nil
	}
	c := cursor{in: b}
	m := c.entries(0)
	return m, c.err
}

// DecodeStream reads primitives to the end of b. Nothing of b is kept.
func DecodeStream(b []byte) (List, error) {
	var l List
	c := cursor{in: b}
	for c.at < len(b) && c.err == nil {
		l = append(l, c.value(0))
	}
	if c.err != nil {
		return nil, c.err
	}
	return l, nil
}

// AppendMap appends m, a nil one as null.
func AppendMap(to []byte, m Map) ([]byte, error) { return appendMap(to, m, 0) }

// AppendStream appends the primitives of l one after the other.
func AppendStream(to []byte, l List) ([]byte, error) {
	var err error
	for _, v := range l {
		if to, err = appendValue(to, v, 0); err != nil {
			return nil, err
		}
	}
	return to, nil
}

func appendMap(to []byte, m Map, depth int) ([]byte, error) {
	if m == nil {
		return append(to, 0xff, 0xff, 0xff, 0xff), nil
	}
	to = binary.BigEndian.AppendUint32(to, uint32(len(m)))
	for i := range m {
		size, _ := SizeMUTF8(m[i].Name)
		if size > utfMax {
			return nil, fmt.Errorf("primitive map: name of %d bytes, want at most %d", size, utfMax)
		}
		to = binary.BigEndian.AppendUint16(to, uint16(size))
		to = AppendMUTF8(to, m[i].Name)
		var err error
		if to, err = appendValue(to, m[i].Value, depth); err != nil {
			return nil, err
		}
	}
	return to, nil
}

// appendValue appends one tagged primitive.
func appendValue(to []byte, v any, depth int) ([]byte, error) {
	be := binary.BigEndian
	switch v := v.(type) {
	case nil:
		return append(to, tagNull), nil
	case bool:
		if v {
			return append(to, tagBoolean, 1), nil
		}
		return append(to, tagBoolean, 0), nil
	case int8:
		return append(to, tagByte, byte(v)), nil
	case Char:
		return be.AppendUint16(append(to, tagChar), uint16(v)), nil
	case int16:
		return be.AppendUint16(append(to, tagShort), uint16(v)), nil
	case int32:
		return be.AppendUint32(append(to, tagInt), uint32(v)), nil
	case int64:
		return be.AppendUint64(append(to, tagLong), uint64(v)), nil
	case float64:
		return be.AppendUint64(append(to, tagDouble), math.Float64bits(v)), nil
	case float32:
		return be.AppendUint32(append(to, tagFloat), math.Float32bits(v)), nil
	case string:
		return appendString(to, v), nil
	case []byte:
		return append(be.AppendUint32(append(to, tagBytes), uint32(len(v))), v...), nil
	case Map:
		if depth == depthMax {
			return nil, errDepth
		}
		return appendMap(append(to, tagMap), v, depth+1)
	case List:
		return appendList(to, v, depth)
	}
	return nil, fmt.Errorf("primitive map: value of type %T has no tag", v)
}

func appendList(to []byte, l List, depth int) ([]byte, error) {
	if depth == depthMax {
		return nil, errDepth
	}
	to = binary.BigEndian.AppendUint32(append(to, tagList), uint32(len(l)))
	for _, v := range l {
		var err error
		if to, err = appendValue(to, v, depth+1); err != nil {
			return nil, err
		}
	}
	return to, nil
}

func appendString(to []byte, s string) []byte {
	size, _ := SizeMUTF8(s)
	if SizeUTF16(s) < bigStringFrom {
		to = binary.BigEndian.AppendUint16(append(to, tagString), uint16(size))
	} else {
		to = binary.BigEndian.AppendUint32(append(to, tagBigString), uint32(size))
	}
	return AppendMUTF8(to, s)
}
