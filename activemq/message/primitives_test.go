package message

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"
)

// every has a value of each Go type.
var every = Map{
	{"null", nil}, {"true", true}, {"false", false}, {"byte", int8(-5)}, {"char", Char(0x20ac)}, {"short", int16(-300)},
	{"int", int32(-70000)}, {"long", int64(math.MinInt64)}, {"double", 1.5}, {"float", float32(-0.25)}, {"string", "text"},
	{"größe", "sz"}, {"bytes", []byte{1, 2}}, {"map", Map{{"in", int32(1)}}}, {"list", List{int8(1), "two", List{}}},
	{"big", strings.Repeat("x", bigStringFrom)},
}

func TestMapRoundTrip(t *testing.T) {
	b := mustAppend(t, every)
	got, err := DecodeMap(b)
	if err != nil || !same(got, every) {
		t.Fatalf("%v, %v, want %v", got, err, every)
	}
	m := &Message{Properties: b}
	for _, e := range every {
		if v, ok := m.Property(e.Name); !ok || !same(v, e.Value) {
			t.Errorf("%s is %v, %v, want %v", e.Name, v, ok, e.Value)
		}
	}
	for _, name := range []string{"", "nul", "größ", "grosse"} {
		if v, ok := m.Property(name); ok {
			t.Errorf("%q is %v, want nothing", name, v)
		}
	}
	if m, err := DecodeMap(mustAppend(t, nil)); m != nil || err != nil {
		t.Errorf("null is %v, %v", m, err)
	}
}

// TestLastEntryCounts holds Get, Find and the reading in order to the same answer.
func TestLastEntryCounts(t *testing.T) {
	m := Map{{"a", int32(1)}, {"b", int32(2)}, {"a", int32(3)}}
	p, ok := Find(mustAppend(t, m), "a")
	if n, isInt := p.Int(); !ok || !isInt || n != 3 {
		t.Errorf("found %d, %v, %v, want 3", n, isInt, ok)
	}
	if v, ok := m.Get("a"); !ok || v != int32(3) {
		t.Errorf("got %v, %v, want 3", v, ok)
	}
}

func TestFindAllocatesNothing(t *testing.T) {
	b := mustAppend(t, every)
	n := testing.AllocsPerRun(100, func() {
		long, _ := Find(b, "long")
		double, _ := Find(b, "double")
		yes, _ := Find(b, "true")
		i, okInt := long.Int()
		f, okFloat := double.Float()
		v, okBool := yes.Bool()
		if i != math.MinInt64 || f != 1.5 || !v || !okInt || !okFloat || !okBool {
			t.Error("wrong values")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func TestS07HostilePrimitives(t *testing.T) {
	deep := append([]byte{0, 0, 0, 1, 0, 0}, bytes.Repeat([]byte{tagList, 0, 0, 0, 1}, 10_000)...)
	for _, c := range []struct {
		name string
		in   []byte
		want string
	}{
		{"count of all", unhex(t, "7fffffff"), "count 2147483647, 0 bytes left"},
		{"count over what is there", unhex(t, "00000002"+"0001610000"), "count 2, 5 bytes left"},
		{"list of all", unhex(t, "00000001"+"000161"+"0c"+"7fffffff"), "count 2147483647, 0 bytes left"},
		{"list of -1", unhex(t, "00000001"+"000161"+"0c"+"ffffffff"), "list of -1"},
		{"bytes of all", unhex(t, "00000001"+"000161"+"0a"+"7fffffff"), "size 2147483647, 0 bytes left"},
		{"negative bytes", unhex(t, "00000001"+"000161"+"0a"+"80000000"), "size -2147483648"},
		{"negative big string", unhex(t, "00000001"+"000161"+"0d"+"ffffffff"), "size -1"},
		{"long name", unhex(t, "00000001"+"ffff61"), "size 65535, 1 bytes left"},
		{"unknown tag", unhex(t, "00000001"+"000161"+"0e"), "tag 14, want 0 to 13"},
		{"cut off", unhex(t, "00000001"+"000161"+"06"+"0000"), "size 8, 2 bytes left"},
		{"no character", unhex(t, "00000001"+"000161"+"09"+"0001ff"), "byte 0xff at 0"},
		{"nested too deep", deep, "more than 127 deep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			m, err := DecodeMap(c.in)
			_, found := Find(c.in, "b")
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), c.want) || m != nil || found {
				t.Errorf("%v, %v, error %v, want %q", m, found, err, c.want)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 16<<10 {
				t.Errorf("%d bytes allocated for %d", used, len(c.in))
			}
		})
	}
}

func TestAppendRefuses(t *testing.T) {
	nest := func(n int) any {
		var v any = List{}
		for range n {
			v = Map{{"m", v}}
		}
		return v
	}
	for name, m := range map[string]Map{
		"a type without tag":  {{"a", 1}},
		"a name too long":     {{strings.Repeat("x", utfMax+1), nil}},
		"nested too deep":     {{"a", nest(depthMax)}},
		"a bad value in list": {{"a", List{uint(3)}}},
	} {
		if b, err := AppendMap(nil, m); err == nil {
			t.Errorf("%s is written as %d bytes", name, len(b))
		}
	}
	deepest := Map{{"a", nest(depthMax - 1)}}
	if got, err := DecodeMap(mustAppend(t, deepest)); err != nil || !same(got, deepest) {
		t.Errorf("as deep as may be: %v", err)
	}
}

func FuzzMap(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	small, _ := AppendMap(nil, every[:len(every)-1])
	f.Add(small)
	f.Add([]byte{0, 0, 0, 1, 0, 1, 'a', tagList, 0, 0, 0, 1, tagMap, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := DecodeMap(b)
		if err != nil {
			return
		}
		encoded, err := AppendMap(nil, m)
		if err != nil {
			t.Fatalf("%x: %v", b, err)
		}
		again, err := DecodeMap(encoded)
		if err != nil || !same(m, again) {
			t.Fatalf("%v, encoded and decoded: %v, %v", m, again, err)
		}
		for _, e := range m {
			want, _ := m.Get(e.Name)
			p, ok := Find(b, e.Name)
			got, err := p.Value()
			if !ok || err != nil || !same(got, want) {
				t.Fatalf("%q found as %v, %v, %v, want %v", e.Name, got, ok, err, want)
			}
		}
	})
}

func TestS21InflateLimits(t *testing.T) {
	bomb := compress(t, make([]byte, 16<<20))
	limit := InflateLimit{Bytes: 1 << 20, Ratio: 100}
	for _, c := range []struct {
		name  string
		m     Message
		limit InflateLimit
	}{
		{"bytes", Message{Kind: KindText, Content: bomb}, InflateLimit{Bytes: 1 << 20}},
		{"ratio", Message{Kind: KindMap, Content: bomb}, InflateLimit{Bytes: 1 << 40, Ratio: 100}},
		{"size of a bytes message", Message{Kind: KindBytes, Content: append(unhex(t, "04000000"), bomb...)}, limit},
	} {
		c.m.Compressed = true
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		b, err := c.m.Plain(c.limit)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %d bytes, %v", c.name, len(b), err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 15<<20 {
			t.Errorf("%s: %d bytes allocated", c.name, used)
		}
	}
	exact := Message{Kind: KindText, Compressed: true, Content: compress(t, make([]byte, 1<<20))}
	if b, err := exact.Plain(limit); err != nil || len(b) != 1<<20 {
		t.Errorf("as much as may be: %d bytes, %v", len(b), err)
	}
	for name, content := range map[string]string{"no zlib": "0000000401020304", "cut off": hex.EncodeToString(bomb[:100])} {
		m := Message{Kind: KindText, Compressed: true, Content: unhex(t, content)}
		if _, err := m.TextBody(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	short := Message{Kind: KindBytes, Compressed: true, Content: append(unhex(t, "00000009"), compress(t, []byte("four"))...)}
	if b, err := short.Plain(limit); err == nil {
		t.Errorf("9 bytes of 4: %q", b)
	}
}

func TestNullBodies(t *testing.T) {
	text, err := (&Message{Kind: KindText}).TextBody()
	if err != nil || !text.IsNull() {
		t.Errorf("no content: %v, %v", text, err)
	}
	text, err = (&Message{Kind: KindText, Content: unhex(t, "ffffffff")}).TextBody()
	if err != nil || !text.IsNull() {
		t.Errorf("size -1: %v, %v", text, err)
	}
	text, err = (&Message{Kind: KindText, Content: TextContent("")}).TextBody()
	if err != nil || text != T("") {
		t.Errorf("empty text: %v, %v", text, err)
	}
	if _, err = (&Message{Kind: KindText, Content: unhex(t, "00000005616263")}).TextBody(); err == nil {
		t.Error("a text that is cut off is read")
	}
}
