package packet

import (
	"bytes"
	"unicode/utf8"
)

// ValidText tells whether b may be a string: UTF-8 without surrogates and overlong forms [MQTT-1.5.3-1] and without the character 0
// [MQTT-1.5.3-2]; in 5.0 [MQTT-1.5.4-1], [MQTT-1.5.4-2]. Control characters and non-characters may be refused, and are not.
func ValidText(b []byte) bool {
	return bytes.IndexByte(b, 0) < 0 && utf8.Valid(b)
}

// Fits tells whether s can be a string of a packet.
func Fits(s string) bool { return len(s) <= 0xffff && ValidText([]byte(s)) }
