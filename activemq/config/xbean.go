package config

import (
	"slices"
	"strings"

	"github.com/beevik/etree"
)

// xbean.go reads the broker's own elements. The mapping, which the original takes from XBean, has one rule:
//
//	<kahaDB directory="data">            an element that names a class makes a bean; attributes are properties;
//	    <locker>                         a child is a property, too, named for it,
//	        <shared-file-locker/>        and holds the bean, or several where the property is a list
//	    </locker>
//	</kahaDB>
//
// So names that look doubled (<systemUsage><systemUsage>) are a property and the bean in it, and a bean right below a bean
// is a mistake. An attribute value #id refers to a bean.

// reader turns one document into beans.
type reader struct {
	*context
	doc *document
}

func (r *reader) at(e *etree.Element) Position { return r.doc.at[e].element }

// attributeAt is the place of the attribute with index i in e.Attr.
func (r *reader) attributeAt(e *etree.Element, i int) Position {
	if m := r.doc.at[e]; i < len(m.attributes) {
		return m.attributes[i]
	}
	return r.at(e)
}

// ownNamespace tells whether e is one of the broker's elements. Without validation an element may have no namespace.
func (r *reader) ownNamespace(e *etree.Element) bool {
	ns := e.NamespaceURI()
	return ns == namespace || ns == "" && r.env.Unvalidated
}

// element reads a bean of the broker's namespace. It returns nil when the name is unknown; that is reported.
// allowed lists the elements that fit, or is empty.
func (r *reader) element(e *etree.Element, allowed []string) *bean {
	se := schema().elements[e.Tag]
	if se == nil {
		known := allowed
		if len(known) == 0 {
			known = schema().elementNames()
		}
		r.errorf(r.at(e), "element %s is not known%s", e.Tag, DidYouMean(e.Tag, known))
		return nil
	}
	b := &bean{schema: se, class: se.class, at: r.at(e)}
	for i, a := range e.Attr {
		r.xbeanAttribute(b, a, r.attributeAt(e, i))
	}
	// The original's parser keeps attributes by name, and so it is not the one written last that counts where two set the
	// same thing, but the one whose name is later in the alphabet. Child elements follow.
	slices.SortFunc(b.properties, func(x, y *property) int { return strings.Compare(x.name, y.name) })
	r.checkText(e, b)
	seen := map[string]bool{}
	for _, child := range e.ChildElements() {
		p := r.propertyElement(b, child)
		if p == nil {
			continue
		}
		if seen[p.name] {
			r.warnf(p.at, "%s appears again in %s: only the last one counts", p.name, se.name)
		}
		seen[p.name] = true
		b.properties = append(b.properties, p)
	}
	return b
}

// xbeanAttribute reads an attribute as a property: text, or with # a reference.
func (r *reader) xbeanAttribute(b *bean, a etree.Attr, at Position) {
	switch {
	case a.Space != "" || a.Key == "xmlns":
		return // other namespaces may say what they like
	case a.Key == "id":
		b.id = a.Value
		return
	}
	sp := b.schema.properties[a.Key]
	if sp == nil {
		r.errorf(at, "attribute %s is not known in %s%s", a.Key, b.schema.name, DidYouMean(a.Key, append(b.schema.propertyNames(), "id")))
		return
	}
	p := &property{name: a.Key, at: at}
	ref, isRef := strings.CutPrefix(a.Value, "#")
	switch {
	case sp.kind == "list" && !r.env.Unvalidated:
		r.errorf(at, "%s of %s cannot be an attribute, use an element", a.Key, b.schema.name)
		return
	case isRef && strings.HasPrefix(ref, "#"): // the mark twice stands for itself
		p.value = literalValue(at, ref)
	case isRef && sp.xsdString():
		p.value = &value{kind: reference, at: at, text: ref, raw: ref}
	case sp.kind == "bean" && len(sp.accepts) > 0:
		r.errorf(at, "attribute %s of %s has the text %q, want a bean: #id, or an element %s", a.Key, b.schema.name, a.Value, a.Key)
		return
	default:
		p.value = literalValue(at, a.Value)
	}
	b.properties = append(b.properties, p)
}

// xsdString tells whether XML Schema lets an attribute hold any text, a reference included.
func (p *schemaProperty) xsdString() bool {
	switch p.kind {
	case "boolean", "short", "int", "long", "float", "double":
		return false
	}
	return true
}

// checkText refuses text that belongs to nothing.
func (r *reader) checkText(e *etree.Element, b *bean) {
	if s := strings.TrimSpace(textOf(e)); s != "" {
		r.errorf(r.at(e), "text %q inside %s has no meaning there", abbreviate(s), b.name())
	}
}

// propertyElement reads a child of a bean. It returns nil after an error.
func (r *reader) propertyElement(b *bean, e *etree.Element) *property {
	se := b.schema
	if !r.ownNamespace(e) {
		if e.NamespaceURI() == springNamespace && e.Tag == "property" {
			return r.springProperty(e)
		}
		if e.NamespaceURI() == springNamespace && e.Tag == "bean" {
			r.warnf(r.at(e), "bean right below %s has no effect", se.name)
			return nil
		}
		r.errorf(r.at(e), "element %s of namespace %q is not allowed right below %s", e.Tag, e.NamespaceURI(), se.name)
		return nil
	}
	sp := se.properties[e.Tag]
	if sp == nil || sp.kind != "bean" && sp.xsdTyped() && !r.env.Unvalidated {
		r.unknownProperty(b, e, sp)
		return nil
	}
	for i, a := range e.Attr {
		if a.Space == "" && a.Key != "xmlns" || a.Space != "" && a.Space != "xmlns" && a.Space != "xml" {
			hint := ""
			if inside := schema().elements[e.Tag]; inside != nil {
				hint = "; put an element " + e.Tag + " inside it"
			}
			r.errorf(r.attributeAt(e, i), "attribute %s is not known in property %s of %s%s", a.FullKey(), e.Tag, se.name, hint)
		}
	}
	v := r.propertyValue(b, sp, e)
	if v == nil {
		return nil
	}
	return &property{name: e.Tag, at: r.at(e), value: v}
}

// xsdTyped tells whether the schema has the property as an attribute only.
func (p *schemaProperty) xsdTyped() bool {
	switch p.kind {
	case "file", "uri":
		return false
	}
	return p.literal()
}

// unknownProperty reports a child that is no property of the bean, with the likeliest way to mend it.
func (r *reader) unknownProperty(b *bean, e *etree.Element, sp *schemaProperty) {
	se := b.schema
	if sp != nil {
		r.errorf(r.at(e), "%s of %s is an attribute, not an element", e.Tag, se.name)
		return
	}
	for _, p := range se.propertyNames() {
		for _, fits := range se.properties[p].accepts {
			if fits == e.Tag {
				r.errorf(r.at(e), "element %s cannot stand right below %s, put it inside an element %s", e.Tag, se.name, p)
				return
			}
		}
	}
	r.errorf(r.at(e), "element %s is not known in %s%s", e.Tag, se.name, DidYouMean(e.Tag, se.propertyNames()))
}

// propertyValue reads what stands inside a property's element, or returns nil after an error.
func (r *reader) propertyValue(b *bean, sp *schemaProperty, e *etree.Element) *value {
	text := strings.TrimSpace(textOf(e))
	children := e.ChildElements()
	if text != "" {
		if len(children) > 0 || !r.env.Unvalidated || sp.kind == "list" || sp.kind == "bean" && len(sp.accepts) > 0 {
			r.errorf(r.at(e), "text %q inside %s has no meaning there", abbreviate(text), sp.name)
			return nil
		}
		if sp.kind == "map" {
			return r.propertyLines(e, text)
		}
		return literalValue(r.at(e), text)
	}
	var values []*value
	for _, c := range children {
		if v := r.nested(c, sp); v != nil {
			values = append(values, v)
		}
	}
	if sp.kind == "list" {
		return &value{kind: list, at: r.at(e), list: values}
	}
	switch {
	case len(children) == 0 && sp.kind == "map":
		return &value{kind: mapping, at: r.at(e)}
	case len(children) == 0 && sp.kind == "bean":
		r.errorf(r.at(e), "property %s of %s is empty, want an element%s", sp.name, b.schema.name, oneOf(sp.accepts))
		return nil
	case len(children) == 0:
		return literalValue(r.at(e), "")
	case len(children) > 1:
		r.errorf(r.at(children[1]), "property %s of %s holds one element, and this is a second one", sp.name, b.schema.name)
		return nil
	case len(values) == 0:
		return nil // reported
	}
	return values[0]
}

// nested reads one value inside a property's element, whatever its namespace. It returns nil after an error.
func (r *reader) nested(e *etree.Element, sp *schemaProperty) *value {
	switch {
	case r.ownNamespace(e) && !(r.env.Unvalidated && isSpringValue(e)):
		if known := schema().elements[e.Tag] != nil; known && len(sp.accepts) > 0 && !slices.Contains(sp.accepts, e.Tag) && !r.env.Unvalidated {
			r.errorf(r.at(e), "element %s does not fit into %s%s", e.Tag, sp.name, oneOf(sp.accepts))
			return nil
		}
		if b := r.element(e, sp.accepts); b != nil {
			return &value{kind: inner, at: b.at, bean: b}
		}
		return nil
	case e.NamespaceURI() == springNamespace || r.env.Unvalidated && isSpringValue(e):
		return r.springValue(e)
	}
	return r.foreign(e)
}

// foreign stands for an element of some other extension of Spring. It returns nil after an error.
func (r *reader) foreign(e *etree.Element) *value {
	ns := e.NamespaceURI()
	if ns == "" {
		r.errorf(r.at(e), "element %s has no namespace", e.Tag)
		return nil
	}
	return &value{kind: inner, at: r.at(e), bean: &bean{class: ns + " " + e.Tag, at: r.at(e), spring: true}}
}

// propertyLines reads a map written as name=value lines.
func (r *reader) propertyLines(e *etree.Element, text string) *value {
	at := r.at(e)
	p, err := ParseProperties(at.File, []byte(text))
	if err != nil {
		r.errorf(at, "text of %s is not name=value lines: %v", e.Tag, err)
		return nil
	}
	v := &value{kind: mapping, at: at}
	for _, n := range p.Names() {
		s, _ := p.Get(n)
		v.entries = append(v.entries, entry{literalValue(at, n), literalValue(at, s)})
	}
	return v
}

// textOf is the text right inside an element, without that of its children.
func textOf(e *etree.Element) string {
	var b strings.Builder
	for _, t := range e.Child {
		if c, ok := t.(*etree.CharData); ok {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func abbreviate(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// oneOf lists what fits, as the end of a message.
func oneOf(names []string) string {
	switch {
	case len(names) == 0:
		return ""
	case len(names) <= 8:
		return ": " + strings.Join(names, ", ")
	}
	return ": " + strings.Join(names[:8], ", ") + ", …"
}
