package message

import (
	"encoding/binary"
	"math"
)

// Property returns the value of a user property: a bool, int8, Char, int16, int32, int64, float32, float64, string, []byte,
// Map, List, or nil for one that is there and null. Headers and the properties that JMS itself defines (JMSXGroupID …) are fields of the message.
func (m *Message) Property(name string) (value any, found bool) {
	p, ok := Find(m.Properties, name)
	if !ok {
		return nil, false
	}
	v, err := p.Value()
	return v, err == nil
}

// PropertyMap returns all user properties. The result is the caller's.
func (m *Message) PropertyMap() (Map, error) { return DecodeMap(m.Properties) }

// Find looks a name up in the bytes of a primitive map without decoding the rest, and allocates nothing. Of two entries with
// that name it returns the last. A name that is not there, and a map that cannot be read that far, is not found.
func Find(properties []byte, name string) (Primitive, bool) {
	var found Primitive
	if len(properties) == 0 {
		return found, false
	}
	c := cursor{in: properties}
	ok := false
	for n := c.count(3); n > 0 && c.err == nil; n-- {
		key := c.take(c.uint16())
		p := c.primitive(0)
		if c.err == nil && (string(key) == name || equalMUTF8(key, name)) {
			found, ok = p, true
		}
	}
	if c.err != nil {
		return Primitive{}, false
	}
	return found, ok
}

// Primitive is one tagged value where it lies in the bytes of its map, not decoded yet. The zero value is null.
type Primitive struct {
	tag byte
	raw []byte
}

// Bool returns a boolean.
func (p Primitive) Bool() (value, ok bool) {
	if p.tag != tagBoolean {
		return false, false
	}
	return p.raw[0] != 0, true
}

// Int returns a byte, short, int or long.
func (p Primitive) Int() (int64, bool) {
	switch p.tag {
	case tagByte:
		return int64(int8(p.raw[0])), true
	case tagShort:
		return int64(int16(binary.BigEndian.Uint16(p.raw))), true
	case tagInt:
		return int64(int32(binary.BigEndian.Uint32(p.raw))), true
	case tagLong:
		return int64(binary.BigEndian.Uint64(p.raw)), true
	}
	return 0, false
}

// Float returns a float or double.
func (p Primitive) Float() (float64, bool) {
	switch p.tag {
	case tagFloat:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(p.raw))), true
	case tagDouble:
		return math.Float64frombits(binary.BigEndian.Uint64(p.raw)), true
	}
	return 0, false
}

// IsNull is true for null.
func (p Primitive) IsNull() bool { return p.tag == tagNull }

// Value returns the value as the Go type of its tag, sharing no memory with the map.
func (p Primitive) Value() (any, error) {
	switch p.tag {
	case tagNull:
		return nil, nil
	case tagBoolean:
		return p.raw[0] != 0, nil
	case tagByte:
		return int8(p.raw[0]), nil
	case tagChar:
		return Char(binary.BigEndian.Uint16(p.raw)), nil
	case tagShort:
		return int16(binary.BigEndian.Uint16(p.raw)), nil
	case tagInt:
		return int32(binary.BigEndian.Uint32(p.raw)), nil
	case tagLong:
		return int64(binary.BigEndian.Uint64(p.raw)), nil
	case tagDouble:
		return math.Float64frombits(binary.BigEndian.Uint64(p.raw)), nil
	case tagFloat:
		return math.Float32frombits(binary.BigEndian.Uint32(p.raw)), nil
	case tagBytes:
		return append(make([]byte, 0, len(p.raw)), p.raw...), nil
	case tagMap:
		c := cursor{in: p.raw}
		m := c.entries(1)
		return m, c.err
	case tagList:
		c := cursor{in: p.raw}
		l := c.list(1)
		return l, c.err
	}
	s, err := DecodeMUTF8(p.raw)
	if err != nil {
		return nil, err
	}
	return s, nil
}
