package broker

import (
	"strings"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
)

// Advisories are messages on topics below ActiveMQ.Advisory. in which the broker tells about itself. Java clients depend on those about
// temporary destinations. One is made only when somebody listens.

// The topics of advisories, behind message.AdvisoryPrefix; for producers and consumers the kind and name of the destination follow.
const (
	adviseConnections = "Connection"
	adviseQueues      = "Queue"
	adviseTopics      = "Topic"
	adviseTempQueues  = "TempQueue"
	adviseTempTopics  = "TempTopic"
	adviseProducers   = "Producer."
	adviseConsumers   = "Consumer."
	adviseAnonymous   = "Producer.Anonymous"
)

// advise sends an advisory to those who listen.
func (b *Broker) advise(topic string, data any, properties message.Map) {
	if !b.options.Advisories {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.adviseLocked(topic, data, properties)
}

// adviseLocked is advise with the broker's lock held.
func (b *Broker) adviseLocked(topic string, data any, properties message.Map) {
	if !b.options.Advisories {
		return
	}
	name := message.Destination{Kind: message.Topic, Name: message.AdvisoryPrefix + topic}
	t := b.topics[name]
	if t == nil && b.patternCoversLocked(name) {
		made, err := b.makeLocked(name, nil)
		if err != nil {
			b.log.Error("advisory topic "+name.Name, "error", err)
			return
		}
		t, _ = made.(*Topic)
	}
	if t == nil || !t.hasSubscribers() {
		return
	}
	t.admit(b.advisory(name, data, properties, nil), nil, nil)
}

// patternCoversLocked tells whether a consumer's name with wildcards covers the topic.
func (b *Broker) patternCoversLocked(name message.Destination) bool {
	for _, s := range b.patterns {
		if covers(s, name) {
			return true
		}
	}
	return false
}

// advisory makes the message of an advisory, for one consumer where target is not nil.
func (b *Broker) advisory(topic message.Destination, data any, properties message.Map, target *message.ConsumerID) *message.Message {
	properties = append(properties,
		message.Entry{Name: "originBrokerId", Value: b.options.ID},
		message.Entry{Name: "originBrokerName", Value: b.options.Name},
		message.Entry{Name: "originBrokerURL", Value: b.defaultURL()},
	)
	encoded, err := message.AppendMap(nil, properties)
	if err != nil {
		b.log.Error("properties of advisory "+topic.Name, "error", err)
	}
	id := b.systemID()
	return &message.Message{
		Kind: message.KindPlain, ID: id, Producer: id.Producer, Destination: &topic, Type: message.T("Advisory"),
		Data: data, Properties: encoded, TargetConsumer: target, BrokerIn: b.millis(),
	}
}

// adviseConnection tells about a new connection, without its password.
func (b *Broker) adviseConnection(c *Connection) {
	b.advise(adviseConnections, connectionShown(c), nil)
}

// connectionShown is a connection as advisories tell about it.
func connectionShown(c *Connection) *message.ConnectionInfo {
	info := *c.info
	info.Password = message.Text{}
	info.ClientIP = message.T(c.remote)
	return &info
}

// adviseConnectionGone tells about the end of a connection.
func (b *Broker) adviseConnectionGone(c *Connection) {
	b.advise(adviseConnections, &message.RemoveInfo{Object: c.info.Connection, LastDelivered: message.NoneDelivered}, nil)
}

// destinationTopics names the advisory topic for each kind of destination.
var destinationTopics = map[message.DestinationKind]string{
	message.Queue:     adviseQueues,
	message.Topic:     adviseTopics,
	message.TempQueue: adviseTempQueues,
	message.TempTopic: adviseTempTopics,
}

// adviseDestinationLocked tells about a destination that was made or ended, by a client or, where c is nil, by the broker.
func (b *Broker) adviseDestinationLocked(name message.Destination, operation message.DestinationOperation, c *Connection) {
	if name.IsAdvisory() {
		return
	}
	b.adviseLocked(destinationTopics[name.Kind], destinationShown(name, operation, c), nil)
}

// destinationShown is a destination as advisories tell about it.
func destinationShown(name message.Destination, operation message.DestinationOperation, c *Connection) *message.DestinationInfo {
	info := &message.DestinationInfo{Destination: &name, Operation: operation}
	if c != nil {
		info.Connection = c.info.Connection
	}
	return info
}

// endpointTopic is the advisory topic for producers or consumers of a destination.
func endpointTopic(prefix string, d message.Destination) string {
	if d.IsQueue() {
		return prefix + "Queue." + d.Name
	}
	return prefix + "Topic." + d.Name
}

// adviseProducer tells about a new producer of one destination.
func (b *Broker) adviseProducer(_ *Connection, p *producer) {
	if p.info.Destination == nil && b.options.AnonymousProducers {
		b.advise(adviseAnonymous, p.info, nil)
	}
	b.adviseEndpoint(adviseProducers, p.info.Destination, p.info, "producerCount")
}

// adviseProducerGone tells about a producer that ended.
func (b *Broker) adviseProducerGone(_ *Connection, p *producer) {
	b.adviseEndpoint(adviseProducers, p.info.Destination, &message.RemoveInfo{Object: p.info.Producer, LastDelivered: message.NoneDelivered}, "producerCount")
}

// adviseConsumer tells about a new consumer.
func (b *Broker) adviseConsumer(s *Subscription) {
	b.adviseEndpoint(adviseConsumers, s.info.Destination, s.info, "consumerCount")
}

// adviseConsumerGone tells about a consumer that ended.
func (b *Broker) adviseConsumerGone(s *Subscription) {
	b.adviseEndpoint(adviseConsumers, s.info.Destination, &message.RemoveInfo{Object: s.info.Consumer, LastDelivered: message.NoneDelivered}, "consumerCount")
}

// adviseEndpoint tells about a producer or consumer, on a topic for each part of its destination, with how many there are now.
func (b *Broker) adviseEndpoint(prefix string, destination *message.Destination, data any, countName string) {
	if destination == nil || !b.options.Advisories {
		return
	}
	for _, part := range destination.Parts() {
		if part.IsAdvisory() {
			continue
		}
		b.mu.Lock()
		count := b.endpointCountLocked(prefix, part)
		b.adviseLocked(endpointTopic(prefix, part), data, message.Map{{Name: countName, Value: int32(count)}})
		b.mu.Unlock()
	}
}

// endpointCountLocked returns the number of producers or consumers of a destination.
func (b *Broker) endpointCountLocked(prefix string, d message.Destination) int64 {
	var c Counters
	if q := b.queues[d]; q != nil {
		c = q.Counters()
	} else if t := b.topics[d]; t != nil {
		c = t.Counters()
	}
	if prefix == adviseProducers {
		return c.Producers
	}
	return c.Consumers
}

// replayLocked tells a new listener what is there already, it alone: destinations, connections, producers and consumers.
func (b *Broker) replayLocked(s *Subscription) {
	if !b.options.Advisories {
		return
	}
	for _, part := range s.info.Destination.Parts() {
		if !part.IsTopic() || !strings.HasPrefix(part.Name, message.AdvisoryPrefix) {
			continue
		}
		pattern := strings.TrimPrefix(part.Name, message.AdvisoryPrefix)
		b.replayDestinationsLocked(s, pattern)
		if message.Matches(pattern, adviseConnections) {
			for _, c := range b.connections {
				b.tellLocked(s, adviseConnections, connectionShown(c), nil)
			}
		}
		if message.Matches(pattern, adviseMaster) {
			b.tellLocked(s, adviseMaster, nil, nil) // sent when the broker became the master, and kept for who comes later
		}
		b.replayEndpointsLocked(s, pattern)
	}
}

// replayDestinationsLocked tells about the destinations that are there.
func (b *Broker) replayDestinationsLocked(s *Subscription, pattern string) {
	tell := func(name message.Destination) {
		if topic := destinationTopics[name.Kind]; !name.IsAdvisory() && message.Matches(pattern, topic) {
			b.tellLocked(s, topic, destinationShown(name, message.AddDestination, nil), nil)
		}
	}
	for name := range b.queues {
		tell(name)
	}
	for name := range b.topics {
		tell(name)
	}
}

// replayEndpointsLocked tells about the producers and consumers that are there.
func (b *Broker) replayEndpointsLocked(s *Subscription, pattern string) {
	if !strings.HasPrefix(pattern, adviseProducers) && !strings.HasPrefix(pattern, adviseConsumers) && pattern != ">" {
		return
	}
	tell := func(prefix string, d *message.Destination, data any, countName string) {
		if d == nil {
			return
		}
		for _, part := range d.Parts() {
			topic := endpointTopic(prefix, part)
			if part.IsAdvisory() || !message.Matches(pattern, topic) {
				continue
			}
			count := b.endpointCountLocked(prefix, part)
			b.tellLocked(s, topic, data, message.Map{{Name: countName, Value: int32(count)}})
		}
	}
	for _, c := range b.connections {
		for _, p := range c.producersOf(nil) {
			tell(adviseProducers, p.info.Destination, p.info, "producerCount")
		}
		for _, other := range c.consumersOf(nil) {
			if other != s {
				tell(adviseConsumers, other.info.Destination, other.info, "consumerCount")
			}
		}
	}
}

// unlimited is for what is told to one consumer alone, which nothing makes up for.
var unlimited = policy.Default()

// tellLocked sends an advisory to one consumer.
func (b *Broker) tellLocked(s *Subscription, topic string, data any, properties message.Map) {
	name := message.Destination{Kind: message.Topic, Name: message.AdvisoryPrefix + topic}
	t := b.topics[name]
	if t == nil {
		made, err := b.makeLocked(name, nil)
		if err != nil {
			b.log.Error("advisory topic "+name.Name, "error", err)
			return
		}
		t, _ = made.(*Topic)
	}
	m := b.advisory(name, data, properties, s.info.Consumer)
	l := t.newLoad(m)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.offerLocked(s, m, l, &unlimited)
}
