package wire

import (
	"encoding/binary"
	"unicode/utf8"
)

// cursor reads values. Its error sticks: after one, everything reads as nothing.
type cursor struct {
	in  []byte
	at  int
	err error
}

// fail notes the first error.
func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = decodeError(format, args...)
	}
}

// more tells whether there is something left to read.
func (c *cursor) more() bool { return c.err == nil && c.at < len(c.in) }

// take returns the next n bytes, nil and an error when there are fewer.
func (c *cursor) take(n uint64) []byte {
	if c.err != nil {
		return nil
	}
	if n > uint64(len(c.in)-c.at) {
		c.fail("%d bytes at %d, %d are left", n, c.at, len(c.in)-c.at)
		return nil
	}
	end := c.at + int(n)
	b := c.in[c.at:end:end]
	c.at = end
	return b
}

// byte returns the next byte.
func (c *cursor) byte() byte {
	if b := c.take(1); b != nil {
		return b[0]
	}
	return codeNull
}

// peek returns the next byte without reading it.
func (c *cursor) peek() byte {
	if c.more() {
		return c.in[c.at]
	}
	return codeNull
}

// size returns the next size, of one byte or four.
func (c *cursor) size(wide bool) uint64 {
	if !wide {
		return uint64(c.byte())
	}
	if b := c.take(4); b != nil {
		return uint64(binary.BigEndian.Uint32(b))
	}
	return 0
}

// value reads a value with all that is in it, and checks that.
func (c *cursor) value() Value {
	from := c.at
	c.check(0)
	if c.err != nil {
		return nil
	}
	return c.in[from:c.at:c.at]
}

// check goes over one value.
func (c *cursor) check(depth int) {
	code := c.byte()
	if c.err == nil && depth > depthMax {
		c.fail("values lie more than %d deep in each other", depthMax)
	}
	if c.err != nil {
		return
	}
	if code == codeDescribed {
		c.check(depth + 1)
		c.check(depth + 1)
		return
	}
	c.content(code, depth)
}

// content goes over what follows a constructor.
func (c *cursor) content(code byte, depth int) {
	if types[code] == None {
		c.fail("constructor %#02x at %d is of no type", code, c.at-1)
		return
	}
	wide := code&0x10 != 0
	switch code >> 4 {
	case 0x4:
	case 0x5, 0x6, 0x7, 0x8, 0x9:
		c.fixed(code)
	case 0xa, 0xb:
		c.text(code, c.take(c.size(wide)))
	case 0xc, 0xd:
		c.compound(code, wide, depth)
	default:
		c.array(wide, depth)
	}
}

// fixed goes over a value of known size.
func (c *cursor) fixed(code byte) {
	b := c.take(1 << (code>>4 - 5))
	if code == codeBoolean && c.err == nil && b[0] > 1 {
		c.fail("boolean of %#02x", b[0])
	}
}

// text goes over the bytes of a string or symbol, which must be UTF-8 or ASCII.
func (c *cursor) text(code byte, b []byte) {
	switch types[code] {
	case String:
		if !utf8.Valid(b) {
			c.fail("string that ends at %d is not UTF-8", c.at)
		}
	case SymbolType:
		for _, x := range b {
			if x >= utf8.RuneSelf {
				c.fail("symbol that ends at %d is not ASCII", c.at)
				return
			}
		}
	}
}

// compound goes over a list or map.
func (c *cursor) compound(code byte, wide bool, depth int) {
	in, n := c.inside(wide)
	if types[code] == Map && n%2 != 0 {
		in.fail("map of %d keys and values", n)
	}
	for ; n > 0 && in.err == nil; n-- {
		in.check(depth + 1)
	}
	c.leave(&in)
}

// emptiesMax bounds the elements of an array that have no content, as they take up no bytes that would.
const emptiesMax = 4096

// array goes over an array. Its elements share one constructor.
func (c *cursor) array(wide bool, depth int) {
	in, n := c.inside(wide)
	code := in.constructor(depth)
	if code>>4 == 0x4 && n > emptiesMax {
		in.fail("array of %d elements without content", n)
	}
	if code == codeDescribed || types[code] == None {
		in.fail("array of constructor %#02x", code)
	}
	for ; n > 0 && in.err == nil; n-- {
		in.content(code, depth+1)
	}
	c.leave(&in)
}

// constructor reads the constructor of an array's elements with the descriptors in front of it.
func (c *cursor) constructor(depth int) byte {
	code := c.byte()
	for ; code == codeDescribed && c.err == nil; depth++ {
		if depth > depthMax {
			c.fail("values lie more than %d deep in each other", depthMax)
		}
		c.check(depth + 1)
		code = c.byte()
	}
	return code
}

// inside returns a cursor over what is in a compound value or array, and the number of its elements.
func (c *cursor) inside(wide bool) (in cursor, count uint64) {
	in.in = c.take(c.size(wide))
	in.err = c.err
	count = in.size(wide)
	return in, count
}

// leave takes over the error of a cursor that inside returned, which must be at its end.
func (c *cursor) leave(in *cursor) {
	if c.err == nil && in.err == nil && in.at != len(in.in) {
		c.fail("%d bytes behind the last element", len(in.in)-in.at)
	}
	if c.err == nil {
		c.err = in.err
	}
}
