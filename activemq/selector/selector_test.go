package selector

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

func mustParse(t testing.TB, text string) *Selector {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return s
}

func TestErrorsSayWhere(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", `selector at 0: found the end, want a value`},
		{"a = 1 b", `selector at 6: found "b", want an operator or the end`},
		{"a != 1", `selector at 2: found "!", want an operator or the end`},
		{"a = ", `selector at 4: found the end, want a value`},
		{"(a = 1", `selector at 6: found the end, want an operator or ")"`},
		{"a = 'it", `selector at 4: found "'it", want a value`},
		{"a = NULL", `selector at 4: found NULL, want a value to compare, or "IS NULL"`},
		{"a > 'x'", `selector at 4: found no number, want a number to compare by size`},
		{"a = 1 AND 'x'", `selector at 10: found a value, want a condition`},
		{"a IN (1)", `selector at 6: found "1", want a string`},
		{"a LIKE 'x' ESCAPE '!!'", `selector at 18: found "!!", want an escape of one character`},
		{"1 IN ('x')", `selector at 0: found an expression, want a name before IN`},
		{"a NOT b", `selector at 6: found "b", want LIKE, IN or BETWEEN`},
		{"a IS 1", `selector at 5: found "1", want NULL`},
		{"a = '" + strings.Repeat("x", 50), `selector at 4: found "'` + strings.Repeat("x", 39) + `"…, want a value`},
		{"a = 0xFFFFFFFFFFFFFFFF", `selector at 4: found "0xFFFFFFFFFFFFFFFF", want a number of at most 63 bits`},
		{"f(1) = 1", `selector at 0: found "f", want REGEX, INLIST, MAKELIST, SPLIT or REPLACE before a parenthesis`},
		{"convert_string_expressions:a =", `selector at 30: found the end, want a value`},
		{"convert_string_expressions:1", `selector at 27: found a value, want a condition`},
		{"SPLIT('a') IS NULL", `selector at 0: found SPLIT of 1, want 2 to 3 arguments`},
		{"XPATH '/a['", "selector at 6: found another string, want an XPath expression"},
		{"XPATH a", `selector at 6: found "a", want a string`},
		{"a = 1 XPATH", `selector at 6: found "XPATH", want an operator or the end`},
	} {
		_, err := Parse(c.text)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q: error %v, want an *Error", c.text, err)
			continue
		}
		if errors.Is(err, ErrNotServed) || err.Error() != c.want {
			t.Errorf("%q:\ngot  %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestNotServed(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"XQUERY '/a/b'", "selector at 0: XQUERY not served, want headers and properties only"},
		{"a = 1 AND xquery 'x'", "selector at 10: xquery not served, want headers and properties only"},
		{"REGEX(p, a)", "selector at 6: a computed pattern not served, want a string"},
		{"REGEX('(?=x)', a)", `selector at 6: "(?=x)" not served, want a pattern of Go's regexp`},
		{"REGEX('[a-z&&[^b]]', a)", `selector at 6: "[a-z&&[^b]]" not served, want a pattern of Go's regexp`},
	} {
		_, err := Parse(c.text)
		if !errors.Is(err, ErrNotServed) || err.Error() != c.want {
			t.Errorf("%q:\ngot  %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestHostileTextIsBounded(t *testing.T) {
	nested := func(open, middle, end string, n int) string {
		return strings.Repeat(open, n) + middle + strings.Repeat(end, n)
	}
	for _, c := range []struct {
		name, text string
		accepted   bool
	}{
		{"parentheses within the limit", nested("(", "t", ")", DepthMax-1), true},
		{"parentheses beyond the limit", nested("(", "t", ")", DepthMax), false},
		{"parentheses without end", nested("(", "", "", TextMax), false},
		{"signs", nested("-", "a", "", TextMax-1), false},
		{"NOT", nested("NOT ", "t", "", 10000), false},
		{"calls", nested("MAKELIST(", "1", ")", 5000), false},
		{"a long chain of sums", "n=" + nested("n+", "n", "", 30000), true},
		{"a long chain of equalities", nested("n=", "n", "", 30000), true},
		{"a long chain of ANDs", nested("t AND ", "t", "", 10000), true},
		{"the longest text", "t" + nested(" ", "", "", TextMax-1), true},
		{"more than the longest text", "t" + nested(" ", "", "", TextMax), false},
	} {
		s, err := Parse(c.text)
		if (err == nil) != c.accepted {
			t.Errorf("%s: error %v, want accepted %t", c.name, err, c.accepted)
		}
		if err == nil {
			verdictOf(s, newFake("bare")) // must return
		}
	}
}

// TestJoinedStringsAreBounded would otherwise need ten to the power of twenty bytes.
func TestJoinedStringsAreBounded(t *testing.T) {
	m := newFake("long")
	m.properties["s"] = String(strings.Repeat("s", JoinMax/16))
	ten := strings.Repeat("a", 10)
	for _, c := range []struct{ name, text, want string }{
		{"nested REPLACE", strings.Repeat("REPLACE(", 20) + "'a'" + strings.Repeat(", 'a', '"+ten+"')", 20) + " LIKE 'a%'", "Xx"},
		{"groups", strings.Repeat("REPLACE(", 30) + "'a'" + strings.Repeat(", 'a+', '$0$0')", 30) + " LIKE 'a%'", "Xx"},
		{"sums within the limit", strings.Repeat("s+", 15) + "s LIKE 's%'", "Tt"},
		{"sums beyond the limit", strings.Repeat("s+", 10000) + "s LIKE 's%'", "Xx"},
	} {
		if got := verdictOf(mustParse(t, c.text), m); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// TestLikeIsPolynomial would not end within a lifetime if a wildcard could go back behind the one before it.
func TestLikeIsPolynomial(t *testing.T) {
	text := strings.Repeat("a", 2000)
	p := compile(strings.Repeat("%a", 500)+"b", noEscape)
	if p.fits(text) {
		t.Error("fits, though the text has no b")
	}
	if !p.fits(text + "b") {
		t.Error("does not fit, though the text ends in b")
	}
}

// TestStringsOrderByUnit takes the order from the UTF-16 units themselves.
func TestStringsOrderByUnit(t *testing.T) {
	words := []string{"", "a", "aa", "ab", "b", "é", "\uD7FF", "\uE000", "\uFFFD", "\U00010000", "\U0001F600", "\U0001F601", "x\uE000", "x\U0001F600", "\U0001F600a"}
	for _, a := range words {
		for _, b := range words {
			want := slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
			if got := orderStrings(a, b); got != want {
				t.Errorf("%q to %q: got %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestEqualIsByText(t *testing.T) {
	a, b, other := mustParse(t, "a = 1"), mustParse(t, "a = 1"), mustParse(t, "a  = 1")
	for _, c := range []struct {
		name string
		x, y *Selector
		want bool
	}{
		{"same text", a, b, true}, {"other text", a, other, false},
		{"none and one", nil, a, false}, {"one and none", a, nil, false}, {"none and none", nil, nil, true},
	} {
		if got := c.x.Equal(c.y); got != c.want {
			t.Errorf("%s: got %t, want %t", c.name, got, c.want)
		}
	}
	if got := other.String(); got != "a  = 1" {
		t.Errorf("String is %q, want the text as given", got)
	}
}

func TestOf(t *testing.T) {
	for _, c := range []struct {
		v    any
		want Value
	}{
		{nil, Null}, {true, Bool(true)}, {int8(-1), Byte(-1)}, {int16(-1), Short(-1)}, {int32(-1), Int(-1)}, {int64(-1), Long(-1)},
		{float32(1.5), Float(1.5)}, {1.5, Double(1.5)}, {"x", String("x")}, {Int(7), Int(7)},
	} {
		if got := Of(c.v); got != c.want {
			t.Errorf("%T: got %v, want %v", c.v, got, c.want)
		}
	}
	m := newFake("odd")
	m.properties["bytes"] = Of([]byte("x"))
	m.properties["i"] = Int(1)
	for text, want := range map[string]string{
		"bytes = 'x'": "Ff", "bytes <> 'x'": "Tt", "bytes IS NULL": "Ff", "bytes": "Ff", "bytes > 1": "Xx", "i < bytes": "Xx",
		"bytes LIKE '%'": "Ff", "bytes IN ('x')": "Nf", "bytes + 1 = 2": "Xx", "'x' + bytes = 'x'": "Xx", "-bytes IS NULL": "Tt",
	} {
		if got := verdictOf(mustParse(t, text), m); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// TestHeaderNames holds the header's names against themselves: a name read is the header that writes it.
func TestHeaderNames(t *testing.T) {
	for h := range Header(headerCount) {
		name := h.String()
		got, ok := headerNamed(name)
		if !ok || got != h || !strings.HasPrefix(name, "JMS") {
			t.Errorf("header %d: name %q is read as %d, %t", h, name, got, ok)
		}
	}
	if _, ok := headerNamed(""); ok {
		t.Error("the empty name is a header")
	}
}

func TestMatchesAllocatesNothing(t *testing.T) {
	m := newFake("order")
	m.properties["region"] = String("north-east")
	m.properties["amount"] = Double(12.5)
	m.properties["count"] = Int(1 << 20)
	m.headers[Priority] = Int(7)
	for _, text := range []string{
		"region = 'north-east'",
		"region LIKE '%th_e%' AND JMSPriority > 4",
		"count BETWEEN 1 AND 2000000 AND amount * 2 + 1 >= 26.0",
		"region IN ('a','b','c','d','e','f','g','h','i','north-east') OR missing IS NULL",
		"NOT (region <> 'north-east') AND -count < 0 AND count % 2 = 0",
		"convert_string_expressions:count = '1048576'",
	} {
		s := mustParse(t, text)
		if !s.Matches(m) {
			t.Errorf("%s: does not match", text)
		}
		if n := testing.AllocsPerRun(100, func() { s.Matches(m) }); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}
