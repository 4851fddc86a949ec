package message

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDecodeMUTF8(t *testing.T) {
	for _, c := range []struct{ name, bytes, want string }{
		{"longer form of A", "\xc1\x81", "A"},
		{"longest form of A", "\xe0\x81\x81", "A"},
		{"plain zero", "a\x00b", "a\x00b"},
		{"pair", "\xed\xa0\xbd\xed\xb8\x80", "😀"},
		{"pair the wrong way round", "\xed\xb8\x80\xed\xa0\xbd", "\xed\xb8\x80\xed\xa0\xbd"},
		{"half, then pair", "\xed\xa0\xbd\xed\xa0\xbd\xed\xb8\x80", "\xed\xa0\xbd😀"},
		{"half at the end", "é\xed\xa0\xbd", "é\xed\xa0\xbd"},
	} {
		if got, err := DecodeMUTF8([]byte(c.bytes)); err != nil || got != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
	for _, bad := range []string{"\x80", "\xc3", "\xc3A", "\xe2\x82", "\xe2\x82A", "\xf0\x9f\x98\x80", "\xff", "ok\xfe"} {
		if got, err := DecodeMUTF8([]byte(bad)); err == nil {
			t.Errorf("%x reads as %q", bad, got)
		}
	}
	if testing.AllocsPerRun(100, func() { DecodeMUTF8([]byte("plain ascii text")) }) > 1 {
		t.Error("an ASCII string costs more than one allocation")
	}
	mixed := []byte("caf\xc3\xa9 \xed\xa0\xbd\xed\xb8\x80")
	if n := testing.AllocsPerRun(100, func() { DecodeMUTF8(mixed) }); n > 1 {
		t.Errorf("a string costs %v allocations, want 1", n)
	}
}

func TestAppendMUTF8(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"bytes that are no text", "a\xffb\xc3", "a\xef\xbf\xbdb\xef\xbf\xbd"},
		{"zero", "a\x00b", "a\xc0\x80b"},
		{"beyond the basic plane", "x😀", "x\xed\xa0\xbd\xed\xb8\x80"},
		{"half a pair", "\xed\xa0\xbd.", "\xed\xa0\xbd."},
		{"replacement character", "\ufffd", "\xef\xbf\xbd"},
	} {
		got := string(AppendMUTF8(nil, c.text))
		if size, _ := SizeMUTF8(c.text); got != c.want || size != len(got) {
			t.Errorf("%s: %q, size %d, want %q", c.name, got, size, c.want)
		}
	}
}

func TestCut(t *testing.T) {
	const text = "aé€😀\x00z"
	for units, want := range []string{"", "a", "aé", "aé€", "aé€", "aé€😀", "aé€😀\x00", text, text} {
		if got := CutUTF16(text, units); got != want {
			t.Errorf("%d units: %q, want %q", units, got, want)
		}
	}
	for size := range 20 {
		got := CutMUTF8(text, size)
		n, _ := SizeMUTF8(got)
		rest, _ := SizeMUTF8(firstOf(text[len(got):]))
		if n > size || !strings.HasPrefix(text, got) || got != text && n+rest <= size {
			t.Errorf("%d bytes: %q takes %d, one more character %d", size, got, n, rest)
		}
	}
}

// firstOf returns the first character of s.
func firstOf(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}

func FuzzMUTF8(f *testing.F) {
	for _, s := range []string{"", "abc", "\xc0\x80", "é€", "\xed\xa0\xbd\xed\xb8\x80", "\xed\xb8\x80", "\xf0\x9f\x98\x80"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := DecodeMUTF8(b)
		if err != nil {
			s = string(b) // text from elsewhere
		}
		encoded := AppendMUTF8(nil, s)
		if size, ascii := SizeMUTF8(s); size != len(encoded) || ascii && string(encoded) != s {
			t.Fatalf("%q: size %d, ascii %v, encodes to %x", s, size, ascii, encoded)
		}
		if err == nil && (!equalMUTF8(b, s) || equalMUTF8(b, s+"x") || equalMUTF8(append(b, 'x'), s)) {
			t.Fatalf("%x is not found to be %q, or to be what it is not", b, s)
		}
		again, err2 := DecodeMUTF8(encoded)
		if err2 != nil || err == nil && again != s {
			t.Fatalf("%q encodes to %x, which decodes to %q, %v", s, encoded, again, err2)
		}
	})
}
