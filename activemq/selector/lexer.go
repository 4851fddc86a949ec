package selector

import "strings"

// tokenKind says what a token is. Operators and keywords have a kind each, so that the parser never compares text.
type tokenKind uint8

const (
	endToken tokenKind = iota
	wrongToken
	nameToken
	stringToken
	decimalToken
	hexToken
	octalToken
	floatToken

	equalToken
	notEqualToken
	lessToken
	lessOrEqualToken
	greaterToken
	greaterOrEqualToken
	plusToken
	minusToken
	timesToken
	divideToken
	moduloToken
	openToken
	closeToken
	commaToken

	notToken
	andToken
	orToken
	betweenToken
	likeToken
	escapeToken
	inToken
	isToken
	trueToken
	falseToken
	nullToken
	xpathToken
	xqueryToken
)

// keywords are names in any mixture of cases; "notx" and "not_" are ordinary names.
var keywords = map[string]tokenKind{
	"NOT": notToken, "AND": andToken, "OR": orToken, "BETWEEN": betweenToken, "LIKE": likeToken, "ESCAPE": escapeToken,
	"IN": inToken, "IS": isToken, "TRUE": trueToken, "FALSE": falseToken, "NULL": nullToken,
	"XPATH": xpathToken, "XQUERY": xqueryToken,
}

// operators, the longer before the shorter.
var operators = []struct {
	text string
	kind tokenKind
}{
	{"<>", notEqualToken}, {"<=", lessOrEqualToken}, {">=", greaterOrEqualToken},
	{"=", equalToken}, {"<", lessToken}, {">", greaterToken},
	{"+", plusToken}, {"-", minusToken}, {"*", timesToken}, {"/", divideToken}, {"%", moduloToken},
	{"(", openToken}, {")", closeToken}, {",", commaToken},
}

// token is a piece of the text. For a string, text includes the quotes.
type token struct {
	kind   tokenKind
	text   string
	offset int
}

// lexer cuts the text into tokens, always the longest that is one. It sees bytes: outside of strings and comments only
// ASCII means anything.
type lexer struct {
	text string
	next int // offset of what is not read yet
}

func (l *lexer) token() token {
	l.skip()
	rest := l.text[l.next:]
	kind, size := cut(rest)
	t := token{kind: kind, text: rest[:size], offset: l.next}
	l.next += size
	return t
}

// skip passes white space and comments. A line comment ends with its line end, so that the last line cannot be one; a
// block comment that nobody closes is none either. Both then read as operators.
func (l *lexer) skip() {
	for {
		rest := strings.TrimLeft(l.text[l.next:], " \t\n\r\f")
		l.next = len(l.text) - len(rest)
		end := -1
		switch {
		case strings.HasPrefix(rest, "--"):
			end = strings.IndexAny(rest, "\n\r") + 1
		case strings.HasPrefix(rest, "/*"):
			end = strings.Index(rest[2:], "*/")
			if end >= 0 {
				end += len("/**/")
			}
		}
		if end <= 0 {
			return
		}
		l.next += end
	}
}

// cut returns the kind and the size of the token that s starts with.
func cut(s string) (tokenKind, int) {
	if s == "" {
		return endToken, 0
	}
	switch c := s[0]; {
	case isNameStart(c):
		n := 1 + span(s[1:], isNamePart)
		if kind, ok := keywords[strings.ToUpper(s[:n])]; ok {
			return kind, n
		}
		return nameToken, n
	case isDigit(c), c == '.':
		return cutNumber(s)
	case c == '\'':
		return cutString(s)
	}
	for _, o := range operators {
		if strings.HasPrefix(s, o.text) {
			return o.kind, len(o.text)
		}
	}
	return wrongToken, 1
}

// cutNumber reads
//
//	float    digits "." [digits] [exponent] | "." digits [exponent] | digits exponent
//	exponent "E" ["+" | "-"] digits
//	hex      "0x" hexdigits
//	octal    "0" [octaldigits]
//	decimal  "1".."9" [digits] ["L"]
//
// with letters in either case.
func cutNumber(s string) (tokenKind, int) {
	whole := span(s, isDigit)
	n := whole
	if n < len(s) && s[n] == '.' {
		fraction := span(s[n+1:], isDigit)
		if whole+fraction == 0 {
			return wrongToken, 1
		}
		n += 1 + fraction
		return floatToken, n + exponent(s[n:])
	}
	if e := exponent(s[n:]); e > 0 {
		return floatToken, n + e
	}
	if s[0] != '0' {
		if n < len(s) && s[n]|0x20 == 'l' {
			n++
		}
		return decimalToken, n
	}
	if len(s) > 1 && s[1]|0x20 == 'x' {
		if digits := span(s[2:], isHexDigit); digits > 0 {
			return hexToken, 2 + digits
		}
	}
	return octalToken, 1 + span(s[1:], isOctalDigit)
}

// exponent returns the size of the exponent that s starts with, or 0.
func exponent(s string) int {
	if s == "" || s[0]|0x20 != 'e' {
		return 0
	}
	n := 1
	if n < len(s) && (s[n] == '+' || s[n] == '-') {
		n++
	}
	if digits := span(s[n:], isDigit); digits > 0 {
		return n + digits
	}
	return 0
}

// cutString reads a string in single quotes, within which two quotes are one.
func cutString(s string) (tokenKind, int) {
	for n := 1; ; {
		quote := strings.IndexByte(s[n:], '\'')
		if quote < 0 {
			return wrongToken, len(s)
		}
		n += quote + 1
		if n == len(s) || s[n] != '\'' {
			return stringToken, n
		}
		n++
	}
}

// unquote returns the string that a string token stands for.
func unquote(quoted string) string {
	return strings.ReplaceAll(quoted[1:len(quoted)-1], "''", "'")
}

// span returns how many bytes at the start of s are in the class.
func span(s string, class func(byte) bool) int {
	for i := range len(s) {
		if !class(s[i]) {
			return i
		}
	}
	return len(s)
}

func isNameStart(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == '$'
}

func isNamePart(c byte) bool { return isNameStart(c) || isDigit(c) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isOctalDigit(c byte) bool { return c >= '0' && c <= '7' }

func isHexDigit(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
