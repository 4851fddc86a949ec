package wire

import "encoding/binary"

// cached walks a structure that repeats on a connection: with a cache only its first occurrence is written out.
func cached[T any](w *walker, s *shape[T], v **T) {
	switch {
	case w.mode == visiting:
		w.visit("cached", s.ref, v)
	case w.mode.reads():
		*v = readCached(w, s)
	case w.known == nil:
		writeNested(w, s, *v)
	default:
		k := nullKey
		if *v != nil {
			k = s.key(*v)
		}
		w.writeSlot(&k, func() { writeNested(w, s, *v) })
	}
}

func readCached[T any](w *walker, s *shape[T]) *T {
	if w.slots == nil {
		return readNested(w, s)
	}
	number, isNew := w.readSlot()
	if isNew {
		before := w.weight()
		v := readNested(w, s)
		filled := slot{weight: w.weight() - before}
		if v != nil { // a nil pointer in an interface is not nil
			filled.v = v
		}
		w.slots.put(w, number, filled)
		return v
	}
	switch v := w.slots.get(w, number).(type) {
	case nil:
		return nil
	case *T:
		return v
	default:
		w.fail("cache slot %d has a %T where a %s belongs", number, v, s.ref)
		return nil
	}
}

// cachedAny is cached for a field that can hold any structure.
func cachedAny(w *walker, v *any) {
	switch {
	case w.mode == visiting:
		w.visit("cached", "DataStructure", v)
	case w.mode.reads() && w.slots == nil:
		*v = w.readAny()
	case w.mode.reads():
		number, isNew := w.readSlot()
		if isNew {
			before, alias := w.weight(), w.alias
			w.alias = false // the cache outlives the frame
			*v = w.readAny()
			w.alias = alias
			w.slots.put(w, number, slot{*v, w.weight() - before})
		} else {
			*v = w.slots.get(w, number)
		}
	case w.known == nil:
		w.writeAny(*v)
	default:
		k := w.anyKey(*v)
		w.writeSlot(&k, func() { w.writeAny(*v) })
	}
}

// readSlot reads the head of a cached structure.
func (w *walker) readSlot() (number int, isNew bool) {
	isNew = w.present(false)
	return int(int16(w.readUint16())), isNew
}

// weight returns the bytes that the frame stands for so far.
func (w *walker) weight() int { return w.at + w.borrowed }

// writeSlot writes the slot of k and, where the peer does not have it yet, what write writes.
func (w *walker) writeSlot(k *key, write func()) {
	if k.kind == 0 { // of no type: writing it fails
		write()
		return
	}
	slot, known := w.known.find(k)
	w.present(!known)
	switch {
	case known:
		w.out = binary.BigEndian.AppendUint16(w.out, uint16(slot))
	case w.mode == writeLoose:
		w.out = binary.BigEndian.AppendUint16(w.out, uint16(w.known.add(k)))
		write()
	default:
		// The original counts the bytes of a tight frame first, and gives slots to what lies inside on its way back.
		at := len(w.out)
		w.out = append(w.out, 0, 0)
		write()
		binary.BigEndian.PutUint16(w.out[at:], uint16(w.known.add(k)))
	}
}
