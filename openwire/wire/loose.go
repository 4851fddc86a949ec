package wire

// writeLooseFlag writes a boolean in place.
func (w *walker) writeLooseFlag(v bool) {
	if v {
		w.out = append(w.out, 1)
	} else {
		w.out = append(w.out, 0)
	}
}

// room returns an upper bound of the elements that what is left of the frame can hold: one takes a byte or, if tight, a bit.
func (w *walker) room() int {
	if w.mode == readTight {
		return len(w.bits)*8 - w.bit
	}
	return len(w.in) - w.at
}
