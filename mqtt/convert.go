package mqtt

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/mqtt/packet"
)

// How a PUBLISH and a message correspond, as in the original. What 5.0 adds is our own.
//
//	PUBLISH                     message                                      from the client, and
//	topic                       destination, names as below                  to the client
//	payload                     a bytes body
//	QoS                         persistent for 1 and 2; property ActiveMQ.MQTT.QoS (int)
//	retain                      property ActiveMQ.Retain (bool), which the broker keeps to itself; ActiveMQ.MQTT.Retain (bool) goes on
//	retain of a retained one    property ActiveMQ.Retained (bool)            to the client only
//	message expiry interval     expiration
//	payload format indicator    property ActiveMQ.MQTT.PayloadFormat (byte)
//	content type                property JMS_AMQP_ContentType (string), as the original's AMQP side calls it
//	response topic              reply-to
//	correlation data            correlation id where it is text, else property ActiveMQ.MQTT.CorrelationData (bytes)
//	user properties             string properties in their order; to the client all other properties too, as text
//	subscription identifier     of the subscription                          to the client only
//
// A message of others goes to the client with QoS 1. (The original sends persistent ones with QoS 0 and loses them; it means to do the opposite.) Its body is
//
//	text           the text in UTF-8
//	map            {name=value, name=value}
//	bytes          the bytes
//	any other      the content as it is, without compression
//
// Names: each of these characters takes the place of the other, in both directions, so that a topic keeps its dots.
//
//	MQTT   /  +  #  .  *  >
//	here   .  *  >  /  +  #

// The properties of messages that mean something here.
const (
	qosProperty         = "ActiveMQ.MQTT.QoS"
	retainProperty      = "ActiveMQ.Retain"
	retainedProperty    = "ActiveMQ.Retained"
	wasRetainProperty   = "ActiveMQ.MQTT.Retain"
	formatProperty      = "ActiveMQ.MQTT.PayloadFormat"
	contentTypeProperty = "JMS_AMQP_ContentType"
	correlationProperty = "ActiveMQ.MQTT.CorrelationData"
)

// swapped has for each character the one that takes its place.
var swapped = func() (table [256]byte) {
	for i := range table {
		table[i] = byte(i)
	}
	for _, pair := range []string{"/.", "+*", "#>"} {
		table[pair[0]], table[pair[1]] = pair[1], pair[0]
	}
	return table
}()

// swap turns a name of MQTT into one of the broker, and the other way round.
func swap[T string | []byte](name T) string {
	b := make([]byte, len(name))
	for i := range b {
		b[i] = swapped[name[i]]
	}
	return string(b)
}

// appendSwapped appends what swap returns.
func appendSwapped(to []byte, name string) []byte {
	for i := range len(name) {
		to = append(to, swapped[name[i]])
	}
	return to
}

// plain are the properties of messages that have no others, by QoS and retain.
var plain = func() (all [3][2][]byte) {
	for qos := range all {
		for retain := range all[qos] {
			all[qos][retain], _ = message.AppendMap(nil, marks(packet.QoS(qos), retain == 1))
		}
	}
	return all
}()

// marks are the properties that every message of a client has.
func marks(qos packet.QoS, retain bool) message.Map {
	m := message.Map{{Name: qosProperty, Value: int32(qos)}}
	if retain {
		m = append(m, message.Entry{Name: retainProperty, Value: true}, message.Entry{Name: wasRetainProperty, Value: true})
	}
	return m
}

// publication is a message with its id, as one piece of memory.
type publication struct {
	message.Message
	id message.ID
}

// message turns a PUBLISH into a message. The payload is the message's from then on; all else is copied.
func (c *conn) message(p *packet.Publish) *message.Message {
	c.sequence++
	m := newMessage(c.producer, c.sequence, p.QoS, p.Retain, p.Payload)
	m.Destination = c.topics.destination(p.Topic, c.handler.strategy)
	if len(p.Properties) > 0 {
		convertProperties(m, p.Properties, p.QoS, p.Retain)
	}
	return m
}

// newMessage makes a message without properties of 5.0.
func newMessage(producer *message.ProducerID, sequence int64, qos packet.QoS, retain bool, payload []byte) *message.Message {
	m := &publication{
		Message: message.Message{
			Kind: message.KindBytes, Producer: producer, Persistent: qos > packet.AtMostOnce, Priority: message.DefaultPriority,
			Timestamp: time.Now().UnixMilli(), Properties: plain[qos][0],
		},
		id: message.ID{Producer: producer, ProducerSequence: sequence},
	}
	if retain {
		m.Properties = plain[qos][1]
	}
	if len(payload) > 0 {
		m.Content = payload
	}
	m.ID = &m.id
	return &m.Message
}

// convertProperties puts the properties of 5.0 into a message.
func convertProperties(m *message.Message, from packet.Properties, qos packet.QoS, retain bool) {
	var properties message.Map
	for i := range from {
		p := &from[i]
		switch p.ID {
		case packet.MessageExpiry:
			m.Expiration = m.Timestamp + int64(p.Number)*1000
			if p.Number == 0 {
				m.Expiration-- // whoever is not given it now never is
			}
		case packet.PayloadFormat:
			properties = append(properties, message.Entry{Name: formatProperty, Value: int8(p.Number)})
		case packet.ContentType:
			properties = append(properties, message.Entry{Name: contentTypeProperty, Value: string(p.Data)})
		case packet.ResponseTopic:
			m.ReplyTo = message.NewTopic(swap(p.Data))
		case packet.CorrelationData:
			if packet.ValidText(p.Data) {
				m.CorrelationID = message.T(string(p.Data))
			} else {
				properties = append(properties, message.Entry{Name: correlationProperty, Value: append([]byte{}, p.Data...)})
			}
		case packet.UserProperty:
			properties = append(properties, message.Entry{Name: string(p.Data), Value: string(p.Value)})
		}
	}
	if len(properties) == 0 {
		return
	}
	// Ours come last: of two properties with the same name the last counts.
	if encoded, err := message.AppendMap(nil, append(properties, marks(qos, retain)...)); err == nil {
		m.Properties = encoded
	}
}

// qosOf returns the QoS that a message was published with.
func qosOf(m *message.Message) packet.QoS {
	if p, found := message.Find(m.Properties, qosProperty); found {
		if n, ok := p.Int(); ok && n >= 0 && n <= 2 {
			return packet.QoS(n)
		}
	}
	return packet.AtLeastOnce
}

// marked tells whether a message has a property that is true.
func marked(m *message.Message, name string) bool {
	p, found := message.Find(m.Properties, name)
	is, ok := p.Bool()
	return found && ok && is
}

// convert puts a message into a PUBLISH. Topic and properties are the outbox's memory and valid until the next call.
func (o *outbox) convert(p *packet.Publish, m *message.Message, sub *subscription) (err error) {
	destination := m.Destination
	if destination.IsPattern() && m.OriginalDestination != nil {
		destination = m.OriginalDestination
	}
	o.topic = appendSwapped(o.topic[:0], o.conn.handler.strategy.published(destination.Name))
	p.Topic = o.topic
	// Retained ones that a new subscription gets have the flag [MQTT-3.3.1-8], others not [MQTT-3.3.1-9], unless the subscription wants it.
	p.Retain = marked(m, retainedProperty) || sub.retainAsPublished && marked(m, wasRetainProperty)
	if p.Payload, err = payload(m); err != nil {
		return err
	}
	if o.conn.version == packet.V5 {
		p.Properties = appendProperties(p.Properties, m, sub)
	}
	return nil
}

// payload returns a message's body as clients get it.
func payload(m *message.Message) ([]byte, error) {
	switch m.Kind {
	case message.KindText:
		text, err := m.TextBody()
		return []byte(text.String()), err
	case message.KindMap:
		body, err := m.MapBody()
		return []byte(mapText(body)), err
	}
	return m.Plain(message.DefaultInflateLimit)
}

// mapText prints a map as Java does.
func mapText(m message.Map) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, e := range m {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(e.Name + "=" + valueText(e.Value))
	}
	b.WriteByte('}')
	return b.String()
}

// valueText prints a primitive.
func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return v
	case message.Char:
		return string(rune(v))
	case message.Map:
		return mapText(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case float32:
		return strconv.FormatFloat(float64(v), 'g', -1, 32)
	}
	return fmt.Sprint(v)
}

// appendProperties appends the properties of 5.0 that a message has.
func appendProperties(to packet.Properties, m *message.Message, sub *subscription) packet.Properties {
	if m.Expiration > 0 { // what is left of it [MQTT-3.3.2-6]
		left := max(m.Expiration-time.Now().UnixMilli(), 0)
		to = append(to, packet.Property{ID: packet.MessageExpiry, Number: uint32((left + 999) / 1000)})
	}
	if m.ReplyTo != nil {
		to = append(to, packet.Property{ID: packet.ResponseTopic, Data: []byte(swap(m.ReplyTo.Name))})
	}
	if !m.CorrelationID.IsNull() {
		to = append(to, packet.Property{ID: packet.CorrelationData, Data: []byte(m.CorrelationID.String())})
	}
	if sub.number > 0 {
		to = append(to, packet.Property{ID: packet.SubscriptionID, Number: sub.number})
	}
	if len(m.Properties) > plainSize {
		to = appendUserProperties(to, m)
	}
	return to
}

// plainSize is the size of the properties of a message of MQTT that has no others.
var plainSize = len(plain[0][0])

// appendUserProperties appends what is among a message's own properties.
func appendUserProperties(to packet.Properties, m *message.Message) packet.Properties {
	properties, err := m.PropertyMap()
	if err != nil {
		return to
	}
	for _, e := range properties {
		switch e.Name {
		case qosProperty, retainProperty, retainedProperty, wasRetainProperty:
			if _, theirs := e.Value.(string); !theirs {
				continue
			}
		case formatProperty:
			if n, ok := e.Value.(int8); ok {
				to = append(to, packet.Property{ID: packet.PayloadFormat, Number: uint32(n)})
				continue
			}
		case contentTypeProperty:
			if s, ok := e.Value.(string); ok {
				to = append(to, packet.Property{ID: packet.ContentType, Data: []byte(s)})
				continue
			}
		case correlationProperty:
			if b, ok := e.Value.([]byte); ok {
				to = append(to, packet.Property{ID: packet.CorrelationData, Data: b})
				continue
			}
		}
		value := valueText(e.Value)
		if packet.Fits(e.Name) && packet.Fits(value) {
			to = append(to, packet.Property{ID: packet.UserProperty, Data: []byte(e.Name), Value: []byte(value)})
		}
	}
	return to
}

// topics are the destinations that a client published to last, so that each message need not make its own.
type topics map[string]*message.Destination

// topicsMax is how many are remembered.
const topicsMax = 256

// destination returns the destination for a topic.
func (t *topics) destination(topic []byte, s strategy) *message.Destination {
	if d := (*t)[string(topic)]; d != nil {
		return d
	}
	if *t == nil || len(*t) >= topicsMax {
		*t = topics{}
	}
	d := s.destination(swap(topic))
	(*t)[string(topic)] = d
	return d
}
