// Package packet is the codec of MQTT 3.1, 3.1.1 and 5.0, as a server needs it: it decodes what clients send and encodes what they are
// sent. It knows bytes only. Each packet has a file; cursor.go reads fields, property.go the properties of 5.0, reason.go names the
// reasons, text.go and topic.go say what strings and topics may look like.
//
// Clauses in square brackets are the numbered requirements of the standards.
package packet

// A packet starts with one byte of kind and flags and one to four bytes that tell how many more follow:
//
//	┌──────────┬───────┬─────────────────────────────┬────────────────────────┐
//	│ kind : 4 │ fl: 4 │ remaining length : 1 to 4 B │ remaining length bytes │
//	└──────────┴───────┴─────────────────────────────┴────────────────────────┘
//
// The length is written in groups of seven bits, the lowest first; a set top bit says that more follow. All other numbers are big-endian,
// strings and binary data have a length of two bytes in front.

// Version is the protocol level that a client asks for.
type Version uint8

// The versions that there are.
const (
	V31  Version = 3
	V311 Version = 4
	V5   Version = 5
)

// Kind says what a packet is.
type Kind uint8

// The kinds of packet, by number.
const (
	CONNECT Kind = iota + 1
	CONNACK
	PUBLISH
	PUBACK
	PUBREC
	PUBREL
	PUBCOMP
	SUBSCRIBE
	SUBACK
	UNSUBSCRIBE
	UNSUBACK
	PINGREQ
	PINGRESP
	DISCONNECT
	AUTH
)

// kindNames are the names of the kinds.
var kindNames = [16]string{
	"packet 0", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP",
	"SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH",
}

// String returns the kind's name.
func (k Kind) String() string { return kindNames[k&15] }

// QoS is a quality of service.
type QoS uint8

// The qualities of service.
const (
	AtMostOnce  QoS = 0
	AtLeastOnce QoS = 1
	ExactlyOnce QoS = 2
)

// Frame is a packet that is not decoded yet. Body aliases what it was cut from.
type Frame struct {
	Kind  Kind
	Flags uint8
	Body  []byte
}

// lengthMax is the largest remaining length that four bytes can tell.
const lengthMax = 1<<28 - 1

// Size reads the first bytes of a packet and returns the size of all of it and of the part in front of the body. The whole is 0 while too few
// bytes are there to tell. [MQTT-1.5.5-1] wants the length in the fewest bytes; like all servers, ours takes more, but never a fifth.
func Size(in []byte) (whole, head int, err error) {
	length := 0
	for i := 1; i < len(in); i++ {
		length |= int(in[i]&0x7f) << (7 * (i - 1))
		switch {
		case in[i] < 0x80:
			return 1 + i + length, 1 + i, nil
		case i == 4:
			return 0, 0, malformed("the remaining length has more than four bytes")
		}
	}
	return 0, 0, nil
}

// Cut returns the packet of which in is all, as Size told.
func Cut(in []byte, head int) Frame {
	return Frame{Kind: Kind(in[0] >> 4), Flags: in[0] & 15, Body: in[head:]}
}

// CheckFlags refuses flags that the kind does not have. Those of a PUBLISH mean something and are its own matter.
func (f Frame) CheckFlags() error {
	want := uint8(0)
	switch f.Kind {
	case PUBLISH:
		return nil
	case PUBREL, SUBSCRIBE, UNSUBSCRIBE: // [MQTT-3.6.1-1], [MQTT-3.8.1-1], [MQTT-3.10.1-1]
		want = 2
	}
	if f.Flags != want { // [MQTT-2.2.2-2], in 5.0 [MQTT-2.1.3-1]
		return malformed("%s with flags %04b, want %04b", f.Kind, f.Flags, want)
	}
	return nil
}

// appendHead appends the kind, the flags and the remaining length.
func appendHead(to []byte, k Kind, flags uint8, length int) []byte {
	return appendVarint(append(to, uint8(k)<<4|flags), length)
}

// appendVarint appends a number in groups of seven bits.
func appendVarint(to []byte, n int) []byte {
	for n >= 0x80 {
		to = append(to, uint8(n)|0x80)
		n >>= 7
	}
	return append(to, uint8(n))
}

// varintSize is the number of bytes that appendVarint takes.
func varintSize(n int) int {
	switch {
	case n < 1<<7:
		return 1
	case n < 1<<14:
		return 2
	case n < 1<<21:
		return 3
	}
	return 4
}
