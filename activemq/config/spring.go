package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/beevik/etree"
)

const (
	springNamespace  = "http://www.springframework.org/schema/beans"
	contextNamespace = "http://www.springframework.org/schema/context"
	pNamespace       = "http://www.springframework.org/schema/p"
	schemaInstance   = "http://www.w3.org/2001/XMLSchema-instance"
)

// spring.go reads Spring's own elements:
//
//	<bean id="x" name="y,z" class="a.B" parent="p" lazy-init="true">
//	    <constructor-arg value="1"/>                     in order
//	    <property name="n" value="text"/>                or ref="id", or p:n="text" on the bean,
//	    <property name="m"> <list> … </list> </property>     or one of bean ref idref value null list set array map props
//	</bean>
//	<import resource="other.xml"/>  <alias name="x" alias="w"/>

// springAttributes are the attributes that Spring's schema has for each of its elements.
var springAttributes = map[string][]string{
	"bean": {"id", "name", "class", "parent", "scope", "singleton", "abstract", "lazy-init", "autowire", "autowire-candidate", "primary",
		"dependency-check", "depends-on", "init-method", "destroy-method", "factory-method", "factory-bean"},
	"property":        {"name", "value", "ref"},
	"constructor-arg": {"index", "type", "name", "value", "ref"},
	"ref":             {"bean", "local", "parent"},
	"idref":           {"bean", "local"},
	"value":           {"type"},
	"null":            {},
	"list":            {"value-type", "merge"},
	"set":             {"value-type", "merge"},
	"array":           {"value-type", "merge"},
	"map":             {"key-type", "value-type", "merge"},
	"entry":           {"key", "key-ref", "value", "value-ref", "value-type"},
	"props":           {"value-type", "merge"},
	"prop":            {"key"},
	"import":          {"resource"},
	"alias":           {"name", "alias"},
}

// isSpringValue tells whether an element of this name stands for a value in Spring's namespace.
func isSpringValue(e *etree.Element) bool {
	switch e.Tag {
	case "bean", "ref", "idref", "value", "null", "list", "set", "array", "map", "props":
		return true
	}
	return false
}

// root reads a whole file of beans.
func (r *reader) root() {
	root := r.doc.root
	ns := root.NamespaceURI()
	switch {
	case root.Tag == "beans" && (ns == springNamespace || ns == "" && r.env.Unvalidated):
		if !r.env.Unvalidated {
			r.checkSchemaLocation(root)
		}
		r.beans(root)
	case ns == namespace && r.env.Unvalidated:
		r.define(r.element(root, nil))
	case root.Tag == "beans":
		r.errorf(r.at(root), "beans has the namespace %q, want xmlns=%q", ns, springNamespace)
	default:
		r.errorf(r.at(root), "root element is %s, want beans of namespace %s", root.Tag, springNamespace)
	}
}

var (
	springSchema = regexp.MustCompile(`/spring-beans(-[0-9.]+)?\.xsd$`)
	ownSchema    = regexp.MustCompile(`[/:]activemq(-core(-[0-9A-Za-z.-]+)?)?\.xsd$`)
)

// checkSchemaLocation refuses what the original's validation cannot find a schema for. Any version of the schema is
// fine here: this reader serves them all, and asks no network.
func (r *reader) checkSchemaLocation(root *etree.Element) {
	locations := map[string]string{}
	at := r.at(root)
	for i, a := range root.Attr {
		if a.Key == "schemaLocation" && a.Space != "" && a.NamespaceURI() == schemaInstance {
			at = r.attributeAt(root, i)
			words := strings.Fields(a.Value)
			for i := 0; i+1 < len(words); i += 2 {
				locations[words[i]] = words[i+1]
			}
		}
	}
	if !springSchema.MatchString(locations[springNamespace]) {
		r.errorf(at, "xsi:schemaLocation of beans names no schema for %s, want %[1]s/spring-beans.xsd", springNamespace)
		return
	}
	for _, e := range root.ChildElements() {
		if e.NamespaceURI() == namespace && !ownSchema.MatchString(locations[namespace]) {
			r.errorf(at, "xsi:schemaLocation of beans names no schema for %s, want %[1]s/activemq-core.xsd", namespace)
			return
		}
	}
}

// beans reads the children of a beans element.
func (r *reader) beans(root *etree.Element) {
	for _, e := range root.ChildElements() {
		switch ns := e.NamespaceURI(); {
		case ns == namespace:
			r.define(r.element(e, nil))
		case ns == springNamespace || ns == "" && r.env.Unvalidated:
			r.springTop(e)
		case ns == contextNamespace && e.Tag == "property-placeholder":
			r.define(r.contextPlaceholder(e))
		case ns == contextNamespace:
			// annotation-config and the like concern Java classes only
		default:
			r.warnf(r.at(e), "element %s of namespace %q is not served", e.Tag, ns)
		}
	}
}

// springTop reads a child of beans in Spring's namespace.
func (r *reader) springTop(e *etree.Element) {
	switch e.Tag {
	case "bean":
		r.define(r.springBean(e))
	case "import":
		r.checkAttributes(e)
		r.importFile(e.SelectAttrValue("resource", ""), r.at(e))
	case "alias":
		r.checkAttributes(e)
		r.aliases[e.SelectAttrValue("alias", "")] = e.SelectAttrValue("name", "")
	case "beans":
		r.warnf(r.at(e), "beans inside beans are left out")
	case "description":
	default:
		r.errorf(r.at(e), "element %s is not known in beans%s", e.Tag, DidYouMean(e.Tag, []string{"bean", "import", "alias", "beans", "description"}))
	}
}

// checkAttributes reports attributes that a Spring element does not have.
func (r *reader) checkAttributes(e *etree.Element) {
	known := springAttributes[e.Tag]
	for i, a := range e.Attr {
		if a.Space == "" && a.Key != "xmlns" && !slices.Contains(known, a.Key) {
			r.errorf(r.attributeAt(e, i), "attribute %s is not known in %s%s", a.Key, e.Tag, DidYouMean(a.Key, known))
		}
	}
}

// springBean reads <bean>.
func (r *reader) springBean(e *etree.Element) *bean {
	r.checkAttributes(e)
	b := &bean{at: r.at(e), spring: true, class: strings.TrimSpace(e.SelectAttrValue("class", "")), id: e.SelectAttrValue("id", "")}
	b.schema = schema().classes[b.class]
	b.parent = e.SelectAttrValue("parent", "")
	b.lazy = e.SelectAttrValue("lazy-init", "") == "true" || e.SelectAttrValue("abstract", "") == "true"
	b.aliases = strings.FieldsFunc(e.SelectAttrValue("name", ""), func(c rune) bool { return c == ',' || c == ';' || c == ' ' })
	if b.id == "" && len(b.aliases) > 0 {
		b.id, b.aliases = b.aliases[0], b.aliases[1:]
	}
	for i, a := range e.Attr {
		if a.Space != "" && a.Space != "xmlns" && a.NamespaceURI() == pNamespace {
			b.properties = append(b.properties, shortProperty(a, r.attributeAt(e, i)))
		}
	}
	for _, c := range e.ChildElements() {
		switch c.Tag {
		case "property":
			if p := r.springProperty(c); p != nil {
				b.properties = append(b.properties, p)
			}
		case "constructor-arg":
			if v := r.springArgument(c); v != nil {
				b.arguments = append(b.arguments, v)
			}
		case "description", "meta", "lookup-method", "replaced-method", "qualifier":
		default:
			r.errorf(r.at(c), "element %s is not known in bean%s", c.Tag, DidYouMean(c.Tag, []string{"property", "constructor-arg", "description"}))
		}
	}
	r.checkText(e, b)
	return b
}

// shortProperty reads an attribute p:name="value" or p:name-ref="bean".
func shortProperty(a etree.Attr, at Position) *property {
	if name, ok := strings.CutSuffix(a.Key, "-ref"); ok {
		return &property{name: name, at: at, value: &value{kind: reference, at: at, text: a.Value, raw: a.Value}}
	}
	return &property{name: a.Key, at: at, value: literalValue(at, a.Value)}
}

// springProperty reads <property name="…">, or returns nil after an error.
func (r *reader) springProperty(e *etree.Element) *property {
	v := r.springArgument(e)
	name := e.SelectAttr("name")
	if name == nil {
		r.errorf(r.at(e), "property has no name")
		return nil
	}
	if v == nil {
		return nil
	}
	return &property{name: name.Value, at: r.at(e), value: v}
}

// springArgument reads the value of <property> or <constructor-arg>, or returns nil after an error.
func (r *reader) springArgument(e *etree.Element) *value {
	r.checkAttributes(e)
	at := r.at(e)
	var found []*value
	for i, a := range e.Attr {
		if a.Space != "" {
			continue
		}
		switch a.Key {
		case "value":
			found = append(found, literalValue(r.attributeAt(e, i), a.Value))
		case "ref":
			found = append(found, &value{kind: reference, at: r.attributeAt(e, i), text: a.Value, raw: a.Value})
		}
	}
	for _, c := range e.ChildElements() {
		if c.Tag == "description" || c.Tag == "meta" {
			continue
		}
		v := r.springValue(c)
		if v == nil {
			return nil
		}
		found = append(found, v)
	}
	if len(found) != 1 {
		r.errorf(at, "%s has %d values, want one: value, ref or an element", e.Tag, len(found))
		return nil
	}
	return found[0]
}

// springValue reads an element that stands for a value, or returns nil after an error.
func (r *reader) springValue(e *etree.Element) *value {
	at := r.at(e)
	if r.ownNamespace(e) && e.NamespaceURI() == namespace {
		if b := r.element(e, nil); b != nil {
			return &value{kind: inner, at: at, bean: b}
		}
		return nil
	}
	if e.NamespaceURI() != springNamespace && !(r.env.Unvalidated && e.NamespaceURI() == "") {
		return r.foreign(e)
	}
	if e.Tag != "bean" {
		r.checkAttributes(e)
	}
	switch e.Tag {
	case "bean":
		return &value{kind: inner, at: at, bean: r.springBean(e)}
	case "value":
		return literalValue(at, textOf(e))
	case "idref":
		return literalValue(at, e.SelectAttrValue("bean", e.SelectAttrValue("local", "")))
	case "null":
		return &value{kind: null, at: at}
	case "ref":
		id := e.SelectAttrValue("bean", e.SelectAttrValue("local", e.SelectAttrValue("parent", "")))
		return &value{kind: reference, at: at, text: id, raw: id}
	case "list", "set", "array":
		v := &value{kind: list, at: at}
		for _, c := range e.ChildElements() {
			if x := r.springValue(c); x != nil {
				v.list = append(v.list, x)
			}
		}
		return v
	case "map", "props":
		return r.springMap(e)
	}
	r.errorf(at, "element %s is not known as a value%s", e.Tag, DidYouMean(e.Tag, []string{"bean", "ref", "value", "null", "list", "set", "map", "props"}))
	return nil
}

// springMap reads <map> and <props>; the latter may also hold name=value lines.
func (r *reader) springMap(e *etree.Element) *value {
	v := &value{kind: mapping, at: r.at(e)}
	if text := strings.TrimSpace(textOf(e)); text != "" && e.Tag == "props" {
		return r.propertyLines(e, text)
	}
	for _, c := range e.ChildElements() {
		at := r.at(c)
		r.checkAttributes(c)
		switch c.Tag {
		case "prop":
			v.entries = append(v.entries, entry{literalValue(at, c.SelectAttrValue("key", "")), literalValue(at, strings.TrimSpace(textOf(c)))})
		case "entry":
			if x, ok := r.springEntry(c); ok {
				v.entries = append(v.entries, x)
			}
		case "description":
		default:
			r.errorf(at, "element %s is not known in %s%s", c.Tag, e.Tag, DidYouMean(c.Tag, []string{"entry", "prop"}))
		}
	}
	return v
}

// springEntry reads <entry>: key and value are attributes or elements each.
func (r *reader) springEntry(e *etree.Element) (entry, bool) {
	at := r.at(e)
	var x entry
	for _, a := range e.Attr {
		switch a.Key {
		case "key":
			x.key = literalValue(at, a.Value)
		case "key-ref":
			x.key = &value{kind: reference, at: at, text: a.Value, raw: a.Value}
		case "value":
			x.value = literalValue(at, a.Value)
		case "value-ref":
			x.value = &value{kind: reference, at: at, text: a.Value, raw: a.Value}
		}
	}
	for _, c := range e.ChildElements() {
		if c.Tag == "key" {
			if inside := c.ChildElements(); len(inside) == 1 {
				x.key = r.springValue(inside[0])
			}
		} else if c.Tag != "description" {
			x.value = r.springValue(c)
		}
	}
	if x.key == nil || x.value == nil {
		r.errorf(at, "entry needs a key and a value")
		return x, false
	}
	return x, true
}

// contextPlaceholder reads <context:property-placeholder> as the bean that it is short for.
func (r *reader) contextPlaceholder(e *etree.Element) *bean {
	b := &bean{class: "org.springframework.context.support.PropertySourcesPlaceholderConfigurer", at: r.at(e), spring: true}
	names := map[string]string{
		"location": "locations", "properties-ref": "properties", "file-encoding": "fileEncoding", "order": "order",
		"ignore-resource-not-found": "ignoreResourceNotFound", "ignore-unresolvable": "ignoreUnresolvablePlaceholders",
		"local-override": "localOverride", "system-properties-mode": "systemPropertiesModeName", "value-separator": "valueSeparator",
		"trim-values": "trimValues", "null-value": "nullValue",
	}
	for i, a := range e.Attr {
		name := names[a.Key]
		switch at := r.attributeAt(e, i); {
		case a.Space != "" || a.Key == "xmlns":
		case name == "":
			r.errorf(at, "attribute %s is not known in property-placeholder", a.Key)
		case a.Key == "properties-ref":
			b.properties = append(b.properties, &property{name, at, &value{kind: reference, at: at, text: a.Value, raw: a.Value}})
		default:
			b.properties = append(b.properties, &property{name, at, literalValue(at, a.Value)})
		}
	}
	return b
}
