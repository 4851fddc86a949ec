package message

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
)

// vectorsDir is where the encodings by the original lie.
func vectorsDir() string {
	if dir := os.Getenv("OPENWIRE_VECTORS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "..", "shared", "openwire", "vectors")
}

// eachLine decodes the lines of a gzipped file into values that f is called with. There must be some.
func eachLine[T any](t *testing.T, name string, f func(line int, v *T)) {
	t.Helper()
	file, err := os.Open(filepath.Join(vectorsDir(), name))
	if err != nil {
		t.Fatalf("%v; OPENWIRE_VECTORS names the directory", err)
	}
	defer file.Close()
	z, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(z)
	d.UseNumber()
	for line := 1; ; line++ {
		v := new(T)
		if err := d.Decode(v); errors.Is(err, io.EOF) && line > 1 {
			return
		} else if err != nil {
			t.Fatalf("%s:%d: %v", name, line, err)
		}
		f(line, v)
	}
}

// TestStringVectors compares modified UTF-8 with what the original wrote for the same UTF-16 units.
func TestStringVectors(t *testing.T) {
	eachLine(t, "strings.jsonl.gz", func(line int, v *struct {
		UTF16          string
		WriteUTF       string
		TightASCIIFlag bool
	}) {
		encoded := unhex(t, v.WriteUTF)[2:]
		s, err := DecodeMUTF8(encoded)
		if err != nil {
			t.Fatalf("line %d: %v", line, err)
		}
		if got := units(s); got != v.UTF16 {
			t.Errorf("line %d: decodes to units %s, want %s", line, got, v.UTF16)
		}
		if got := AppendMUTF8([]byte("x"), s); string(got) != "x"+string(encoded) {
			t.Errorf("line %d: encodes to %x, want %x", line, got, encoded)
		}
		if size, ascii := SizeMUTF8(s); size != len(encoded) || ascii != v.TightASCIIFlag {
			t.Errorf("line %d: size %d, ascii %v, want %d, %v", line, size, ascii, len(encoded), v.TightASCIIFlag)
		}
		if n := SizeUTF16(s); n != len(v.UTF16)/4 {
			t.Errorf("line %d: %d units, want %d", line, n, len(v.UTF16)/4)
		}
	})
}

// units returns the UTF-16 units of s in hex, found without the functions under test.
func units(s string) string {
	var b []byte
	for i, r := range s {
		switch {
		case r == 0xfffd && s[i] == 0xed:
			b = binary.BigEndian.AppendUint16(b, 0xd000|uint16(s[i+1]&0x3f)<<6|uint16(s[i+2]&0x3f))
		case r == 0xfffd && s[i]&0xc0 == 0x80:
			// inside an unpaired surrogate
		case r > 0xffff:
			r -= 0x10000
			b = binary.BigEndian.AppendUint16(b, uint16(0xd800+r>>10))
			b = binary.BigEndian.AppendUint16(b, uint16(0xdc00+r&0x3ff))
		default:
			b = binary.BigEndian.AppendUint16(b, uint16(r))
		}
	}
	return hex.EncodeToString(b)
}

// bodyVector is a message body that the original wrote.
type bodyVector struct {
	Kind        string
	Compressed  bool
	EncodeExact bool
	Content     *string
	Body        any
}

// TestBodyVectors reads bodies of all kinds, plain and compressed, and writes those that have one form only.
func TestBodyVectors(t *testing.T) {
	seen := map[string]int{}
	eachLine(t, "bodies.jsonl.gz", func(line int, v *bodyVector) {
		seen[v.Kind]++
		m := &Message{Compressed: v.Compressed}
		if v.Content != nil {
			m.Content = unhex(t, *v.Content)
		}
		got, again, err := readBody(t, v, m)
		want := got // of bytes and objects: compared by readBody
		if v.Kind != "bytes" && v.Kind != "object" {
			want = item(t, v.Body)
		}
		if err != nil || !same(got, want) {
			t.Errorf("line %d, %s: %v, %v, want %v", line, v.Kind, got, err, want)
		}
		if v.EncodeExact && !bytes.Equal(again, m.Content) {
			t.Errorf("line %d, %s: encodes to %x, want %x", line, v.Kind, again, m.Content)
		}
	})
	for _, kind := range []string{"text", "bytes", "map", "stream", "object", "properties"} {
		if seen[kind] == 0 {
			t.Errorf("no body of kind %s", kind)
		}
	}
}

// readBody returns a body decoded, and encoded again.
func readBody(t *testing.T, v *bodyVector, m *Message) (got any, again []byte, err error) {
	switch v.Kind {
	case "text":
		m.Kind = KindText
		text, err := m.TextBody()
		if text.IsNull() {
			return nil, nil, err
		}
		return text.String(), TextContent(text.String()), err
	case "map":
		m.Kind = KindMap
		body, err := m.MapBody()
		return body, mustAppend(t, body), err
	case "properties":
		m.Properties, m.Content = m.Content, nil
		all, err := m.PropertyMap()
		for _, e := range all {
			if one, ok := m.Property(e.Name); !ok || !same(one, e.Value) {
				t.Errorf("property %s is %v, %v, want %v", e.Name, one, ok, e.Value)
			}
		}
		m.Content = m.Properties
		return all, mustAppend(t, all), err
	case "stream":
		m.Kind = KindStream
		body, err := m.StreamBody()
		if err != nil {
			return nil, nil, err
		}
		again, err := AppendStream([]byte{}, body)
		return body, again, err
	case "bytes":
		m.Kind = KindBytes
		body, err := m.Plain(DefaultInflateLimit)
		if want := written(t, v.Body); !bytes.Equal(body, want) {
			t.Errorf("bytes %x, want %x", body, want)
		}
		return body, body, err
	case "object":
		m.Kind = KindObject
		body, err := m.Plain(DefaultInflateLimit)
		if !bytes.HasPrefix(body, []byte{0xac, 0xed, 0, 5}) {
			t.Errorf("object %x is no serialization", body)
		}
		return nil, nil, err
	}
	return nil, nil, fmt.Errorf("kind %s", v.Kind)
}

func mustAppend(t *testing.T, m Map) []byte {
	b, err := AppendMap(nil, m)
	if err != nil {
		t.Error(err)
	}
	return b
}

// item returns the Go value of a body in the vectors.
func item(t *testing.T, v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	value := m["v"]
	switch m["t"] {
	case "null":
		return nil
	case "boolean", "string":
		return value
	case "byte":
		return int8(integer(t, value))
	case "char":
		return Char(integer(t, value))
	case "short":
		return int16(integer(t, value))
	case "int":
		return int32(integer(t, value))
	case "long":
		return integer(t, value)
	case "float":
		return math.Float32frombits(binary.BigEndian.Uint32(unhex(t, m["bits"])))
	case "double":
		return math.Float64frombits(binary.BigEndian.Uint64(unhex(t, m["bits"])))
	case "bytes":
		return unhex(t, value)
	case "map":
		entries := Map{}
		for _, e := range value.([]any) {
			pair := e.([]any)
			entries = append(entries, Entry{pair[0].(string), item(t, pair[1])})
		}
		return entries
	case "list":
		list := List{}
		for _, e := range value.([]any) {
			list = append(list, item(t, e))
		}
		return list
	}
	t.Fatalf("item of type %v", m["t"])
	return nil
}

// written returns the bytes that a Java DataOutput writes for a list of items.
func written(t *testing.T, v any) []byte {
	b := []byte{}
	for _, e := range item(t, v).(List) {
		one := mustAppend(t, Map{{"", e}})[4+2+1:]
		if raw, ok := e.([]byte); ok {
			one = raw
		}
		b = append(b, one...)
	}
	return b
}

// same is reflect.DeepEqual, but compares numbers by their bits and empty with missing collections.
func same(a, b any) bool {
	switch a := a.(type) {
	case float64:
		b, ok := b.(float64)
		return ok && math.Float64bits(a) == math.Float64bits(b)
	case float32:
		b, ok := b.(float32)
		return ok && math.Float32bits(a) == math.Float32bits(b)
	case Map:
		b, ok := b.(Map)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if a[i].Name != b[i].Name || !same(a[i].Value, b[i].Value) {
				return false
			}
		}
		return true
	case List:
		b, ok := b.(List)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same(a[i], b[i]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a, b)
}

func integer(t *testing.T, v any) int64 {
	t.Helper()
	n, err := strconv.ParseInt(fmt.Sprint(v), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func unhex(t *testing.T, v any) []byte {
	t.Helper()
	b, err := hex.DecodeString(v.(string))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// compress returns a zlib stream of b.
func compress(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
