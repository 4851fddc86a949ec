package wire

import (
	"encoding/binary"
	"fmt"
	"math"

	"goactivemq/activemq/message"
)

// Encoder writes the frames of one direction of a connection. It is not for concurrent use.
type Encoder struct {
	w      walker
	limit  int64
	prefix int // bytes of the size

	// guess has for each type how long the boolean stream was last time. The fields are written behind as much room, and are
	// moved where the guess was wrong.
	guess [256]uint16
}

// NewEncoder returns an encoder of frames for a peer that reads with s.
func NewEncoder(s Settings) *Encoder {
	e := &Encoder{w: walker{mode: writeLoose, version: s.Version, stackTrace: s.StackTrace}, limit: math.MaxInt32, prefix: headSize}
	if s.Tight {
		e.w.mode = writeTight
	}
	if s.Cache {
		e.w.known = newWriteCache(s.cacheSize())
	}
	if s.SizePrefixDisabled {
		e.prefix = 0
	}
	if s.MaxFrame > 0 {
		e.limit = min(e.limit, s.MaxFrame)
	}
	return e
}

// Append appends the frame of a command, a pointer to a structure or nil, and returns the extended slice. It keeps nothing of to;
// of identifiers it keeps their strings. An error leaves to and what the peer knows as they were: the command is not
// sent, but others can be.
func (e *Encoder) Append(to []byte, command any) ([]byte, error) {
	if command == nil {
		return append(append(to, 0, 0, 0, 1)[:len(to)+e.prefix], typeNull), nil
	}
	s, id, err := structureFor(command)
	if err != nil {
		return to, fmt.Errorf("openwire: %w", err)
	}
	if s.since > e.w.version {
		return to, fmt.Errorf("openwire: %s does not exist in version %d", s.name, e.w.version)
	}
	w := &e.w
	w.out, w.err, w.depth = to, nil, 0
	if w.known != nil {
		w.known.begin()
	}
	e.write(s, id, command, len(to))
	out := w.out
	w.out = nil
	if w.err != nil {
		if w.known != nil {
			w.known.undo()
		}
		return to, fmt.Errorf("openwire: %s: %w", s.name, w.err)
	}
	return out, nil
}

// write writes the frame, which starts at start.
func (e *Encoder) write(s *structure, id byte, command any, start int) {
	w := &e.w
	w.out = grow(w.out, roomFor(command))
	w.out = append(append(w.out, 0, 0, 0, 0)[:start+e.prefix], id)
	stream := len(w.out)
	if w.mode == writeTight {
		w.bits, w.bit = w.bits[:0], 0
		w.out = skip(w.out, bitsSize(int(e.guess[id])))
	}
	fields := len(w.out)
	s.walk(w, command)
	if w.err != nil {
		return
	}
	if w.mode == writeTight {
		n := len(w.bits)
		if n > bitsLong {
			w.fail("boolean stream of %d bytes, want at most %d", n, bitsLong)
			return
		}
		w.out = shift(w.out, fields, stream+bitsSize(n))
		w.putBits(w.out[stream:])
		e.guess[id] = uint16(n)
	}
	size := int64(len(w.out) - start - e.prefix)
	if size > e.limit {
		w.fail("frame of %d bytes, want at most %d", size, e.limit)
		return
	}
	if e.prefix > 0 {
		binary.BigEndian.PutUint32(w.out[start:], uint32(size))
	}
}

// fieldsRoom is more than what a frame usually takes besides a message's content and properties.
const fieldsRoom = 512

// roomFor returns the bytes to have at hand for a command, so that content is copied once.
func roomFor(command any) int {
	m, _ := command.(*message.Message)
	if d, ok := command.(*MessageDispatch); ok {
		m = d.Message
	}
	if m == nil {
		return 0
	}
	return len(m.Content) + len(m.Properties) + fieldsRoom
}

// grow returns b with room for n bytes more.
func grow(b []byte, n int) []byte {
	if n <= cap(b)-len(b) {
		return b
	}
	return append(make([]byte, 0, max(len(b)+n, 2*cap(b))), b...)
}

// bitsSize returns the bytes that a boolean stream of n bytes takes with its head.
func bitsSize(n int) int { return bitsHead(n) + n }

// skip makes b n bytes longer, whatever they hold.
func skip(b []byte, n int) []byte {
	for range n {
		b = append(b, 0)
	}
	return b
}

// shift moves the end of b, from from on, so that it starts at to.
func shift(b []byte, from, to int) []byte {
	switch {
	case from == to:
	case to < from:
		copy(b[to:], b[from:])
		b = b[:len(b)-(from-to)]
	default:
		end := len(b)
		b = skip(b, to-from)
		copy(b[to:], b[from:end])
	}
	return b
}
