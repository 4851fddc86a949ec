package message

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

var errDepth = errors.New("primitive map: maps and lists nested more than 127 deep")

// cursor reads primitives. Its error sticks: after one, everything reads as zero.
type cursor struct {
	in  []byte
	at  int
	err error
}

func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("primitives at %d: "+format, append([]any{c.at}, args...)...)
	}
}

// take returns the next n bytes, nil when there are fewer.
func (c *cursor) take(n int) []byte {
	if c.err != nil {
		return nil
	}
	if n < 0 || n > len(c.in)-c.at {
		c.fail("size %d, %d bytes left", n, len(c.in)-c.at)
		return nil
	}
	b := c.in[c.at : c.at+n : c.at+n]
	c.at += n
	return b
}

func (c *cursor) tag() byte {
	if b := c.take(1); b != nil {
		return b[0]
	}
	return tagNull
}

func (c *cursor) uint16() int {
	if b := c.take(2); b != nil {
		return int(binary.BigEndian.Uint16(b))
	}
	return 0
}

func (c *cursor) int32() int {
	if b := c.take(4); b != nil {
		return int(int32(binary.BigEndian.Uint32(b)))
	}
	return 0
}

// count reads the number of entries of a map or list, each of which takes at least size bytes.
func (c *cursor) count(size int) int {
	n := c.int32()
	if n > (len(c.in)-c.at)/size {
		c.fail("count %d, %d bytes left", n, len(c.in)-c.at)
		return 0
	}
	return n
}

// entries reads a map.
func (c *cursor) entries(depth int) Map {
	n := c.count(3)
	if n < 0 || c.err != nil {
		return nil
	}
	m := make(Map, 0, n)
	for range n {
		name := c.text(c.uint16())
		value := c.value(depth)
		if c.err != nil {
			return nil
		}
		m = append(m, Entry{name, value})
	}
	return m
}

// list reads a list.
func (c *cursor) list(depth int) List {
	n := c.count(1)
	if n < 0 {
		c.fail("list of %d", n)
	}
	if c.err != nil {
		return nil
	}
	l := make(List, 0, n)
	for range n {
		if l = append(l, c.value(depth)); c.err != nil {
			return nil
		}
	}
	return l
}

func (c *cursor) text(size int) string {
	b := c.take(size)
	if b == nil {
		return ""
	}
	s, err := DecodeMUTF8(b)
	if err != nil {
		c.fail("%w", err)
	}
	return s
}

// value reads a tagged value.
func (c *cursor) value(depth int) any {
	p := c.head()
	switch p.tag {
	case tagMap, tagList:
		if depth == depthMax {
			c.fail("%w", errDepth)
			return nil
		}
		if p.tag == tagMap {
			return c.entries(depth + 1)
		}
		return c.list(depth + 1)
	}
	if c.err != nil {
		return nil
	}
	v, err := p.Value()
	if err != nil {
		c.fail("%w", err)
	}
	return v
}

// head reads a tag and, but for maps and lists, the value's bytes.
func (c *cursor) head() Primitive {
	p := Primitive{tag: c.tag()}
	switch p.tag {
	case tagNull, tagMap, tagList:
	case tagString:
		p.raw = c.take(c.uint16())
	case tagBytes, tagBigString:
		p.raw = c.take(c.int32())
	default:
		if int(p.tag) >= len(fixedSizes) {
			c.at--
			c.fail("tag %d, want 0 to %d", p.tag, tagBigString)
			break
		}
		p.raw = c.take(fixedSizes[p.tag])
	}
	return p
}

// primitive reads a tagged value as it lies there.
func (c *cursor) primitive(depth int) Primitive {
	p := c.head()
	if p.tag != tagMap && p.tag != tagList {
		return p
	}
	if depth == depthMax {
		c.fail("%w", errDepth)
		return p
	}
	from, n := c.at, 0
	if p.tag == tagMap {
		n = c.count(3)
	} else {
		n = c.count(1)
	}
	for i := 0; i < n && c.err == nil; i++ {
		if p.tag == tagMap {
			c.take(c.uint16())
		}
		c.primitive(depth + 1)
	}
	p.raw = c.in[from:c.at]
	return p
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
