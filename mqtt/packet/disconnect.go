package packet

// Disconnect is the last packet of a client that leaves, and in 5.0 of a server that throws one out: [5.0] reason : 1 │ [5.0] properties. Both may be left
// out, for a reason of 0 and no properties.
type Disconnect struct {
	Reason     Reason
	Properties Properties
}

// DecodeDisconnect decodes a DISCONNECT.
func DecodeDisconnect(f Frame, v Version) (Disconnect, error) {
	return decodeReason(DISCONNECT, f, v)
}

// DecodeAuth decodes an AUTH, which looks like a DISCONNECT and belongs to enhanced authentication.
func DecodeAuth(f Frame) (Disconnect, error) { return decodeReason(AUTH, f, V5) }

func decodeReason(k Kind, f Frame, v Version) (d Disconnect, err error) {
	c := cursor{kind: k, in: f.Body}
	if v == V5 && len(c.in) > 0 {
		d.Reason = Reason(c.uint8("reason"))
		if len(c.in) > 0 {
			d.Properties = c.properties(k)
		}
	}
	return d, c.end()
}

// AppendDisconnect appends a DISCONNECT that tells a client of 5.0 why it is thrown out.
func AppendDisconnect(to []byte, reason Reason, properties Properties) []byte {
	to = append(appendHead(to, DISCONNECT, 0, 1+properties.encodedSize()), uint8(reason))
	return appendProperties(to, properties)
}
