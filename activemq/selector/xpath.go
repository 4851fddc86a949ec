package selector

import (
	"math"

	"github.com/antchfx/xpath"
)

// Textual is a message with a body that XPATH can look into.
type Textual interface {
	// BodyText returns the body of a text or bytes message.
	BodyText() (text string, ok bool)
}

// xpathTextMax is the longest body, in bytes, that XPATH looks into. A longer one does not match.
const xpathTextMax = 4 << 20

// inBody holds if an XPath 1.0 expression is true of the message's body, by XPath's rules of what is true. A body that is no XML, or that has a document
// type declaration, does not match. As in the original, a name without a prefix means no namespace, and there are no prefixes.
type inBody struct{ expression *xpath.Expr }

// compileXPath reads an expression. The library refuses what it cannot read with an error, or by a panic.
func compileXPath(text string) (n *inBody, ok bool) {
	defer func() {
		if recover() != nil {
			n, ok = nil, false
		}
	}()
	expression, err := xpath.Compile(text)
	return &inBody{expression}, err == nil
}

func (n *inBody) eval(m Message) Value {
	t, ok := m.(Textual)
	if !ok {
		return Bool(false)
	}
	text, ok := t.BodyText()
	if !ok || len(text) > xpathTextMax {
		return Bool(false)
	}
	root, err := parseXML(text)
	if err != nil {
		return Bool(false)
	}
	return Bool(n.holds(root))
}

// holds evaluates the expression. Where the library gives up, by a panic, it does not hold.
func (n *inBody) holds(root *xmlNode) (holds bool) {
	defer func() {
		if recover() != nil {
			holds = false
		}
	}()
	switch v := n.expression.Evaluate(&navigator{at: root, attribute: -1}).(type) {
	case bool:
		return v
	case float64:
		return v != 0 && !math.IsNaN(v)
	case string:
		return v != ""
	case *xpath.NodeIterator:
		return v.MoveNext()
	}
	return false
}
