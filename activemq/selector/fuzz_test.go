package selector

import (
	"errors"
	"strings"
	"testing"
)

// FuzzParse holds what must be so for any text: no panic, an error of our type within the text, verdicts that depend on
// the text alone, and verdicts that survive parentheses, AND TRUE and a double NOT.
func FuzzParse(f *testing.F) {
	for i, line := range readLines(f, "testdata/verdicts.txt") {
		if _, escaped, _ := strings.Cut(line, "\t"); i%10 == 0 {
			f.Add(unescape(f, escaped))
		}
	}
	messages := readMessages(f, "testdata/messages.txt")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(text) || e.Want == "" {
				t.Fatalf("%q: error %#v", text, err)
			}
			return
		}
		prefix, bare := "", s.String()
		if strings.HasPrefix(bare, convertPrefix) {
			prefix, bare = convertPrefix, bare[len(convertPrefix):]
		}
		for _, form := range []string{"%", "(%)", "(%) AND TRUE", "FALSE OR (%)", "NOT NOT (%)"} {
			again, err := Parse(prefix + strings.Replace(form, "%", bare, 1))
			if err != nil {
				if len(text)+20 > TextMax || strings.Contains(err.Error(), "nesting") {
					continue // a limit is reached
				}
				t.Fatalf("%q in %q: %v", bare, form, err)
			}
			for _, m := range messages {
				want, got := verdictOf(s, m), verdictOf(again, m)
				// Only matching sees a failure behind an unknown, which a NOT above turns into evaluation.
				if got[0] != want[0] || form[0] != 'N' && got[1] != want[1] {
					t.Fatalf("%q in %q on %s: got %s, want %s", bare, form, m.name, got, want)
				}
			}
		}
	})
}
