package amqp

import (
	"fmt"
	"math"
	"strings"

	"goactivemq/activemq/message"
	"goactivemq/amqp/wire"
)

// What AMQP and the broker call the same, in both directions (inbound.go, outbound.go):
//
//	header             durable                Persistent
//	                   priority               Priority
//	                   ttl                    Expiration, from now on; absolute-expiry-time comes first
//	                   first-acquirer         property JMS_AMQP_FirstAcquirer
//	                   delivery-count         Redeliveries
//	properties         message-id             ID.TextView, with the prefixes of ids.go
//	                   user-id                UserID
//	                   to                     Destination, of links without a target
//	                   subject                Type
//	                   reply-to               ReplyTo
//	                   correlation-id         CorrelationID, with the prefixes of ids.go
//	                   content-type           property JMS_AMQP_ContentType
//	                   content-encoding       property JMS_AMQP_ContentEncoding
//	                   absolute-expiry-time   Expiration
//	                   creation-time          Timestamp
//	                   group-id               GroupID
//	                   group-sequence         GroupSequence
//	                   reply-to-group-id      property JMS_AMQP_ReplyToGroupID
//	annotations        NAME                   property JMS_AMQP_MA_NAME (JMS_AMQP_DA_NAME: delivery annotations, outbound only)
//	                   x-opt-delivery-…       property AMQ_SCHEDULED_… too
//	                   x-opt-jms-dest         the kind of Destination
//	                   x-opt-jms-reply-to     the kind of ReplyTo
//	application        NAME                   property NAME
//	footer             NAME                   property JMS_AMQP_FT_NAME
//	the transfer       message-format         property JMS_AMQP_MESSAGE_FORMAT
//
// Bodies, and what the property JMS_AMQP_ORIGINAL_ENCODING says, so that each goes out as it came:
//
//	none                                      by content type: object, bytes, text or plain       encodingNone
//	data               content type of text   text, where it is UTF-8                             encodingData
//	data               of a Java object       object, as it is                                    encodingData
//	data                                      bytes                                               encodingData
//	amqp-sequence      of simple values       stream                                              encodingSequence
//	amqp-value         null                   text                                                encodingNull
//	amqp-value         string                 text                                                encodingString
//	amqp-value         binary                 bytes, or object by content type                    encodingBinary
//	amqp-value         list of simple values  stream                                              encodingList
//	amqp-value         map of what maps hold  map                                                 encodingMap
//	anything else                             bytes: the encoded message, and the property JMS_AMQP_NATIVE
//
// The transformer "native" makes the last row of all messages, "raw" does so without reading what is in them.
const (
	propertyPrefix         = "JMS_AMQP_"
	headerProperty         = propertyPrefix + "HEADER"
	propertiesProperty     = propertyPrefix + "PROPERTIES"
	encodingProperty       = propertyPrefix + "ORIGINAL_ENCODING"
	formatProperty         = propertyPrefix + "MESSAGE_FORMAT"
	nativeProperty         = propertyPrefix + "NATIVE"
	firstAcquirerProperty  = propertyPrefix + "FirstAcquirer"
	contentTypeProperty    = propertyPrefix + "ContentType"
	encodingOfContent      = propertyPrefix + "ContentEncoding"
	replyToGroupProperty   = propertyPrefix + "ReplyToGroupID"
	deliveryPrefix         = propertyPrefix + "DA_"
	annotationPrefix       = propertyPrefix + "MA_"
	footerPrefix           = propertyPrefix + "FT_"
	scheduledPrefix        = "AMQ_SCHEDULED_"
	objectContentType      = "application/x-java-serialized-object"
	octetsContentType      = "application/octet-stream"
	destinationAnnotation  = "x-opt-jms-dest"
	replyToAnnotation      = "x-opt-jms-reply-to"
	structureProperty      = "ActiveMqDataStructureType"
	deliveryTimeAnnotation = "x-opt-delivery-time"
)

// How the body of a message came, as encodingProperty has it.
const (
	encodingNone     int16 = 1
	encodingData     int16 = 2
	encodingSequence int16 = 3
	encodingNull     int16 = 4
	encodingString   int16 = 5
	encodingBinary   int16 = 6
	encodingMap      int16 = 7
	encodingList     int16 = 8
)

// kindNumbers are the kinds of destination as annotations name them.
var kindNumbers = map[message.DestinationKind]int8{
	message.Queue: 0, message.Topic: 1, message.TempQueue: 2, message.TempTopic: 3,
}

// schedules are the annotations that ask for a later delivery and the properties that do.
var schedules = map[string]string{
	"x-opt-delivery-delay":  scheduledPrefix + "DELAY",
	"x-opt-delivery-period": scheduledPrefix + "PERIOD",
	"x-opt-delivery-repeat": scheduledPrefix + "REPEAT",
	"x-opt-delivery-cron":   scheduledPrefix + "CRON",
}

// errNoPlace tells that a value is of a type that the broker's messages have no place for.
var errNoPlace = fmt.Errorf("a value of this type has no place in a message of the broker")

// simple returns a value as the broker's bodies hold it; those of lists and maps only where nested says so.
func simple(v wire.Value, nested bool) (any, error) {
	switch v.Type() {
	case wire.Null:
		return nil, nil
	case wire.Boolean:
		b, _ := v.Bool()
		return b, nil
	case wire.Byte, wire.Short, wire.Int, wire.Long, wire.Char:
		return integer(v)
	case wire.Float:
		f, _ := v.Float()
		return float32(f), nil
	case wire.Double:
		f, _ := v.Float()
		return f, nil
	case wire.String:
		s, _ := v.Text()
		return s, nil
	case wire.Binary:
		return append([]byte{}, v.Bytes()...), nil
	case wire.List:
		if nested {
			return list(v, true)
		}
	case wire.Map:
		if nested {
			return mapOf(v)
		}
	}
	return nil, errNoPlace
}

// integer returns a signed integer or char in the size that it has.
func integer(v wire.Value) (any, error) {
	n, _ := v.Int()
	switch v.Type() {
	case wire.Byte:
		return int8(n), nil
	case wire.Short:
		return int16(n), nil
	case wire.Int:
		return int32(n), nil
	case wire.Long:
		return n, nil
	}
	if n > math.MaxUint16 {
		return nil, errNoPlace
	}
	return message.Char(n), nil
}

// list returns the elements of a list.
func list(v wire.Value, nested bool) (message.List, error) {
	l := make(message.List, 0, v.Len())
	for item := range v.Items() {
		element, err := simple(item, nested)
		if err != nil {
			return nil, err
		}
		l = append(l, element)
	}
	return l, nil
}

// mapOf returns the entries of a map whose keys are strings.
func mapOf(v wire.Value) (message.Map, error) {
	m := make(message.Map, 0, v.Len()/2)
	for key, value := range v.Entries() {
		if key.Type() != wire.String {
			return nil, errNoPlace
		}
		element, err := simple(value, true)
		if err != nil {
			return nil, err
		}
		m = append(m, message.Entry{Name: string(key.Bytes()), Value: element})
	}
	return m, nil
}

// property returns a value as a property of a message holds it: unsigned numbers in the first signed type that has room, symbols and binaries as
// text.
func property(v wire.Value) (any, error) {
	switch v.Type() {
	case wire.Ubyte, wire.Ushort, wire.Uint, wire.Ulong:
		return signed(v), nil
	case wire.SymbolType:
		s, _ := v.Text()
		return s, nil
	case wire.Binary:
		return binaryText(v.Bytes()), nil
	case wire.Timestamp:
		n, _ := v.Int()
		return n, nil
	case wire.UUID:
		return formatUUID(v.Bytes()), nil
	}
	return simple(v, true)
}

// signed returns an unsigned number in the first signed type that is at least as wide and has room.
func signed(v wire.Value) any {
	n, _ := v.Uint()
	switch t := v.Type(); {
	case t == wire.Ubyte && n <= math.MaxInt8:
		return int8(n)
	case t <= wire.Ushort && n <= math.MaxInt16:
		return int16(n)
	case t <= wire.Uint && n <= math.MaxInt32:
		return int32(n)
	}
	return int64(n)
}

// binaryText writes bytes as text in which those that are not printable ASCII are escaped, which is how the original shows them.
func binaryText(b []byte) string {
	var text strings.Builder
	for _, c := range b {
		if c > 0x1f && c < 0x7f && c != '\\' {
			text.WriteByte(c)
		} else {
			fmt.Fprintf(&text, "\\x%02x", c)
		}
	}
	return text.String()
}

// appendSimple appends a value of a message's body or properties.
func appendSimple(to []byte, v any) []byte {
	switch v := v.(type) {
	case bool:
		return wire.AppendBool(to, v)
	case int8:
		return wire.AppendByte(to, v)
	case int16:
		return wire.AppendShort(to, v)
	case int32:
		return wire.AppendInt(to, v)
	case int64:
		return wire.AppendLong(to, v)
	case message.Char:
		return wire.AppendChar(to, rune(v))
	case float32:
		return wire.AppendFloat(to, v)
	case float64:
		return wire.AppendDouble(to, v)
	case string:
		return wire.AppendString(to, v)
	case []byte:
		return wire.AppendBinary(to, v)
	case message.Map:
		return appendMap(to, v)
	case message.List:
		return appendList(to, v)
	}
	return wire.AppendNull(to)
}

// appendMap appends the entries of a map. Of two with one name only the last is one.
func appendMap(to []byte, m message.Map) []byte {
	to, at := wire.Begin(to)
	count := 0
	last := make(map[string]int, len(m))
	for i := range m {
		last[m[i].Name] = i
	}
	for i := range m {
		if last[m[i].Name] == i {
			to = appendSimple(wire.AppendString(to, m[i].Name), m[i].Value)
			count += 2
		}
	}
	return wire.EndMap(to, at, count)
}

// appendList appends the elements of a list.
func appendList(to []byte, l message.List) []byte {
	to, at := wire.Begin(to)
	for _, v := range l {
		to = appendSimple(to, v)
	}
	return wire.EndList(to, at, len(l))
}
