package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// bind.go fills structs from beans. A field says in its tag which setting it holds:
//
//	JournalMaxFileLength Bytes `xml:"journalMaxFileLength" default:"32mb"`
//
// Several names, with | between them, share a field when they set the same thing in the original; the one set last
// counts. The syntax of a literal is that of the name in schema.txt. A default in angle brackets is an element with its
// own defaults. Fields hold
//
//	bool, int, int64, float64, string, Bytes, Millis, URI    literals
//	[]string                                                 comma separated lists
//	[]Forward                                                what a composite destination forwards to
//	Destination, []Destination                               names, or elements queue, topic, tempQueue, tempTopic
//	*T, interface                                            an element; an interface takes all that implement it
//	[]*T, []interface                                        elements in order
//	map[string]string                                        a map, or name=value lines
//
// What becomes of a setting beyond that, states.go says.

// bound is a pointer to a struct made from a bean.
type bound = reflect.Value

// field is a tagged field of a struct.
type field struct {
	index    []int
	names    []string
	fallback string
	has      bool // whether there is a default
}

// record describes a struct that stands for one or several elements.
type record struct {
	typ      reflect.Type
	elements []string
	fields   []field
	byName   map[string]*field
}

// records finds the struct of an element.
var records = sync.OnceValue(func() map[string]*record {
	out := map[string]*record{}
	for _, sample := range structs {
		r := readRecord(reflect.TypeOf(sample).Elem())
		for _, e := range r.elements {
			out[e] = r
		}
	}
	return out
})

// readRecord reads the tags of a struct type, those of embedded structs included.
func readRecord(t reflect.Type) *record {
	r := &record{typ: t, byName: map[string]*field{}}
	for _, f := range reflect.VisibleFields(t) {
		if e, ok := f.Tag.Lookup("element"); ok {
			r.elements = strings.Fields(e)
		}
		if names, ok := f.Tag.Lookup("xml"); ok {
			fallback, has := f.Tag.Lookup("default")
			r.fields = append(r.fields, field{f.Index, strings.Split(names, "|"), fallback, has})
		}
	}
	for i := range r.fields {
		for _, n := range r.fields[i].names {
			r.byName[n] = &r.fields[i]
		}
	}
	return r
}

// defaults makes the struct of an element that no file mentions.
func (c *context) defaults(element string) any {
	e := schema().elements[element]
	return c.bind(&bean{schema: e, class: e.class}).Interface()
}

// completer is a struct that has something to settle or to refuse once its fields are filled.
type completer interface{ complete(c *context) }

// bind makes the struct of a bean, or an *Unserved. A bean that several places refer to is made once.
func (c *context) bind(b *bean) bound {
	if made, ok := c.made[b]; ok {
		return made
	}
	var r *record
	if b.schema != nil {
		r = records()[b.schema.name]
	}
	if r == nil {
		u := &Unserved{Source: Source{ID: b.id, At: b.at}, Class: b.class}
		if b.schema != nil {
			u.Element = b.schema.name
		}
		c.warnUnserved(b)
		v := reflect.ValueOf(u)
		c.made[b] = v
		return v
	}
	if stateOf(b.schema.name, "").support == Known && b.at.File != "" { // nobody asked for what is there by default
		c.warnUnserved(b)
		c.unserved++
		defer func() { c.unserved-- }()
	}
	ptr := reflect.New(r.typ)
	c.made[b] = ptr // before the fields: beans may refer to each other in a circle
	s := ptr.Interface().(element).source()
	s.ID, s.At = b.id, b.at
	for i := range r.fields {
		c.setDefault(r, &r.fields[i], ptr)
	}
	last := map[string]*property{}
	for _, p := range b.properties {
		last[p.name] = p
	}
	for _, p := range b.properties {
		sp := b.schema.properties[p.name]
		if sp == nil || last[p.name] != p {
			continue // reported, or set again later
		}
		f := r.byName[p.name]
		if f == nil {
			c.tellState(b, p)
			continue
		}
		dest := ptr.Elem().FieldByIndex(f.index)
		fallback := reflect.New(dest.Type()).Elem()
		fallback.Set(dest)
		if c.assignQuietly(stateOf(b.schema.name, p.name).support == Known, b, sp, p.value, dest) {
			s.put(p.name, p.at)
		}
		if !reflect.DeepEqual(fallback.Interface(), dest.Interface()) {
			c.tellState(b, p)
		}
	}
	if x, ok := ptr.Interface().(completer); ok {
		x.complete(c)
	}
	return ptr
}

// harmless lists classes whose absence changes nothing, because what they are for is done in other ways or concerns Java
// alone.
var harmless = []string{
	"org.apache.activemq.hooks.SpringContextHook",
	"io.fabric8.insight.log.log4j.Log4jLogQuery", "org.fusesource.insight.log.log4j.Log4jLogQuery",
}

// assignQuietly assigns, and says nothing of what the elements inside a setting that is not served are.
func (c *context) assignQuietly(quiet bool, b *bean, sp *schemaProperty, v *value, dest reflect.Value) bool {
	if quiet {
		c.unserved++
		defer func() { c.unserved-- }()
	}
	return c.assign(b, sp, v, dest)
}

// tellState says that a setting has no effect, or never will and why, unless that was said of what it is inside of.
func (c *context) tellState(b *bean, p *property) {
	if c.unserved > 0 {
		return
	}
	switch s := stateOf(b.schema.name, p.name); s.support {
	case Inert:
		c.notef(p.at, "%s of %s has no effect: %s", p.name, b.name(), s.why)
	case Known:
		c.warnf(p.at, "%s of %s is not served by this version and has no effect", p.name, b.name())
	}
}

// warnUnserved says that a bean was left out, unless nobody will miss it.
func (c *context) warnUnserved(b *bean) {
	switch {
	case c.unserved > 0 || slices.Contains(harmless, b.class):
	case b.schema != nil:
		c.warnf(b.at, "%s is not served by this version", b.name())
	default:
		c.warnf(b.at, "class %s is not served: there is no Java here", b.class)
	}
}

// setDefault sets a field as its tag says. A default that does not parse is a bug in the tag.
func (c *context) setDefault(r *record, f *field, ptr reflect.Value) {
	if !f.has {
		return
	}
	dest := ptr.Elem().FieldByIndex(f.index)
	if name, ok := strings.CutPrefix(f.fallback, "<"); ok {
		dest.Set(reflect.ValueOf(c.defaults(strings.TrimSuffix(name, ">"))))
		return
	}
	if err := setText(dest, f.fallback); err != nil {
		panic(fmt.Sprintf("config: default of %s.%s: %v", r.typ.Name(), f.names[0], err))
	}
}

// setText sets a field from its tag's default.
func setText(dest reflect.Value, text string) error {
	switch dest.Kind() {
	case reflect.String:
		dest.SetString(text)
	case reflect.Bool:
		b, err := parseBoolean(text, true)
		dest.SetBool(b)
		return err
	case reflect.Float64:
		f, err := parseFloat(text)
		dest.SetFloat(f)
		return err
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			n, err = parseBytes(text, 64)
		}
		dest.SetInt(n)
		return err
	case reflect.Struct:
		kind, name, _ := strings.Cut(text, "://")
		dest.Set(reflect.ValueOf(Destination{Kind: DestinationKind(kind), Name: name}))
	default:
		return fmt.Errorf("type %s takes no default", dest.Type())
	}
	return nil
}

var (
	destinationType  = reflect.TypeFor[Destination]()
	destinationsType = reflect.TypeFor[[]Destination]()
)

// assign sets a field from a value. It reports what does not fit and returns false then.
func (c *context) assign(b *bean, sp *schemaProperty, v *value, dest reflect.Value) bool {
	switch t := dest.Type(); {
	case v.kind == null:
		dest.SetZero()
		return true
	case t == destinationType:
		d, ok := c.destination(b, sp, v)
		if ok {
			dest.Set(reflect.ValueOf(d))
		}
		return ok
	case t == destinationsType:
		return c.assignDestinations(b, sp, v, dest)
	case t == forwardsType:
		return c.assignForwards(b, sp, v, dest)
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface:
		return c.assignBean(b, sp, v, dest)
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.String:
		return c.assignList(b, sp, v, dest)
	case t.Kind() == reflect.Slice:
		return c.assignStrings(b, sp, v, dest)
	case t.Kind() == reflect.Map:
		return c.assignMap(b, sp, v, dest)
	}
	if v.kind != literal {
		c.errorf(v.at, "%s of %s takes text, not a bean", sp.name, b.name())
		return false
	}
	parsed, err := c.literal(b, sp, v)
	if err != nil {
		return false // check has reported it
	}
	switch x := parsed.(type) {
	case bool:
		dest.SetBool(x)
	case int64:
		dest.SetInt(x)
	case float64:
		dest.SetFloat(x)
	case string:
		dest.SetString(x)
	}
	return true
}

// assignBean sets a field to the struct of the bean that a value holds or refers to. A bean that is not served leaves the
// field alone, unless its type has room for an *Unserved.
func (c *context) assignBean(b *bean, sp *schemaProperty, v *value, dest reflect.Value) bool {
	target := c.target(v)
	if target == nil {
		if v.kind != reference { // a reference to nowhere is reported by check
			c.errorf(v.at, "%s of %s takes a bean", sp.name, b.name())
		}
		return false
	}
	made := c.bind(target)
	if made.Type().AssignableTo(dest.Type()) {
		dest.Set(made)
		return true
	}
	if _, unserved := made.Interface().(*Unserved); !unserved {
		c.errorf(v.at, "%s does not fit into %s of %s%s", target.name(), sp.name, b.name(), oneOf(sp.accepts))
	}
	return false
}

// assignList sets a list of structs. Beans that are not served drop out, unless the type has room for them. As in the
// original, a single value makes a list of one.
func (c *context) assignList(b *bean, sp *schemaProperty, v *value, dest reflect.Value) bool {
	items := v.list
	if v.kind != list {
		items = []*value{v}
	}
	out := reflect.MakeSlice(dest.Type(), 0, len(items))
	for _, item := range items {
		slot := reflect.New(dest.Type().Elem()).Elem()
		if c.assignBean(b, sp, item, slot) {
			out = reflect.Append(out, slot)
		}
	}
	dest.Set(out)
	return true
}

// assignStrings sets a list of names: text with commas, or a list of texts.
func (c *context) assignStrings(b *bean, sp *schemaProperty, v *value, dest reflect.Value) bool {
	var out []string
	switch v.kind {
	case literal:
		out = splitList(v.text)
	case list:
		for _, item := range v.list {
			out = append(out, strings.TrimSpace(item.text))
		}
	default:
		c.errorf(v.at, "%s of %s takes a list of names", sp.name, b.name())
		return false
	}
	dest.Set(reflect.ValueOf(out))
	return true
}

// assignMap sets a map of texts.
func (c *context) assignMap(b *bean, sp *schemaProperty, v *value, dest reflect.Value) bool {
	if v.kind != mapping {
		c.errorf(v.at, "%s of %s takes a map", sp.name, b.name())
		return false
	}
	out := map[string]string{}
	for _, e := range v.entries {
		out[e.key.text] = e.value.text
	}
	dest.Set(reflect.ValueOf(out))
	return true
}
