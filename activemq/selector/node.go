package selector

// node is a part of the expression. Nodes never change after parsing.
type node interface {
	// eval computes the value for m. A condition yields a Boolean, or Null for unknown; failed passes through every node.
	eval(m Message) Value
}

type (
	// constant is a literal.
	constant struct{ value Value }
	// property is a name that the message's sender chose.
	property struct{ name string }
	// header is one of the reserved names.
	header struct{ name Header }
	// truth makes a condition of a name alone: what is there and no Boolean counts as false.
	truth struct{ of node }
	// not swaps true and false.
	not struct{ of node }
	// allOf is AND over two or more conditions, anyOf is OR.
	allOf struct{ terms []node }
	anyOf struct{ terms []node }
	// comparison holds if the relation does.
	comparison struct {
		relation    relation
		left, right node
		convert     bool // a string becomes the type of the other side
	}
	// like holds if a string fits the pattern. What is no string does not fit.
	like struct {
		of      node
		pattern pattern
	}
	// arithmetic computes with numbers; plus also joins strings.
	arithmetic struct {
		operator    operator
		left, right node
	}
	// minusOf changes the sign.
	minusOf struct{ of node }
)

// isCondition reports whether a node yields a truth value by its nature. NULL is one.
func isCondition(n node) bool {
	switch n := n.(type) {
	case *constant:
		return n.value.kind == boolean || n.value.kind == null
	case *truth, *not, *allOf, *anyOf, *comparison, *like, *in, *regex, *inList, *inBody:
		return true
	}
	return false
}

// negate wraps n in a not if negated.
func negate(n node, negated bool) node {
	if negated {
		return &not{n}
	}
	return n
}

func (n *constant) eval(Message) Value   { return n.value }
func (n *property) eval(m Message) Value { return m.Property(n.name) }
func (n *header) eval(m Message) Value   { return m.Header(n.name) }
