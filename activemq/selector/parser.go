package selector

import (
	"fmt"
	"unicode/utf8"
)

// parser is a recursive descent over the grammar in the package comment, a method for each rule, with one token of
// lookahead.
//
// The first error sticks: the current token becomes the end of the text, every rule then returns soon, and what it returns
// no longer matters.
type parser struct {
	lexer   lexer
	now     token // the token to be read next
	depth   int   // of unary, through which all recursion passes
	convert bool  // comparisons convert strings
	err     *Error
}

func (p *parser) parse() (node, error) {
	p.advance()
	offset := p.now.offset
	root := p.condition(p.or(), offset)
	if p.now.kind != endToken {
		p.unexpected("an operator or the end")
	}
	if p.err != nil {
		return nil, p.err
	}
	return root, nil
}

func (p *parser) or() node {
	offset := p.now.offset
	first := p.and()
	if p.now.kind != orToken {
		return first
	}
	terms := []node{p.condition(first, offset)}
	for p.accept(orToken) {
		offset = p.now.offset
		terms = append(terms, p.condition(p.and(), offset))
	}
	return &anyOf{terms}
}

func (p *parser) and() node {
	offset := p.now.offset
	first := p.equality()
	if p.now.kind != andToken {
		return first
	}
	terms := []node{p.condition(first, offset)}
	for p.accept(andToken) {
		offset = p.now.offset
		terms = append(terms, p.condition(p.equality(), offset))
	}
	return &allOf{terms}
}

func (p *parser) equality() node {
	offset := p.now.offset
	left := p.comparison()
	for {
		switch {
		case p.accept(equalToken):
			left = p.equal(left, offset)
		case p.accept(notEqualToken):
			left = &not{p.equal(left, offset)}
		case p.accept(isToken):
			negated := p.accept(notToken)
			p.expect(nullToken, "NULL")
			left = negate(&comparison{relation: equal, left: left, right: &constant{Null}}, negated)
		default:
			return left
		}
	}
}

// equal reads the right side of "=" and "<>". NULL may stand on neither, and a Boolean literal not before another one.
func (p *parser) equal(left node, offset int) node {
	rightOffset := p.now.offset
	right := p.comparison()
	p.refuseNull(left, offset)
	p.refuseNull(right, rightOffset)
	l, leftConstant := left.(*constant)
	r, rightConstant := right.(*constant)
	if leftConstant && rightConstant && l.value.kind == boolean && r.value.kind != boolean {
		p.fail(rightOffset, "another literal", "a Boolean to compare with a Boolean")
	}
	return &comparison{relation: equal, left: left, right: right, convert: p.convert}
}

var relations = map[tokenKind]relation{
	lessToken: less, lessOrEqualToken: lessOrEqual, greaterToken: greater, greaterOrEqualToken: greaterOrEqual,
}

func (p *parser) comparison() node {
	offset := p.now.offset
	left := p.sum()
	for {
		if relation, ok := relations[p.now.kind]; ok {
			p.advance()
			rightOffset := p.now.offset
			left = p.ordered(relation, left, offset, p.sum(), rightOffset)
			continue
		}
		negated := p.accept(notToken)
		switch {
		case p.accept(likeToken):
			left = negate(p.like(left), negated)
		case p.accept(inToken):
			left = p.in(left, offset, negated)
		case p.accept(betweenToken):
			left = p.between(left, offset, negated)
		default:
			if negated {
				p.unexpected("LIKE, IN or BETWEEN")
			}
			return left
		}
	}
}

// ordered compares by size, which literals other than numbers and all conditions refuse.
func (p *parser) ordered(r relation, left node, leftOffset int, right node, rightOffset int) node {
	p.refuseUnordered(left, leftOffset)
	p.refuseUnordered(right, rightOffset)
	return &comparison{relation: r, left: left, right: right, convert: p.convert}
}

func (p *parser) like(left node) node {
	pattern := p.stringLiteral()
	escape := noEscape
	if p.accept(escapeToken) {
		offset := p.now.offset
		text := p.stringLiteral()
		// The original counts UTF-16 units, so a character beyond the first plane is two.
		r, size := utf8.DecodeRuneInString(text)
		if size == 0 || size != len(text) || r > 0xFFFF {
			p.fail(offset, quote(text), "an escape of one character")
		}
		escape = r
	}
	return &like{of: left, pattern: compile(pattern, escape)}
}

func (p *parser) between(left node, offset int, negated bool) node {
	lowOffset := p.now.offset
	low := p.sum()
	p.expect(andToken, "AND")
	highOffset := p.now.offset
	high := p.sum()
	if negated {
		return &anyOf{[]node{
			p.ordered(less, left, offset, low, lowOffset),
			p.ordered(greater, left, offset, high, highOffset),
		}}
	}
	return &allOf{[]node{
		p.ordered(greaterOrEqual, left, offset, low, lowOffset),
		p.ordered(lessOrEqual, left, offset, high, highOffset),
	}}
}

func (p *parser) in(left node, offset int, negated bool) node {
	switch left.(type) {
	case *property, *header:
	default:
		p.fail(offset, "an expression", "a name before IN")
	}
	p.expect(openToken, `"("`)
	list := []string{p.stringLiteral()}
	for p.accept(commaToken) {
		list = append(list, p.stringLiteral())
	}
	p.expect(closeToken, `"," or ")"`)
	return newIn(left, list, negated)
}

func (p *parser) sum() node {
	left := p.product()
	for {
		switch {
		case p.accept(plusToken):
			left = &arithmetic{plus, left, p.product()}
		case p.accept(minusToken):
			left = &arithmetic{minus, left, p.product()}
		default:
			return left
		}
	}
}

func (p *parser) product() node {
	left := p.unary()
	for {
		switch {
		case p.accept(timesToken):
			left = &arithmetic{times, left, p.unary()}
		case p.accept(divideToken):
			left = &arithmetic{divide, left, p.unary()}
		case p.accept(moduloToken):
			left = &arithmetic{modulo, left, p.unary()}
		default:
			return left
		}
	}
}

func (p *parser) unary() node {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > DepthMax {
		p.fail(p.now.offset, "deeper nesting", fmt.Sprintf("at most %d levels", DepthMax))
	}
	switch {
	case p.accept(plusToken):
		return p.unary()
	case p.accept(minusToken):
		return &minusOf{p.unary()}
	case p.accept(notToken):
		offset := p.now.offset
		return &not{p.condition(p.unary(), offset)}
	case p.now.kind == xpathToken:
		p.advance()
		return p.xpath()
	case p.now.kind == xqueryToken:
		t := p.now
		p.advance()
		p.stringLiteral()
		p.notServed(t.offset, t.text, "headers and properties only")
		return &constant{Null}
	}
	return p.primary()
}

// xpath reads the expression behind XPATH.
func (p *parser) xpath() node {
	offset := p.now.offset
	text := p.stringLiteral()
	if p.err != nil {
		return &constant{Null}
	}
	n, ok := compileXPath(text)
	if !ok {
		p.fail(offset, "another string", "an XPath expression")
	}
	return n
}

func (p *parser) primary() node {
	switch t := p.now; t.kind {
	case nameToken:
		p.advance()
		if p.now.kind == openToken {
			return p.call(t)
		}
		if h, ok := headerNamed(t.text); ok {
			return &header{h}
		}
		return &property{t.text}
	case openToken:
		p.advance()
		inner := p.or()
		p.expect(closeToken, `an operator or ")"`)
		return inner
	}
	return p.literal()
}

func (p *parser) literal() node {
	t := p.now
	value, ok := Null, true
	switch t.kind {
	case stringToken:
		value = String(unquote(t.text))
	case decimalToken:
		value = decimalLiteral(t.text)
	case hexToken:
		value, ok = integerLiteral(t.text[2:], 16)
	case octalToken:
		value, ok = integerLiteral(t.text, 8)
	case floatToken:
		value = Double(parseFloat(t.text, 64))
	case trueToken:
		value = Bool(true)
	case falseToken:
		value = Bool(false)
	case nullToken:
	default:
		p.unexpected("a value")
	}
	if !ok {
		p.fail(t.offset, quote(t.text), "a number of at most 63 bits")
	}
	p.advance()
	return &constant{value}
}

func (p *parser) stringLiteral() string {
	t := p.now
	p.expect(stringToken, "a string")
	if p.err != nil {
		return ""
	}
	return unquote(t.text)
}

// condition makes n a condition: a property counts as its Boolean, any other value is refused. n starts at offset.
func (p *parser) condition(n node, offset int) node {
	if isCondition(n) {
		return n
	}
	switch n.(type) {
	case *property, *header:
		return &truth{n}
	}
	p.fail(offset, "a value", "a condition")
	return n
}

func (p *parser) refuseNull(n node, offset int) {
	if c, ok := n.(*constant); ok && c.value.kind == null {
		p.fail(offset, "NULL", `a value to compare, or "IS NULL"`)
	}
}

func (p *parser) refuseUnordered(n node, offset int) {
	if c, ok := n.(*constant); ok && c.value.isNumber() {
		return
	}
	if _, ok := n.(*constant); ok || isCondition(n) {
		p.fail(offset, "no number", "a number to compare by size")
	}
}

func (p *parser) advance() {
	if p.err == nil {
		p.now = p.lexer.token()
	}
}

func (p *parser) accept(kind tokenKind) bool {
	if p.now.kind != kind {
		return false
	}
	p.advance()
	return true
}

func (p *parser) expect(kind tokenKind, want string) {
	if !p.accept(kind) {
		p.unexpected(want)
	}
}

// unexpected fails at the current token.
func (p *parser) unexpected(want string) {
	found := quote(p.now.text)
	if p.now.kind == endToken {
		found = "the end"
	}
	p.fail(p.now.offset, found, want)
}

// notServed fails for what is right, but not evaluated here.
func (p *parser) notServed(offset int, found, want string) {
	if p.err == nil {
		p.fail(offset, found, want)
		p.err.Err = ErrNotServed
	}
}

func (p *parser) fail(offset int, found, want string) {
	if p.err == nil {
		p.err = &Error{Offset: offset, Found: found, Want: want}
		p.now = token{kind: endToken, offset: offset}
	}
}

// quote makes found text fit for a log line: quoted, and cut after foundMax bytes.
func quote(s string) string {
	const foundMax = 40
	if len(s) > foundMax {
		return fmt.Sprintf("%.40q…", s)
	}
	return fmt.Sprintf("%q", s)
}
