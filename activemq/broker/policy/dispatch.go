package policy

import (
	"slices"
	"strings"

	"goactivemq/activemq/message"
)

// DispatchKind says to whom a topic gives a message, and in which order.
type DispatchKind uint8

// The kinds of dispatch. What the original calls simple and strict order are the same here: a topic gives its messages one after the other.
const (
	DispatchInOrder    DispatchKind = iota // to all, in the order in which they came
	DispatchRoundRobin                     // the first is the last for the next message
	DispatchByPriority                     // consumers of a higher priority first
	DispatchByNetwork                      // through a network of brokers to each consumer on one way only
	DispatchByClient                       // a message that names a client to that client only
)

// Dispatch is a topic's dispatch policy.
type Dispatch struct {
	Kind     DispatchKind
	Property string // of DispatchByClient: has the client's id as its value
	Suffix   string // of DispatchByClient: of the topics for such messages
}

// Client returns the client that alone may get the message. only is false where all may; an empty client is nobody.
func (d *Dispatch) Client(m *message.Message) (client string, only bool) {
	if d.Kind != DispatchByClient {
		return "", false
	}
	v, found := m.Property(d.Property)
	if !found || v == nil {
		return "", false
	}
	if client, ok := v.(string); ok && m.Destination.IsTopic() && strings.HasSuffix(m.Destination.Name, d.Suffix) {
		return client, true
	}
	return "", true
}

// Order returns the places of those of a topic's consumers that get a message, in the order in which they get it. It is for the kinds that ask for one.
func (d *Dispatch) Order(consumers []*message.ConsumerInfo) []int {
	order := make([]int, 0, len(consumers))
	for i, c := range consumers {
		if d.Kind == DispatchByNetwork && c.NetworkSubscription && d.reachedBetter(consumers, i) {
			continue
		}
		order = append(order, i)
	}
	if d.Kind == DispatchByPriority {
		slices.SortStableFunc(order, func(a, b int) int { return int(consumers[b].Priority) - int(consumers[a].Priority) })
	}
	return order
}

// reachedBetter tells whether the consumers behind a network's are reached through another of a higher priority, or through one of the same that
// came before.
func (d *Dispatch) reachedBetter(consumers []*message.ConsumerInfo, i int) bool {
	for j, other := range consumers {
		if j == i || !other.NetworkSubscription || !sameConsumer(other, consumers[i]) {
			continue
		}
		if other.Priority > consumers[i].Priority || other.Priority == consumers[i].Priority && j < i {
			return true
		}
	}
	return false
}

// sameConsumer tells whether two subscriptions of a network stand for the same consumer.
func sameConsumer(a, b *message.ConsumerInfo) bool {
	for _, x := range a.NetworkConsumerPath {
		for _, y := range b.NetworkConsumerPath {
			if x != nil && y != nil && *x == *y {
				return true
			}
		}
	}
	return false
}
