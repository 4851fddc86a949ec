package message

import "iter"

// Entries goes over the names and values of a primitive map where they lie, without decoding them: names are in modified UTF-8. A map that
// cannot be read ends early, with what could be read.
func Entries(properties []byte) iter.Seq2[[]byte, Primitive] {
	return func(yield func(name []byte, value Primitive) bool) {
		if len(properties) == 0 {
			return
		}
		c := cursor{in: properties}
		for n := c.count(3); n > 0 && c.err == nil; n-- {
			name := c.take(c.uint16())
			p := c.primitive(0)
			if c.err != nil || !yield(name, p) {
				return
			}
		}
	}
}
