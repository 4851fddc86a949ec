package broker

import (
	"maps"
	"slices"
	"strings"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// place is a queue or a topic.
type place interface {
	base() *Destination
	send(m *message.Message, by *Connection, whenDone store.Completion)
	expectConsumers()
	disconnect() []*Subscription
	attach(s *Subscription)
	detach(s *Subscription)
	remove(whenDone store.Completion)
}

// lookup returns the queue or topic of that name, which is made when there is none. Temporary ones are only made for a consumer
// of the connection that they belong to.
func (b *Broker) lookup(name message.Destination, c *Connection) (place, error) {
	if name.Name == "" || name.Name == message.NullName {
		return nil, fail(InvalidDestination, "the destination has no name")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if q := b.queues[name]; q != nil {
		return q, nil
	}
	if t := b.topics[name]; t != nil {
		return t, nil
	}
	if name.IsTemporary() {
		return nil, fail(NoDestination, "%s", name)
	}
	return b.makeLocked(name, c)
}

// makeLocked makes a queue or topic that there is not, for c where a client asked.
func (b *Broker) makeLocked(name message.Destination, c *Connection) (place, error) {
	if name == retainedQueue {
		return nil, fail(NotAuthorized, "%s is where the broker keeps retained messages: send to their topics, or subscribe there", name)
	}
	if err := b.roomForLocked(name); err != nil {
		return nil, err
	}
	var made place
	var err error
	if name.IsQueue() {
		made, err = b.queueLocked(name)
	} else {
		made, err = b.topicLocked(name)
	}
	if err != nil {
		return nil, err
	}
	if plan := made.base().plan.Load(); plan != nil && plan.Mirror != nil && b.topics[*plan.Mirror] == nil {
		if _, err := b.makeLocked(*plan.Mirror, c); err != nil {
			return nil, err
		}
	}
	b.adviseDestinationLocked(name, message.AddDestination, c)
	b.options.Plugins.Events.destination("Adding", name)
	changed(b.options.Plugins.DestinationsChanged)
	for _, s := range b.patterns {
		if covers(s, name) {
			made.attach(s)
		}
	}
	return made, nil
}

// roomForLocked refuses a destination beyond the number that its policy allows.
func (b *Broker) roomForLocked(name message.Destination) error {
	p := b.policies.Load().For(name)
	if p.MaxDestinations < 0 || name.IsAdvisory() {
		return nil
	}
	n := 0
	for _, d := range b.namesLocked(name.IsQueue()) {
		if d.Kind == name.Kind && !d.IsAdvisory() && b.policies.Load().For(d) == p {
			n++
		}
	}
	if n >= p.MaxDestinations {
		return fail(IllegalState, "The maximum number of destinations allowed (%d) for the policy %s has already been reached; %s is not made", p.MaxDestinations, p.Pattern, name)
	}
	return nil
}

// namesLocked returns the names of all queues, or of all topics.
func (b *Broker) namesLocked(queues bool) []message.Destination {
	if queues {
		return slices.Collect(maps.Keys(b.queues))
	}
	return slices.Collect(maps.Keys(b.topics))
}

// covers tells whether a consumer's name with wildcards covers a destination.
func covers(s *Subscription, name message.Destination) bool {
	exactly := name.IsPattern() // as a virtual topic's consumers have it made: others meet its messages elsewhere
	for _, part := range s.info.Destination.Parts() {
		if part == name || part.Kind == name.Kind && part.IsPattern() && !exactly && message.Matches(part.Name, name.Name) {
			return true
		}
	}
	return false
}

// queueLocked returns a queue, made when there is none.
func (b *Broker) queueLocked(name message.Destination) (*Queue, error) {
	if q := b.queues[name]; q != nil {
		return q, nil
	}
	q, err := b.newQueue(name)
	if err == nil {
		b.queues[name] = q
		b.queueChanges.Add(1)
	}
	return q, err
}

// topicLocked returns a topic, made when there is none, with the shares of the durable subscriptions that cover it.
func (b *Broker) topicLocked(name message.Destination) (*Topic, error) {
	if t := b.topics[name]; t != nil {
		return t, nil
	}
	t, err := b.newTopic(name)
	if err != nil {
		return nil, err
	}
	b.topics[name] = t
	return t, b.adoptSharesLocked(t)
}

// queue returns a queue that is there, nil otherwise.
func (b *Broker) queue(name message.Destination) *Queue {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.queues[name]
}

// topic returns a topic that is there, nil otherwise.
func (b *Broker) topic(name message.Destination) *Topic {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.topics[name]
}

// Queues returns the queues, in no order.
func (b *Broker) Queues() []*Queue {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]*Queue, 0, len(b.queues))
	for _, q := range b.queues {
		all = append(all, q)
	}
	return all
}

// Topics returns the topics, in no order.
func (b *Broker) Topics() []*Topic {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]*Topic, 0, len(b.topics))
	for _, t := range b.topics {
		all = append(all, t)
	}
	return all
}

// AddDestination makes a destination. A temporary one belongs to the connection and ends with it.
func (c *Connection) AddDestination(name message.Destination) error {
	name = *c.broker.named(&name)
	if name.Name == "" || name.Name == message.NullName || name.IsComposite() {
		return fail(InvalidDestination, "%s cannot be made: it is not the name of one destination", name)
	}
	b := c.broker
	b.mu.Lock()
	defer b.mu.Unlock()
	if name.IsTemporary() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.ended {
			return errEnded(c)
		}
		c.temporary[name] = true
	}
	if b.queues[name] == nil && b.topics[name] == nil {
		if _, err := b.makeLocked(name, c); err != nil {
			return err
		}
	}
	return nil
}

// RemoveDestination ends a destination that nobody consumes from, with all that it holds. A temporary one can only be ended by the
// connection that it belongs to, also while somebody consumes from it, as in the original, whose clients see to that themselves. whenDone, where not nil, is called when the store has forgotten it.
func (c *Connection) RemoveDestination(name message.Destination, whenDone store.Completion) error {
	whenDone = orNobody(whenDone)
	name = *c.broker.named(&name)
	if name.IsTemporary() && !c.owns(name) && (c.broker.queue(name) != nil || c.broker.topic(name) != nil) {
		return fail(NotAuthorized, "%s belongs to another connection", name)
	}
	p, err := c.broker.take(name, c)
	if err != nil {
		return err
	}
	if name.IsTemporary() {
		c.mu.Lock()
		delete(c.temporary, name)
		c.mu.Unlock()
	}
	if p == nil {
		whenDone(nil)
		return nil
	}
	p.remove(whenDone)
	if plan := p.base().plan.Load(); plan != nil && plan.Mirror != nil {
		c.removeMirror(*plan.Mirror)
	}
	return nil
}

// removeMirror ends the topic that mirrored a queue, unless somebody subscribes to it still.
func (c *Connection) removeMirror(topic message.Destination) {
	if err := c.RemoveDestination(topic, nil); err != nil {
		c.broker.log.Info("the topic that mirrored a queue stays", "topic", topic.Name, "error", err)
	}
}

// adopt makes a temporary destination the connection's whose name says that it is, and tells whether it is. Clients that reconnect may consume
// before they make it anew. The caller holds the broker's lock.
func (c *Connection) adopt(name message.Destination) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended && strings.HasPrefix(name.Name, c.info.Connection.Value+":") {
		c.temporary[name] = true
	}
	return c.temporary[name]
}

// owns tells whether a temporary destination is the connection's.
func (c *Connection) owns(name message.Destination) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.temporary[name]
}

// take removes a destination from the registry. It returns nil when there is none.
func (b *Broker) take(name message.Destination, c *Connection) (place, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var p place
	if q := b.queues[name]; q != nil {
		p = q
		if q.Counters().Consumers > 0 && !name.IsTemporary() {
			return nil, fail(IllegalState, "Destination still has an active subscription: %s", name)
		}
	} else if t := b.topics[name]; t != nil {
		p = t
		if t.hasSubscribers() && !name.IsTemporary() {
			return nil, fail(IllegalState, "Destination still has an active subscription: %s", name)
		}
	} else {
		return nil, nil
	}
	b.deleteLocked(name)
	b.adviseDestinationLocked(name, message.RemoveDestination, c)
	b.options.Plugins.Events.destination("Removing", name)
	changed(b.options.Plugins.DestinationsChanged)
	return p, nil
}

// deleteLocked takes a destination out of the registry.
func (b *Broker) deleteLocked(name message.Destination) {
	delete(b.queues, name)
	delete(b.topics, name)
	b.queueChanges.Add(1)
}

// removeTemporary ends a temporary destination whose connection has gone, whoever else still listens.
func (b *Broker) removeTemporary(name message.Destination) {
	b.mu.Lock()
	var p place
	if q := b.queues[name]; q != nil {
		p = q
	} else if t := b.topics[name]; t != nil {
		p = t
	}
	b.deleteLocked(name)
	if p != nil {
		b.adviseDestinationLocked(name, message.RemoveDestination, nil)
	}
	b.mu.Unlock()
	if p != nil {
		p.remove(func(error) {})
	}
}

// MakeDestination makes a destination that there is not, for the broker itself.
func (b *Broker) MakeDestination(name message.Destination) error {
	_, err := b.lookup(name, nil)
	return err
}
