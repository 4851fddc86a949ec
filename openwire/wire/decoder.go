package wire

import "fmt"

// Decoder reads the frames of one direction of a connection. It is not for concurrent use.
type Decoder struct{ w walker }

// NewDecoder returns a decoder of frames that a peer writes with s.
func NewDecoder(s Settings) *Decoder {
	d := &Decoder{w: walker{mode: readLoose, version: s.Version, stackTrace: s.StackTrace, names: &names{}}}
	if s.Tight {
		d.w.mode = readTight
	}
	if s.Cache {
		d.w.slots = &readCache{size: s.cacheSize()}
	}
	return d
}

// Malformed is a frame that cannot be read. There is no going on with its connection.
type Malformed struct {
	Structure string // the frame's outermost
	Offset    int    // in the frame without its size
	Reason    error
}

// Error returns structure, offset and reason.
func (m *Malformed) Error() string {
	return fmt.Sprintf("openwire: %s at %d: %v", m.Structure, m.Offset, m.Reason)
}

// Unwrap returns the reason.
func (m *Malformed) Unwrap() error { return m.Reason }

// Decode reads one frame without its size and returns a pointer to the structure in it, nil for the null command. Content and
// properties of messages share memory with the frame if IsMessage is true of its first byte; of other frames nothing is
// kept. What it returns may hold identifiers that other results hold too: nobody may write to them.
//
// Errors are of type *Malformed. After one the decoder is of no use.
func (d *Decoder) Decode(frame []byte) (any, error) {
	if len(frame) == 0 {
		return nil, &Malformed{"frame", 0, fmt.Errorf("size 0, want at least 1")}
	}
	id := frame[0]
	if id == typeNull {
		return nil, nil
	}
	s := structureOf(id, d.w.version)
	if s == nil {
		return nil, &Malformed{"frame", 0, fmt.Errorf("type %d is unknown in version %d", id, d.w.version)}
	}
	w := &d.w
	w.in, w.at, w.depth, w.borrowed, w.alias = frame, 1, 0, 0, IsMessage(id)
	if w.mode == readTight {
		w.readBits()
	}
	command := s.make()
	s.walk(w, command)
	if w.err == nil && w.at != len(frame) {
		w.fail("%d bytes left over", len(frame)-w.at)
	}
	w.in, w.bits = nil, nil
	if w.err != nil {
		return nil, &Malformed{s.name, w.at, w.err}
	}
	return command, nil
}
