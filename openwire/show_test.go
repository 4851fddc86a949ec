package openwire

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"regexp"
	"sort"
	"strings"

	"goactivemq/activemq/message"
)

// show puts frames into one line of text each, with all fields that say something.
func show(v any) string {
	if list, ok := v.([]any); ok {
		var all []string
		for _, f := range list {
			all = append(all, show(f))
		}
		return "[" + strings.Join(all, "\n ") + "]"
	}
	fields := map[string]string{}
	flatten(fields, "", reflect.ValueOf(v), nil)
	var parts []string
	for _, k := range sortedKeys(fields) {
		if value := fields[k]; value != "0" && value != "false" && value != "null" {
			parts = append(parts, k+"="+value)
		}
	}
	return fmt.Sprintf("%T{%s}", v, strings.Join(parts, " "))
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// flatten puts all that v holds into to, by its path. Of fields that masked names, as "Type.Field", only null and not null is told apart.
func flatten(to map[string]string, path string, v reflect.Value, masked map[string]string) {
	switch {
	case !v.IsValid() || (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface || v.Kind() == reflect.Slice) && v.IsNil():
		to[path] = "null"
	case v.Type() == reflect.TypeFor[message.Text]():
		to[path] = "null"
		if t := v.Interface().(message.Text); !t.IsNull() {
			to[path] = fmt.Sprintf("%q", portless(t.String()))
		}
	case v.Kind() == reflect.Interface:
		to[path+"(type)"] = v.Elem().Type().String()
		flatten(to, path, v.Elem(), masked)
	case v.Kind() == reflect.Pointer:
		flatten(to, path, v.Elem(), masked)
	case v.Kind() == reflect.Struct:
		flattenStruct(to, path, v, masked)
	case v.Type() == reflect.TypeFor[[]byte]():
		to[path] = hex.EncodeToString(v.Bytes())
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Array:
		for i := range v.Len() {
			flatten(to, fmt.Sprintf("%s[%d]", path, i), v.Index(i), masked)
		}
	default:
		to[path] = portless(fmt.Sprint(v.Interface()))
	}
}

// flattenStruct does the fields of a structure. The properties of messages are maps, whose order means nothing.
func flattenStruct(to map[string]string, path string, v reflect.Value, masked map[string]string) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := v.Type().Name() + "." + f.Name
		at := path
		if !f.Anonymous {
			at += "." + f.Name
		}
		value := v.Field(i)
		if _, ok := masked[name]; ok {
			to[at] = "…"
			continue
		}
		if name == "Message.Properties" || name == "WireFormatInfo.Properties" {
			m, err := message.DecodeMap(value.Bytes())
			if err != nil {
				to[at] = err.Error()
			}
			for _, e := range m {
				to[at+"["+e.Name+"]"] = fmt.Sprintf("%T %v", e.Value, e.Value)
				if _, ok := masked["property "+e.Name]; ok {
					to[at+"["+e.Name+"]"] = "…"
				}
			}
			continue
		}
		flatten(to, at, value, masked)
	}
}

var loopbackPort = regexp.MustCompile(`tcp://127\.0\.0\.1:\d+`)

// portless takes the port out of a client's address.
func portless(s string) string { return loopbackPort.ReplaceAllString(s, "tcp://127.0.0.1:…") }

// differences lists where got is not as want, one line each.
func differences(got, want any, masked map[string]string) []string {
	if reflect.TypeOf(got) != reflect.TypeOf(want) {
		return []string{fmt.Sprintf("got %s, want %s", show(got), show(want))}
	}
	g, w := map[string]string{}, map[string]string{}
	flatten(g, "", reflect.ValueOf(got), masked)
	flatten(w, "", reflect.ValueOf(want), masked)
	var all []string
	for _, k := range sortedKeys(w) {
		if g[k] != w[k] {
			all = append(all, fmt.Sprintf("%T%s: got %s, want %s", got, k, orAbsent(g, k), w[k]))
		}
	}
	for _, k := range sortedKeys(g) {
		if _, ok := w[k]; !ok {
			all = append(all, fmt.Sprintf("%T%s: got %s, want it absent", got, k, g[k]))
		}
	}
	return all
}

func orAbsent(m map[string]string, k string) string {
	if v, ok := m[k]; ok {
		return v
	}
	return "nothing"
}
