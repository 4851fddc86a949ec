package selector

// outcome is what becomes of a condition. Unknown stems from null; broken from an operation that throws in Java.
type outcome uint8

const (
	no outcome = iota
	yes
	unknown
	broken
)

func outcomeOf(v Value) outcome {
	switch {
	case v.kind == null:
		return unknown
	case v.kind == failedKind:
		return broken
	case v.isTrue():
		return yes
	}
	return no
}

func (o outcome) value() Value {
	switch o {
	case yes:
		return Bool(true)
	case unknown:
		return Null
	case broken:
		return failed
	}
	return Bool(false)
}

// test asks whether a message matches. It differs from eval as the original's matches differs from its evaluate: an AND
// stops at the first unknown too, and so does not meet a failure behind it. Below a NOT or a comparison eval decides.
func test(n node, m Message) outcome {
	switch n := n.(type) {
	case *allOf:
		for _, term := range n.terms {
			if o := test(term, m); o != yes {
				return o
			}
		}
		return yes
	case *anyOf:
		for _, term := range n.terms {
			if o := test(term, m); o == yes || o == broken {
				return o
			}
		}
		return no
	}
	return outcomeOf(n.eval(m))
}

func (n *allOf) eval(m Message) Value {
	result := yes
	for _, term := range n.terms {
		switch o := outcomeOf(term.eval(m)); o {
		case no, broken:
			return o.value()
		case unknown:
			result = unknown
		}
	}
	return result.value()
}

func (n *anyOf) eval(m Message) Value {
	result := no
	for _, term := range n.terms {
		switch o := outcomeOf(term.eval(m)); o {
		case yes, broken:
			return o.value()
		case unknown:
			result = unknown
		}
	}
	return result.value()
}

func (n *not) eval(m Message) Value {
	switch o := outcomeOf(n.of.eval(m)); o {
	case yes:
		return Bool(false)
	case no:
		return Bool(true)
	default:
		return o.value()
	}
}

func (n *truth) eval(m Message) Value {
	switch v := n.of.eval(m); v.kind {
	case null, failedKind, boolean:
		return v
	}
	return Bool(false)
}
