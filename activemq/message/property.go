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

// Entries calls each for the entries of a primitive map's bytes, in their order, until it returns false. Nothing is decoded, and name is valid
// only for the call. What cannot be read ends it with an error.
func Entries(properties []byte, each func(name []byte, value Primitive) bool) error {
	if len(properties) == 0 {
		return nil
	}
	c := cursor{in: properties}
	for n := c.count(3); n > 0 && c.err == nil; n-- {
		name := c.take(c.uint16())
		value := c.primitive(0)
		if c.err == nil && !each(name, value) {
			return nil
		}
	}
	return c.err
}

// AppendStringEntry appends an entry with a string to the entries of a primitive map, in front of which their number as int32 belongs. It tells
// false, and appends nothing, for a name that is too long.
func AppendStringEntry[T string | []byte](to []byte, name, value T) ([]byte, bool) {
	start := len(to)
	to = AppendMUTF8(append(to, 0, 0), string(name))
	if len(to)-start-2 > utfMax {
		return to[:start], false
	}
	binary.BigEndian.PutUint16(to[start:], uint16(len(to)-start-2))
	return appendString(to, string(value)), true
}

// Text returns the bytes of a string, in modified UTF-8, where they lie.
func (p Primitive) Text() ([]byte, bool) {
	return p.raw, p.tag == tagString || p.tag == tagBigString
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
