package stomp

import (
	"errors"

	"goactivemq/activemq/message"
)

// A header transformation asks for text in place of what has no form in STOMP. In SEND it says what the body is; in SUBSCRIBE, what all messages of
// the subscription but those of bytes are to become. A message that came with it keeps it as a property, and goes out untouched to those who ask
// for none.
//
//	transformation                    SEND becomes    and to a subscription that asks for it a message becomes
//	jms-map-json, jms-map-xml         map             map: JSON or XML
//	jms-json, jms-xml                 —               map, advisory: jms-map-json, jms-advisory-json and so on
//	jms-advisory-json, …-xml          —               advisory: JSON or XML, JSON too where nothing is asked for
//	jms-object-json, …-xml, jms-byte  —               map and advisory: JSON or XML by their names' ends
//
// All others are text and the like, as without. Objects are Java serialization, which is neither read nor made here. What cannot be done is told by a
// header transformation-error. The names are a fixed table: nothing is ever looked up by them.
var transformations = map[string]format{
	"jms-byte": asXML, "jms-xml": asXML, "jms-json": asJSON,
	"jms-object-xml": asXML, "jms-object-json": asJSON,
	"jms-map-xml": asXML, "jms-map-json": asJSON,
	"jms-advisory-xml": asXML, "jms-advisory-json": asJSON,
}

// transformationsIn are those that make something of a SEND's body.
var transformationsIn = map[string]func(m *message.Message, body []byte) error{
	"jms-map-json":    func(m *message.Message, body []byte) error { return setMap(m, body, asJSON) },
	"jms-map-xml":     func(m *message.Message, body []byte) error { return setMap(m, body, asXML) },
	"jms-object-json": func(*message.Message, []byte) error { return errObject },
	"jms-object-xml":  func(*message.Message, []byte) error { return errObject },
}

var errObject = errors.New("object messages hold Java serialization, which this broker neither reads nor makes")

// setMap makes a map message of text.
func setMap(m *message.Message, body []byte, f format) error {
	root, err := f.read(body)
	if err != nil {
		return err
	}
	entries, err := mapOf(root)
	if err != nil {
		return err
	}
	content, err := message.AppendMap(nil, entries)
	if err != nil {
		return err
	}
	m.Kind, m.Content = message.KindMap, content
	return nil
}

// transformed returns what the message becomes for the subscription: the name of the transformation that the frame tells, "" to leave the
// message's own; and the body, nil for the plain one.
func transformed(m *message.Message, s *subscription) (name string, body []byte, err error) {
	name = s.transformation
	if name == "" || m.Kind == message.KindBytes {
		if _, own := m.Property("transformation"); own || !m.IsAdvisory() {
			return "", nil, nil
		}
		name = ""
	}
	f, known := transformations[name]
	if name != "" && !known {
		return name, nil, nil
	}
	var root element
	switch {
	case m.Kind == message.KindMap:
		name, f = specific(name, f, "map", asXML)
		var entries message.Map
		if entries, err = m.MapBody(); err == nil {
			root = elementOfMap("map", entries)
		}
	case m.Kind == message.KindObject:
		name, _ = specific(name, f, "object", asXML)
		err = errObject
	case m.Data != nil:
		name, f = specific(name, f, "advisory", asJSON)
		root, err = elementOfData(m.Data)
	default:
		return name, nil, nil
	}
	if err != nil {
		return name, nil, err
	}
	return name, f.append(nil, root), nil
}

// specific completes the name of a transformation that says how, and not what of.
func specific(name string, f format, what string, def format) (string, format) {
	switch name {
	case "":
		return "jms-" + what + "-" + def.name, def
	case "jms-xml", "jms-json":
		return "jms-" + what + "-" + f.name, f
	}
	return name, f
}
