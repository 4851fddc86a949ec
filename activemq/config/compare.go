package config

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Change is one setting in which two configurations differ, or an element that one of them has.
type Change struct {
	// Path leads there from the broker, by the names of the file: destinationPolicy.policyEntries[queue://a.>].memoryLimit
	Path string

	At       Position // in the new configuration, zero where it is silent
	Old, New string   // as text; "" for an element that is not there. Passwords are not shown
}

// String gives a line for a log or a terminal.
func (c Change) String() string {
	switch {
	case c.Old == "":
		return c.Path + " is new: " + c.New
	case c.New == "":
		return c.Path + " is gone: " + c.Old
	}
	return fmt.Sprintf("%s: %s, was %s", c.Path, c.New, c.Old)
}

// Compare lists what is different in the new configuration. Elements of a list are the same when they have the same name, address or destination; an
// element that is new or gone is one change.
func Compare(old, new *Broker) []Change {
	c := &changes{seen: map[[2]any]bool{}}
	c.element("", reflect.ValueOf(old), reflect.ValueOf(new))
	return c.all
}

// Differences lists the settings that have other values than the release gives them where no file says anything: a new element with each setting of
// its own that differs.
func Differences(b *Broker) []Change {
	env := Environment{LookupEnv: func(string) (string, bool) { return "", false }}
	c := &changes{seen: map[[2]any]bool{}, whole: newContext(&env)}
	fallback := c.whole.defaults("broker").(*Broker)
	if !b.Set("tmpDataDirectory") {
		fallback.TempDirectory = b.TempDirectory // follows from dataDirectory
	}
	if !b.Set("schedulerDirectory") && !b.Set("schedulerDirectoryFile") {
		fallback.SchedulerDirectory = b.SchedulerDirectory
	}
	c.element("", reflect.ValueOf(fallback), reflect.ValueOf(b))
	return c.all
}

// changes collects them while two structs are walked side by side.
type changes struct {
	all   []Change
	seen  map[[2]any]bool // pairs of elements: beans may refer to each other in a circle
	whole *context        // makes an element with its defaults, to which those of a new one are compared; nil: a new element is one change
}

// element compares two elements of one type.
func (c *changes) element(path string, old, new reflect.Value) {
	pair := [2]any{old.Interface(), new.Interface()}
	if c.seen[pair] {
		return
	}
	c.seen[pair] = true
	r, s := readRecord(new.Type().Elem()), new.Interface().(element).source()
	for i := range r.fields {
		f := &r.fields[i]
		name, at := f.names[0], s.At
		for _, n := range f.names {
			if s.Set(n) {
				name, at = n, s.Place(n)
			}
		}
		c.value(join(path, name), at, old.Elem().FieldByIndex(f.index), new.Elem().FieldByIndex(f.index))
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// value compares two values of a setting.
func (c *changes) value(path string, at Position, old, new reflect.Value) {
	switch t := new.Type(); {
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface:
		c.bean(path, at, unwrap(old), unwrap(new))
	case t.Kind() == reflect.Slice && (t.Elem().Kind() == reflect.Pointer || t.Elem().Kind() == reflect.Interface):
		c.list(path, at, old, new)
	default:
		if plainText(old) != plainText(new) {
			c.all = append(c.all, Change{path, at, shown(path, old), shown(path, new)})
		}
	}
}

// unwrap takes the pointer out of an interface, and is not valid where there is none.
func unwrap(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.IsValid() && v.IsNil() {
		return reflect.Value{}
	}
	return v
}

// bean compares two elements, of which one or both may be absent, or of different kinds.
func (c *changes) bean(path string, at Position, old, new reflect.Value) {
	was, is := beanName(old), beanName(new)
	switch {
	case was == is && new.IsValid():
		c.element(path, old, new)
		return
	case was == is:
		return
	}
	if new.IsValid() && new.Interface().(element).source().At.File != "" {
		at = new.Interface().(element).source().At
	}
	c.all = append(c.all, Change{path, at, was, is})
	if c.whole != nil && new.IsValid() {
		if e := records()[is]; e != nil {
			c.element(path, reflect.ValueOf(c.whole.defaults(is)), new)
		}
	}
}

// list compares two lists of elements by what tells these apart.
func (c *changes) list(path string, at Position, old, new reflect.Value) {
	was, is := keyed(old), keyed(new)
	for _, key := range slices.Sorted(maps.Keys(was)) {
		if _, still := is[key]; !still {
			c.bean(path+"["+key+"]", at, was[key], reflect.Value{})
		}
	}
	for i, key := range keys(new) {
		c.bean(path+"["+key+"]", at, was[key], unwrap(new.Index(i)))
	}
}

// keyed finds the elements of a list by what tells them apart.
func keyed(list reflect.Value) map[string]reflect.Value {
	out := map[string]reflect.Value{}
	for i, key := range keys(list) {
		out[key] = unwrap(list.Index(i))
	}
	return out
}

// keys are what tells the elements of a list apart: a name, an address or a destination, else the kind; and a number for what comes again.
func keys(list reflect.Value) []string {
	out := make([]string, 0, list.Len())
	for i := range list.Len() {
		key := elementKey(unwrap(list.Index(i)))
		again := 1
		for unique := key; slices.Contains(out, unique); unique = fmt.Sprintf("%s#%d", key, again) {
			again++
		}
		if again > 1 {
			key = fmt.Sprintf("%s#%d", key, again)
		}
		out = append(out, key)
	}
	return out
}

// elementKey is what tells an element from others of a list.
func elementKey(v reflect.Value) string {
	for _, name := range []string{"Name", "Username", "Destination", "URI"} {
		f := v.Elem().FieldByName(name)
		if !f.IsValid() || f.Kind() == reflect.Func {
			continue
		}
		if text := plainText(f); text != "" {
			return text
		}
	}
	return beanName(v)
}

// beanName is the name of an element in the file, or "" where there is none.
func beanName(v reflect.Value) string {
	if !v.IsValid() {
		return ""
	}
	if u, ok := v.Interface().(*Unserved); ok {
		return u.Name()
	}
	return cmp.Or(strings.Join(readRecord(v.Type().Elem()).elements[:1], ""), v.Type().String())
}

// shown writes a value for people: no passwords, and nothing is written as such.
func shown(path string, v reflect.Value) string {
	text := plainText(v)
	secret := strings.ToLower(path)
	switch {
	case text == "":
		return `""`
	case strings.HasSuffix(secret, "password") || strings.HasSuffix(secret, "passwords"):
		return "(not shown)"
	}
	return text
}

// plainText writes a value without the places in the file that it may know.
func plainText(v reflect.Value) string {
	var parts []string
	switch {
	case v.Type() == reflect.TypeFor[Position]() || v.Type() == reflect.TypeFor[Source]() || v.Kind() == reflect.Pointer && v.IsNil():
		return ""
	case v.Type().Implements(reflect.TypeFor[fmt.Stringer]()):
		return v.Interface().(fmt.Stringer).String()
	case v.Kind() == reflect.Pointer:
		return plainText(v.Elem())
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			parts = append(parts, plainText(v.Index(i)))
		}
		return strings.Join(parts, ",")
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if text := plainText(v.Field(i)); text != "" {
				parts = append(parts, text)
			}
		}
		return strings.Join(parts, " ")
	case v.Kind() == reflect.Map:
		for _, k := range v.MapKeys() {
			parts = append(parts, fmt.Sprintf("%v=%v", k, v.MapIndex(k)))
		}
		slices.Sort(parts)
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(v.Interface())
}
