package packet

// DecodePing decodes a PINGREQ, which has no body.
func DecodePing(f Frame) error {
	c := cursor{kind: PINGREQ, in: f.Body}
	return c.end()
}

// AppendPingresp appends a PINGRESP, the answer to a PINGREQ.
func AppendPingresp(to []byte) []byte { return appendHead(to, PINGRESP, 0, 0) }
