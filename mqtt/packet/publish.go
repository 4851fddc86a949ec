package packet

import "encoding/binary"

// Publish carries a message, in both directions:
//
//	flags: dup, QoS (2 bits), retain │ topic : text │ [QoS 1, 2] packet identifier : 2 │ [5.0] properties │ payload
type Publish struct {
	Dup, Retain bool
	QoS         QoS
	ID          uint16
	Topic       []byte // empty where an alias stands for it
	Properties  Properties
	Payload     []byte
}

// The flags of a PUBLISH; the QoS is between them.
const (
	flagRetain = 1
	flagDup    = 8
	qosShift   = 1
)

// Decode decodes a PUBLISH of a client. Topic, properties and payload alias the packet.
func (p *Publish) Decode(f Frame, v Version) error {
	c := cursor{kind: PUBLISH, in: f.Body}
	*p = Publish{Dup: f.Flags&flagDup != 0, Retain: f.Flags&flagRetain != 0, QoS: QoS(f.Flags >> qosShift & 3)}
	switch {
	case p.QoS > ExactlyOnce: // [MQTT-3.3.1-4]
		return malformed("PUBLISH with QoS 3")
	case p.QoS == AtMostOnce && p.Dup: // [MQTT-3.3.1-2]
		return malformed("PUBLISH with QoS 0 as a duplicate")
	}
	p.Topic = c.text("topic")
	if p.QoS > AtMostOnce {
		p.ID = c.packetID()
	}
	if v == V5 {
		p.Properties = c.properties(PUBLISH)
	}
	p.Payload = c.in
	switch {
	case c.err != nil:
		return c.err
	case len(p.Topic) == 0 && p.Properties.Find(TopicAlias) != nil:
		return nil
	case !ValidTopic(p.Topic):
		return &Error{InvalidTopicName, "PUBLISH: " + topicFault(p.Topic)}
	}
	return nil
}

// topicFault says what is wrong with a topic name.
func topicFault(topic []byte) string {
	if len(topic) == 0 {
		return "the topic name is empty"
	}
	return "The topic name must not contain wildcard characters."
}

// Size is the size of the packet that Append appends.
func (p *Publish) Size(v Version) int {
	n := p.length(v)
	return 1 + varintSize(n) + n
}

// length is the remaining length.
func (p *Publish) length(v Version) int {
	n := 2 + len(p.Topic) + len(p.Payload)
	if p.QoS > AtMostOnce {
		n += 2
	}
	if v == V5 {
		n += p.Properties.encodedSize()
	}
	return n
}

// Append appends a PUBLISH for a client.
func (p *Publish) Append(to []byte, v Version) []byte {
	flags := uint8(p.QoS) << qosShift
	if p.Dup {
		flags |= flagDup
	}
	if p.Retain {
		flags |= flagRetain
	}
	to = appendText(appendHead(to, PUBLISH, flags, p.length(v)), p.Topic)
	if p.QoS > AtMostOnce {
		to = binary.BigEndian.AppendUint16(to, p.ID)
	}
	if v == V5 {
		to = appendProperties(to, p.Properties)
	}
	return append(to, p.Payload...)
}
