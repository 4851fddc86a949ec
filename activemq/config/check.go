package config

import "strings"

// check compares all beans with what the original knows, whether or not they are served here: a misspelt name or a value
// that does not parse is an error even in a part that has no effect.
func (c *context) check() {
	for _, top := range c.beans {
		for _, b := range top.beans() {
			for _, p := range b.properties {
				c.checkProperty(b, p)
			}
		}
		if !top.lazy && !strings.HasPrefix(top.class, "org.eclipse.jetty.") {
			top.walk(c.checkReference)
		}
	}
}

// checkReference reports a reference to a bean that is nowhere defined. Names that begin with & mean the factory of a bean
// and are for Spring to judge.
func (c *context) checkReference(v *value) {
	if v.kind == reference && c.find(v.text) == nil && !strings.HasPrefix(v.text, "&") {
		known := make([]string, 0, len(c.byID))
		for id := range c.byID {
			known = append(known, id)
		}
		c.errorf(v.at, "no bean is named %q%s", v.text, DidYouMean(v.text, known))
	}
}

// checkProperty reports a name that the element does not have, and a literal that its kind does not allow.
func (c *context) checkProperty(b *bean, p *property) {
	if b.schema == nil {
		return
	}
	sp := b.schema.properties[p.name]
	if sp == nil {
		c.errorf(p.at, "property %s is not known in %s%s", p.name, b.name(), DidYouMean(p.name, b.schema.propertyNames()))
		return
	}
	if p.value.kind != literal || !sp.literal() {
		return
	}
	v := p.value
	if !sp.xsdString() && !b.spring && !c.env.Unvalidated && strings.Contains(v.raw, "${") {
		c.errorf(v.at, "%s of %s is %q, and values of type %s take no placeholder", p.name, b.name(), v.raw, sp.kind)
		return
	}
	parsed, err := c.literal(b, sp, v)
	if err != nil {
		c.errorf(v.at, "%s of %s: %v", p.name, b.name(), err)
		return
	}
	if b.schema.name == "networkConnector" && sp.name == "uri" {
		c.checkDiscovery(v)
	}
	if n, isInt := parsed.(int64); isInt && strings.HasPrefix(sp.kind, "bytes") && wrapped(v.text, n) {
		c.warnf(v.at, "%s of %s: %q does not fit and is taken as %d", p.name, b.name(), v.text, n)
	}
}

// literal parses a literal by the rules of the dialect that the bean is written in.
func (c *context) literal(b *bean, sp *schemaProperty, v *value) (any, error) {
	kind := sp.kind
	if b.spring { // the mapping's editors serve its own elements only
		switch kind {
		case "truth":
			kind = "boolean"
		case "bytes":
			kind = "long"
		case "bytes32", "bytesint":
			kind = "int"
		}
	}
	return parseLiteral(kind, v.text, !b.spring && !c.env.Unvalidated)
}
