package config

// bean is an object described in XML before anything is made of it: an element of the broker's namespace or a Spring
// <bean>, which say the same in two dialects.
//
//	<kahaDB directory="x"/>      <bean class="…KahaDBPersistenceAdapter"><property name="directory" value="x"/></bean>
type bean struct {
	schema     *schemaElement // nil for classes outside the broker's schema
	class      string
	id         string
	aliases    []string
	at         Position
	spring     bool // written as <bean>: Spring's conversions hold instead of XML Schema's
	lazy       bool
	parent     string      // id of the bean whose class and settings it takes over, or ""
	properties []*property // in the order in which they are set; the last of a name counts
	arguments  []*value    // of the constructor
}

// name is what a message calls the bean.
func (b *bean) name() string {
	if b.schema != nil && !b.spring {
		return b.schema.name
	}
	return "bean of class " + b.class
}

// property returns the value that counts for a name, or nil.
func (b *bean) property(name string) *property {
	for i := len(b.properties) - 1; i >= 0; i-- {
		if b.properties[i].name == name {
			return b.properties[i]
		}
	}
	return nil
}

// text returns a literal property, or "".
func (b *bean) text(name string) string {
	if p := b.property(name); p != nil && p.value.kind == literal {
		return p.value.text
	}
	return ""
}

// property is one setting of a bean.
type property struct {
	name  string
	at    Position
	value *value
}

type valueKind int

const (
	literal   valueKind = iota // text
	reference                  // the bean with the id in text
	inner                      // a bean of its own
	list                       // values in order
	mapping                    // entries in order
	null
)

// value is what a property, a constructor argument, a list or a map holds.
type value struct {
	kind    valueKind
	at      Position
	text    string // after placeholders were replaced
	raw     string // before
	bean    *bean
	list    []*value
	entries []entry
}

// entry is one pair of a map.
type entry struct{ key, value *value }

// literalValue is text as written, before placeholders are replaced in it.
func literalValue(at Position, text string) *value {
	return &value{kind: literal, at: at, text: text, raw: text}
}

// walk calls visit for v and all values inside it, beans included.
func (v *value) walk(visit func(*value)) {
	visit(v)
	if v.bean != nil {
		v.bean.walk(visit)
	}
	for _, x := range v.list {
		x.walk(visit)
	}
	for _, e := range v.entries {
		e.key.walk(visit)
		e.value.walk(visit)
	}
}

// walk calls visit for all values of the bean. References are not followed.
func (b *bean) walk(visit func(*value)) {
	for _, p := range b.properties {
		p.value.walk(visit)
	}
	for _, a := range b.arguments {
		a.walk(visit)
	}
}

// beans lists b and all beans inside it.
func (b *bean) beans() []*bean {
	out := []*bean{b}
	b.walk(func(v *value) {
		if v.kind == inner {
			out = append(out, v.bean)
		}
	})
	return out
}
