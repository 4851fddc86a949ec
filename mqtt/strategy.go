package mqtt

import (
	"strings"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/mqtt/packet"
)

// strategy says what subscriptions are made of: the option transport.subscriptionStrategy.
type strategy interface {
	// destination is where messages of a topic go; name is in the broker's form.
	destination(name string) *message.Destination

	// published is the name of the topic that a message was published to, in the broker's form.
	published(name string) string

	// consume says what a subscription consumes. kept tells that it outlives the connection.
	consume(clientID string, f packet.Filter, kept bool) consumed

	// queues are those that a client's subscriptions left behind.
	queues(clientID string, b *broker.Broker) []consumed

	// recover returns what a subscription was made for, from what it consumes.
	recover(clientID string, c consumed) (packet.Filter, bool)
}

// consumed is what a subscription consumes: a destination, and for a topic that is to keep messages the name of a durable subscription.
type consumed struct {
	destination message.Destination
	name        string
	prefetch    int32
	noLocal     bool
}

// The names of the strategies.
const (
	defaultStrategy = "mqtt-default-subscriptions"
	virtualStrategy = "mqtt-virtual-topic-subscriptions"
)

// strategies are those that there are.
var strategies = map[string]strategy{defaultStrategy: topicStrategy{}, virtualStrategy: queueStrategy{}}

// The original's prefetch sizes.
const (
	topicPrefetch   = 32767
	durablePrefetch = 100
	queuePrefetch   = 1000
)

// qosNames are the qualities of service in the names of durable subscriptions and queues.
var qosNames = [...]string{"AT_MOST_ONCE", "AT_LEAST_ONCE", "EXACTLY_ONCE"}

// qosNamed returns the QoS of that name.
func qosNamed(name string) (packet.QoS, bool) {
	for qos, n := range qosNames {
		if n == name {
			return packet.QoS(qos), true
		}
	}
	return 0, false
}

// topicStrategy makes subscriptions of topics: durable ones, named by QoS and filter, where they are kept.
type topicStrategy struct{}

func (topicStrategy) destination(name string) *message.Destination { return message.NewTopic(name) }

func (topicStrategy) published(name string) string { return name }

func (topicStrategy) consume(_ string, f packet.Filter, kept bool) consumed {
	c := consumed{destination: *message.NewTopic(swap(f.Name)), prefetch: topicPrefetch, noLocal: f.NoLocal}
	if kept && f.QoS > packet.AtMostOnce {
		c.name, c.prefetch = qosNames[f.QoS]+":"+f.Name, durablePrefetch
	}
	return c
}

func (topicStrategy) queues(string, *broker.Broker) []consumed { return nil }

func (topicStrategy) recover(_ string, c consumed) (packet.Filter, bool) {
	qos, filter, _ := strings.Cut(c.name, ":")
	q, ok := qosNamed(qos)
	return packet.Filter{Name: filter, QoS: q}, ok && packet.ValidFilter(filter)
}

// queueStrategy publishes to virtual topics and makes subscriptions that are kept of the queues behind them: Consumer.CLIENT:QOS.VirtualTopic.NAME.
type queueStrategy struct{}

// The names of virtual topics and of the queues behind them.
const (
	virtualPrefix  = "VirtualTopic."
	consumerPrefix = "Consumer."
)

func (queueStrategy) destination(name string) *message.Destination {
	parts := strings.Split(name, ",") // each part of a composite name
	for i, part := range parts {
		if !strings.HasPrefix(part, virtualPrefix) {
			parts[i] = virtualPrefix + part
		}
	}
	return message.NewTopic(strings.Join(parts, ","))
}

func (queueStrategy) published(name string) string {
	if i := strings.Index(name, virtualPrefix); i >= 0 {
		return name[i+len(virtualPrefix):]
	}
	return name
}

func (queueStrategy) consume(clientID string, f packet.Filter, kept bool) consumed {
	name := swap(f.Name)
	switch virtual := strings.HasPrefix(name, virtualPrefix); {
	case kept && f.QoS > packet.AtMostOnce && virtual:
		return consumed{destination: *message.NewTopic(name), name: qosNames[f.QoS] + ":" + f.Name, prefetch: durablePrefetch, noLocal: f.NoLocal}
	case kept && f.QoS > packet.AtMostOnce:
		return consumed{destination: *message.NewQueue(queuesOf(swap(clientID)) + qosNames[f.QoS] + "." + virtualPrefix + name), prefetch: queuePrefetch, noLocal: f.NoLocal}
	case !virtual:
		name = virtualPrefix + name
	}
	return consumed{destination: *message.NewTopic(name), prefetch: topicPrefetch, noLocal: f.NoLocal}
}

// queuesOf is how the names of a client's queues start.
func queuesOf(clientID string) string { return consumerPrefix + clientID + ":" }

func (queueStrategy) queues(clientID string, b *broker.Broker) []consumed {
	var all []consumed
	for _, q := range b.Queues() {
		if name := q.Name(); !name.IsTemporary() && strings.HasPrefix(name.Name, queuesOf(swap(clientID))) {
			all = append(all, consumed{destination: name, prefetch: queuePrefetch})
		}
	}
	return all
}

func (s queueStrategy) recover(clientID string, c consumed) (packet.Filter, bool) {
	if c.destination.IsTopic() {
		return topicStrategy{}.recover(clientID, c)
	}
	rest, mine := strings.CutPrefix(c.destination.Name, queuesOf(swap(clientID)))
	qos, name, more := strings.Cut(rest, "."+virtualPrefix)
	q, ok := qosNamed(qos)
	filter := swap(name)
	return packet.Filter{Name: filter, QoS: q}, mine && more && ok && packet.ValidFilter(filter)
}
