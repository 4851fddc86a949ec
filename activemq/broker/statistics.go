package broker

import (
	"strings"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Statistics answers questions about the broker that clients send as messages to queues and topics of certain names. Its zero value answers.
type Statistics struct {
	URL func(scheme string) string // of a connector with that scheme, "" where there is none; nil: there are none
}

// The names that questions go to, and the properties that change the answers; all are the original's.
const (
	askPrefix        = "ActiveMQ.Statistics."
	askBroker        = askPrefix + "Broker"
	askDestination   = askPrefix + "Destination"
	askSubscription  = askPrefix + "Subscription"
	askReset         = "ActiveMQ.Statistics.Broker.Reset"
	askEnd           = "ActiveMQ.Statistics.Destination.List.End.With.Null"
	askFirst         = "ActiveMQ.Statistics.Destination.Include.First.Message.Timestamp"
	firstMessageTime = "firstMessageTimestamp"
)

// answer answers a message that asks for statistics, and tells whether it is one.
func (c *Connection) answer(m *message.Message, whenDone store.Completion) (bool, error) {
	b := c.broker
	if b.options.Plugins.Statistics == nil || m.ReplyTo == nil || !strings.HasPrefix(m.Destination.Name, askPrefix) {
		return false, nil
	}
	var answers []message.Map
	correlated := true
	switch name := m.Destination.Name; {
	case strings.HasPrefix(name, askDestination):
		answers = b.askedDestinations(m)
	case strings.HasPrefix(name, askBroker):
		if _, reset := m.Property(askReset); reset {
			b.resetStatistics()
		}
		answers = []message.Map{b.askedBroker()}
	case strings.HasPrefix(name, askSubscription):
		answers, correlated = b.askedSubscriptions(), false
	default:
		return false, nil
	}
	for _, answer := range answers {
		if err := b.reply(m, answer, correlated); err != nil {
			return true, err
		}
	}
	if whenDone != nil {
		whenDone(nil)
	}
	return true, nil
}

// reply sends an answer to who asked.
func (b *Broker) reply(asked *message.Message, answer message.Map, correlated bool) error {
	p, err := b.lookup(*asked.ReplyTo, nil)
	if err != nil {
		return err
	}
	content, err := message.AppendMap(nil, answer)
	if err != nil {
		return err
	}
	id := b.systemID()
	m := &message.Message{
		Kind: message.KindMap, ID: id, Producer: id.Producer, Destination: asked.ReplyTo, Type: message.T("Advisory"),
		Priority: message.DefaultPriority, Timestamp: b.millis(), BrokerIn: b.millis(), Content: content,
	}
	if correlated {
		m.CorrelationID = asked.CorrelationID
	}
	p.send(m, nil, nil)
	return nil
}

// origin is what all answers begin with.
func (b *Broker) origin() message.Map {
	return message.Map{{Name: "brokerName", Value: b.options.Name}, {Name: "brokerId", Value: b.options.ID}}
}

// askedDestinations answers about the destinations that the name behind the prefix stands for.
func (b *Broker) askedDestinations(m *message.Message) []message.Map {
	name := strings.TrimPrefix(strings.TrimPrefix(m.Destination.Name, askDestination), ".")
	pattern := strings.ReplaceAll(name, askEnd, "")
	_, end := m.Property(askEnd)
	_, first := m.Property(askFirst)
	var all []message.Map
	for _, d := range b.matching(message.Destination{Kind: m.Destination.Kind, Name: pattern}) {
		answer := d.describe(b.origin())
		if q, ok := d.from.(*Queue); ok && first {
			if at, found := q.firstArrival(); found {
				answer = append(answer, message.Entry{Name: firstMessageTime, Value: at})
			}
		}
		all = append(all, answer)
	}
	if end || pattern != name {
		all = append(all, message.Map{})
	}
	return all
}

// described is a destination with its numbers.
type described struct {
	from     place
	counters Counters
}

// matching returns the destinations that a name stands for, one or a pattern.
func (b *Broker) matching(pattern message.Destination) []described {
	var all []described
	covers := func(d message.Destination) bool {
		for _, part := range pattern.Parts() {
			if d.Kind == part.Kind && message.Matches(part.Name, d.Name) {
				return true
			}
		}
		return false
	}
	for _, q := range b.Queues() {
		if covers(q.name) {
			all = append(all, described{q, q.Counters()})
		}
	}
	for _, t := range b.Topics() {
		if covers(t.name) {
			all = append(all, described{t, t.Counters()})
		}
	}
	return all
}

// describe adds a destination's numbers to an answer.
func (d described) describe(answer message.Map) message.Map {
	base := d.from.base()
	answer = append(answer, message.Entry{Name: "destinationName", Value: base.name.String()})
	answer = d.counters.describe(answer)
	answer = append(answer,
		message.Entry{Name: "memoryPercentUsage", Value: int32(base.memory.Percent())},
		message.Entry{Name: "memoryUsage", Value: base.memory.Used()},
		message.Entry{Name: "memoryLimit", Value: base.memory.limitOr(base.broker.memory)},
	)
	answer = append(answer, times...)
	return append(answer, message.Entry{Name: "consumerCount", Value: d.counters.Consumers}, message.Entry{Name: "producerCount", Value: d.counters.Producers})
}

// times is how long messages are in the broker until they are acknowledged, which is not measured here.
var times = message.Map{{Name: "averageEnqueueTime", Value: 0.0}, {Name: "maxEnqueueTime", Value: 0.0}, {Name: "minEnqueueTime", Value: 0.0}}

// describe adds the numbers that destinations and the broker as a whole have alike.
func (c Counters) describe(answer message.Map) message.Map {
	return append(answer,
		message.Entry{Name: "size", Value: c.Pending},
		message.Entry{Name: "enqueueCount", Value: c.Enqueued},
		message.Entry{Name: "dequeueCount", Value: c.Dequeued},
		message.Entry{Name: "dispatchCount", Value: c.Dispatched},
		message.Entry{Name: "expiredCount", Value: c.Expired},
		message.Entry{Name: "inflightCount", Value: c.InFlight},
		message.Entry{Name: "messagesCached", Value: int64(0)},
		message.Entry{Name: "averageMessageSize", Value: int64(0)},
	)
}

// askedBroker answers about the broker as a whole.
func (b *Broker) askedBroker() message.Map {
	var sum Counters
	for _, d := range append(b.matching(message.Destination{Kind: message.Queue, Name: ">"}), b.matching(message.Destination{Kind: message.Topic, Name: ">"})...) {
		c := d.counters
		sum.Enqueued, sum.Dequeued, sum.Dispatched, sum.Expired = sum.Enqueued+c.Enqueued, sum.Dequeued+c.Dequeued, sum.Dispatched+c.Dispatched, sum.Expired+c.Expired
		sum.InFlight, sum.Pending, sum.Consumers, sum.Producers = sum.InFlight+c.InFlight, sum.Pending+c.Pending, sum.Consumers+c.Consumers, sum.Producers+c.Producers
	}
	answer := sum.describe(b.origin())
	for _, u := range []struct {
		name  string
		usage *Usage
	}{{"memory", b.memory}, {"store", b.storage}, {"temp", b.temporary}} {
		answer = append(answer,
			message.Entry{Name: u.name + "PercentUsage", Value: int32(u.usage.Percent())},
			message.Entry{Name: u.name + "Usage", Value: u.usage.Used()},
			message.Entry{Name: u.name + "Limit", Value: u.usage.Limit()},
		)
	}
	answer = append(answer, times...)
	answer = append(answer, message.Entry{Name: "consumerCount", Value: sum.Consumers}, message.Entry{Name: "producerCount", Value: sum.Producers})
	for _, u := range [...][2]string{{"openwire", "tcp"}, {"stomp", "stomp"}, {"ssl", "ssl"}, {"stomp+ssl", "stomp+ssl"}} {
		url := ""
		if of := b.options.Plugins.Statistics.URL; of != nil {
			url = of(u[1])
		}
		answer = append(answer, message.Entry{Name: u[0], Value: url})
	}
	return append(answer, message.Entry{Name: "vm", Value: "vm://" + b.options.Name}, message.Entry{Name: "dataDirectory", Value: b.options.DataDirectory})
}

// askedSubscriptions answers about the consumers of queues, and those of topics that are not durable.
func (b *Broker) askedSubscriptions() []message.Map {
	var all []message.Map
	for _, c := range b.Connections() {
		for _, s := range c.Consumers() {
			if !s.info.IsDurable() && !s.info.Browser {
				all = append(all, s.describe(b.origin()))
			}
		}
	}
	return all
}

// describe adds a consumer's numbers to an answer.
func (s *Subscription) describe(answer message.Map) message.Map {
	enqueued, dispatched, dequeued := s.Counters()
	var selector any
	if !s.info.Selector.IsNull() {
		selector = s.info.Selector.String()
	}
	policy := s.conn.broker.policies.Load().For(s.info.Destination.First())
	return append(answer,
		message.Entry{Name: "destinationName", Value: s.info.Destination.Name},
		message.Entry{Name: "clientId", Value: s.conn.info.ClientID.String()},
		message.Entry{Name: "connectionId", Value: s.info.Consumer.Connection},
		message.Entry{Name: "sessionId", Value: s.info.Consumer.Session},
		message.Entry{Name: "selector", Value: selector},
		message.Entry{Name: "enqueueCounter", Value: enqueued},
		message.Entry{Name: "dequeueCounter", Value: dequeued},
		message.Entry{Name: "dispatchedCounter", Value: dispatched},
		message.Entry{Name: "dispatchedQueueSize", Value: int64(s.InFlight())},
		message.Entry{Name: "prefetchSize", Value: s.info.Prefetch},
		message.Entry{Name: "maximumPendingMessageLimit", Value: int32(policy.Pending.For(s.info.Prefetch, s.info.MaxPending))},
		message.Entry{Name: "exclusive", Value: s.info.Exclusive},
		message.Entry{Name: "retroactive", Value: s.info.Retroactive},
		message.Entry{Name: "slowConsumer", Value: s.isSlow()},
	)
}

// resetStatistics has all that is counted since the start begin at 0.
func (b *Broker) resetStatistics() {
	for _, d := range b.consumed() {
		d.destination.resetStatistics()
	}
	b.totals.enqueued.Store(0)
	b.totals.dequeued.Store(0)
}

// resetStatistics is that for one destination.
func (d *Destination) resetStatistics() {
	d.enqueued.Store(0)
	d.dequeued.Store(0)
	d.dispatched.Store(0)
	d.expired.Store(0)
}

// firstArrival returns when the queue's oldest message came to the broker.
func (q *Queue) firstArrival() (at int64, found bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if d := q.waiting.first; d != nil {
		return d.message.BrokerIn, true
	}
	return 0, false
}

// Connections returns the connections, in no order.
func (b *Broker) Connections() []*Connection {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]*Connection, 0, len(b.connections))
	for _, c := range b.connections {
		all = append(all, c)
	}
	return all
}

// Consumers returns the connection's consumers, in no order.
func (c *Connection) Consumers() []*Subscription { return c.consumersOf(nil) }

// Producers returns what the connection's producers said of themselves, in no order. They must not be changed.
func (c *Connection) Producers() []*message.ProducerInfo {
	var all []*message.ProducerInfo
	for _, p := range c.producersOf(nil) {
		all = append(all, p.info)
	}
	return all
}
