// Package selector reads and evaluates JMS message selectors: a condition in a subset of SQL-92 over the headers and the
// properties of a message.
//
//	or          = and { OR and }
//	and         = equality { AND equality }
//	equality    = comparison { ("=" | "<>") comparison | IS [NOT] NULL }
//	comparison  = sum { (">" | ">=" | "<" | "<=") sum
//	                  | [NOT] LIKE string [ESCAPE string]
//	                  | [NOT] BETWEEN sum AND sum
//	                  | [NOT] IN "(" string { "," string } ")" }
//	sum         = product { ("+" | "-") product }
//	product     = unary { ("*" | "/" | "%") unary }
//	unary       = ("+" | "-" | NOT) unary | call | literal | name | "(" or ")"
//	            | XPATH string
//	call        = name "(" unary { "," unary } ")"
//
// The language is what ActiveMQ 5.17 makes of it (org.apache.activemq.selector.SelectorParser and
// org.apache.activemq.filter there), which is neither quite SQL nor quite JMS 1.1:
//
//   - NOT binds tighter than a comparison: "NOT a = 1" compares the Boolean NOT a with 1, and is false.
//   - There is no "!=". A comment that begins with "--" needs its line end; without one both dashes are operators.
//   - "/" and "%" always compute in double, so nothing ever divides by zero. The other operators wrap, in int or long.
//   - A comparison converts its left side up to the type on its right. On the way down only int and long convert, so that
//     "byte = 1" can hold and "1 = byte" cannot, and "2.5 = float" fails.
//   - "a = b" is unknown when only a is null, but false when only b is, and true when both are.
//   - A mismatch of types in a comparison is false. Elsewhere it is a failure, which no OR heals: the selector as a whole
//     does not match.
//   - The prefix "convert_string_expressions:" lets comparisons turn a string into the type of the other side.
//
// XPATH looks into the bodies of text and bytes messages. XPath 1.0 is read by antchfx/xpath, which is well kept and depends on nothing; the
// documents it works on are read here (xml.go), by the rules of a broker that trusts nobody's XML.
//
// The package imports nothing of the broker.
package selector

import "strings"

// Limits, so that a selector from the network costs neither the stack nor the memory.
const (
	// TextMax is the longest selector, in bytes: no longer string fits a field of OpenWire.
	TextMax = 65535
	// DepthMax bounds how deep parentheses, signs and NOT may nest.
	DepthMax = 1000
	// JoinMax is the longest string, in bytes, that "+" and REPLACE make; an evaluation that needs more fails. Nested
	// replacements could otherwise multiply without end.
	JoinMax = 1 << 18
)

// convertPrefix asks, at the very start of a selector and in this case only, for the conversion of strings.
const convertPrefix = "convert_string_expressions:"

// Selector is a parsed selector. It never changes, so that goroutines can share it.
type Selector struct {
	text string
	root node
}

// Parse reads a selector. It refuses the empty text, as the original does: callers treat that as "no selector" where the
// protocol says so. The error is an *Error.
func Parse(text string) (*Selector, error) {
	if len(text) > TextMax {
		return nil, &Error{Offset: TextMax, Found: "more text", Want: "at most 65535 bytes"}
	}
	start := 0
	if strings.HasPrefix(text, convertPrefix) {
		start = len(convertPrefix)
	}
	p := parser{lexer: lexer{text: text, next: start}, convert: start > 0}
	root, err := p.parse()
	if err != nil {
		return nil, err
	}
	return &Selector{text: text, root: root}, nil
}

// Matches reports whether the selector is true of m; unknown and failed evaluations are not. It does not allocate, unless
// the expression joins strings or calls a function.
func (s *Selector) Matches(m Message) bool {
	return test(s.root, m) == yes
}

// String returns the text that was parsed.
func (s *Selector) String() string { return s.text }

// Equal reports whether both selectors were parsed from the same text. Either may be nil, for no selector.
func (s *Selector) Equal(other *Selector) bool {
	if s == nil || other == nil {
		return s == other
	}
	return s.text == other.text
}
