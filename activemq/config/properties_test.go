package config

import (
	"strings"
	"testing"
)

// Expected values are what java.util.Properties makes of the same bytes.
func TestParseProperties(t *testing.T) {
	const file = "# comment = no\n! nor = this\n\n" +
		"a=1\nb: 2\nc 3\n  d  =  4  \n" +
		"joined = first, \\\n    second\n" +
		"joined.twice = x\\\r\n\ty\\\n\tz\n" +
		"even = ends in two \\\\\n" +
		"key\\ with\\:marks\\= = v=w:x\n" +
		"escapes = \\t|\\n|\\u00e4|\\ud83d\\ude00|\\q\n" +
		"empty\nempty2=\n=noname\n" +
		"latin = \xe4\n" +
		"a = again\n" +
		"# comment that ends in \\\nafter = yes\n" +
		"last = \\"
	p, err := ParseProperties("x.properties", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	want := [][2]string{
		{"a", "again"}, {"b", "2"}, {"c", "3"}, {"d", "4  "}, {"joined", "first, second"}, {"joined.twice", "xyz"},
		{"even", `ends in two \`}, {"key with:marks=", "v=w:x"}, {"escapes", "\t|\n|ä|😀|q"}, {"empty", ""}, {"empty2", ""},
		{"", "noname"}, {"latin", "ä"}, {"after", "yes"}, {"last", ""},
	}
	names := p.Names()
	if len(names) != len(want) {
		t.Errorf("%d names, want %d: %q", len(names), len(want), names)
	}
	for i, w := range want {
		if i < len(names) && names[i] != w[0] {
			t.Errorf("name %d is %q, want %q", i, names[i], w[0])
		}
		if got, ok := p.Get(w[0]); !ok || got != w[1] {
			t.Errorf("%q is %q, %v; want %q", w[0], got, ok, w[1])
		}
	}
	if got := p.Line("b"); got != 5 {
		t.Errorf("b is on line %d, want 5", got)
	}
	if _, ok := p.Get("missing"); ok {
		t.Error("a missing name was found")
	}
}

func TestParsePropertiesRefusesBadEscapes(t *testing.T) {
	for _, file := range []string{"ok=1\nbad=\\u12", "ok=1\nbad=\\uzzzz", "ok=1\n\\u=x"} {
		_, err := ParseProperties("x.properties", []byte(file))
		if err == nil || !strings.HasPrefix(err.Error(), "x.properties:2:1: ") {
			t.Errorf("%q: got %v, want an error on line 2", file, err)
		}
	}
}

func TestPlaceholders(t *testing.T) {
	values := map[string]string{"a": "1", "b": "${a}${a}", "name": "a", "loop": "x${loop2}", "loop2": "${loop}", "c:d": "whole", "empty": ""}
	p := defaultPlaceholders(func(n string) (string, bool) { v, ok := values[n]; return v, ok })
	for text, want := range map[string]string{
		"plain": "plain", "${a}": "1", "x${a}y${a}z": "x1y1z", "${b}": "11", "${${name}}": "1", "${nope:dflt}": "dflt", "${nope:}": "",
		"${nope:${a}}": "1", "${nope:${nope2:x}}": "x", "${nope:a:b}": "a:b", "${c:d}": "whole", "${open": "${open", "$a {a}": "$a {a}",
		"${nope:{}}": "{}", "${empty}": "", "a}${a}": "a}1",
	} {
		got, err := p.expand(text)
		if err != nil || got != want {
			t.Errorf("expand(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"${nope}", "x${nope}", "${loop}", "${${nope}:x}", "${}"} {
		if got, err := p.expand(text); err == nil {
			t.Errorf("expand(%q) = %q, want an error", text, got)
		}
	}
	p.ignoreUnresolved = true
	if got, err := p.expand("${nope}-${a}"); err != nil || got != "${nope}-1" {
		t.Errorf("ignoring: %q, %v; want ${nope}-1", got, err)
	}
}

func TestPlaceholdersAreBounded(t *testing.T) {
	values := map[string]string{"x0": strings.Repeat("x", 1000)}
	for i := range 40 {
		values["x"+string(rune('1'+i))] = strings.Repeat("${x"+string(rune('0'+i))+"}", 10)
	}
	p := defaultPlaceholders(func(n string) (string, bool) { v, ok := values[n]; return v, ok })
	if _, err := p.expand("${x9}"); err == nil || !strings.Contains(err.Error(), "grow beyond") {
		t.Errorf("got %v, want an error about growth", err)
	}
	if _, err := p.expand(strings.Repeat("${a:", 1000) + strings.Repeat("}", 1000)); err != nil && !strings.Contains(err.Error(), "deeper") {
		t.Errorf("deep nesting: %v", err)
	}
}
