package selector

import "slices"

// in holds if a string is in the list or, negated, is not. For anything but a string both forms are unknown.
type in struct {
	of      node
	list    []string
	set     map[string]struct{} // instead of the list, if that is long
	negated bool
}

// newIn hashes lists that take longer to walk than to hash.
func newIn(of node, list []string, negated bool) *in {
	const walkMax = 8
	n := &in{of: of, list: list, negated: negated}
	if len(list) <= walkMax {
		return n
	}
	n.list, n.set = nil, make(map[string]struct{}, len(list))
	for _, s := range list {
		n.set[s] = struct{}{}
	}
	return n
}

func (n *in) eval(m Message) Value {
	v := n.of.eval(m) // of a name, which cannot fail
	if v.kind != stringKind {
		return Null
	}
	_, found := n.set[v.text]
	return Bool((found || slices.Contains(n.list, v.text)) != n.negated)
}
