package stomp

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"

	"goactivemq/activemq/message"
)

// elementOfMap puts a map into elements: an entry has two, the name and the value.
func elementOfMap(name string, entries message.Map) element {
	e := element{name: name}
	for _, entry := range entries {
		e.children = append(e.children, element{name: "entry", children: []element{
			{name: "string", text: entry.Name}, elementOf(entry.Value),
		}})
	}
	return e
}

// elementOf puts a value into an element, named by its type.
func elementOf(v any) element {
	switch v := v.(type) {
	case message.Map:
		return elementOfMap("map", v)
	case message.List:
		e := element{name: "list"}
		for _, one := range v {
			e.children = append(e.children, elementOf(one))
		}
		return e
	case []byte:
		return element{name: "byte-array", text: base64.StdEncoding.EncodeToString(v)}
	case nil:
		return element{name: "null"}
	}
	return element{name: typeName(v), text: textOf(v)}
}

// typeName is the name of a simple value's type.
func typeName(v any) string {
	switch v.(type) {
	case bool:
		return "boolean"
	case int8:
		return "byte"
	case int16:
		return "short"
	case int32:
		return "int"
	case int64:
		return "long"
	case float32:
		return "float"
	case float64:
		return "double"
	case message.Char:
		return "char"
	}
	return "string"
}

// textOf is a value as Java prints it.
func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return v
	case float32:
		return javaFloat(float64(v), 32)
	case float64:
		return javaFloat(v, 64)
	case message.Char:
		return string(rune(v))
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	}
	return fmt.Sprint(v)
}

// javaFloat prints a number as Java does: always with a point, and with an exponent from 10^7 and below 10^-3.
func javaFloat(f float64, bits int) string {
	switch size := math.Abs(f); {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case size != 0 && (size < 1e-3 || size >= 1e7):
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, bits), "e")
		if !strings.Contains(mantissa, ".") {
			mantissa += ".0"
		}
		n, _ := strconv.Atoi(exponent)
		return mantissa + "E" + strconv.Itoa(n)
	}
	text := strconv.FormatFloat(f, 'f', -1, bits)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// mapOf reads the entries of a map.
func mapOf(e element) (message.Map, error) {
	switch e.name {
	case "map", "linked-hash-map", "tree-map", "hashtable":
	default:
		return nil, fmt.Errorf("found %q, want a map", e.name)
	}
	entries := message.Map{}
	for _, child := range e.children {
		if child.name != "entry" || len(child.children) != 2 {
			return nil, fmt.Errorf("%q with %d elements in a map, want an entry with 2", child.name, len(child.children))
		}
		v, err := valueOf(child.children[1])
		if err != nil {
			return nil, err
		}
		entries = append(entries, message.Entry{Name: child.children[0].text, Value: v})
	}
	return entries, nil
}

// valueOf reads a value, whose type is the element's name.
func valueOf(e element) (any, error) {
	text := strings.TrimSpace(e.text)
	bits := map[string]int{"byte": 8, "short": 16, "int": 32, "long": 64}[e.name]
	if bits > 0 {
		n, err := strconv.ParseInt(text, 10, bits)
		return sized(n, bits), err
	}
	switch e.name {
	case "string":
		return e.text, nil
	case "null":
		return nil, nil
	case "boolean":
		return text == "true", nil
	case "float":
		f, err := strconv.ParseFloat(text, 32)
		return float32(f), err
	case "double":
		f, err := strconv.ParseFloat(text, 64)
		return f, err
	case "char":
		for _, r := range e.text {
			return message.Char(r), nil
		}
		return message.Char(0), nil
	case "byte-array":
		return base64.StdEncoding.DecodeString(text)
	case "list", "linked-list":
		return listOf(e)
	}
	return mapOf(e)
}

// sized returns a number as the type of its size.
func sized(n int64, bits int) any {
	switch bits {
	case 8:
		return int8(n)
	case 16:
		return int16(n)
	case 32:
		return int32(n)
	}
	return n
}

// listOf reads the values of a list.
func listOf(e element) (any, error) {
	l := message.List{}
	for _, child := range e.children {
		v, err := valueOf(child)
		if err != nil {
			return nil, err
		}
		l = append(l, v)
	}
	return l, nil
}
