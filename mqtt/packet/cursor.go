package packet

import (
	"encoding/binary"
	"fmt"
)

// Error says why a packet cannot be accepted. A client of version 5.0 is told the reason.
type Error struct {
	Reason Reason
	Text   string
}

// Error returns the text.
func (e *Error) Error() string { return e.Text }

// malformed is the Error for bytes that are no packet.
func malformed(format string, args ...any) *Error {
	return &Error{MalformedPacket, fmt.Sprintf(format, args...)}
}

// Wrong is the Error for a packet that can be read and must not come.
func Wrong(format string, args ...any) *Error {
	return &Error{ProtocolError, fmt.Sprintf(format, args...)}
}

// cursor reads the fields of a packet. The first error stays and ends it; what is read then is zero.
type cursor struct {
	kind Kind
	in   []byte // what is not read yet
	err  error
}

// fail notes an error.
func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = err
	}
	c.in = nil
}

// take returns the next n bytes. They alias the packet.
func (c *cursor) take(n int, what string) []byte {
	if n > len(c.in) {
		c.fail(malformed("%s ends in its %s: %d bytes, want %d", c.kind, what, len(c.in), n))
		return nil
	}
	b := c.in[:n:n]
	c.in = c.in[n:]
	return b
}

func (c *cursor) uint8(what string) uint8 {
	if b := c.take(1, what); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) uint16(what string) uint16 {
	if b := c.take(2, what); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) uint32(what string) uint32 {
	if b := c.take(4, what); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// varint reads a number in groups of seven bits, four at most.
func (c *cursor) varint(what string) int {
	n := 0
	for i := range 4 {
		b := c.uint8(what)
		n |= int(b&0x7f) << (7 * i)
		if b < 0x80 {
			return n
		}
	}
	c.fail(malformed("%s: its %s has more than four bytes", c.kind, what))
	return 0
}

// binary reads data with its length in front.
func (c *cursor) binary(what string) []byte { return c.take(int(c.uint16(what)), what) }

// text reads a string, which must be what a string may be.
func (c *cursor) text(what string) []byte {
	b := c.binary(what)
	if c.err == nil && !ValidText(b) {
		c.fail(malformed("%s: its %s is no valid text", c.kind, what))
	}
	return b
}

// packetID reads a packet identifier, which is never 0 [MQTT-2.3.1-1], in 5.0 [MQTT-2.2.1-3].
func (c *cursor) packetID() uint16 {
	id := c.uint16("packet identifier")
	if c.err == nil && id == 0 {
		c.fail(Wrong("%s: its packet identifier is 0", c.kind))
	}
	return id
}

// end makes sure that nothing follows, and returns the error.
func (c *cursor) end() error {
	if c.err == nil && len(c.in) > 0 {
		c.fail(malformed("%s: %d bytes behind its end", c.kind, len(c.in)))
	}
	return c.err
}

// appendText appends data with its length in front, which the caller has made sure to fit.
func appendText[T []byte | string](to []byte, text T) []byte {
	return append(binary.BigEndian.AppendUint16(to, uint16(len(text))), text...)
}
