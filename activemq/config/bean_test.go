package config

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestCorpusBeans compares the beans that the mapping makes of a file, served or not, with the bean definitions that the
// original's mapping makes of it.
func TestCorpusBeans(t *testing.T) {
	dir := filepath.Clean(corpus(t))
	var index []verdict
	readJSON(t, filepath.Join(dir, "expected", "INDEX.json"), &index)
	compared := 0
	for _, x := range index {
		t.Run(x.Config, func(t *testing.T) {
			var expected struct{ Definitions []any }
			readJSON(t, filepath.Join(dir, "expected", strings.TrimSuffix(x.Config, ".xml")+".json"), &expected)
			if expected.Definitions == nil {
				t.Skip("the original made nothing of it")
			}
			env := corpusEnvironment(dir)
			c := newContext(&env)
			if err := c.load(filepath.Join(dir, "corpus", x.Config)); err != nil {
				t.Fatal(err)
			}
			var definitions []map[string]any
			for _, d := range expected.Definitions {
				d := d.(map[string]any)
				if id, _ := d["id"].(string); !strings.HasPrefix(id, "org.springframework.context.") { // Spring's own, for annotations
					definitions = append(definitions, d)
				}
			}
			if len(c.beans) != len(definitions) {
				t.Fatalf("%d beans, want %d", len(c.beans), len(definitions))
			}
			m := mapped{t: t}
			for i, b := range c.beans {
				m.bean(fmt.Sprintf("[%d]", i), b, definitions[i])
			}
			compared += m.values
		})
	}
	if t.Logf("%d values compared", compared); compared < 1000 {
		t.Errorf("%d values compared, want thousands", compared)
	}
}

// mapped compares beans with definitions.
type mapped struct {
	t      *testing.T
	values int
}

func (m *mapped) bean(path string, b *bean, want map[string]any) {
	if b.class != want["class"] {
		m.t.Errorf("%s has the class %s, want %s", path, b.class, want["class"])
		return
	}
	if id, ok := want["id"].(string); ok && !strings.Contains(id, "#") && b.id != id {
		m.t.Errorf("%s has the id %q, want %q", path, b.id, id)
	}
	properties := want["properties"].(map[string]any)
	for name, w := range properties {
		p := b.property(name)
		if p == nil {
			m.t.Errorf("%s has no %s", path, name)
			continue
		}
		m.value(path+"."+name, p.value, w)
	}
	constructor, _ := want["constructor"].([]any)
	for _, p := range b.properties {
		if _, ok := properties[p.name]; !ok && len(constructor) == 0 {
			m.t.Errorf("%s has %s, which it should not", path, p.name)
		}
	}
	if b.spring && len(b.arguments) != len(constructor) {
		m.t.Errorf("%s has %d constructor arguments, want %d", path, len(b.arguments), len(constructor))
	}
}

func (m *mapped) value(path string, v *value, want any) {
	m.values++
	switch w := want.(type) {
	case string:
		if v.kind == list && w == "" { // an empty list
			return
		}
		// Blanks around text are taken off here where the original leaves them to the converter.
		if strings.TrimSpace(v.text) != strings.TrimSpace(w) || v.kind != literal {
			m.t.Errorf("%s is %q, want %q", path, v.text, w)
		}
	case []any:
		items := v.list
		if v.kind != list {
			items = []*value{v}
		}
		if len(items) != len(w) {
			m.t.Errorf("%s has %d values, want %d", path, len(items), len(w))
			return
		}
		for i := range w {
			m.value(fmt.Sprintf("%s[%d]", path, i), items[i], w[i])
		}
	case map[string]any:
		m.object(path, v, w)
	}
}

func (m *mapped) object(path string, v *value, want map[string]any) {
	class, isBean := want["class"].(string)
	ref, isRef := want["ref"].(string)
	switch {
	case strings.HasSuffix(class, ".PropertyEditorFactory"): // a literal on its way through an editor
		m.value(path, v, want["properties"].(map[string]any)["value"])
	case isBean && v.kind == inner:
		m.bean(path, v.bean, want)
	case isRef && v.kind == reference:
		if v.text != ref {
			m.t.Errorf("%s refers to %q, want %q", path, v.text, ref)
		}
	case v.kind == mapping && !isBean && !isRef:
		for _, e := range v.entries {
			m.value(path+"."+e.key.text, e.value, want[e.key.text])
		}
		if len(v.entries) != len(want) {
			m.t.Errorf("%s has %d entries, want %d", path, len(v.entries), len(want))
		}
	default:
		m.t.Errorf("%s is %+v, want %v", path, v, want)
	}
}
