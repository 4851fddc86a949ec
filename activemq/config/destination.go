package config

import (
	"reflect"
	"strings"
)

// DestinationKind is the kind of a destination, spelt as the scheme of its qualified name.
type DestinationKind string

const (
	Queue     DestinationKind = "queue"
	Topic     DestinationKind = "topic"
	TempQueue DestinationKind = "temp-queue"
	TempTopic DestinationKind = "temp-topic"
)

// Destination names destinations: one, several with commas, or a pattern with wildcards. The name is as written but for
// blanks around it; it may end in options (?consumer.prefetchSize=1). The zero value names none.
type Destination struct {
	Kind DestinationKind
	Name string
	At   Position
}

// String gives the qualified name, queue://a.b.
func (d Destination) String() string {
	if d.Kind == "" {
		return ""
	}
	return string(d.Kind) + "://" + d.Name
}

var destinationElements = map[string]DestinationKind{"queue": Queue, "topic": Topic, "tempQueue": TempQueue, "tempTopic": TempTopic}

// destination reads a value of a destination's type: the attributes queue and topic of an entry, which hold a name;
// tempQueue and tempTopic, which hold a boolean of which the original asks no more than that it is there, and mean all
// of their kind; or an element of those names.
func (c *context) destination(b *bean, sp *schemaProperty, v *value) (Destination, bool) {
	if v.kind == literal {
		kind := destinationElements[sp.name]
		switch kind {
		case "":
			c.errorf(v.at, "%s of %s has the text %q, want an element queue or topic", sp.name, b.name(), v.text)
			return Destination{}, false
		case TempQueue, TempTopic:
			return Destination{kind, ">", v.at}, true
		}
		name := strings.TrimSpace(v.text)
		if name == "" {
			c.errorf(v.at, "%s of %s is empty", sp.name, b.name())
			return Destination{}, false
		}
		return Destination{kind, name, v.at}, true
	}
	target := c.target(v)
	if target == nil || target.schema == nil || destinationElements[target.schema.name] == "" {
		if target != nil || v.kind != reference {
			c.errorf(v.at, "%s of %s takes an element queue, topic, tempQueue or tempTopic", sp.name, b.name())
		}
		return Destination{}, false
	}
	for _, p := range target.properties {
		if p.name != "physicalName" {
			c.tellState(target, p)
		}
	}
	name := target.text("physicalName")
	if target.property("physicalName") == nil && len(target.arguments) > 0 {
		name = target.arguments[0].text
	}
	if name = strings.TrimSpace(name); name == "" && target.property("physicalName") != nil {
		c.errorf(target.at, "physicalName of %s is empty", target.name())
		return Destination{}, false
	}
	return Destination{destinationElements[target.schema.name], name, target.at}, true
}

// assignDestinations sets a list of destinations.
func (c *context) assignDestinations(b *bean, sp *schemaProperty, v *value, dest reflect.Value) bool {
	items := v.list
	if v.kind != list {
		items = []*value{v}
	}
	out := make([]Destination, 0, len(items))
	for _, item := range items {
		if d, ok := c.destination(b, sp, item); ok {
			out = append(out, d)
		}
	}
	dest.Set(reflect.ValueOf(out))
	return true
}
