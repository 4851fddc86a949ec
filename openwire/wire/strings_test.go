package wire

import (
	"testing"
	"unsafe"

	"goactivemq/activemq/message"
)

// TestNamesAreShared checks that a repeated name is in memory once, though there is no cache, and that names with the same bytes
// but of two forms are not taken for each other.
func TestNamesAreShared(t *testing.T) {
	s := Settings{Version: 12}
	e, d := NewEncoder(s), NewDecoder(s)
	var connections [2]string
	for i := range connections {
		frame, err := e.Append(nil, &message.SessionID{Connection: connectionText, Value: int64(i)})
		if err != nil {
			t.Fatal(err)
		}
		v, err := d.Decode(frame[headSize:])
		if err != nil {
			t.Fatal(err)
		}
		connections[i] = v.(*message.SessionID).Connection
	}
	if unsafe.StringData(connections[0]) != unsafe.StringData(connections[1]) || connections[0] != connectionText {
		t.Errorf("%q and %q are not the same string", connections[0], connections[1])
	}

	d = NewDecoder(Settings{Version: 12, Tight: true})
	for _, c := range []struct{ hex, want string }{
		{"78" + "0101" + "0002" + "c3a9", "é"},
		{"78" + "0103" + "0002" + "c3a9", "Ã©"},
		{"78" + "0101" + "0002" + "c3a9", "é"},
		{"78" + "0101" + "0002" + "c080", "\x00"},
		{"78" + "0100", message.NullName},
		{"78" + "0103" + "0000", ""},
	} {
		v, err := d.Decode(unhex(c.hex))
		if err != nil || v.(*message.ConnectionID).Value != c.want {
			t.Errorf("%s: %+v, %v, want %q", c.hex, v, err, c.want)
		}
	}
}
