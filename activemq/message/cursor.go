package message

import (
	"encoding/binary"
	"errors"
	"fmt"
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
