package wire

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"sync"
	"testing"

	"goactivemq/activemq/message"
)

// facts is where what was captured from the original lies: vectors, sessions and commands.json.
var facts = filepath.Join("..", "..", "..", "shared", "openwire")

// vectorsDir is where the encodings by the original lie. OPENWIRE_VECTORS names another directory.
func vectorsDir() string {
	if dir := os.Getenv("OPENWIRE_VECTORS"); dir != "" {
		return dir
	}
	return filepath.Join(facts, "vectors")
}

// beside returns what lies beside the vectors, or beside those that are used by default.
func beside(name string) string {
	path := filepath.Join(vectorsDir(), "..", name)
	if _, err := os.Stat(path); err != nil {
		return filepath.Join(facts, name)
	}
	return path
}

// description is what commands.json says of a structure.
type description struct {
	Name          string
	TypeID        *int `json:"typeId"`
	Parent        string
	MinVersion    int
	MarshallAware bool
	Fields        []fieldDescription
}

type fieldDescription struct {
	Name, Type, Ref string
	Since, Until    int
	JavaDefault     any
}

var descriptions = sync.OnceValues(func() (map[string]*description, error) {
	b, err := os.ReadFile(beside("commands.json"))
	if err != nil {
		return nil, err
	}
	var doc struct{ Structures []*description }
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, err
	}
	byName := map[string]*description{}
	for _, d := range doc.Structures {
		byName[d.Name] = d
	}
	return byName, nil
})

func describe(t testing.TB) map[string]*description {
	t.Helper()
	d, err := descriptions()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// fields returns the fields that a structure has in a version, its parents' first.
func fields(all map[string]*description, name string, version int) []fieldDescription {
	d := all[name]
	var f []fieldDescription
	if d.Parent != "" {
		f = fields(all, d.Parent, version)
	}
	for _, own := range d.Fields {
		if own.Since <= version && (own.Until == 0 || version <= own.Until) {
			f = append(f, own)
		}
	}
	return f
}

// visited is a field as the walk of its structure shows it.
type visited struct {
	kind, ref string
	field     any
}

// visit returns the fields of v, a pointer to a structure, and the structure's name.
func visit(v any, version int) (string, []visited) {
	s, _, err := structureFor(v)
	if err != nil {
		panic(err)
	}
	var all []visited
	w := walker{mode: visiting, version: version, visit: func(kind, ref string, field any) {
		all = append(all, visited{kind, ref, field})
	}}
	s.walk(&w, v)
	return s.name, all
}

// plain turns structures into the form that the vectors have them in, and back.
type plain struct {
	all        map[string]*description
	version    int
	stackTrace bool
}

// of returns the fields of v as a line of the vectors has them; a nested structure has its type too.
func (p plain) of(v any, nested bool) map[string]any {
	name, shown := visit(v, p.version)
	out := map[string]any{}
	if nested {
		out["@type"] = name
	}
	names := fields(p.all, name, p.version)
	if len(names) != len(shown) {
		panic(fmt.Sprintf("%s shows %d fields, want %d", name, len(shown), len(names)))
	}
	for i, f := range shown {
		out[names[i].Name] = p.value(f.field)
	}
	return out
}

func (p plain) value(field any) any {
	switch f := field.(type) {
	case *bool:
		return *f
	case *int8:
		return json.Number(strconv.Itoa(int(*f)))
	case *int32:
		return json.Number(strconv.Itoa(int(*f)))
	case *int64:
		return strconv.FormatInt(*f, 10)
	case *string:
		if *f == message.NullName {
			return nil
		}
		return *f
	case *message.Text:
		return text(*f)
	case *[]byte:
		if *f == nil {
			return nil
		}
		return hex.EncodeToString(*f)
	case []byte:
		return hex.EncodeToString(f)
	case **message.Throwable:
		return p.throwable(*f)
	case *any:
		if *f == nil {
			return nil
		}
		return p.of(*f, true)
	}
	v := reflect.ValueOf(field).Elem()
	if v.IsNil() {
		return nil
	}
	if v.Kind() != reflect.Slice {
		return p.of(v.Interface(), true)
	}
	list := []any{}
	for i := range v.Len() {
		if e := v.Index(i); e.IsNil() {
			list = append(list, nil)
		} else {
			list = append(list, p.of(e.Interface(), true))
		}
	}
	return list
}

func text(t message.Text) any {
	if t.IsNull() {
		return nil
	}
	return t.String()
}

func (p plain) throwable(t *message.Throwable) any {
	if t == nil {
		return nil
	}
	out := map[string]any{"class": text(t.Class), "message": text(t.Message)}
	if p.stackTrace {
		stack := []any{}
		for _, f := range t.Stack {
			stack = append(stack, map[string]any{"class": text(f.Class), "method": text(f.Method), "file": text(f.File),
				"line": json.Number(strconv.Itoa(int(f.Line)))})
		}
		out["stack"], out["cause"] = stack, p.throwable(t.Cause)
	}
	return out
}

// make returns a new structure of that name with those fields.
func (p plain) make(name string, values map[string]any) any {
	v := structures[*p.all[name].TypeID].make()
	_, shown := visit(v, p.version)
	for i, f := range fields(p.all, name, p.version) {
		p.set(shown[i].field, values[f.Name])
	}
	return v
}

func (p plain) set(field, value any) {
	switch f := field.(type) {
	case *bool:
		*f = value.(bool)
	case *int8:
		*f = int8(number(value))
	case *int32:
		*f = int32(number(value))
	case *int64:
		*f = number(json.Number(value.(string)))
	case *string:
		if *f = message.NullName; value != nil {
			*f = value.(string)
		}
	case *message.Text:
		*f = toText(value)
	case *[]byte:
		if *f = nil; value != nil {
			*f = unhex(value)
		}
	case []byte:
		copy(f, unhex(value))
	case **message.Throwable:
		*f = toThrowable(value)
	case *any:
		if *f = nil; value != nil {
			*f = p.nested(value)
		}
	default:
		p.setByReflection(reflect.ValueOf(field).Elem(), value)
	}
}

func (p plain) nested(value any) any {
	m := value.(map[string]any)
	return p.make(m["@type"].(string), m)
}

func (p plain) setByReflection(to reflect.Value, value any) {
	to.SetZero()
	if value == nil {
		return
	}
	if to.Kind() != reflect.Slice {
		to.Set(reflect.ValueOf(p.nested(value)))
		return
	}
	list := value.([]any)
	to.Set(reflect.MakeSlice(to.Type(), len(list), len(list)))
	for i, e := range list {
		if e != nil {
			to.Index(i).Set(reflect.ValueOf(p.nested(e)))
		}
	}
}

func toText(v any) message.Text {
	if v == nil {
		return message.Text{}
	}
	return message.T(v.(string))
}

func toThrowable(v any) *message.Throwable {
	m, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	t := &message.Throwable{Class: toText(m["class"]), Message: toText(m["message"]), Cause: toThrowable(m["cause"])}
	stack, _ := m["stack"].([]any)
	for _, e := range stack {
		f := e.(map[string]any)
		t.Stack = append(t.Stack, message.StackFrame{Class: toText(f["class"]), Method: toText(f["method"]), File: toText(f["file"]),
			Line: int32(number(f["line"]))})
	}
	return t
}

func number(v any) int64 {
	n, err := v.(json.Number).Int64()
	if err != nil {
		panic(err)
	}
	return n
}

func unhex(v any) []byte {
	b, err := hex.DecodeString(v.(string))
	if err != nil {
		panic(err)
	}
	return b
}
