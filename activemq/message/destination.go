package message

import "strings"

// DestinationKind says what a destination is. Its values are OpenWire's data type numbers.
type DestinationKind uint8

// The kinds of destination.
const (
	Queue     DestinationKind = 100
	Topic     DestinationKind = 101
	TempQueue DestinationKind = 102
	TempTopic DestinationKind = 103
)

// AdvisoryPrefix starts the name of every topic on which the broker tells about itself.
const AdvisoryPrefix = "ActiveMQ.Advisory."

// Destination names a queue or topic. It is comparable and serves as a map key. The name carries no scheme; it may be a
// composite ("A,topic://B") or a pattern ("A.*", "A.>") until the broker has resolved it, and keeps a client's options
// ("A?consumer.priority=1") only where the client left them there.
type Destination struct {
	Kind DestinationKind
	Name string
}

// NewQueue returns the queue of that name.
func NewQueue(name string) *Destination { return &Destination{Queue, name} }

// NewTopic returns the topic of that name.
func NewTopic(name string) *Destination { return &Destination{Topic, name} }

// schemes are the prefixes with which names tell their kind.
var schemes = [...]struct {
	kind   DestinationKind
	prefix string
}{
	{Queue, "queue://"},
	{Topic, "topic://"},
	{TempQueue, "temp-queue://"},
	{TempTopic, "temp-topic://"},
}

// ParseDestination reads "queue://A", "topic://A", "temp-queue://A", "temp-topic://A", and a bare name as one of kind def.
func ParseDestination(text string, def DestinationKind) Destination {
	text = strings.TrimSpace(text)
	for _, s := range schemes {
		if rest, ok := strings.CutPrefix(text, s.prefix); ok {
			return Destination{s.kind, rest}
		}
		// The original also reads "queue:A", which its users write in composites.
		if rest, ok := strings.CutPrefix(text, strings.TrimSuffix(s.prefix, "//")); ok {
			return Destination{s.kind, rest}
		}
	}
	return Destination{def, text}
}

// String returns the destination with its scheme, as the original prints it: "queue://A".
func (d Destination) String() string { return d.Scheme() + d.Name }

// Scheme returns the prefix of the destination's kind, "queue://" for a queue.
func (d Destination) Scheme() string {
	for _, s := range schemes {
		if s.kind == d.Kind {
			return s.prefix
		}
	}
	return "unknown://"
}

// IsQueue is true for queues and temporary queues.
func (d Destination) IsQueue() bool { return d.Kind == Queue || d.Kind == TempQueue }

// IsTopic is true for topics and temporary topics.
func (d Destination) IsTopic() bool { return d.Kind == Topic || d.Kind == TempTopic }

// IsTemporary is true for destinations that live as long as the connection that made them.
func (d Destination) IsTemporary() bool { return d.Kind == TempQueue || d.Kind == TempTopic }

// IsAdvisory is true for the topics on which the broker tells about itself.
func (d Destination) IsAdvisory() bool {
	return d.Kind == Topic && strings.HasPrefix(d.Name, AdvisoryPrefix)
}

// IsComposite is true for a name that stands for several destinations.
func (d Destination) IsComposite() bool { return strings.IndexByte(d.Name, ',') >= 0 }

// IsPattern is true for a name with wildcards, where each segment is "*" (any one segment) or the last is ">" (any rest).
func (d Destination) IsPattern() bool {
	if strings.IndexByte(d.Name, '*') < 0 && strings.IndexByte(d.Name, '>') < 0 {
		return false
	}
	for segment := range strings.SplitSeq(d.Name, ".") {
		if segment == "*" || segment == ">" {
			return true
		}
	}
	return false
}

// Parts returns the destinations that a composite stands for, and the destination itself for any other name. A part without
// a scheme is of the composite's kind. Empty parts are left out.
func (d Destination) Parts() []Destination {
	if !d.IsComposite() {
		return []Destination{d}
	}
	var parts []Destination
	for text := range strings.SplitSeq(d.Name, ",") {
		if part := ParseDestination(text, d.Kind); part.Name != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// First returns the first part of a composite, and the destination itself for any other name.
func (d Destination) First() Destination {
	if parts := d.Parts(); len(parts) > 0 {
		return parts[0]
	}
	return d
}

// Matches tells whether pattern covers name: "*" stands for one segment, ">" for the rest, of which there must be at least
// one segment.
func Matches(pattern, name string) bool {
	for {
		p, prest, pmore := strings.Cut(pattern, ".")
		n, nrest, nmore := strings.Cut(name, ".")
		switch {
		case p == ">":
			return true
		case p != "*" && p != n:
			return false
		case !pmore && !nmore:
			return true
		case pmore && !nmore:
			// ActiveMQ counts "A.>" as covering "A" itself.
			return prest == ">"
		case !pmore:
			return false
		}
		pattern, name = prest, nrest
	}
}
