package selector

import (
	"fmt"
	"regexp"
	"strings"
)

// The functions of org.apache.activemq.filter.function, whose names are case sensitive:
//
//	REGEX(pattern, text)             condition: the pattern is found in the text; false if either is null
//	INLIST(list, value)              condition: the list holds the value, of the same type
//	MAKELIST(value, …)               list
//	SPLIT(text, pattern [, limit])   list, as String.split makes it
//	REPLACE(text, pattern, with)     string, as String.replaceAll makes it
//
// Patterns are those that Go's regexp reads, which cost linear time where Java's may be exponential: literals only, and
// no look-around, back references or nested classes. Where both languages take a pattern and mean different things, it is
// at line ends ("." does not stop at \r here, nor does "$" match before a last one) and in an empty match right after
// another match, which does not count here.
var functions = map[string]struct {
	argsMin, argsMax int
	pattern          int // which argument is the pattern, or -1
	build            func(args []node, pattern *regexp.Regexp) node
}{
	"REGEX":    {2, 2, 0, func(args []node, re *regexp.Regexp) node { return &regex{re, args[1]} }},
	"INLIST":   {2, 2, -1, func(args []node, _ *regexp.Regexp) node { return &inList{args[0], args[1]} }},
	"MAKELIST": {1, TextMax, -1, func(args []node, _ *regexp.Regexp) node { return &makeList{args} }},
	"SPLIT":    {2, 3, 1, func(args []node, re *regexp.Regexp) node { return &split{args[0], re, args[2:]} }},
	"REPLACE":  {3, 3, 1, func(args []node, re *regexp.Regexp) node { return &replace{args[0], re, args[2]} }},
}

// call reads the arguments of a function, at the opening parenthesis after its name.
func (p *parser) call(name token) node {
	p.advance()
	offsets := []int{p.now.offset}
	args := []node{p.unary()}
	for p.accept(commaToken) {
		offsets = append(offsets, p.now.offset)
		args = append(args, p.unary())
	}
	p.expect(closeToken, `"," or ")"`)
	f, ok := functions[name.text]
	switch {
	case !ok:
		p.fail(name.offset, quote(name.text), "REGEX, INLIST, MAKELIST, SPLIT or REPLACE before a parenthesis")
	case len(args) < f.argsMin || len(args) > f.argsMax:
		p.fail(name.offset, fmt.Sprintf("%s of %d", name.text, len(args)), fmt.Sprintf("%d to %d arguments", f.argsMin, f.argsMax))
	}
	if p.err != nil {
		return &constant{Null}
	}
	if f.pattern < 0 {
		return f.build(args, nil)
	}
	return f.build(args, p.regexp(args[f.pattern], offsets[f.pattern]))
}

// regexp compiles a literal pattern. A pattern that Java refuses fails there on every message; here it is not served.
func (p *parser) regexp(n node, offset int) *regexp.Regexp {
	c, ok := n.(*constant)
	if !ok || c.value.kind != stringKind {
		p.notServed(offset, "a computed pattern", "a string")
		return nil
	}
	re, err := regexp.Compile(c.value.text)
	if err != nil || nestsClasses(c.value.text) {
		p.notServed(offset, quote(c.value.text), "a pattern of Go's regexp")
	}
	return re
}

// nestsClasses reports whether a pattern has a class within a class, or an intersection: Go reads those as characters.
func nestsClasses(pattern string) bool {
	within := false
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\':
			i++
		case c == ']':
			within = false
		case within && (c == '[' || strings.HasPrefix(pattern[i:], "&&")):
			return true
		case c == '[':
			within = true
		}
	}
	return false
}

type (
	regex struct {
		pattern *regexp.Regexp
		of      node
	}
	inList   struct{ list, of node }
	makeList struct{ items []node }
	split    struct {
		of      node
		pattern *regexp.Regexp
		limit   []node // none or one
	}
	replace struct {
		of      node
		pattern *regexp.Regexp
		with    node
	}
	// lister is a node whose value is a list. To all but INLIST that is a value which equals nothing.
	lister interface {
		elements(m Message) ([]Value, bool)
	}
)

func (n *regex) eval(m Message) Value {
	v := n.of.eval(m)
	switch v.kind {
	case null:
		return Bool(false)
	case failedKind, otherKind:
		return failed
	}
	return Bool(n.pattern.MatchString(v.javaText()))
}

func (n *inList) eval(m Message) Value {
	list, ok := n.list.(lister)
	if !ok {
		return failed
	}
	elements, ok := list.elements(m)
	v := n.of.eval(m)
	if !ok || v.kind == failedKind {
		return failed
	}
	for _, e := range elements {
		switch {
		case e.kind == null:
			return failed
		case e.kind == v.kind && v.kind != otherKind && order(v.kind, e, v) == 0:
			return Bool(true)
		}
	}
	return Bool(false)
}

func (n *makeList) elements(m Message) ([]Value, bool) {
	elements := make([]Value, len(n.items))
	for i, item := range n.items {
		elements[i] = item.eval(m)
		if elements[i].kind == failedKind {
			return nil, false
		}
	}
	return elements, true
}

func (n *makeList) eval(m Message) Value { return listValue(n, m) }
func (n *split) eval(m Message) Value    { return listValue(n, m) }

func listValue(n lister, m Message) Value {
	if _, ok := n.elements(m); !ok {
		return failed
	}
	return Value{kind: otherKind}
}

// elements cuts a string at each match, but not at an empty one at its start. A positive limit bounds the pieces; without
// one, or with 0, empty pieces at the end are dropped, unless nothing was cut.
func (n *split) elements(m Message) ([]Value, bool) {
	v := n.of.eval(m)
	limit := Int(0)
	if len(n.limit) > 0 {
		limit = n.limit[0].eval(m)
	}
	if v.kind != stringKind || limit.kind != int32Kind {
		return nil, false
	}
	most := int(int32(limit.bits))
	var pieces []Value
	start := 0
	for _, match := range n.pattern.FindAllStringIndex(v.text, -1) {
		if most > 0 && len(pieces) == most-1 {
			break
		}
		if match[1] == 0 {
			continue
		}
		pieces = append(pieces, String(v.text[start:match[0]]))
		start = match[1]
	}
	pieces = append(pieces, String(v.text[start:]))
	if most == 0 && len(pieces) > 1 {
		for len(pieces) > 0 && pieces[len(pieces)-1].text == "" {
			pieces = pieces[:len(pieces)-1]
		}
	}
	return pieces, true
}

func (n *replace) eval(m Message) Value {
	v, with := n.of.eval(m), n.with.eval(m)
	if v.kind != stringKind || with.kind != stringKind && with.kind != null {
		return failed
	}
	var out strings.Builder
	start := 0
	for _, match := range n.pattern.FindAllStringSubmatchIndex(v.text, -1) {
		out.WriteString(v.text[start:match[0]])
		if with.kind == null || !expand(&out, with.text, v.text, match) || out.Len() > JoinMax {
			return failed
		}
		start = match[1]
	}
	return join(out.String(), v.text[start:])
}

// expand writes a replacement as Matcher.appendReplacement does: a backslash takes the next character as it is, and a
// dollar takes a group by its number, of as many digits as still name a group. It reports false where Java throws, and
// for groups by name.
func expand(out *strings.Builder, with, text string, match []int) bool {
	for i := 0; i < len(with); i++ {
		switch c := with[i]; {
		case c == '\\' || c == '$':
			i++
			if i == len(with) {
				return false
			}
			if c == '\\' {
				out.WriteByte(with[i])
				continue
			}
			group, digits := groupNumber(with[i:], len(match)/2)
			if digits == 0 {
				return false
			}
			i += digits - 1
			if match[2*group] >= 0 {
				out.WriteString(text[match[2*group]:match[2*group+1]])
			}
		default:
			out.WriteByte(c)
		}
	}
	return true
}

// groupNumber reads the number of one of so many groups, and returns how many digits it has: 0 for no such group.
func groupNumber(s string, groups int) (number, digits int) {
	for digits < len(s) && isDigit(s[digits]) {
		longer := number*10 + int(s[digits]-'0')
		if longer >= groups {
			break
		}
		number = longer
		digits++
	}
	return number, digits
}
