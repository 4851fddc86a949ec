// Package frame reads and writes STOMP frames of the versions 1.0, 1.1 and 1.2.
//
//	COMMAND EOL                 EOL is LF; in 1.0 and 1.2 also CR LF
//	name:value EOL              any number of them; of several with one name the first counts
//	EOL
//	body NUL                    content-length bytes where that header is there, else all up to the first NUL
//
// Between frames there may be any number of EOLs: they are heart-beats.
//
// In headers four characters are written as two, but in CONNECT and CONNECTED, and not all in each version:
//
//	character   written   version
//	\           \\        1.1, 1.2
//	LF          \n        1.1, 1.2
//	:           \c        1.1, 1.2
//	CR          \r        1.2
//
// The original, whose way this is where it differs from the standard, also reads the first three in 1.0, cuts white space off values there,
// and leaves any other pair as it is.
package frame

// Version is a version of the protocol.
type Version uint8

// The versions. Up to the CONNECTED frame both ends speak 1.0.
const (
	V10 Version = iota
	V11
	V12
)

// String returns the version as frames have it.
func (v Version) String() string { return [...]string{"1.0", "1.1", "1.2"}[v] }

// Header is one header, decoded.
type Header struct{ Name, Value []byte }

// Frame is one frame. It and all that it points to is valid until the next but one call of [Reader.Next].
type Frame struct {
	Command []byte
	Headers []Header
	Body    []byte
	Sized   bool // it had a content-length
}

// Get returns the value of the first header of that name, nil when there is none. An empty value is not nil.
func (f *Frame) Get(name string) []byte {
	for i := range f.Headers {
		if string(f.Headers[i].Name) == name {
			return f.Headers[i].Value
		}
	}
	return nil
}

// Has tells whether there is a header of that name.
func (f *Frame) Has(name string) bool { return f.Get(name) != nil }

// Text returns the value of the first header of that name, "" when there is none.
func (f *Frame) Text(name string) string { return string(f.Get(name)) }
