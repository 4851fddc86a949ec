package broker

import (
	"log/slog"
	"regexp"
	"sync/atomic"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
)

// Plugins are those of the original's plugins that change what becomes of messages, or tell about it. Each is a step at a place of its own, not a
// link in a chain: in which order a configuration names them does not matter. Nil and zero values are plugins that are not there.
type Plugins struct {
	Stamp            *policy.Stamp // sets times by the broker's clock, as a message arrives
	Statistics       *Statistics
	ForcePersistence *bool  // makes all messages persistent, or none, as they arrive
	TracePath        string // a property that gets the broker's name appended as a message is dispatched
	Redeliveries     *policy.Redeliveries
	DiscardLetters   *DiscardLetters
	Events           *Events

	// EndpointsChanged is called when a producer or consumer has come or gone, DestinationsChanged when a destination has. They must not block
	// and must not call the broker.
	EndpointsChanged, DestinationsChanged func()
}

// stamped has the plugins do with an arriving message what they are for.
func (b *Broker) stamped(m *message.Message) {
	p := &b.options.Plugins
	if p.ForcePersistence != nil {
		m.Persistent = *p.ForcePersistence
	}
	if p.Stamp != nil && !b.isLetter(m) {
		p.Stamp.Set(m, b.millis())
	}
}

// isLetter tells whether a message is on its way to the dead letter queue of where it was before.
func (b *Broker) isLetter(m *message.Message) bool {
	from := m.OriginalDestination
	return from != nil && b.policies.Load().For(*from).DeadLetter.QueueFor(*from, "") == *m.Destination
}

// dispatching has the plugins do with a message what they are for as it is dispatched, and returns it.
func (b *Broker) dispatching(s *Subscription, m *message.Message) *message.Message {
	b.options.Plugins.Events.dispatched(s.info.Consumer, m)
	return b.traced(m)
}

// traced returns a message as it is dispatched: with this broker at the end of the path that the tracing plugin writes.
func (b *Broker) traced(m *message.Message) *message.Message {
	name := b.options.Plugins.TracePath
	if name == "" || m == nil {
		return m
	}
	path := b.options.Name
	if before, ok := m.Property(name); ok {
		if text, ok := before.(string); ok && text != "" {
			path = text + "," + path
		}
	}
	changed := *m
	changed.Properties = b.withMore(m, message.Map{{Name: name, Value: path}})
	return &changed
}

// DiscardLetters drops what would be a dead letter.
type DiscardLetters struct {
	All             bool
	TemporaryQueues bool
	TemporaryTopics bool
	Only            []*regexp.Regexp // names of destinations, which they match as a whole
	ReportInterval  int64            // the log tells each time that as many were dropped; 0: never
	Log             *slog.Logger

	dropped atomic.Int64
}

// discardsLetter tells whether a message is dropped instead of becoming a dead letter, and counts it.
func (b *Broker) discardsLetter(m *message.Message) bool {
	p := b.options.Plugins.DiscardLetters
	if p == nil || !p.drops(*m.Destination) {
		return false
	}
	if n := p.dropped.Add(1); p.ReportInterval > 0 && n%p.ReportInterval == 0 {
		p.Log.Info("messages were discarded, since their destination was the dead letter queue", "total", n)
	}
	return true
}

// drops tells whether messages of a destination are dropped.
func (p *DiscardLetters) drops(d message.Destination) bool {
	if p.All || p.TemporaryQueues && d.Kind == message.TempQueue || p.TemporaryTopics && d.Kind == message.TempTopic {
		return true
	}
	for _, pattern := range p.Only {
		if pattern.MatchString(d.Name) {
			return true
		}
	}
	return false
}

// changed calls a hook that may not be there.
func changed(hook func()) {
	if hook != nil {
		hook()
	}
}
