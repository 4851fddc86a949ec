package selector

import "unicode/utf8"

// noEscape stands for a LIKE without ESCAPE; no text holds it.
const noEscape rune = -1

// Wildcards within a pattern; no text holds them either.
const (
	anyRun  rune = -2 // "%": any number of characters
	anyRune rune = -3 // "_": exactly one
)

// pattern is a compiled LIKE pattern: characters and wildcards.
type pattern []rune

// compile reads a pattern. The escape makes a literal of a following "%", "_" or escape; before anything else, and at the
// end, it is itself a literal.
func compile(text string, escape rune) pattern {
	runes := []rune(text)
	p := make(pattern, 0, len(runes))
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case r == escape && i+1 < len(runes) && (runes[i+1] == '%' || runes[i+1] == '_' || runes[i+1] == escape):
			i++
			p = append(p, runes[i])
		case r == '_':
			p = append(p, anyRune)
		case r != '%':
			p = append(p, r)
		case len(p) == 0 || p[len(p)-1] != anyRun:
			p = append(p, anyRun)
		}
	}
	return p
}

// fits reports whether the whole text fits. A mismatch goes back to the latest "%" only, which then takes one character
// more: an earlier one could gain nothing. So the cost is at most the product of both lengths.
func (p pattern) fits(text string) bool {
	at, next := 0, 0            // in the text and in the pattern
	retryAt, retryNext := 0, -1 // where to go on after a mismatch
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		switch {
		case next < len(p) && p[next] == anyRun:
			next++
			if next == len(p) {
				return true
			}
			retryAt, retryNext = at, next
		case next < len(p) && (p[next] == r || p[next] == anyRune):
			at += size
			next++
		case retryNext >= 0:
			_, size = utf8.DecodeRuneInString(text[retryAt:])
			retryAt += size
			at, next = retryAt, retryNext
		default:
			return false
		}
	}
	return next == len(p) || next == len(p)-1 && p[next] == anyRun
}

func (n *like) eval(m Message) Value {
	switch v := n.of.eval(m); v.kind {
	case null, failedKind:
		return v
	case stringKind:
		return Bool(n.pattern.fits(v.text))
	}
	return Bool(false)
}
