package message

// Text is a string that can be null. The zero value is null; Texts compare with ==.
type Text struct {
	value string
	set   bool
}

// NullName is what a name or identifier reads as that a peer sent as null. The byte 0xff occurs in no decoded string.
const NullName = "\xff"

// T returns s as a Text, also when s is empty.
func T(s string) Text { return Text{s, true} }

// NonEmpty returns s as a Text, and null for the empty string.
func NonEmpty(s string) Text { return Text{s, s != ""} }

// String returns the text, "" for null.
func (t Text) String() string { return t.value }

// IsNull tells a null text from an empty one.
func (t Text) IsNull() bool { return !t.set }

// IsEmpty is true for null and for the empty string.
func (t Text) IsEmpty() bool { return t.value == "" }
