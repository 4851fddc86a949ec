package broker

import (
	"slices"

	"goactivemq/activemq/message"
)

// subscribe connects a consumer with all that its destination's name stands for.
func (b *Broker) subscribe(s *Subscription) error {
	if s.info.IsDurable() {
		return b.subscribeDurable(s)
	}
	parts := s.info.Destination.Parts()
	if s.info.Browser {
		if len(parts) != 1 || !parts[0].IsQueue() || parts[0].IsPattern() {
			return fail(InvalidDestination, "%s cannot be browsed: it is not the name of one queue", s.info.Destination)
		}
		return b.subscribeBrowser(s, parts[0])
	}
	places, err := b.placesOf(s, parts)
	if err != nil {
		return err
	}
	for _, p := range places {
		p.expectConsumers()
	}
	if err := b.attachAll(s, parts); err != nil {
		return err
	}
	s.wakeOrigins()
	return nil
}

// placesOf returns what a consumer is to take from, as it is now.
func (b *Broker) placesOf(s *Subscription, parts []message.Destination) ([]place, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	places, _, err := b.placesLocked(s, parts)
	return places, err
}

// attachAll connects a consumer with what it is to take from, now and, for a name with wildcards, later.
func (b *Broker) attachAll(s *Subscription, parts []message.Destination) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	places, pattern, err := b.placesLocked(s, parts)
	if err != nil {
		return err
	}
	if pattern {
		b.patterns = append(b.patterns, s)
	}
	for i, p := range places {
		if !slices.Contains(places[:i], p) { // a composite name may cover one twice
			p.attach(s)
		}
	}
	b.replayLocked(s)
	return nil
}

// placesLocked returns what a consumer is to take from, made where there is none, and whether more may come because of wildcards.
func (b *Broker) placesLocked(s *Subscription, parts []message.Destination) (places []place, pattern bool, err error) {
	for _, part := range parts {
		if part.IsPattern() {
			pattern = true
			if !b.virtual.Load().Collects(part) {
				continue
			}
		}
		p, err := b.consumableLocked(part, s.conn)
		if err != nil {
			return nil, false, err
		}
		places = append(places, p)
	}
	if pattern {
		places = append(places, b.coveredLocked(s)...)
	}
	return places, pattern, nil
}

// consumableLocked returns a destination for a consumer of c.
func (b *Broker) consumableLocked(name message.Destination, c *Connection) (place, error) {
	if name.IsTemporary() && !c.adopt(name) && !(b.policies.Load().For(name).ShareTemporary && (b.queues[name] != nil || b.topics[name] != nil)) {
		return nil, fail(NoDestination, "Cannot use a Temporary destination from another Connection: %s", name)
	}
	if q := b.queues[name]; q != nil {
		return q, nil
	}
	if t := b.topics[name]; t != nil {
		return t, nil
	}
	return b.makeLocked(name, c)
}

// coveredLocked returns the destinations that a consumer's name with wildcards covers.
func (b *Broker) coveredLocked(s *Subscription) []place {
	var found []place
	for name, q := range b.queues {
		if covers(s, name) {
			found = append(found, q)
		}
	}
	for name, t := range b.topics {
		if covers(s, name) {
			found = append(found, t)
		}
	}
	return found
}

// unsubscribe takes a consumer away from all that it takes from.
func (b *Broker) unsubscribe(s *Subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, other := range b.patterns {
		if other == s {
			b.patterns = append(b.patterns[:i:i], b.patterns[i+1:]...)
			break
		}
	}
	for _, o := range s.takesFrom() {
		switch o := o.(type) {
		case *Queue:
			o.detach(s)
		case *Topic:
			o.detach(s)
		}
	}
	if s.durable != nil {
		s.durable.active.CompareAndSwap(s, nil)
	}
}
