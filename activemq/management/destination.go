package management

import (
	"cmp"
	"iter"
	"slices"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
)

// DestinationType is a kind of destination by the name it has in the names of beans.
type DestinationType string

// The kinds of destination.
const (
	Queue     DestinationType = "Queue"
	Topic     DestinationType = "Topic"
	TempQueue DestinationType = "TempQueue"
	TempTopic DestinationType = "TempTopic"
)

// types finds the kind's name.
var types = map[message.DestinationKind]DestinationType{
	message.Queue: Queue, message.Topic: Topic, message.TempQueue: TempQueue, message.TempTopic: TempTopic,
}

// DestinationView has the attributes of a bean destinationType=…,destinationName=…. Counts are since the start of the broker unless they
// say what is now.
type DestinationView struct {
	DestinationType DestinationType
	Name            string
	Advisory        bool // a topic on which the broker tells about itself

	QueueSize     int64 // pending now, in flight included; always 0 for topics
	InFlightCount int64 // given to consumers and not acknowledged, now
	ConsumerCount int64 // now
	ProducerCount int64 // now

	EnqueueCount  int64
	DequeueCount  int64
	DispatchCount int64
	ExpiredCount  int64

	MemoryLimit          int64 // bytes; the broker's where the destination has none of its own
	MemoryUsageByteCount int64
	MemoryPercentUsage   int
}

// Destinations returns the destinations of one kind, by name.
func (m *Model) Destinations(t DestinationType) []DestinationView {
	var views []DestinationView
	for d := range m.places() {
		if types[d.Name().Kind] == t {
			views = append(views, m.destination(d))
		}
	}
	slices.SortFunc(views, func(a, b DestinationView) int { return cmp.Compare(a.Name, b.Name) })
	return views
}

// destination makes the view of one queue or topic.
func (m *Model) destination(d place) DestinationView {
	name, c, limit := d.Name(), d.Counters(), d.Memory().Limit()
	if limit <= 0 {
		limit = m.broker.Memory().Limit()
	}
	return DestinationView{
		DestinationType: types[name.Kind],
		Name:            name.Name,
		Advisory:        name.IsAdvisory(),

		QueueSize:     c.Pending,
		InFlightCount: c.InFlight,
		ConsumerCount: c.Consumers,
		ProducerCount: c.Producers,

		EnqueueCount:  c.Enqueued,
		DequeueCount:  c.Dequeued,
		DispatchCount: c.Dispatched,
		ExpiredCount:  c.Expired,

		MemoryLimit:          limit,
		MemoryUsageByteCount: c.Memory,
		MemoryPercentUsage:   percent(c.Memory, limit),
	}
}

// place is a queue or a topic of the broker.
type place interface {
	Name() message.Destination
	Counters() broker.Counters
	Memory() *broker.Usage
}

// places goes through all queues and topics, temporary ones too, in no order.
func (m *Model) places() iter.Seq[place] {
	return func(yield func(place) bool) {
		for _, q := range m.broker.Queues() {
			if !yield(q) {
				return
			}
		}
		for _, t := range m.broker.Topics() {
			if !yield(t) {
				return
			}
		}
	}
}

// counters goes through the counters of all destinations.
func (m *Model) counters() iter.Seq[broker.Counters] {
	return func(yield func(broker.Counters) bool) {
		for d := range m.places() {
			if !yield(d.Counters()) {
				return
			}
		}
	}
}
