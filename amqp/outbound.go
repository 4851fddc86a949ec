package amqp

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"goactivemq/activemq/message"
	"goactivemq/amqp/wire"
)

// outbound encodes messages of the broker for AMQP clients. It is kept for the next message.
type outbound struct {
	encoder    wire.Encoder
	header     wire.MessageHeader
	properties wire.Properties
	ids        []byte // memory of the ids in properties
	parsed     wire.Message

	// What the message's properties hold for other sections.
	delivery, annotations, application, footer message.Map

	encoding      int16
	format        uint32
	isNative      bool
	hasHeader     bool
	hasProperties bool
}

// reset makes o ready for another message, keeping its memory.
func (o *outbound) reset() {
	clear(o.delivery)
	clear(o.annotations)
	clear(o.application)
	clear(o.footer)
	*o = outbound{
		ids: o.ids[:0], delivery: o.delivery[:0], annotations: o.annotations[:0], application: o.application[:0], footer: o.footer[:0],
		encoder: o.encoder,
	}
}

// append appends an encoded message, and returns its message format. now is in milliseconds. An error means that the message cannot be
// put into AMQP's form, and that nothing was appended.
func (o *outbound) append(to []byte, m *message.Message, redeliveries int32, now int64) (out []byte, format uint32, err error) {
	o.reset()
	o.sort(m)
	if o.isNative {
		out, err = o.appendNative(to, m, redeliveries)
		return out, o.format, err
	}
	o.fillHeader(m, redeliveries, now)
	o.fillProperties(m)
	out = o.appendHead(to, m)
	out, err = o.appendBody(out, m)
	if err != nil {
		return to, 0, err
	}
	if len(o.footer) > 0 {
		out = appendSymbolMap(wire.AppendSection(out, wire.Footer), o.footer)
	}
	return out, o.format, nil
}

// sort looks through the message's properties for what belongs to which section. Of properties that cannot be read, it takes those before.
func (o *outbound) sort(m *message.Message) {
	_ = message.Entries(m.Properties, func(name []byte, p message.Primitive) bool {
		switch {
		case bytes.HasPrefix(name, []byte(propertyPrefix)) && o.own(name, p):
		case bytes.HasPrefix(name, []byte(scheduledPrefix)):
		default:
			o.keep(&o.application, "", name, p)
		}
		return true
	})
}

// own takes in a property that stands for something of AMQP's, and tells whether it is one.
func (o *outbound) own(name []byte, p message.Primitive) bool {
	switch string(name) {
	case encodingProperty:
		n, _ := p.Int()
		o.encoding = int16(n)
	case nativeProperty:
		o.isNative, _ = p.Bool()
	case formatProperty:
		n, _ := p.Int()
		o.format = uint32(n)
	case headerProperty:
		o.hasHeader = true
	case propertiesProperty:
		o.hasProperties = true
	case firstAcquirerProperty:
		o.hasHeader = true
		o.header.FirstAcquirer, _ = p.Bool()
	case contentTypeProperty:
		o.properties.ContentType = wire.Symbol(primitiveText(p))
	case encodingOfContent:
		o.properties.ContentEncoding = wire.Symbol(primitiveText(p))
	case replyToGroupProperty:
		o.properties.ReplyToGroupID = wire.Some(primitiveText(p))
	default:
		return o.keep(&o.annotations, annotationPrefix, name, p) || o.keep(&o.delivery, deliveryPrefix, name, p) ||
			o.keep(&o.footer, footerPrefix, name, p)
	}
	return true
}

// keep puts a property whose name has the prefix into m, without it.
func (o *outbound) keep(m *message.Map, prefix string, name []byte, p message.Primitive) bool {
	if len(name) < len(prefix) || string(name[:len(prefix)]) != prefix {
		return false
	}
	text, err := message.DecodeMUTF8(name[len(prefix):])
	if err != nil {
		return false
	}
	value, err := p.Value()
	if err != nil {
		return false
	}
	*m = append(*m, message.Entry{Name: text, Value: value})
	return true
}

// primitiveText returns a property as text.
func primitiveText(p message.Primitive) string {
	v, err := p.Value()
	if err != nil {
		return ""
	}
	return messageText(v)
}

// messageText returns a property's value as text.
func messageText(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	return fmt.Sprint(v)
}

// fillHeader sets the header.
func (o *outbound) fillHeader(m *message.Message, redeliveries int32, now int64) {
	h := &o.header
	h.Durable = m.Persistent
	if m.Priority != message.DefaultPriority {
		h.Priority = wire.Some(uint8(m.Priority))
	}
	if m.Expiration != 0 {
		h.TTL = wire.Some(uint32(min(max(m.Expiration-now, 1), 1<<32-1)))
		o.properties.AbsoluteExpiryTime = wire.Some(m.Expiration)
	}
	h.DeliveryCount = uint32(max(redeliveries, 0))
	o.hasHeader = o.hasHeader || m.Persistent || h.Priority.Set || h.TTL.Set || h.DeliveryCount > 0
}

// fillProperties sets the properties section.
func (o *outbound) fillProperties(m *message.Message) {
	p := &o.properties
	if m.ID != nil {
		p.MessageID = o.id(messageIDText(m.ID))
	}
	if !m.UserID.IsNull() {
		p.UserID = []byte(m.UserID.String())
	}
	if m.Destination != nil {
		p.To = wire.Some(m.Destination.String())
	}
	p.Subject = optional(m.Type)
	if m.ReplyTo != nil {
		p.ReplyTo = wire.Some(m.ReplyTo.String())
	}
	if !m.CorrelationID.IsNull() {
		p.CorrelationID = o.id(m.CorrelationID.String())
	}
	if m.Timestamp != 0 {
		p.CreationTime = wire.Some(m.Timestamp)
	}
	p.GroupID = optional(m.GroupID)
	if m.GroupSequence > 0 {
		p.GroupSequence = wire.Some(uint32(m.GroupSequence))
	}
	o.hasProperties = true
}

// messageIDText returns the text from which a message id goes out: the one that the producer gave, or the broker's.
func messageIDText(id *message.ID) string {
	if !id.TextView.IsEmpty() {
		return id.TextView.String()
	}
	return id.Key()
}

// optional returns a text as a field.
func optional(t message.Text) wire.Optional[string] {
	return wire.Optional[string]{Value: t.String(), Set: !t.IsNull()}
}

// id encodes an id in o's memory.
func (o *outbound) id(text string) wire.Value {
	from := len(o.ids)
	o.ids = appendID(o.ids, text)
	return o.ids[from:len(o.ids):len(o.ids)]
}

// appendHead appends what stands in front of the body.
func (o *outbound) appendHead(to []byte, m *message.Message) []byte {
	if m.Kind == message.KindObject && o.properties.ContentType == "" {
		o.properties.ContentType = objectContentType
	}
	if o.hasHeader {
		to = o.encoder.AppendComposite(to, &o.header)
	}
	if len(o.delivery) > 0 {
		to = appendSymbolMap(wire.AppendSection(to, wire.DeliveryAnnotations), o.delivery)
	}
	to = o.appendAnnotations(to, m)
	to = o.encoder.AppendComposite(to, &o.properties)
	if m.Kind == message.KindPlain && m.Data != nil {
		o.application = append(o.application, message.Entry{Name: structureProperty, Value: structureName(m.Data)})
	}
	if len(o.application) > 0 {
		to = appendMap(wire.AppendSection(to, wire.ApplicationProperties), o.application)
	}
	return to
}

// appendAnnotations appends the message annotations, among them what tells of which kind the destinations are.
func (o *outbound) appendAnnotations(to []byte, m *message.Message) []byte {
	to, at := wire.Begin(wire.AppendSection(to, wire.MessageAnnotations))
	count := 0
	if m.Destination != nil {
		to = wire.AppendByte(wire.AppendSymbol(to, destinationAnnotation), kindNumbers[m.Destination.Kind])
		count += 2
	}
	if m.ReplyTo != nil {
		to = wire.AppendByte(wire.AppendSymbol(to, replyToAnnotation), kindNumbers[m.ReplyTo.Kind])
		count += 2
	}
	for _, e := range o.annotations {
		if e.Name == destinationAnnotation && m.Destination != nil || e.Name == replyToAnnotation && m.ReplyTo != nil {
			continue // as the producer sent it: where the message is now counts
		}
		to = appendSimple(wire.AppendSymbol(to, wire.Symbol(e.Name)), e.Value)
		count += 2
	}
	return wire.EndMap(to, at, count)
}

// appendSymbolMap appends a map whose keys are symbols.
func appendSymbolMap(to []byte, m message.Map) []byte {
	to, at := wire.Begin(to)
	for _, e := range m {
		to = appendSimple(wire.AppendSymbol(to, wire.Symbol(e.Name)), e.Value)
	}
	return wire.EndMap(to, at, 2*len(m))
}

// appendBody appends the body, in the section in which it came where it came by AMQP.
func (o *outbound) appendBody(to []byte, m *message.Message) ([]byte, error) {
	switch m.Kind {
	case message.KindBytes, message.KindObject:
		return o.appendBytes(to, m)
	case message.KindText:
		return o.appendText(to, m)
	case message.KindMap:
		entries, err := m.MapBody()
		return appendMap(wire.AppendSection(to, wire.BodyValue), entries), err
	case message.KindStream:
		l, err := m.StreamBody()
		section := wire.BodyValue
		if o.encoding == encodingSequence {
			section = wire.Sequence
		}
		return appendList(wire.AppendSection(to, section), l), err
	case message.KindPlain:
		if about := structure(m.Data); about != nil {
			return appendMap(wire.AppendSection(to, wire.BodyValue), about), nil
		}
		return to, nil
	}
	return to, errors.New("a message of kind " + strconv.Itoa(int(m.Kind)) + " has no form in AMQP")
}

// appendBytes appends a body of bytes.
func (o *outbound) appendBytes(to []byte, m *message.Message) ([]byte, error) {
	b, err := m.Plain(message.DefaultInflateLimit)
	switch {
	case err != nil:
		return to, err
	case o.encoding == encodingNone && len(b) == 0 && m.Kind == message.KindBytes:
		return to, nil
	case o.encoding == encodingBinary:
		return wire.AppendBinary(wire.AppendSection(to, wire.BodyValue), b), nil
	}
	return wire.AppendBinary(wire.AppendSection(to, wire.Data), b), nil
}

// appendText appends a body of text.
func (o *outbound) appendText(to []byte, m *message.Message) ([]byte, error) {
	text, err := m.TextBody()
	switch {
	case err != nil:
		return to, err
	case o.encoding == encodingNone && text.IsNull():
		return to, nil
	case o.encoding == encodingData:
		return wire.AppendBinary(wire.AppendSection(to, wire.Data), []byte(strings.ToValidUTF8(text.String(), "\ufffd"))), nil
	case text.IsNull():
		return wire.AppendNull(wire.AppendSection(to, wire.BodyValue)), nil
	}
	return wire.AppendString(wire.AppendSection(to, wire.BodyValue), text.String()), nil
}

// appendNative appends a message that kept its encoding. Only its header is written anew, when there is a failed delivery to tell of. That it is
// what it says is checked, as other clients can send its like.
func (o *outbound) appendNative(to []byte, m *message.Message, redeliveries int32) ([]byte, error) {
	if m.Kind != message.KindBytes {
		return to, errors.New("a message with the property " + nativeProperty + " is not one of bytes")
	}
	encoded, err := m.Plain(message.DefaultInflateLimit)
	if err != nil {
		return to, err
	}
	if err := o.parsed.Parse(encoded); err != nil {
		return to, err
	}
	rest := encoded
	if h := o.parsed.Header; redeliveries > 0 {
		if h == nil {
			h = &o.header
			h.Durable = m.Persistent
		}
		h.DeliveryCount = uint32(redeliveries)
		to = o.encoder.AppendComposite(to, h)
		rest = encoded[o.parsed.HeaderEnd:]
	}
	return append(to, rest...), nil
}

// structureName is the name of what an advisory tells about, as the original's class is called.
func structureName(data any) string {
	switch data.(type) {
	case *message.ConnectionInfo:
		return "ConnectionInfo"
	case *message.RemoveInfo:
		return "RemoveInfo"
	case *message.DestinationInfo:
		return "DestinationInfo"
	case *message.ProducerInfo:
		return "ProducerInfo"
	case *message.ConsumerInfo:
		return "ConsumerInfo"
	case *message.Message:
		return "ActiveMQMessage"
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", data), "*message.")
}

// structure is what an advisory tells in its body: about connections, and about what ended.
func structure(data any) message.Map {
	switch v := data.(type) {
	case *message.ConnectionInfo:
		return message.Map{
			{Name: "ConnectionId", Value: v.Connection.Value}, {Name: "ClientId", Value: textOrNil(v.ClientID)}, {Name: "ClientIp", Value: textOrNil(v.ClientIP)},
			{Name: "UserName", Value: textOrNil(v.UserName)}, {Name: "BrokerMasterConnector", Value: v.BrokerMasterConnector},
			{Name: "Manageable", Value: v.Manageable}, {Name: "ClientMaster", Value: v.ClientMaster}, {Name: "FaultTolerant", Value: v.FaultTolerant},
			{Name: "FailoverReconnect", Value: v.FailoverReconnect},
		}
	case *message.RemoveInfo:
		return removed(v.Object)
	}
	return nil
}

// removed is what an advisory tells about a connection or consumer that ended.
func removed(object any) message.Map {
	switch id := object.(type) {
	case *message.ConnectionID:
		return message.Map{{Name: "ConnectionId", Value: id.Value}}
	case *message.ConsumerID:
		return message.Map{
			{Name: "ConsumerId", Value: id.Value}, {Name: "SessionId", Value: id.Session}, {Name: "ConnectionId", Value: id.Connection},
			{Name: "ParentId", Value: id.Session},
		}
	}
	return message.Map{}
}

// textOrNil returns a text as a value.
func textOrNil(t message.Text) any {
	if t.IsNull() {
		return nil
	}
	return t.String()
}
