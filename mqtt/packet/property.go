package packet

import (
	"encoding/binary"
)

// PropertyID names a property of version 5.0.
type PropertyID uint8

// The properties.
const (
	PayloadFormat        PropertyID = 0x01
	MessageExpiry        PropertyID = 0x02
	ContentType          PropertyID = 0x03
	ResponseTopic        PropertyID = 0x08
	CorrelationData      PropertyID = 0x09
	SubscriptionID       PropertyID = 0x0B
	SessionExpiry        PropertyID = 0x11
	AssignedClientID     PropertyID = 0x12
	ServerKeepAlive      PropertyID = 0x13
	AuthMethod           PropertyID = 0x15
	AuthData             PropertyID = 0x16
	RequestProblem       PropertyID = 0x17
	WillDelay            PropertyID = 0x18
	RequestResponse      PropertyID = 0x19
	ResponseInformation  PropertyID = 0x1A
	ServerReference      PropertyID = 0x1C
	ReasonString         PropertyID = 0x1F
	ReceiveMaximum       PropertyID = 0x21
	TopicAliasMaximum    PropertyID = 0x22
	TopicAlias           PropertyID = 0x23
	MaximumQoS           PropertyID = 0x24
	RetainAvailable      PropertyID = 0x25
	UserProperty         PropertyID = 0x26
	MaximumPacketSize    PropertyID = 0x27
	WildcardsAvailable   PropertyID = 0x28
	SubscriptionIDsOffer PropertyID = 0x29
	SharedSubscribeOffer PropertyID = 0x2A
	propertyCount                   = 0x2B
	will                 Kind       = 0 // the place of a will's properties in the table below
	allKinds             uint16     = 0xffff
)

// form is how a property's value is written.
type form uint8

const (
	none form = iota
	aByte
	aBool // a byte that is 0 or 1
	twoBytes
	fourBytes
	varint
	aText
	someData
	aPair
)

// properties has for each property its name, its form, and the packets of clients that it may be in.
var properties = [propertyCount]struct {
	name string
	form form
	in   uint16
}{
	PayloadFormat:        {"Payload Format Indicator", aBool, in(PUBLISH, will)},
	MessageExpiry:        {"Message Expiry Interval", fourBytes, in(PUBLISH, will)},
	ContentType:          {"Content Type", aText, in(PUBLISH, will)},
	ResponseTopic:        {"Response Topic", aText, in(PUBLISH, will)},
	CorrelationData:      {"Correlation Data", someData, in(PUBLISH, will)},
	SubscriptionID:       {"Subscription Identifier", varint, in(SUBSCRIBE)}, // in no PUBLISH of a client [MQTT-3.3.4-6]
	SessionExpiry:        {"Session Expiry Interval", fourBytes, in(CONNECT, DISCONNECT)},
	AssignedClientID:     {"Assigned Client Identifier", aText, 0},
	ServerKeepAlive:      {"Server Keep Alive", twoBytes, 0},
	AuthMethod:           {"Authentication Method", aText, in(CONNECT, AUTH)},
	AuthData:             {"Authentication Data", someData, in(CONNECT, AUTH)},
	RequestProblem:       {"Request Problem Information", aBool, in(CONNECT)},
	WillDelay:            {"Will Delay Interval", fourBytes, in(will)},
	RequestResponse:      {"Request Response Information", aBool, in(CONNECT)},
	ResponseInformation:  {"Response Information", aText, 0},
	ServerReference:      {"Server Reference", aText, 0},
	ReasonString:         {"Reason String", aText, in(PUBACK, PUBREC, PUBREL, PUBCOMP, DISCONNECT, AUTH)},
	ReceiveMaximum:       {"Receive Maximum", twoBytes, in(CONNECT)},
	TopicAliasMaximum:    {"Topic Alias Maximum", twoBytes, in(CONNECT)},
	TopicAlias:           {"Topic Alias", twoBytes, in(PUBLISH)},
	MaximumQoS:           {"Maximum QoS", aByte, 0},
	RetainAvailable:      {"Retain Available", aByte, 0},
	UserProperty:         {"User Property", aPair, allKinds},
	MaximumPacketSize:    {"Maximum Packet Size", fourBytes, in(CONNECT)},
	WildcardsAvailable:   {"Wildcard Subscription Available", aByte, 0},
	SubscriptionIDsOffer: {"Subscription Identifier Available", aByte, 0},
	SharedSubscribeOffer: {"Shared Subscription Available", aByte, 0},
}

// in makes a set of kinds.
func in(kinds ...Kind) uint16 {
	set := uint16(0)
	for _, k := range kinds {
		set |= 1 << k
	}
	return set
}

// Property is one property: a Number, or Data, or for a user property its name in Data and its Value.
type Property struct {
	ID          PropertyID
	Number      uint32
	Data, Value []byte
}

// Properties are those of a packet, in its order. Decoded ones alias the packet.
type Properties []Property

// Find returns the property of that id, nil when there is none.
func (p Properties) Find(id PropertyID) *Property {
	for i := range p {
		if p[i].ID == id {
			return &p[i]
		}
	}
	return nil
}

// Number returns the number of the property of that id, and otherwise for one that is not there.
func (p Properties) Number(id PropertyID, otherwise uint32) uint32 {
	if found := p.Find(id); found != nil {
		return found.Number
	}
	return otherwise
}

// properties reads the properties of a packet of that kind. Each may come once, user properties any number of times.
func (c *cursor) properties(kind Kind) Properties {
	length := c.varint("property length")
	inner := cursor{kind: c.kind, in: c.take(length, "properties")}
	var all Properties
	seen := uint64(0)
	for c.err == nil && inner.err == nil && len(inner.in) > 0 {
		p := inner.property(kind)
		if p.ID != UserProperty && seen&(1<<p.ID) != 0 {
			inner.fail(Wrong("%s: more than one %s", c.kind, properties[p.ID].name))
		}
		seen |= 1 << p.ID
		all = append(all, p)
	}
	if inner.err != nil {
		c.fail(inner.err)
		return nil
	}
	return all
}

// property reads one property.
func (c *cursor) property(kind Kind) Property {
	id := c.varint("property identifier")
	if c.err != nil {
		return Property{}
	}
	if id >= propertyCount || properties[id].form == none {
		c.fail(malformed("%s: no property is 0x%02x", c.kind, id))
		return Property{}
	}
	p := Property{ID: PropertyID(id)}
	what := properties[id].name
	if properties[id].in&(1<<kind) == 0 {
		c.fail(Wrong("%s must not have a %s", c.kind, what))
		return p
	}
	switch properties[id].form {
	case aByte, aBool:
		p.Number = uint32(c.uint8(what))
	case twoBytes:
		p.Number = uint32(c.uint16(what))
	case fourBytes:
		p.Number = c.uint32(what)
	case varint:
		p.Number = uint32(c.varint(what))
	case aText:
		p.Data = c.text(what)
	case someData:
		p.Data = c.binary(what)
	case aPair:
		p.Data, p.Value = c.text(what), c.text(what)
	}
	if properties[id].form == aBool && p.Number > 1 {
		c.fail(Wrong("%s: %s is %d, want 0 or 1", c.kind, what, p.Number))
	}
	if c.err == nil && p.Number == 0 && neverZero(p.ID) {
		c.fail(Wrong("%s: %s is 0", c.kind, what))
	}
	return p
}

// neverZero tells of the properties whose value 0 is a protocol error.
func neverZero(id PropertyID) bool {
	return id == ReceiveMaximum || id == MaximumPacketSize || id == SubscriptionID
}

// appendProperties appends the properties with their length in front.
func appendProperties(to []byte, all Properties) []byte {
	to = appendVarint(to, all.size())
	for i := range all {
		to = all[i].append(to)
	}
	return to
}

// encodedSize is the number of bytes that appendProperties takes.
func (p Properties) encodedSize() int {
	n := p.size()
	return varintSize(n) + n
}

// size is the number of bytes of all properties, without their length in front.
func (p Properties) size() int {
	n := 0
	for i := range p {
		n += p[i].size()
	}
	return n
}

// size is the number of bytes of a property with its identifier.
func (p *Property) size() int {
	switch properties[p.ID].form {
	case aByte, aBool:
		return 2
	case twoBytes:
		return 3
	case fourBytes:
		return 5
	case varint:
		return 1 + varintSize(int(p.Number))
	case aPair:
		return 5 + len(p.Data) + len(p.Value)
	}
	return 3 + len(p.Data)
}

// append appends a property.
func (p *Property) append(to []byte) []byte {
	to = append(to, uint8(p.ID))
	switch properties[p.ID].form {
	case aByte, aBool:
		return append(to, uint8(p.Number))
	case twoBytes:
		return binary.BigEndian.AppendUint16(to, uint16(p.Number))
	case fourBytes:
		return binary.BigEndian.AppendUint32(to, p.Number)
	case varint:
		return appendVarint(to, int(p.Number))
	case aPair:
		return appendText(appendText(to, p.Data), p.Value)
	}
	return appendText(to, p.Data)
}
