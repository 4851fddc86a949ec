package config

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Bytes is a size. Files write it as 64mb, 1 GB or 1024; units are powers of 1024.
type Bytes int64

// Millis is a time in milliseconds. Many settings give -1 or 0 a meaning of its own, so it is kept as written.
type Millis int64

// Duration converts, and stays at the ends of time.Duration's range for what lies beyond.
func (m Millis) Duration() time.Duration {
	const limit = math.MaxInt64 / int64(time.Millisecond)
	return time.Duration(min(max(int64(m), -limit), limit)) * time.Millisecond
}

// URI is an address as written, blanks around it removed and characters that no URI has percent-encoded. Scheme, port and
// options are for those to judge who open it, as in the original.
type URI string

// parseLiteral reads text by the rules of a schema kind into bool, int64, float64 or string.
//
// With validation on, plain booleans and numbers follow XML Schema (true, false, 1, 0; decimal digits), which is how
// the original runs unless its configuration is given as xbean:FILE?validate=false. Without it, and in plain Spring
// beans, Spring's wider rules hold. The editors for truth and sizes are stricter or wider than both, and always apply
// to the broker's own elements.
func parseLiteral(kind, text string, validated bool) (any, error) {
	switch kind {
	case "boolean":
		return parseBoolean(text, validated)
	case "truth":
		if s := strings.ToLower(text); s == "true" || s == "false" {
			return s == "true", nil
		}
		return nil, fmt.Errorf("%q is not a truth value, want true or false", text)
	case "short":
		return parseInteger(text, 16, validated)
	case "int":
		return parseInteger(text, 32, validated)
	case "long":
		return parseInteger(text, 64, validated)
	case "float", "double":
		return parseFloat(text)
	case "bytes":
		return parseBytes(text, 64)
	case "bytes32":
		return parseBytes(text, 32)
	case "bytesint":
		n, err := parseBytes(text, 64)
		if err == nil && n != int64(int32(n)) {
			return nil, fmt.Errorf("%q is more than 32 bits hold", text)
		}
		return n, err
	case "file":
		// Spring takes a path or a URL here. Settings that are plain text, such as the broker's dataDirectory, take none.
		return cleanPath(strings.TrimPrefix(strings.TrimPrefix(text, "file://"), "file:")), nil
	case "uri":
		return encodeURI(strings.TrimSpace(text)), nil
	}
	return text, nil
}

// parseBoolean reads what XML Schema calls a boolean, or without validation what Spring does.
func parseBoolean(text string, validated bool) (bool, error) {
	s := strings.Trim(text, " \t\r\n")
	if !validated {
		s = strings.ToLower(s)
	}
	switch {
	case s == "true" || s == "1":
		return true, nil
	case s == "false" || s == "0":
		return false, nil
	case !validated && (s == "yes" || s == "on"):
		return true, nil
	case !validated && (s == "no" || s == "off"):
		return false, nil
	}
	return false, fmt.Errorf("%q is not a boolean, want true, false, 1 or 0", text)
}

// parseInteger takes decimal digits with an optional sign; without validation also 0x and # for hexadecimal.
func parseInteger(text string, bits int, validated bool) (int64, error) {
	s := strings.Trim(text, " \t\r\n")
	base, digits := 10, s
	if !validated {
		sign := ""
		if strings.HasPrefix(digits, "-") {
			sign, digits = "-", digits[1:]
		}
		for _, prefix := range []string{"0x", "0X", "#"} {
			if d, ok := strings.CutPrefix(digits, prefix); ok {
				base, digits = 16, d
				break
			}
		}
		digits = sign + digits
	}
	n, err := strconv.ParseInt(digits, base, bits)
	if err == nil {
		return n, nil
	}
	if err.(*strconv.NumError).Err == strconv.ErrRange {
		return 0, fmt.Errorf("%q is more than %d bits hold", text, bits)
	}
	return 0, fmt.Errorf("%q is not a whole number", text)
}

var floatSyntax = regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$`)

// parseFloat reads a decimal number. What Java also takes, NaN and infinity, is no setting anybody can mean.
func parseFloat(text string) (float64, error) {
	s := strings.Trim(text, " \t\r\n")
	if !floatSyntax.MatchString(s) {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is beyond the range of numbers", text)
	}
	return f, nil
}

var bytesSyntax = regexp.MustCompile(`^\s*(\d+)\s*([bB]|[kK][bB]?|[mM][bB]?|[gG][bB]?)?\s*$`)

// parseBytes reads a size. The digits must fit the given bits; the product wraps around, as it does in the original.
func parseBytes(text string, bits int) (int64, error) {
	m := bytesSyntax.FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("%q is not a size, want digits and b, kb, mb or gb", text)
	}
	n, err := strconv.ParseInt(m[1], 10, bits)
	if err != nil {
		return 0, fmt.Errorf("%q is more than %d bits hold", text, bits)
	}
	switch strings.ToLower(strings.TrimSuffix(strings.ToLower(m[2]), "b")) {
	case "k":
		n <<= 10
	case "m":
		n <<= 20
	case "g":
		n <<= 30
	}
	if bits == 32 {
		n = int64(int32(n))
	}
	return n, nil
}

// wrapped tells whether a size that parsed came out other than written.
func wrapped(text string, n int64) bool {
	m := bytesSyntax.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	digits, err := strconv.ParseInt(m[1], 10, 64)
	return err == nil && (n < 0 || n < digits)
}

// encodeURI leaves a proper URI alone. In any other text it quotes what is illegal, and percent signs with it.
func encodeURI(s string) string {
	if properURI(s) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c != '%' && legalInURI(c) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func properURI(s string) bool {
	for i := range len(s) {
		if !legalInURI(s[i]) || s[i] == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])) {
			return false
		}
	}
	return true
}

// legalInURI lets characters beyond ASCII pass, as java.net.URI does.
func legalInURI(c byte) bool {
	return c >= 0x80 || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte("-_.!~*'();/?:@&=+$,[]%#", c) >= 0
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f'
}

// splitList parts a comma separated list, without blanks around the entries and without empty ones.
func splitList(text string) []string {
	var out []string
	for s := range strings.SplitSeq(text, ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// cleanPath writes a path as java.io.File does: single slashes, none at the end. Dots stay.
func cleanPath(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	return path
}
