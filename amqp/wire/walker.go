package wire

import (
	"encoding/binary"
	"math"
)

// Optional is a field that may be missing.
type Optional[T any] struct {
	Value T
	Set   bool
}

// Some returns a field that is there.
func Some[T any](v T) Optional[T] { return Optional[T]{v, true} }

// Or returns the field's value, or another where it is missing.
func (o Optional[T]) Or(other T) T {
	if o.Set {
		return o.Value
	}
	return other
}

// walker carries a walk over the fields of a composite, for reading or writing. Its error sticks.
//
// Reading, a field that is null or behind the end keeps what it had, which for structs is the zero value or what reset made of it.
type walker struct {
	cursor         // reading
	out     []byte // writing
	writing bool

	name  string // of the composite, for errors
	left  uint64 // reading: fields that are there and not read
	count int    // writing: fields written
	kept  int    // writing: of those, the ones up to the last that is not null
	end   int    // writing: where that one ends
}

// composite is a type made of fields.
type composite interface {
	// code is the code of the type that there is of the Go type; several are told apart by what the value holds.
	code() Code
	walk(w *walker)
}

// read reads the fields of a composite whose descriptor was read.
func (w *walker) read(v composite) {
	outerName, outerLeft := w.name, w.left
	code := w.byte()
	w.name = v.code().String()
	if w.err == nil && types[code] != List {
		w.fail("%s: %s, want a list", w.name, types[code])
	}
	if code == codeList0 || w.err != nil {
		w.left = 0
		v.walk(w)
	} else {
		w.readList(v, code == codeList32)
	}
	w.name, w.left = outerName, outerLeft
}

// readList reads fields that are there.
func (w *walker) readList(v composite, wide bool) {
	size := w.size(wide)
	if rest := uint64(len(w.in) - w.at); size > rest {
		w.fail("%s: %d bytes of fields, %d are left", w.name, size, rest)
		return
	}
	end := w.at + int(size)
	w.left = w.size(wide)
	v.walk(w)
	for ; w.left > 0 && w.err == nil; w.left-- {
		w.check(0) // a field that this version of the protocol does not have
	}
	if w.err == nil && w.at != end {
		w.fail("%s: fields end at %d, want %d", w.name, w.at, end)
	}
}

// write writes a composite with its descriptor.
func (w *walker) write(v composite) {
	count, kept, end := w.count, w.kept, w.end
	w.out = AppendDescriptor(w.out, uint64(v.code()))
	var at int
	w.out, at = Begin(w.out)
	w.count, w.kept, w.end = 0, 0, len(w.out)
	v.walk(w)
	w.out = w.out[:w.end]
	if w.kept == 0 {
		w.out = append(w.out[:at], codeList0)
	} else {
		w.out = EndList(w.out, at, w.kept)
	}
	w.count, w.kept, w.end = count, kept, end
}

// next begins a field, and tells when reading whether there is something to read and when writing whether there is something to write.
func (w *walker) next(present bool) bool {
	if w.writing {
		w.count++
		if !present {
			w.out = append(w.out, codeNull)
		}
		return present
	}
	if w.left == 0 || w.err != nil {
		return false
	}
	w.left--
	if w.peek() == codeNull {
		w.byte()
		return false
	}
	return true
}

// wrote ends a field that was written.
func (w *walker) wrote() { w.kept, w.end = w.count, len(w.out) }

// required makes it an error that the next field is missing.
func (w *walker) required(field string) {
	if !w.writing && w.err == nil && (w.left == 0 || w.peek() == codeNull) {
		w.fail("%s without its %s", w.name, field)
	}
}

// scalar reads a field of one type.
func (w *walker) scalar(want Type) Value {
	from := w.at
	w.check(0)
	if w.err != nil {
		return Value{codeNull}
	}
	v := Value(w.in[from:w.at:w.at])
	if v.Type() != want {
		w.fail("%s: %s in a field of %s", w.name, v.Type(), want)
		return Value{codeNull}
	}
	return v
}

// flag walks a boolean that is false when it is missing.
func (w *walker) flag(v *bool) {
	if w.next(*v) {
		w.bool(v)
	}
}

// must walks a boolean that is always there.
func (w *walker) must(field string, v *bool) {
	w.required(field)
	if w.next(true) {
		w.bool(v)
	}
}

// bool walks the value of a boolean.
func (w *walker) bool(v *bool) {
	if w.writing {
		w.out = AppendBool(w.out, *v)
		w.wrote()
		return
	}
	*v, _ = w.scalar(Boolean).Bool()
}

// maybeFlag walks a boolean that may be missing.
func (w *walker) maybeFlag(v *Optional[bool]) {
	if w.next(v.Set) {
		w.bool(&v.Value)
		v.Set = true
	}
}

// ubyte walks a ubyte that has a default.
func (w *walker) ubyte(v *uint8, missing uint8) {
	switch {
	case !w.next(*v != missing):
		if !w.writing {
			*v = missing
		}
	case w.writing:
		w.out = AppendUbyte(w.out, *v)
		w.wrote()
	default:
		n, _ := w.scalar(Ubyte).Uint()
		*v = uint8(n)
	}
}

// maybeUbyte walks a ubyte that may be missing.
func (w *walker) maybeUbyte(v *Optional[uint8]) {
	if !w.next(v.Set) {
		return
	}
	if w.writing {
		w.out = AppendUbyte(w.out, v.Value)
		w.wrote()
		return
	}
	n, _ := w.scalar(Ubyte).Uint()
	*v = Some(uint8(n))
}

// ushort walks a ushort that has a default.
func (w *walker) ushort(v *uint16, missing uint16) {
	o := Optional[uint16]{*v, *v != missing}
	w.maybeUshort(&o)
	if !w.writing {
		*v = o.Or(missing)
	}
}

// maybeUshort walks a ushort that may be missing.
func (w *walker) maybeUshort(v *Optional[uint16]) {
	if !w.writing {
		*v = Optional[uint16]{}
	}
	if !w.next(v.Set) {
		return
	}
	if w.writing {
		w.out = AppendUshort(w.out, v.Value)
		w.wrote()
		return
	}
	n, _ := w.scalar(Ushort).Uint()
	*v = Some(uint16(n))
}

// uint32 walks a uint that has a default.
func (w *walker) uint32(v *uint32, missing uint32) {
	switch {
	case !w.next(*v != missing):
		if !w.writing {
			*v = missing
		}
	default:
		w.uint(v)
	}
}

// mustUint32 walks a uint that is always there.
func (w *walker) mustUint32(field string, v *uint32) {
	w.required(field)
	if w.next(true) {
		w.uint(v)
	}
}

// maybeUint32 walks a uint that may be missing.
func (w *walker) maybeUint32(v *Optional[uint32]) {
	if w.next(v.Set) {
		w.uint(&v.Value)
		v.Set = true
	}
}

// uint walks the value of a uint.
func (w *walker) uint(v *uint32) {
	if w.writing {
		w.out = AppendUint(w.out, *v)
		w.wrote()
		return
	}
	// These are most of the fields of most of the frames, so this is scalar and Uint in one.
	if code := w.peek(); code == codeUint {
		if b := w.take(5); b != nil {
			*v = binary.BigEndian.Uint32(b[1:])
		}
		return
	}
	n, _ := w.scalar(Uint).Uint()
	*v = uint32(n)
}

// maybeUlong walks a ulong that may be missing, which reads as 0.
func (w *walker) ulong(v *uint64) {
	if !w.next(*v != 0) {
		return
	}
	if w.writing {
		w.out = AppendUlong(w.out, *v)
		w.wrote()
		return
	}
	*v, _ = w.scalar(Ulong).Uint()
}

// timestamp walks a time that may be missing.
func (w *walker) timestamp(v *Optional[int64]) {
	if !w.next(v.Set) {
		return
	}
	if w.writing {
		w.out = AppendTimestamp(w.out, v.Value)
		w.wrote()
		return
	}
	n, _ := w.scalar(Timestamp).Int()
	*v = Some(n)
}

// string walks a string that may be missing, which reads as empty.
func (w *walker) string(v *string) {
	o := Optional[string]{*v, *v != ""}
	w.maybeString(&o)
	*v = o.Value
}

// mustString walks a string that is always there.
func (w *walker) mustString(field string, v *string) {
	w.required(field)
	o := Some(*v)
	w.maybeString(&o)
	*v = o.Value
}

// maybeString walks a string that may be missing.
func (w *walker) maybeString(v *Optional[string]) {
	if !w.next(v.Set) {
		return
	}
	if w.writing {
		w.out = AppendString(w.out, v.Value)
		w.wrote()
		return
	}
	*v = Some(string(w.scalar(String).Bytes()))
}

// symbol walks a symbol that may be missing, which reads as empty.
func (w *walker) symbol(v *Symbol) {
	if !w.next(*v != "") {
		return
	}
	if w.writing {
		w.out = AppendSymbol(w.out, *v)
		w.wrote()
		return
	}
	*v = Symbol(w.scalar(SymbolType).Bytes())
}

// symbols walks any number of symbols: an array of them, or one alone.
func (w *walker) symbols(v *[]Symbol) {
	if !w.next(len(*v) > 0) {
		return
	}
	if w.writing {
		w.out = appendSymbols(w.out, *v)
		w.wrote()
		return
	}
	read := w.value()
	switch read.Type() {
	case SymbolType:
		*v = []Symbol{Symbol(read.Bytes())}
	case Array:
		for item := range read.Items() {
			if item.Type() != SymbolType {
				w.fail("%s: array of %s, want symbols", w.name, item.Type())
				return
			}
			*v = append(*v, Symbol(item.Bytes()))
		}
	default:
		w.fail("%s: %s, want symbols", w.name, read.Type())
	}
}

// appendSymbols appends an array of symbols.
func appendSymbols(to []byte, v []Symbol) []byte {
	at := len(to)
	to = append(to, codeArray32, 0, 0, 0, 0, 0, 0, 0, 0, codeSymbol32)
	for _, s := range v {
		s = s[:min(len(s), math.MaxUint16)]
		to = append(binary.BigEndian.AppendUint32(to, uint32(len(s))), s...)
	}
	binary.BigEndian.PutUint32(to[at+1:], uint32(len(to)-at-5))
	binary.BigEndian.PutUint32(to[at+5:], uint32(len(v)))
	return to
}

// binary walks a binary that may be missing. What is read shares memory with the frame.
func (w *walker) binary(v *[]byte) {
	if !w.next(*v != nil) {
		return
	}
	if w.writing {
		w.out = AppendBinary(w.out, *v)
		w.wrote()
		return
	}
	*v = w.scalar(Binary).Bytes()
}

// any walks a value of any type. What is read shares memory with the frame.
func (w *walker) any(v *Value) {
	if !w.next(!v.IsNull()) {
		return
	}
	if w.writing {
		w.out = append(w.out, *v...)
		w.wrote()
		return
	}
	*v = w.value()
}

// fields walks a map that may be missing. What is read shares memory with the frame.
func (w *walker) fields(v *Value) {
	w.any(v)
	if !w.writing && !v.IsNull() && v.Type() != Map {
		w.fail("%s: %s, want a map", w.name, v.Type())
	}
}

// nested walks a composite that may be missing.
func nested[T any, P interface {
	*T
	composite
}](w *walker, v **T) {
	if !w.next(*v != nil) {
		return
	}
	if w.writing {
		w.write(P(*v))
		w.wrote()
		return
	}
	*v = new(T)
	w.expect(P(*v).code())
	w.read(P(*v))
}

// expect reads a descriptor that must be that of code.
func (w *walker) expect(code Code) {
	if got := w.descriptor(); w.err == nil && got != code {
		w.fail("%s: %s where %s belongs", w.name, got, code)
	}
}

// descriptor reads what stands in front of a described value.
func (w *walker) descriptor() Code {
	if code := w.byte(); w.err == nil && code != codeDescribed {
		w.fail("%s of type %s, want a described one", w.name, types[code])
	}
	if w.peek() == codeSmallUlong { // as nearly always
		if b := w.take(2); b != nil {
			return Code(b[1])
		}
		return 0
	}
	v := w.value()
	if n, ok := v.Uint(); ok {
		return Code(n)
	}
	name, _ := v.Text()
	code, known := codes[Symbol(name)]
	if w.err == nil && !known {
		w.fail("%s described as %q", w.name, name)
	}
	return Code(code)
}
