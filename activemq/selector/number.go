package selector

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// decimalLiteral reads digits with an optional L, which says nothing: a literal is an Int where it fits, else a Long, else
// kept whole. What does not fit in 64 bits is cut to the low 32 bits where the low 64 fit in them, as in the original.
func decimalLiteral(text string) Value {
	digits := strings.TrimRight(text, "lL")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err == nil {
		return intOrLong(n)
	}
	if low := lowBits(digits); int64(int32(low)) == low {
		return Int(int32(low))
	}
	return Value{kind: bigKind, text: digits}
}

// integerLiteral reads hexadecimal and octal digits, which must fit in a positive long.
func integerLiteral(digits string, base int) (Value, bool) {
	n, err := strconv.ParseInt(digits, base, 64)
	return intOrLong(n), err == nil
}

func intOrLong(n int64) Value {
	if int64(int32(n)) == n {
		return Int(int32(n))
	}
	return Long(n)
}

// parseFloat reads what already has the form of a number. Too large is infinite, too small is zero.
func parseFloat(text string, bits int) float64 {
	f, _ := strconv.ParseFloat(text, bits) // only a range error is left, and f is then as Java has it
	return f
}

// parseInteger is valueOf of Java's integers, for ASCII digits: an optional sign and digits, within the range.
func parseInteger(text string, bits int) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, bits)
	return n, err == nil
}

// parseJavaFloat is valueOf of Float and Double: white space around it is dropped, f and d may end it, hexadecimal needs
// its exponent, and NaN and Infinity are spelt exactly so.
func parseJavaFloat(text string, bits int) (float64, bool) {
	text = strings.TrimFunc(text, func(r rune) bool { return r <= ' ' })
	number := strings.TrimLeft(text, "+-")
	switch {
	case len(text)-len(number) > 1 || number == "":
		return 0, false
	case number == "NaN":
		return math.NaN(), true
	case number == "Infinity":
		return math.Inf(1 - 2*strings.Count(text, "-")), true
	}
	hex := len(number) > 1 && number[0] == '0' && number[1]|0x20 == 'x'
	if !hex || strings.ContainsAny(number, "pP") {
		if last := number[len(number)-1] | 0x20; last == 'f' || last == 'd' {
			text = text[:len(text)-1]
		}
	}
	if strings.ContainsAny(number, "_nN") || !hex && strings.ContainsAny(number, "iIpP") {
		return 0, false // what strconv would take beyond Java
	}
	f, err := strconv.ParseFloat(text, bits)
	return f, err == nil || math.IsInf(f, 0)
}

// formatFloat is toString of Float and Double: plain digits from 0.001 up to ten million, else one digit before the point
// and an exponent; always a digit after the point.
func formatFloat(f float64, bits int) string {
	switch size := math.Abs(f); {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return strings.TrimPrefix(strconv.FormatFloat(f, 'f', -1, bits), "+") + "inity"
	case size == 0 || size >= 1e-3 && size < 1e7:
		return withPoint(strconv.FormatFloat(f, 'f', -1, bits))
	}
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, bits), "e")
	n, _ := strconv.Atoi(exponent) // strconv wrote it
	return withPoint(digits) + "E" + strconv.Itoa(n)
}

func withPoint(digits string) string {
	if strings.Contains(digits, ".") {
		return digits
	}
	return digits + ".0"
}

// A literal beyond 64 bits is kept as its decimal digits, and made a big.Int for the moment of its use: selectors with
// one are so rare that every Value should not carry a pointer for them.

func bigOf(digits string) *big.Int {
	n, _ := new(big.Int).SetString(digits, 10) // the lexer or big.Int wrote the digits
	return n
}

// lowBits returns the low 64 bits, in two's complement.
func lowBits(digits string) int64 {
	n := bigOf(digits)
	low := int64(new(big.Int).Abs(n).Uint64())
	if n.Sign() < 0 {
		return -low
	}
	return low
}

func orderBig(a, b string) int { return bigOf(a).Cmp(bigOf(b)) }

// negateBig returns the Long where one fits, which only the lowest Long does.
func negateBig(digits string) Value {
	n := bigOf(digits)
	if n.Neg(n); n.IsInt64() && n.Int64() == math.MinInt64 {
		return Long(math.MinInt64)
	}
	return Value{kind: bigKind, text: n.String()}
}
