package wire

import (
	"encoding/binary"
)

// shape is what it takes to walk a field that holds a T: a structure of one type, or of one of a family of types that share
// a Go type.
type shape[T any] struct {
	ref  string                // the static type that the original gives such fields
	id   func(v *T) byte       // the type to write
	make func(id byte) *T      // a T of that type; nil for a type that has no place here
	walk func(w *walker, v *T) // its fields
	key  func(v *T) key        // what makes it equal to another in the cache; nil where it is never cached
}

// only returns the shape of a structure of exactly one type.
func only[T any](ref string, id byte, walk func(*walker, *T)) *shape[T] {
	return &shape[T]{
		ref: ref,
		id:  func(*T) byte { return id },
		make: func(got byte) *T {
			if got != id {
				return nil
			}
			return new(T)
		},
		walk: walk,
	}
}

// cachedAs returns the shape with a key.
func (s *shape[T]) cachedAs(f func(v *T) key) *shape[T] {
	s.key = f
	return s
}

// nested walks a structure that may be missing.
func nested[T any](w *walker, s *shape[T], v **T) {
	switch {
	case w.mode.reads():
		*v = readNested(w, s)
	case w.mode == visiting:
		w.visit("nested", s.ref, v)
	default:
		writeNested(w, s, *v)
	}
}

func readNested[T any](w *walker, s *shape[T]) *T {
	if !w.present(false) {
		return nil
	}
	id := w.readTypeID()
	if w.err != nil {
		return nil
	}
	v := s.make(id)
	if v == nil {
		w.fail("type %d where a %s belongs", id, s.ref)
		return nil
	}
	if w.enter() {
		s.walk(w, v)
	}
	w.leave()
	return v
}

func writeNested[T any](w *walker, s *shape[T], v *T) {
	if !w.present(v != nil) {
		return
	}
	w.writeTypeID(s.id(v))
	if w.enter() {
		s.walk(w, v)
	}
	w.leave()
}

// readTypeID reads the type of a nested structure. Marshal aware types have a bit more, with which the original could announce
// a form of its own; nothing ever wrote that.
func (w *walker) readTypeID() byte {
	id := w.readByte()
	if w.err == nil && structureOf(id, w.version) == nil {
		w.fail("type %d is unknown in version %d", id, w.version)
	}
	if w.mode == readTight && isMarshalAware(id) && w.readBit() {
		w.fail("type %d in marshalled form, which is not supported", id)
	}
	return id
}

func (w *walker) writeTypeID(id byte) {
	if structureOf(id, w.version) == nil {
		w.fail("type %d is unknown in version %d", id, w.version)
	}
	if w.mode == writeTight && isMarshalAware(id) {
		w.writeBit(false)
	}
	w.out = append(w.out, id)
}

// isMarshalAware is true for messages and WireFormatInfo.
func isMarshalAware(id byte) bool {
	return messageTypeFirst <= id && id <= messageTypeLast || id == typeWireFormatInfo
}

// array walks structures, each of which may be missing.
func array[T any](w *walker, s *shape[T], v *[]*T) {
	switch {
	case w.mode.reads():
		*v = nil
		if n, present := w.readCount(); present {
			*v = make([]*T, 0, n)
			for i := 0; i < n && w.err == nil; i++ {
				*v = append(*v, readNested(w, s))
			}
		}
	case w.mode == visiting:
		w.visit("array", s.ref, v)
	default:
		if w.writeCount(len(*v), *v != nil) {
			for _, e := range *v {
				writeNested(w, s, e)
			}
		}
	}
}

// readCount reads the flag and the count of an array.
func (w *walker) readCount() (n int, present bool) {
	if !w.present(false) {
		return 0, false
	}
	n = int(int16(w.readUint16()))
	if n < 0 || n > w.room() {
		w.fail("array of %d, room for %d", n, w.room())
	}
	return n, w.err == nil
}

// writeCount writes the flag and the count of an array, and tells whether elements follow.
func (w *walker) writeCount(n int, present bool) bool {
	if !w.present(present) {
		return false
	}
	if n > arrayMax {
		w.fail("array of %d, want at most %d", n, arrayMax)
		return false
	}
	w.out = binary.BigEndian.AppendUint16(w.out, uint16(n))
	return true
}

// anything walks a field that can hold any structure.
func anything(w *walker, v *any) {
	switch {
	case w.mode.reads():
		*v = w.readAny()
	case w.mode == visiting:
		w.visit("nested", "DataStructure", v)
	default:
		w.writeAny(*v)
	}
}

func (w *walker) readAny() any {
	if !w.present(false) {
		return nil
	}
	id := w.readTypeID()
	if w.err != nil {
		return nil
	}
	s := structureOf(id, w.version)
	v := s.make()
	if w.enter() {
		s.walk(w, v)
	}
	w.leave()
	return v
}

func (w *walker) writeAny(v any) {
	if !w.present(v != nil) {
		return
	}
	s, id, err := structureFor(v)
	if err != nil {
		w.fail("%w", err)
		return
	}
	w.writeTypeID(id)
	if w.enter() {
		s.walk(w, v)
	}
	w.leave()
}

// anyArray walks structures of any type.
func anyArray(w *walker, v *[]any) {
	switch {
	case w.mode.reads():
		*v = nil
		if n, present := w.readCount(); present {
			*v = make([]any, 0, n)
			for i := 0; i < n && w.err == nil; i++ {
				*v = append(*v, w.readAny())
			}
		}
	case w.mode == visiting:
		w.visit("array", "DataStructure", v)
	default:
		if w.writeCount(len(*v), *v != nil) {
			for _, e := range *v {
				w.writeAny(e)
			}
		}
	}
}
