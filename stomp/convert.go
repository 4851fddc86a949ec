package stomp

import (
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/stomp/frame"
)

// Headers, both ways:
//
//	SEND                  message                        MESSAGE
//	destination           Destination                    destination (a temporary one by this connection's name for it)
//	—                     ID                             message-id
//	correlation-id        CorrelationID                  correlation-id, where there is one
//	expires               Expiration                     expires, 0 for never
//	timestamp, else now   Timestamp                      timestamp
//	priority, else 4      Priority, 0 to 9               priority
//	type                  Type                           type, where there is one
//	reply-to              ReplyTo, where it names its    reply-to, where there is one
//	                      kind, else a property
//	persistent:true       Persistent                     persistent:true, where it is
//	—                     Redeliveries of the delivery   redelivered:true, where there are some
//	—                     UserID                         JMSXUserID, where there is one
//	—                     OriginalDestination            original-destination, where there is one
//	JMSXGroupID           GroupID                        —
//	JMSXGroupSeq          GroupSequence                  —
//	JMSDeliveryMode, JMSCorrelationID, JMSExpiration, JMSPriority, JMSReplyTo, JMSTimestamp, JMSType, JMSRedelivered, JMSXDeliveryCount:
//	                      the field of that name, as a property of JMS sets it
//	transaction, receipt  —                              —
//	message-id, redelivered, subscription, JMSXUserID: dropped, or the sender could pretend to be the broker
//	any other             a string property              any property, as text
//	—                     —                              subscription, and in 1.2 ack
//
// Bodies, both ways (transform.go has those that a transformation header asks for):
//
//	SEND                          message          MESSAGE
//	content-length                bytes            bytes, with content-length
//	no content-length             text             text, without content-length
//	amq-msg-type:text, bytes      as it says
//	—                             map, stream,     no body
//	                              object, plain

// toMessage makes a message of a SEND frame, without id and transaction.
func (c *conn) toMessage(f *frame.Frame) (*message.Message, error) {
	m := &message.Message{Priority: message.DefaultPriority, Timestamp: time.Now().UnixMilli()}
	name := f.Get("destination")
	if name == nil {
		return nil, wrong("SEND received without a Destination specified!")
	}
	var err error
	if m.Destination, err = c.destinations.parse(name); err != nil {
		return nil, err
	}
	failure, err := setBody(m, f)
	if err != nil {
		return nil, err
	}
	return m, c.setHeaders(m, f, failure)
}

// setBody makes the message's body of the frame's. failure tells of a transformation that was not possible: the body is text then.
func setBody(m *message.Message, f *frame.Frame) (failure error, err error) {
	if name := f.Get("transformation"); name != nil && !f.Sized {
		if reads := transformationsIn[string(name)]; reads != nil {
			if failure = reads(m, f.Body); failure == nil {
				return nil, nil
			}
		}
	}
	intended := f.Get("amq-msg-type")
	switch {
	case intended != nil && strings.EqualFold(string(intended), "bytes"), intended == nil && f.Sized:
		m.Kind, m.Content = message.KindBytes, append(make([]byte, 0, len(f.Body)), f.Body...)
	case intended != nil && !strings.EqualFold(string(intended), "text"):
		return nil, wrong("Unsupported message type '" + string(intended) + "'")
	default:
		m.Kind, m.Content = message.KindText, textContent(f.Body)
	}
	return failure, nil
}

// textContent returns UTF-8 as the content of a text message.
func textContent(body []byte) []byte {
	for _, b := range body {
		if b == 0 || b >= 0x80 {
			return message.TextContent(string(body))
		}
	}
	return append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body))), body...)
}

// setHeaders takes over the frame's headers.
func (c *conn) setHeaders(m *message.Message, f *frame.Frame, failure error) error {
	size := 4
	for _, h := range f.Headers {
		size += len(h.Name) + len(h.Value) + 5
	}
	p := properties{bytes: make([]byte, 4, size)}
	for i, h := range f.Headers {
		if repeated(f.Headers[:i], h.Name) {
			continue
		}
		if err := c.setHeader(m, f, h, &p); err != nil {
			return err
		}
	}
	if failure != nil {
		p.add([]byte("transformation-error"), []byte(failure.Error()))
	}
	m.Properties = p.encoded()
	return nil
}

// repeated tells whether a header of that name came before.
func repeated(before []frame.Header, name []byte) bool {
	for i := range before {
		if string(before[i].Name) == string(name) {
			return true
		}
	}
	return false
}

// properties are the bytes of a primitive map that is being made.
type properties struct {
	bytes []byte // begins with room for the count
	count uint32
}

// add appends a string property. A name that is too long for one is dropped.
func (p *properties) add(name, value []byte) {
	var ok bool
	if p.bytes, ok = message.AppendStringEntry(p.bytes, name, value); ok {
		p.count++
	}
}

// encoded returns the bytes, nil for none.
func (p *properties) encoded() []byte {
	if p.count == 0 {
		return nil
	}
	binary.BigEndian.PutUint32(p.bytes, p.count)
	return p.bytes
}

// setHeader takes over one header.
func (c *conn) setHeader(m *message.Message, f *frame.Frame, h frame.Header, p *properties) (err error) {
	switch string(h.Name) {
	case "destination", "transaction", "receipt", "message-id", "redelivered", "subscription", "JMSXUserID":
	case "content-length":
		if f.Has("amq-msg-type") {
			p.add(h.Name, h.Value)
		}
	case "correlation-id", "JMSCorrelationID":
		m.CorrelationID = message.T(string(h.Value))
	case "type", "JMSType":
		m.Type = message.T(string(h.Value))
	case "expires", "JMSExpiration":
		m.Expiration, err = number(h, 64)
	case "timestamp", "JMSTimestamp":
		m.Timestamp, err = number(h, 64)
	case "priority", "JMSPriority":
		var n int64
		n, err = number(h, 32)
		m.Priority = int8(min(max(n, 0), 9))
	case "persistent":
		m.Persistent = string(h.Value) == "true"
	case "reply-to":
		if !isName(strings.TrimSpace(string(h.Value))) {
			p.add(h.Name, h.Value)
			return nil
		}
		m.ReplyTo, err = c.destinations.parse(h.Value)
	default:
		return setProperty(m, h, p)
	}
	return err
}

// setProperty takes over a header that is no header of STOMP: a property that JMS defines, or any other.
func setProperty(m *message.Message, h frame.Header, p *properties) (err error) {
	var n int64
	switch string(h.Name) {
	case "JMSXGroupID":
		m.GroupID = message.T(string(h.Value))
	case "JMSXGroupSeq":
		n, err = number(h, 32)
		m.GroupSequence = int32(n)
	case "JMSXDeliveryCount":
		n, err = number(h, 32)
		m.Redeliveries = int32(max(n-1, 0))
	case "JMSRedelivered":
		m.Redeliveries = 0
		if string(h.Value) == "true" {
			m.Redeliveries = 1
		}
	case "JMSDeliveryMode":
		switch string(h.Value) {
		case "2", "PERSISTENT", "persistent", "true":
			m.Persistent = true
		default:
			m.Persistent = false
		}
	case "JMSReplyTo":
		d := message.ParseDestination(string(h.Value), message.Queue)
		m.ReplyTo = &d
	case "":
		return wrong("Invalid header: a header must have a name")
	default:
		p.add(h.Name, h.Value)
	}
	return err
}

// number reads a header that is one.
func number(h frame.Header, bits int) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(string(h.Value)), 10, bits)
	if err != nil {
		return 0, wrong("Invalid header " + string(h.Name) + ": " + strconv.Quote(string(h.Value)) + ", want a number")
	}
	return n, nil
}

// appendMessage appends the MESSAGE frame of a delivery to a subscription.
func (c *conn) appendMessage(to []byte, v frame.Version, s *subscription, d *broker.Dispatch) []byte {
	m := d.Message
	to = frame.AppendCommand(to, "MESSAGE")
	if s.hasID {
		to = frame.AppendHeader(to, v, "subscription", s.id)
	}
	to = append(to, "message-id:"...)
	to = appendID(to, v, m.ID)
	if s.mode != ackAuto {
		number := s.sent(m.ID)
		if v == frame.V12 {
			to = append(s.ackID(append(to, "ack:"...), number), '\n')
		}
	}
	to = c.appendFields(to, v, m, d.Redeliveries)
	name, body, err := transformed(m, s)
	to = appendProperties(to, v, m, name)
	if err != nil {
		to = frame.AppendHeader(to, v, "transformation-error", err.Error())
	}
	if body != nil {
		return frame.AppendBody(to, body)
	}
	return appendPlainBody(to, m)
}

// appendID appends a message's id and the line's end.
func appendID(to []byte, v frame.Version, id *message.ID) []byte {
	if v == frame.V10 {
		return append(id.Append(to), '\n')
	}
	var space [128]byte
	return append(frame.AppendPart(to, v, id.Append(space[:0])), '\n')
}

// appendFields appends the headers of a message's fields.
func (c *conn) appendFields(to []byte, v frame.Version, m *message.Message, redeliveries int32) []byte {
	to = frame.AppendHeader(to, v, "destination", c.destinations.nameOf(destinationOf(m)))
	if !m.CorrelationID.IsNull() {
		to = frame.AppendHeader(to, v, "correlation-id", m.CorrelationID.String())
	}
	to = frame.AppendNumber(to, "expires", m.Expiration)
	if redeliveries > 0 {
		to = append(to, "redelivered:true\n"...)
	}
	to = frame.AppendNumber(to, "priority", int64(m.Priority))
	if m.ReplyTo != nil {
		to = frame.AppendHeader(to, v, "reply-to", c.destinations.nameOf(*m.ReplyTo))
	}
	to = frame.AppendNumber(to, "timestamp", m.Timestamp)
	if !m.Type.IsNull() {
		to = frame.AppendHeader(to, v, "type", m.Type.String())
	}
	if !m.UserID.IsNull() {
		to = frame.AppendHeader(to, v, "JMSXUserID", m.UserID.String())
	}
	if m.OriginalDestination != nil {
		to = frame.AppendHeader(to, v, "original-destination", c.destinations.nameOf(*m.OriginalDestination))
	}
	if m.Persistent {
		to = append(to, "persistent:true\n"...)
	}
	return to
}

// appendProperties appends the message's properties, with the name of the transformation that was done, "" where none was. Properties that
// cannot be read are left out from there on.
func appendProperties(to []byte, v frame.Version, m *message.Message, transformation string) []byte {
	var space [32]byte
	message.Entries(m.Properties, func(name []byte, value message.Primitive) bool {
		if transformation != "" && string(name) == "transformation" {
			return true
		}
		to = append(appendMUTF8(to, v, name), ':')
		if text, ok := value.Text(); ok {
			to = appendMUTF8(to, v, text)
		} else {
			to = frame.AppendPart(to, v, appendPrimitive(space[:0], value))
		}
		to = append(to, '\n')
		return true
	})
	if transformation != "" {
		to = frame.AppendHeader(to, v, "transformation", transformation)
	}
	return to
}

// appendMUTF8 appends modified UTF-8 as part of a header.
func appendMUTF8(to []byte, v frame.Version, text []byte) []byte {
	for _, b := range text {
		if b >= 0x80 {
			s, err := message.DecodeMUTF8(text)
			if err != nil {
				s = strings.ToValidUTF8(string(text), "\ufffd")
			}
			return frame.AppendPart(to, v, s)
		}
	}
	return frame.AppendPart(to, v, text)
}

// appendPrimitive appends a value that is no string, as Java prints it.
func appendPrimitive(to []byte, p message.Primitive) []byte {
	v, err := p.Value()
	if err != nil {
		return to
	}
	return append(to, textOf(v)...)
}

// appendPlainBody ends a frame with the body of a message for which there is no transformation.
func appendPlainBody(to []byte, m *message.Message) []byte {
	switch m.Kind {
	case message.KindText:
		return appendText(to, m)
	case message.KindBytes:
		if body, err := m.Plain(message.DefaultInflateLimit); err == nil {
			return frame.AppendBody(frame.AppendNumber(to, "content-length", int64(len(body))), body)
		}
	}
	return frame.AppendBody(to, nil)
}

// appendText ends a frame with a text. One in which a NUL occurs needs its length told, unlike all others: the length says that a body is bytes.
func appendText(to []byte, m *message.Message) []byte {
	if content := m.Content; !m.Compressed && len(content) >= 4 && isASCII(content[4:]) &&
		int64(binary.BigEndian.Uint32(content)) == int64(len(content)-4) {
		return frame.AppendBody(to, content[4:])
	}
	text, err := m.TextBody()
	if err != nil {
		return frame.AppendBody(to, nil)
	}
	if strings.IndexByte(text.String(), 0) >= 0 {
		to = frame.AppendNumber(to, "content-length", int64(len(text.String())))
	}
	return frame.AppendBody(to, []byte(text.String()))
}

// isASCII tells whether modified UTF-8 is the same as UTF-8, and without NUL.
func isASCII(b []byte) bool {
	for _, c := range b {
		if c == 0 || c >= 0x80 {
			return false
		}
	}
	return true
}
