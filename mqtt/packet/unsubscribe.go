package packet

// Unsubscribe ends subscriptions: packet identifier : 2 │ [5.0] properties │ filters : texts.
type Unsubscribe struct {
	ID      uint16
	Filters []string
}

// DecodeUnsubscribe decodes an UNSUBSCRIBE.
func DecodeUnsubscribe(f Frame, v Version) (*Unsubscribe, error) {
	c := cursor{kind: UNSUBSCRIBE, in: f.Body}
	p := &Unsubscribe{ID: c.packetID()}
	if v == V5 {
		c.properties(UNSUBSCRIBE)
	}
	for c.err == nil && len(c.in) > 0 {
		p.Filters = append(p.Filters, string(c.text("topic filter")))
	}
	if c.err == nil && len(p.Filters) == 0 { // [MQTT-3.10.3-2]
		return nil, Wrong("UNSUBSCRIBE command received with no topic filter")
	}
	return p, c.err
}

// AppendUnsuback appends an UNSUBACK, the answer to an UNSUBSCRIBE. In 5.0 it has a reason for each filter [MQTT-3.11.3-1], before it has none.
func AppendUnsuback(to []byte, v Version, id uint16, reasons []Reason) []byte {
	if v != V5 {
		reasons = nil
	}
	return appendReasons(to, v, UNSUBACK, id, reasons)
}
