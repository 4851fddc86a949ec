package message

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Java writes strings in modified UTF-8: every UTF-16 unit on its own, so a character beyond the basic plane takes two times three
// bytes, and U+0000 takes two, so that no zero byte occurs.
//
//	unit            bytes
//	0001 .. 007F    0xxxxxxx
//	0000, .. 07FF   110xxxxx 10xxxxxx
//	0800 .. FFFF    1110xxxx 10xxxxxx 10xxxxxx

const (
	highFirst, lowFirst, lowLast = 0xd800, 0xdc00, 0xdfff
	planeOne                     = 0x10000
)

// DecodeMUTF8 returns the string that b holds in modified UTF-8. An unpaired surrogate is kept as its three bytes. Longer forms
// than needed are read, as Java does; anything else is an error.
func DecodeMUTF8(b []byte) (string, error) {
	i := 0
	for i < len(b) && b[i] < utf8.RuneSelf {
		i++
	}
	if i == len(b) {
		return string(b), nil
	}
	var s strings.Builder
	s.Grow(len(b)) // the result is never longer
	s.Write(b[:i])
	var high rune // a high surrogate that may find its low one
	for i < len(b) {
		unit, n := decodeUnit(b[i:])
		if n == 0 {
			return "", fmt.Errorf("modified utf-8: byte %#02x at %d of %d starts no character", b[i], i, len(b))
		}
		i += n
		isLow := lowFirst <= unit && unit <= lowLast
		if high != 0 && isLow {
			s.WriteRune(planeOne + (high-highFirst)<<10 + unit - lowFirst)
			high = 0
			continue
		}
		if high != 0 {
			writeSurrogate(&s, high)
			high = 0
		}
		switch {
		case highFirst <= unit && unit < lowFirst:
			high = unit
		case isLow:
			writeSurrogate(&s, unit)
		default:
			s.WriteRune(unit)
		}
	}
	if high != 0 {
		writeSurrogate(&s, high)
	}
	return s.String(), nil
}

// decodeUnit reads the UTF-16 unit that b starts with and tells how many bytes it takes, 0 when there is none.
func decodeUnit(b []byte) (rune, int) {
	switch c := b[0]; {
	case c < utf8.RuneSelf:
		return rune(c), 1
	case c&0xe0 == 0xc0 && len(b) > 1 && isTail(b[1]):
		return rune(c&0x1f)<<6 | rune(b[1]&0x3f), 2
	case c&0xf0 == 0xe0 && len(b) > 2 && isTail(b[1]) && isTail(b[2]):
		return rune(c&0x0f)<<12 | rune(b[1]&0x3f)<<6 | rune(b[2]&0x3f), 3
	}
	return 0, 0
}

func isTail(c byte) bool { return c&0xc0 == 0x80 }

// writeSurrogate writes half a pair, which Go's own functions refuse.
func writeSurrogate(s *strings.Builder, unit rune) {
	s.WriteByte(0xe0 | byte(unit>>12))
	s.WriteByte(0x80 | byte(unit>>6)&0x3f)
	s.WriteByte(0x80 | byte(unit)&0x3f)
}

// AppendMUTF8 appends s in modified UTF-8. Bytes that are neither UTF-8 nor an unpaired surrogate become U+FFFD.
func AppendMUTF8(to []byte, s string) []byte {
	for i := 0; i < len(s); {
		run := i
		for i < len(s) && isPlain(s[i]) {
			i++
		}
		to = append(to, s[run:i]...)
		if i == len(s) {
			break
		}
		r, n := decodeText(s[i:])
		i += n
		switch {
		case r == 0:
			to = append(to, 0xc0, 0x80)
		case r >= planeOne:
			r -= planeOne
			to = appendUnit(to, highFirst+r>>10)
			to = appendUnit(to, lowFirst+r&0x3ff)
		case r < 0x800:
			to = append(to, 0xc0|byte(r>>6), 0x80|byte(r)&0x3f)
		default:
			to = appendUnit(to, r)
		}
	}
	return to
}

// appendUnit appends a UTF-16 unit that takes three bytes.
func appendUnit(to []byte, u rune) []byte {
	return append(to, 0xe0|byte(u>>12), 0x80|byte(u>>6)&0x3f, 0x80|byte(u)&0x3f)
}

// isPlain is true for the characters that modified UTF-8 writes as themselves.
func isPlain(c byte) bool { return c-1 < utf8.RuneSelf-1 }

// decodeText reads the character or unpaired surrogate that s starts with.
func decodeText(s string) (rune, int) {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && n == 1 && len(s) > 2 && s[0] == 0xed && s[1]&0xe0 == 0xa0 && isTail(s[2]) {
		return highFirst | rune(s[1]&0x1f)<<6 | rune(s[2]&0x3f), 3
	}
	return r, n
}

// equalMUTF8 tells whether b holds s.
func equalMUTF8(b []byte, s string) bool {
	for len(s) > 0 {
		r, n := decodeText(s)
		s = s[n:]
		if r >= planeOne {
			r -= planeOne
			if b, n = cutUnit(b, highFirst+r>>10); n == 0 {
				return false
			}
			r = lowFirst + r&0x3ff
		}
		if b, n = cutUnit(b, r); n == 0 {
			return false
		}
	}
	return len(b) == 0
}

// cutUnit returns what follows the unit u that b starts with; n is 0 when b starts with something else.
func cutUnit(b []byte, u rune) (rest []byte, n int) {
	if len(b) == 0 {
		return nil, 0
	}
	unit, n := decodeUnit(b)
	if unit != u {
		return nil, 0
	}
	return b[n:], n
}

// SizeMUTF8 returns the number of bytes that AppendMUTF8 appends for s, and whether every character of s is one of U+0001 to U+007F.
func SizeMUTF8(s string) (size int, ascii bool) {
	i := 0
	for i < len(s) && isPlain(s[i]) {
		i++
	}
	if i == len(s) {
		return i, true
	}
	size = i
	for i < len(s) {
		if isPlain(s[i]) {
			i++
			size++
			continue
		}
		r, n := decodeText(s[i:])
		i += n
		size += unitBytes(r)
	}
	return size, false
}

// SizeUTF16 returns the number of UTF-16 units of s, which is what Java calls its length.
func SizeUTF16(s string) int {
	units := 0
	for i := 0; i < len(s); units++ {
		r, n := decodeText(s[i:])
		i += n
		if r >= planeOne {
			units++
		}
	}
	return units
}

// CutUTF16 returns s without what follows its first units UTF-16 units. A surrogate pair is not split: both halves go.
func CutUTF16(s string, units int) string {
	return cut(s, units, func(r rune) int {
		if r >= planeOne {
			return 2
		}
		return 1
	})
}

// CutMUTF8 returns the longest beginning of s that takes at most size bytes in modified UTF-8, in whole characters.
func CutMUTF8(s string, size int) string { return cut(s, size, unitBytes) }

// cut returns the longest beginning of s whose characters measure at most limit together.
func cut(s string, limit int, measure func(rune) int) string {
	for i := 0; i < len(s); {
		r, n := decodeText(s[i:])
		if limit -= measure(r); limit < 0 {
			return s[:i]
		}
		i += n
	}
	return s
}

// unitBytes returns the bytes that a character takes in modified UTF-8.
func unitBytes(r rune) int {
	switch {
	case r == 0:
		return 2
	case r < utf8.RuneSelf:
		return 1
	case r < 0x800:
		return 2
	case r < planeOne:
		return 3
	}
	return 6
}
