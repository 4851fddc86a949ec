package amqp

import (
	"strings"
	"time"
	"unicode/utf8"

	"goactivemq/activemq/message"
	"goactivemq/amqp/wire"
)

// transformer says what becomes of the messages that clients send.
type transformer uint8

const (
	transformJMS transformer = iota
	transformNative
	transformRaw
)

// transformers are the names that connectors have for them.
var transformers = map[string]transformer{"jms": transformJMS, "native": transformNative, "raw": transformRaw}

// inbound makes messages of the broker out of those that clients send. It is kept for the next message.
type inbound struct {
	transformer transformer
	parsed      wire.Message
	properties  message.Map
}

// convert makes a message, whose body may be encoded itself: that is the message's from then on. Where the message comes from and goes to is
// left to the caller, but for a Destination from its "to" field. A message that is no message is an *wire.Error.
func (in *inbound) convert(encoded []byte, format uint32, now time.Time) (*message.Message, error) {
	m := &message.Message{Priority: message.DefaultPriority, Timestamp: now.UnixMilli()}
	in.properties = in.properties[:0]
	if in.transformer == transformRaw {
		m.Persistent = true // nobody has looked whether it has to be
		in.native(m, encoded)
	} else {
		if err := in.parsed.Parse(encoded); err != nil {
			return nil, err
		}
		in.sections(m, now)
		if in.transformer == transformNative || !in.body(m) {
			in.native(m, encoded)
		}
	}
	if format != 0 {
		in.set(formatProperty, int64(format))
	}
	var err error
	m.Properties, err = message.AppendMap(nil, in.properties)
	return m, err
}

// set adds a property.
func (in *inbound) set(name string, value any) {
	in.properties = append(in.properties, message.Entry{Name: name, Value: value})
}

// native has the message keep its encoding, in a body of bytes.
func (in *inbound) native(m *message.Message, encoded []byte) {
	m.Kind, m.Content = message.KindBytes, encoded
	in.set(nativeProperty, true)
}

// sections takes over all but the body.
func (in *inbound) sections(m *message.Message, now time.Time) {
	if h := in.parsed.Header; h != nil {
		in.header(m, h)
	}
	for key, value := range in.parsed.Annotations.Entries() {
		in.annotation(keyText(key), value, now)
	}
	for key, value := range in.parsed.ApplicationProperties.Entries() {
		in.setValue("", keyText(key), value)
	}
	if p := in.parsed.Properties; p != nil {
		in.propertiesOf(m, p)
	}
	if h := in.parsed.Header; h != nil && m.Expiration == 0 && h.TTL.Or(0) > 0 {
		m.Expiration = now.UnixMilli() + int64(h.TTL.Value)
	}
	for key, value := range in.parsed.Footer.Entries() {
		in.setValue(footerPrefix, keyText(key), value)
	}
}

// keyText returns a map's key as text.
func keyText(key wire.Value) string {
	if text, ok := key.Text(); ok {
		return text
	}
	if v, err := property(key); err == nil {
		return messageText(v)
	}
	return ""
}

// setValue adds a property, unless it is of a type that properties do not have: the message, if it is not native, can do without it.
func (in *inbound) setValue(prefix, name string, v wire.Value) {
	if len(prefix)+len(name) > nameMax || name == "" {
		return
	}
	if value, err := property(v); err == nil {
		in.set(prefix+name, value)
	}
}

// nameMax is how long a property's name may be.
const nameMax = 20000

// header takes over the header.
func (in *inbound) header(m *message.Message, h *wire.MessageHeader) {
	in.set(headerProperty, true)
	m.Persistent = h.Durable
	m.Priority = int8(min(h.Priority.Or(message.DefaultPriority), 9))
	if h.FirstAcquirer {
		in.set(firstAcquirerProperty, true)
	}
	m.Redeliveries = int32(min(h.DeliveryCount, 1<<30))
}

// annotation takes over a message annotation.
func (in *inbound) annotation(name string, v wire.Value, now time.Time) {
	if strings.HasPrefix(name, "x-opt-delivery-") {
		in.schedule(name, v, now)
	}
	in.setValue(annotationPrefix, name, v)
}

// schedule takes over an annotation that asks for a later delivery.
func (in *inbound) schedule(name string, v wire.Value, now time.Time) {
	n, isNumber := v.Integer()
	if name == deliveryTimeAnnotation {
		name, n = "x-opt-delivery-delay", n-now.UnixMilli()
	}
	property, known := schedules[name]
	if !known {
		return
	}
	if cron, isText := v.Text(); isText {
		if name == "x-opt-delivery-cron" {
			in.set(property, cron)
		}
		return
	}
	switch {
	case !isNumber || n <= 0:
	case name == "x-opt-delivery-repeat":
		in.set(property, int32(min(n, 1<<31-1)))
	default:
		in.set(property, n)
	}
}

// propertiesOf takes over the properties section.
func (in *inbound) propertiesOf(m *message.Message, p *wire.Properties) {
	in.set(propertiesProperty, true)
	if !p.MessageID.IsNull() {
		m.ID = &message.ID{TextView: message.T(idText(p.MessageID))}
	}
	if p.UserID != nil {
		m.UserID = message.T(strings.ToValidUTF8(string(p.UserID), "\ufffd"))
	}
	if p.To.Set && p.To.Value != "" {
		to := message.ParseDestination(p.To.Value, message.Queue)
		m.Destination = &to
	}
	if p.Subject.Set {
		m.Type = message.T(p.Subject.Value)
	}
	if p.ReplyTo.Set && p.ReplyTo.Value != "" {
		replyTo := message.ParseDestination(p.ReplyTo.Value, message.Queue)
		m.ReplyTo = &replyTo
	}
	if !p.CorrelationID.IsNull() {
		m.CorrelationID = message.T(idText(p.CorrelationID))
	}
	if p.ContentType != "" {
		in.set(contentTypeProperty, string(p.ContentType))
	}
	if p.ContentEncoding != "" {
		in.set(encodingOfContent, string(p.ContentEncoding))
	}
	m.Timestamp = p.CreationTime.Or(m.Timestamp)
	if p.GroupID.Set {
		m.GroupID = message.T(p.GroupID.Value)
	}
	m.GroupSequence = int32(p.GroupSequence.Or(0))
	if p.ReplyToGroupID.Set {
		in.set(replyToGroupProperty, p.ReplyToGroupID.Value)
	}
	m.Expiration = max(0, p.AbsoluteExpiryTime.Or(0))
}

// body takes over the body, and tells whether the broker's messages have one like it.
func (in *inbound) body(m *message.Message) bool {
	contentType := ""
	if p := in.parsed.Properties; p != nil {
		contentType = string(p.ContentType)
	}
	body := in.parsed.Body
	switch in.parsed.Kind {
	case wire.NoBody:
		in.noBody(m, contentType)
	case wire.DataBody:
		in.dataBody(m, contentType, body)
	case wire.SequenceBody:
		l, err := sequences(body)
		return err == nil && in.stream(m, l, encodingSequence)
	default:
		return in.valueBody(m, contentType, body[0])
	}
	return true
}

// is makes the message one of a kind with that content.
func (in *inbound) is(m *message.Message, kind message.Kind, content []byte, encoding int16) {
	m.Kind, m.Content = kind, content
	in.set(encodingProperty, encoding)
}

// noBody makes the message that the content type lets one expect.
func (in *inbound) noBody(m *message.Message, contentType string) {
	switch {
	case contentType == objectContentType:
		in.is(m, message.KindObject, nil, encodingNone)
	case contentType == octetsContentType || contentType == "":
		in.is(m, message.KindBytes, nil, encodingNone)
	case charset(contentType) != "":
		in.is(m, message.KindText, nil, encodingNone)
	default:
		in.is(m, message.KindPlain, nil, encodingNone)
	}
}

// dataBody makes a message of data sections.
func (in *inbound) dataBody(m *message.Message, contentType string, sections []wire.Value) {
	b := sections[0].Bytes()
	for _, more := range sections[1:] {
		b = append(b[:len(b):len(b)], more.Bytes()...)
	}
	switch {
	case contentType == objectContentType:
		in.is(m, message.KindObject, b, encodingData)
	case charset(contentType) == "UTF-8" && utf8.Valid(b):
		in.is(m, message.KindText, message.TextContent(string(b)), encodingData)
	default:
		in.is(m, message.KindBytes, b, encodingData)
	}
}

// sequences returns the elements of sequence sections.
func sequences(sections []wire.Value) (message.List, error) {
	var all message.List
	for _, section := range sections {
		l, err := list(section, false)
		if err != nil {
			return nil, err
		}
		all = append(all, l...)
	}
	return all, nil
}

// stream makes a stream message.
func (in *inbound) stream(m *message.Message, l message.List, encoding int16) bool {
	content, err := message.AppendStream([]byte{}, l)
	if err == nil {
		in.is(m, message.KindStream, content, encoding)
	}
	return err == nil
}

// valueBody makes a message of a value.
func (in *inbound) valueBody(m *message.Message, contentType string, v wire.Value) bool {
	switch v.Type() {
	case wire.Null:
		in.is(m, message.KindText, nil, encodingNull)
	case wire.String:
		in.is(m, message.KindText, message.TextContent(string(v.Bytes())), encodingString)
	case wire.Binary:
		kind := message.KindBytes
		if contentType == objectContentType {
			kind = message.KindObject
		}
		in.is(m, kind, v.Bytes(), encodingBinary)
	case wire.List:
		l, err := list(v, false)
		return err == nil && in.stream(m, l, encodingList)
	case wire.Map:
		entries, err := mapOf(v)
		if err != nil {
			return false
		}
		content, err := message.AppendMap(nil, entries)
		if err != nil {
			return false
		}
		in.is(m, message.KindMap, content, encodingMap)
	default:
		return false
	}
	return true
}

// texts are the content types of application/ that are text; those that end in +xml or +json are too.
var texts = map[string]bool{"xml": true, "json": true, "javascript": true, "xml-dtd": true, "ecmascript": true}

// charset returns the character set of a content type that stands for text, in capitals; "" for any other.
func charset(contentType string) string {
	kind, rest, ok := strings.Cut(strings.ToLower(contentType), "/")
	if !ok {
		return ""
	}
	sub, parameters, _ := strings.Cut(rest, ";")
	kind, sub = strings.TrimSpace(kind), strings.TrimSpace(sub)
	isText := kind == "text" || kind == "application" && (texts[sub] || strings.HasSuffix(sub, "+xml") || strings.HasSuffix(sub, "+json"))
	if sub == "" || !isText {
		return ""
	}
	for parameter := range strings.SplitSeq(parameters, ";") {
		if name, value, ok := strings.Cut(parameter, "="); ok && strings.TrimSpace(name) == "charset" {
			return strings.ToUpper(strings.Trim(strings.TrimSpace(value), `"`))
		}
	}
	return "UTF-8"
}
