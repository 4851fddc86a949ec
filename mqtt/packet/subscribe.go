package packet

import "strings"

// Subscribe asks for messages: packet identifier : 2 │ [5.0] properties │ filters: filter : text, options : 1, again and again.
type Subscribe struct {
	ID             uint16
	SubscriptionID uint32 // 0: none
	Filters        []Filter
}

// Filter is one subscription that is asked for. The options, from the top bit, are 2 bits 0, retain handling (2 bits), retain as published, no local,
// QoS (2 bits); before 5.0 only the QoS.
type Filter struct {
	Name              string
	QoS               QoS
	NoLocal           bool
	RetainAsPublished bool
	RetainHandling    RetainHandling
}

// RetainHandling says when retained messages are sent to a new subscription.
type RetainHandling uint8

// The ways to handle retained messages.
const (
	RetainAlways RetainHandling = 0
	RetainIfNew  RetainHandling = 1
	RetainNever  RetainHandling = 2
)

// DecodeSubscribe decodes a SUBSCRIBE. That the filters are valid is not looked at: each has an answer of its own.
func DecodeSubscribe(f Frame, v Version) (*Subscribe, error) {
	c := cursor{kind: SUBSCRIBE, in: f.Body}
	p := &Subscribe{ID: c.packetID()}
	if v == V5 {
		p.SubscriptionID = c.properties(SUBSCRIBE).Number(SubscriptionID, 0)
	}
	for c.err == nil && len(c.in) > 0 {
		p.Filters = append(p.Filters, c.filter(v))
	}
	if c.err == nil && len(p.Filters) == 0 { // [MQTT-3.8.3-3], in 5.0 [MQTT-3.8.3-2]
		return nil, Wrong("SUBSCRIBE command received with no topic filter")
	}
	return p, c.err
}

// filter reads a filter with its options.
func (c *cursor) filter(v Version) Filter {
	f := Filter{Name: string(c.text("topic filter"))}
	options := c.uint8("options")
	f.QoS = QoS(options & 3)
	if f.QoS > ExactlyOnce {
		c.fail(malformed("SUBSCRIBE with QoS 3")) // [MQTT-3-8.3-4], in 5.0 a protocol error
	}
	if v != V5 {
		if options > 3 { // [MQTT-3-8.3-4]
			c.fail(malformed("SUBSCRIBE: reserved bits in the options are set"))
		}
		return f
	}
	f.NoLocal = options&4 != 0
	f.RetainAsPublished = options&8 != 0
	f.RetainHandling = RetainHandling(options >> 4 & 3)
	switch {
	case options > 0x3f: // [MQTT-3.8.3-5]
		c.fail(malformed("SUBSCRIBE: reserved bits in the options are set"))
	case f.RetainHandling > RetainNever:
		c.fail(Wrong("SUBSCRIBE: retain handling 3"))
	case f.NoLocal && strings.HasPrefix(f.Name, shared): // [MQTT-3.8.3-4]
		c.fail(Wrong("SUBSCRIBE: no local for a shared subscription"))
	}
	return f
}

// AppendSuback appends a SUBACK, the answer to a SUBSCRIBE, with a reason for each filter in its order [MQTT-3.9.3-1]. Before 5.0 all failures are 0x80.
func AppendSuback(to []byte, v Version, id uint16, reasons []Reason) []byte {
	return appendReasons(to, v, SUBACK, id, reasons)
}

// appendReasons appends a packet with a reason for each filter.
func appendReasons(to []byte, v Version, k Kind, id uint16, reasons []Reason) []byte {
	length := 2 + len(reasons)
	if v == V5 {
		length++
	}
	to = append(appendHead(to, k, 0, length), uint8(id>>8), uint8(id))
	if v == V5 {
		to = append(to, 0) // no properties
	}
	for _, r := range reasons {
		if v != V5 && r.Failed() {
			r = UnspecifiedError
		}
		to = append(to, uint8(r))
	}
	return to
}
