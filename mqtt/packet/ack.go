package packet

// Ack is a PUBACK, PUBREC, PUBREL or PUBCOMP: packet identifier : 2 │ [5.0] reason : 1 │ [5.0] properties. In 5.0 the properties may be left out, and
// with them a reason of 0.
type Ack struct {
	ID     uint16
	Reason Reason
}

// DecodeAck decodes a PUBACK, PUBREC, PUBREL or PUBCOMP.
func DecodeAck(f Frame, v Version) (Ack, error) {
	c := cursor{kind: f.Kind, in: f.Body}
	a := Ack{ID: c.packetID()}
	if v == V5 && len(c.in) > 0 {
		a.Reason = c.reason()
	}
	return a, c.end()
}

// reason reads a reason, and the properties behind it, which tell a server nothing.
func (c *cursor) reason() Reason {
	r := Reason(c.uint8("reason"))
	if len(c.in) > 0 {
		c.properties(c.kind)
	}
	return r
}

// AppendAck appends a PUBACK, PUBREC, PUBREL or PUBCOMP. Versions before 5.0 cannot be told a reason.
func AppendAck(to []byte, v Version, k Kind, id uint16, reason Reason) []byte {
	flags := uint8(0)
	if k == PUBREL {
		flags = 2
	}
	if v == V5 && reason != Success {
		return append(appendHead(to, k, flags, 3), uint8(id>>8), uint8(id), uint8(reason))
	}
	return append(appendHead(to, k, flags, 2), uint8(id>>8), uint8(id))
}
