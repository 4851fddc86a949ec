package broker

import (
	"strings"

	"goactivemq/activemq/message"
	"goactivemq/activemq/selector"
)

// selectable shows a message, with the deliveries that it had, to a selector.
type selectable struct {
	m            *message.Message
	redeliveries int32
}

// Property returns an application property.
func (s selectable) Property(name string) selector.Value {
	v, _ := s.m.Property(name)
	if c, ok := v.(message.Char); ok {
		v = string(rune(c))
	}
	return selector.Of(v)
}

// Header returns what JMS and ActiveMQ define.
func (s selectable) Header(h selector.Header) selector.Value {
	m := s.m
	switch h {
	case selector.Destination:
		if m.OriginalDestination != nil {
			return destinationValue(m.OriginalDestination)
		}
		return destinationValue(m.Destination)
	case selector.ReplyTo:
		return destinationValue(m.ReplyTo)
	case selector.Type:
		return textValue(m.Type)
	case selector.DeliveryMode:
		if m.Persistent {
			return selector.String("PERSISTENT")
		}
		return selector.String("NON_PERSISTENT")
	case selector.Priority:
		return selector.Int(int32(m.Priority))
	case selector.MessageID:
		return selector.String(m.ID.String())
	case selector.Timestamp:
		return selector.Long(m.Timestamp)
	case selector.CorrelationID:
		return textValue(m.CorrelationID)
	case selector.Expiration:
		return selector.Long(m.Expiration)
	case selector.Redelivered:
		return selector.Bool(s.redeliveries > 0)
	case selector.DeliveryCount:
		return selector.Int(s.redeliveries + 1)
	case selector.GroupID:
		return textValue(m.GroupID)
	case selector.GroupSeq:
		return selector.Int(m.GroupSequence)
	case selector.UserID:
		if m.UserID.IsNull() {
			return s.Property("JMSXUserID")
		}
		return textValue(m.UserID)
	case selector.ProducerTXID:
		if m.OriginalTransaction != nil {
			return selector.String(m.OriginalTransaction.String())
		}
		if m.Transaction != nil {
			return selector.String(m.Transaction.String())
		}
	case selector.BrokerInTime:
		return selector.Long(m.BrokerIn)
	case selector.BrokerOutTime:
		return selector.Long(m.BrokerOut)
	case selector.BrokerPath:
		return selector.String(pathText(m.BrokerPath))
	case selector.GroupFirst:
		return selector.Bool(m.GroupFirst)
	}
	return selector.Value{}
}

// BodyText returns the body of a text or bytes message. One that cannot be read has none.
func (s selectable) BodyText() (text string, ok bool) {
	switch s.m.Kind {
	case message.KindText:
		t, err := s.m.TextBody()
		return t.String(), err == nil && !t.IsNull()
	case message.KindBytes:
		b, err := s.m.Plain(message.DefaultInflateLimit)
		return string(b), err == nil
	}
	return "", false
}

// textValue returns a text as selectors see it.
func textValue(t message.Text) selector.Value {
	if t.IsNull() {
		return selector.Value{}
	}
	return selector.String(t.String())
}

// destinationValue returns a destination as selectors see it.
func destinationValue(d *message.Destination) selector.Value {
	if d == nil {
		return selector.Value{}
	}
	return selector.String(d.String())
}

// pathText prints a broker path as Java prints an array.
func pathText(path []*message.BrokerID) string {
	if path == nil {
		return "null"
	}
	names := make([]string, len(path))
	for i, id := range path {
		names[i] = id.String()
	}
	return "[" + strings.Join(names, ", ") + "]"
}
