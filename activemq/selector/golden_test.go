package selector

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// fake is a message made of two maps, with the original's values for headers that nobody set.
type fake struct {
	name       string
	headers    map[Header]Value
	properties map[string]Value
}

func (f *fake) Property(name string) Value { return f.properties[name] }
func (f *fake) Header(h Header) Value      { return f.headers[h] }

func newFake(name string) *fake {
	return &fake{name: name, properties: map[string]Value{}, headers: map[Header]Value{
		DeliveryMode: String("NON_PERSISTENT"), Priority: Int(0), Timestamp: Long(0), Expiration: Long(0), Redelivered: Bool(false),
		DeliveryCount: Int(1), GroupSeq: Int(0), BrokerInTime: Long(0), BrokerOutTime: Long(0), BrokerPath: String("null"), GroupFirst: Bool(false),
	}}
}

// TestOriginal holds every verdict against the one of ActiveMQ 5.17.2; testdata/README.md tells how they were captured.
func TestOriginal(t *testing.T) {
	messages := readMessages(t, "testdata/messages.txt")
	cases := 0
	for _, line := range readLines(t, "testdata/verdicts.txt") {
		want, escaped, _ := strings.Cut(line, "\t")
		text := unescape(t, escaped)
		cases++
		s, err := Parse(text)
		if errors.Is(err, ErrNotServed) {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if (err != nil) != (want == "invalid") {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
		if err != nil {
			continue
		}
		for i, verdict := range strings.Fields(want) {
			if got := verdictOf(s, messages[i]); got != verdict {
				t.Errorf("%q on %s: got %s, want %s", text, messages[i].name, got, verdict)
			}
		}
	}
	if cases < 3000 {
		t.Errorf("%d cases, want them all", cases)
	}
}

// verdictOf writes what the expression is, then whether the selector matches, in the letters of testdata/README.md.
func verdictOf(s *Selector, m Message) string {
	letters := "FTNX"
	verdict := letters[outcomeOf(s.root.eval(m))]
	switch {
	case s.Matches(m):
		return string(verdict) + "t"
	case test(s.root, m) == broken:
		return string(verdict) + "x"
	}
	return string(verdict) + "f"
}

func readLines(t testing.TB, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "## ") {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	return lines
}

func readMessages(t testing.TB, file string) []*fake {
	t.Helper()
	var messages []*fake
	for _, line := range readLines(t, file) {
		fields := strings.Split(line, " ")
		m := newFake(fields[0])
		for _, field := range fields[1:] {
			name, typed, _ := strings.Cut(field, "=")
			kind, escaped, _ := strings.Cut(typed, ":")
			value, err := typedValue(kind, unescape(t, escaped))
			if err != nil {
				t.Fatalf("%s: %s: %v", file, field, err)
			}
			if h, ok := headerNamed(name); ok {
				m.headers[h] = value
			} else {
				m.properties[name] = value
			}
		}
		messages = append(messages, m)
	}
	return messages
}

func typedValue(kind, text string) (Value, error) {
	switch kind {
	case "string":
		return String(text), nil
	case "bool":
		b, err := strconv.ParseBool(text)
		return Bool(b), err
	case "float":
		f, err := strconv.ParseFloat(text, 32)
		return Float(float32(f)), err
	case "double":
		f, err := strconv.ParseFloat(text, 64)
		return Double(f), err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	switch kind {
	case "byte":
		return Byte(int8(n)), err
	case "short":
		return Short(int16(n)), err
	case "int":
		return Int(int32(n)), err
	case "long":
		return Long(n), err
	}
	return Null, fmt.Errorf("type %q", kind)
}

// unescape undoes the escapes of the files: \n \r \t \f \s \\ and \uXXXX, a UTF-16 unit each.
func unescape(t testing.TB, text string) string {
	t.Helper()
	plain := map[byte]uint16{'n': '\n', 'r': '\r', 't': '\t', 'f': '\f', 's': ' ', '\\': '\\'}
	units := utf16.Encode([]rune(text))
	var out []uint16
	for i := 0; i < len(units); i++ {
		if units[i] != '\\' {
			out = append(out, units[i])
			continue
		}
		i++
		if units[i] != 'u' {
			out = append(out, plain[byte(units[i])])
			continue
		}
		n, err := strconv.ParseUint(string(utf16.Decode(units[i+1:i+5])), 16, 16)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		out = append(out, uint16(n))
		i += 4
	}
	return string(utf16.Decode(out))
}
