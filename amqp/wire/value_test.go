package wire

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// unhex reads bytes written as in the standard, with spaces where they help.
func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// show returns a value as text, for comparison.
func show(v Value) string {
	switch v.Type() {
	case Null:
		return "null"
	case Boolean:
		b, _ := v.Bool()
		return fmt.Sprint(b)
	case Ubyte, Ushort, Uint, Ulong:
		n, _ := v.Uint()
		return fmt.Sprintf("%s %d", v.Type(), n)
	case Byte, Short, Int, Long, Timestamp, Char:
		n, _ := v.Int()
		return fmt.Sprintf("%s %d", v.Type(), n)
	case Float, Double:
		f, _ := v.Float()
		return fmt.Sprintf("%s %v", v.Type(), f)
	case String, SymbolType:
		return fmt.Sprintf("%s %q", v.Type(), v.Bytes())
	case List, Array:
		var items []string
		for item := range v.Items() {
			items = append(items, show(item))
		}
		return fmt.Sprintf("%s[%s]", v.Type(), strings.Join(items, ", "))
	case Map:
		var entries []string
		for key, value := range v.Entries() {
			entries = append(entries, show(key)+": "+show(value))
		}
		return "map{" + strings.Join(entries, ", ") + "}"
	case Described:
		code, described, _ := v.Descriptor()
		return fmt.Sprintf("%#x(%s)", code, show(described))
	}
	return fmt.Sprintf("%s %x", v.Type(), v.Bytes())
}

// TestValues reads each encoding of the standard [AMQP 1.6].
func TestValues(t *testing.T) {
	for _, c := range []struct{ bytes, want string }{
		{"40", "null"},
		{"56 01", "true"}, {"56 00", "false"}, {"41", "true"}, {"42", "false"},
		{"50 ff", "ubyte 255"}, {"60 ff fe", "ushort 65534"},
		{"70 80 00 00 00", "uint 2147483648"}, {"52 ff", "uint 255"}, {"43", "uint 0"},
		{"80 ff ff ff ff ff ff ff ff", "ulong 18446744073709551615"}, {"53 80", "ulong 128"}, {"44", "ulong 0"},
		{"51 ff", "byte -1"}, {"61 80 00", "short -32768"},
		{"71 ff ff ff fe", "int -2"}, {"54 80", "int -128"},
		{"81 80 00 00 00 00 00 00 00", "long -9223372036854775808"}, {"55 7f", "long 127"},
		{"72 3f c0 00 00", "float 1.5"}, {"82 c0 04 00 00 00 00 00 00", "double -2.5"},
		{"74 22 50 00 01", "decimal32 22500001"}, {"84 22 38 00 00 00 00 00 01", "decimal64 2238000000000001"},
		{"94 22 08 00 00 00 00 00 00 00 00 00 00 00 00 00 01", "decimal128 22080000000000000000000000000001"},
		{"73 00 01 f6 00", "char 128512"}, {"83 00 00 01 31 1d f4 b3 c0", "timestamp 1310467601344"},
		{"98 00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff", "uuid 00112233445566778899aabbccddeeff"},
		{"a0 02 00 ff", "binary 00ff"}, {"b0 00 00 00 01 07", "binary 07"},
		{"a1 03 e2 82 ac", `string "€"`}, {"b1 00 00 00 00", `string ""`},
		{"a3 03 61 62 63", `symbol "abc"`}, {"b3 00 00 00 01 61", `symbol "a"`},
		{"45", "list[]"}, {"c0 03 02 41 40", "list[true, null]"}, {"d0 00 00 00 06 00 00 00 01 54 05", "list[int 5]"},
		{"c1 05 02 a1 01 6b 43", `map{string "k": uint 0}`}, {"d1 00 00 00 04 00 00 00 00", "map{}"},
		{"e0 06 02 a3 01 61 01 62", `array[symbol "a", symbol "b"]`}, {"f0 00 00 00 09 00 00 00 02 60 00 01 00 02", "array[ushort 1, ushort 2]"},
		{"e0 02 03 41", "array[true, true, true]"}, {"e0 05 02 00 53 24 45", "array[0x24(list[]), 0x24(list[])]"},
		{"00 53 24 45", "0x24(list[])"}, {"00 a3 12 616d71703a61636365707465643a6c697374 45", "0x24(list[])"},
		{"00 80 00 00 46 8c 00 00 00 04 a1 01 78", `0x468c00000004(string "x")`},
	} {
		in := unhex(t, c.bytes)
		cursor := cursor{in: append(in, 0x99)}
		v := cursor.value()
		if cursor.err != nil {
			t.Errorf("%s: %v", c.bytes, cursor.err)
			continue
		}
		if got := show(v); got != c.want || !bytes.Equal(v, in) {
			t.Errorf("%s is %s of %d bytes, want %s of %d", c.bytes, got, len(v), c.want, len(in))
		}
	}
}

// TestValuesRefused holds the reader to not trusting a byte.
func TestValuesRefused(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":                       "",
		"no constructor":                "99",
		"short uint":                    "70 00 00",
		"binary larger than the frame":  "b0 7f ff ff ff 00",
		"binary of 4 GB":                "b0 ff ff ff ff 00",
		"boolean of 2":                  "56 02",
		"string that is not UTF-8":      "a1 01 ff",
		"symbol that is not ASCII":      "a3 02 c3 a4",
		"list with more elements":       "c0 02 05 41",
		"list with fewer elements":      "c0 03 01 41 41",
		"list of 4 billion":             "d0 00 00 00 05 ff ff ff ff 40",
		"list without its count":        "c0 00",
		"map of a key alone":            "c1 02 01 41",
		"array of billions of nothing":  "f0 00 00 00 05 ff ff ff ff 41",
		"array without constructor":     "e0 01 00",
		"described without a value":     "00 53 24",
		"map whose value is cut short":  "c1 04 02 a1 05 6b",
		"lists deeper than anybody has": strings.Repeat("c0 ff 01 ", 200) + "40",
		"descriptors without an end":    strings.Repeat("00 ", 200) + "40 40",
	} {
		c := cursor{in: unhex(t, text)}
		if v := c.value(); c.err == nil {
			t.Errorf("%s: read as %s", name, show(v))
		}
	}
}

// TestAppend writes values in the shortest encodings of the standard.
func TestAppend(t *testing.T) {
	long := strings.Repeat("x", 256)
	for _, c := range []struct {
		got  []byte
		want string
	}{
		{AppendNull(nil), "40"}, {AppendBool(nil, true), "41"}, {AppendBool(nil, false), "42"},
		{AppendUbyte(nil, 7), "50 07"}, {AppendUshort(nil, 258), "60 01 02"},
		{AppendUint(nil, 0), "43"}, {AppendUint(nil, 255), "52 ff"}, {AppendUint(nil, 256), "70 00 00 01 00"},
		{AppendUlong(nil, 0), "44"}, {AppendUlong(nil, 36), "53 24"}, {AppendUlong(nil, 1<<32), "80 00 00 00 01 00 00 00 00"},
		{AppendByte(nil, -1), "51 ff"}, {AppendShort(nil, -2), "61 ff fe"},
		{AppendInt(nil, -128), "54 80"}, {AppendInt(nil, 128), "71 00 00 00 80"},
		{AppendLong(nil, 127), "55 7f"}, {AppendLong(nil, -129), "81 ff ff ff ff ff ff ff 7f"},
		{AppendFloat(nil, 1.5), "72 3f c0 00 00"}, {AppendDouble(nil, -2.5), "82 c0 04 00 00 00 00 00 00"},
		{AppendChar(nil, 'A'), "73 00 00 00 41"}, {AppendTimestamp(nil, 1), "83 00 00 00 00 00 00 00 01"},
		{AppendString(nil, "€"), "a1 03 e2 82 ac"}, {AppendString(nil, "a\xed\xa0\x80"), "a1 04 61 ef bf bd"},
		{AppendString(nil, long), "b1 00 00 01 00" + strings.Repeat("78", 256)},
		{AppendSymbol(nil, "ab"), "a3 02 61 62"}, {AppendSymbol(nil, "ä"), "a3 01 3f"}, {AppendBinary(nil, []byte{1}), "a0 01 01"},
		{appendSymbols(nil, []Symbol{"a", "bc"}), "f0 00 00 00 10 00 00 00 02 b3 00 00 00 01 61 00 00 00 02 62 63"},
	} {
		if want := unhex(t, c.want); !bytes.Equal(c.got, want) {
			t.Errorf("% x, want % x", c.got, want)
		}
	}
}

// TestAppendCompound: a small list or map has the narrow head, a large one the wide head.
func TestAppendCompound(t *testing.T) {
	out, at := Begin([]byte{1})
	out = EndMap(AppendBool(AppendString(out, "k"), true), at, 2)
	if want := unhex(t, "01 c1 05 02 a1 01 6b 41"); !bytes.Equal(out, want) {
		t.Errorf("% x, want % x", out, want)
	}
	out, at = Begin(nil)
	out = EndList(AppendBinary(out, make([]byte, 253)), at, 1)
	if want := unhex(t, "d0 00 00 01 03 00 00 00 01 a0 fd"); !bytes.HasPrefix(out, want) || len(out) != 264 {
		t.Errorf("% x… of %d bytes, want % x… of 264", out[:11], len(out), want)
	}
}
