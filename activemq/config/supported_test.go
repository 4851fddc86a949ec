package config

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestTagsNameKnownSettings holds that each tag names a setting that the original has, with a type that can hold it.
func TestTagsNameKnownSettings(t *testing.T) {
	for element, r := range records() {
		e := schema().elements[element]
		if e == nil {
			t.Errorf("%s is bound to %s, but the original has no such element", element, r.typ)
			continue
		}
		for _, f := range r.fields {
			typ := r.typ.FieldByIndex(f.index).Type
			for _, name := range f.names {
				p := e.properties[name]
				if p == nil {
					if element == "brokerService" && name == "start" {
						continue // the other name of broker lacks this one
					}
					t.Errorf("%s of %s is bound, but the original has no such setting", name, element)
					continue
				}
				if !holds(typ, p.kind) {
					t.Errorf("%s of %s has the kind %s, which %s does not hold", name, element, p.kind, typ)
				}
			}
		}
	}
}

func holds(typ reflect.Type, kind string) bool {
	if typ == destinationType {
		return kind == "bean" || kind == "string" || kind == "boolean"
	}
	switch kind {
	case "boolean", "truth":
		return typ.Kind() == reflect.Bool
	case "short", "int", "long", "bytes", "bytes32", "bytesint":
		return typ.Kind() == reflect.Int || typ.Kind() == reflect.Int64
	case "float", "double":
		return typ.Kind() == reflect.Float64
	case "string", "file", "uri":
		return typ.Kind() == reflect.String || typ == reflect.TypeFor[[]string]()
	case "list":
		return typ.Kind() == reflect.Slice
	case "map":
		return typ.Kind() == reflect.Map
	}
	return typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Interface || typ.Kind() == reflect.String
}

// TestDefaults compares the defaults in the tags with those of the original's freshly made objects.
func TestDefaults(t *testing.T) {
	var original struct {
		Elements map[string]struct {
			Attributes map[string]struct{ Default any }
		}
	}
	readJSON(t, filepath.Join(corpus(t), "schema.json"), &original)
	c := newContext(&Environment{})
	compared := 0
	for element, r := range records() {
		made := c.bind(&bean{schema: schema().elements[element]}).Elem()
		for _, f := range r.fields {
			for _, name := range f.names {
				want := original.Elements[element].Attributes[name].Default
				got := made.FieldByIndex(f.index)
				switch where := element + "." + name; {
				case where == "broker.dataDirectory" || where == "brokerService.dataDirectory":
					continue // worked out when first asked for there
				case strings.HasPrefix(name, "tmpData") || strings.HasPrefix(name, "schedulerDir") || strings.HasPrefix(name, "dataDirectoryF"):
					continue // the same
				case want == nil || want == "empty" || name == "name" && strings.Contains(fmt.Sprint(want), "@"):
					continue // the last is made of an object's address
				}
				compared++
				if s := text(got); s != fmt.Sprint(want) && !strings.HasPrefix(fmt.Sprint(want), "object ") {
					t.Errorf("default of %s.%s is %s, want %v", element, name, s, want)
				}
			}
		}
	}
	if compared < 200 {
		t.Errorf("%d defaults compared, want hundreds", compared)
	}
}

// text writes a value as the description of the original does.
func text(v reflect.Value) string {
	if v.CanInt() {
		return fmt.Sprint(float64(v.Int()))
	}
	return fmt.Sprint(v.Interface())
}

// TestSupportedIsWhole holds that the table has each setting of the original once, and says of each bound one that it is.
func TestSupportedIsWhole(t *testing.T) {
	settings := map[string]Setting{}
	for _, s := range Supported() {
		key := s.Element + "." + s.Name
		if _, twice := settings[key]; twice {
			t.Errorf("%s appears twice", key)
		}
		settings[key] = s
	}
	for element, e := range schema().elements {
		for name := range e.properties {
			if _, ok := settings[element+"."+name]; !ok {
				t.Errorf("%s of %s is missing", name, element)
			}
		}
	}
	for key, want := range map[string]Support{
		"kahaDB.journalMaxFileLength": Served, "kahaDB.indexCacheSize": Inert, "kahaDB.transactionIdTransformer": Inert,
		"jdbcPersistenceAdapter.dataSource": Known, "queue.physicalName": Served,
	} {
		if got := settings[key].Support; got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if s := settings["kahaDB.cleanupOnStop"]; s.Since != "5.16" || s.Default != "true" || s.Syntax != "boolean" {
		t.Errorf("kahaDB.cleanupOnStop is %+v", s)
	}
}

func TestWriteSupported(t *testing.T) {
	var b strings.Builder
	if err := WriteSupported(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"## kahaDB", "| `journalMaxFileLength` | bytes32 | `32mb` |  | served |", "no effect: Java's index", "| jdbcPersistenceAdapter | adapter, ",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("page lacks %q", want)
		}
	}
}
