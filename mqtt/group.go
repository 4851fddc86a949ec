package mqtt

import (
	"slices"
	"strings"
	"sync"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/mqtt/packet"
)

// group is a shared subscription: many clients that take messages in turn [MQTT-4.8.2-3]. It is one consumer of the broker, by a connection of its own; where a session that is
// kept takes part, a durable one that collects messages while all are away.
type group struct {
	sessions *Sessions
	name     string // the filter as clients write it: $share/group/filter

	// Sessions.grouping guards these.
	link    *broker.Connection // nil while nobody is there
	clients map[string]bool    // whose kept sessions take part
	durable bool

	mu sync.Mutex
	// mu guards what follows.
	info    *message.ConsumerInfo
	members []*subscription
	next    int
}

// groupQoS is what the broker's consumer of a group is named by; each member has its own.
const groupQoS = packet.ExactlyOnce

// groupFor returns a group, made where there is none. The caller holds Sessions.grouping.
func (s *Sessions) groupFor(name string) *group {
	g := s.groups[name]
	if g == nil {
		if s.groups == nil {
			s.groups = map[string]*group{}
		}
		g = &group{sessions: s, name: name, clients: map[string]bool{}}
		s.groups[name] = g
	}
	return g
}

// subscribeShared has the client take part in a shared subscription.
func (c *conn) subscribeShared(f packet.Filter, filter string, number uint32) error {
	s := c.handler.sessions
	s.grouping.Lock()
	defer s.grouping.Unlock()
	if before := c.session.subs[f.Name]; before != nil {
		c.flow.mu.Lock()
		before.qos, before.retainAsPublished, before.number = f.QoS, f.RetainAsPublished, number
		c.flow.mu.Unlock()
		return nil
	}
	g := s.groupFor(f.Name)
	if c.expiry > 0 {
		g.clients[c.clientID] = true
	}
	if err := g.open(c, filter); err != nil {
		return err
	}
	sub := &subscription{
		filter: filter, qos: f.QoS, retainAsPublished: f.RetainAsPublished, number: number, kept: c.expiry > 0,
		group: g, conn: c, link: g.link, info: g.info, open: map[*message.ID]*message.Message{},
	}
	g.mu.Lock()
	g.members = append(g.members, sub)
	g.mu.Unlock()
	c.session.subs[f.Name] = sub
	g.link.SetPrefetch(*g.info.Consumer, g.info.Prefetch) // which has the broker give what waited
	c.out.Flush()
	return nil
}

// open makes the group's consumer where there is none. The first messages come when there is a member.
func (g *group) open(c *conn, filter string) error {
	if g.link != nil {
		return nil
	}
	id := c.handler.sessions.nextConnection()
	link, err := c.handler.broker.ConnectSystemAs(id, g.name, g)
	if err != nil {
		return err
	}
	what := c.handler.strategy.consume(g.name, packet.Filter{Name: filter, QoS: groupQoS}, len(g.clients) > 0)
	info := &message.ConsumerInfo{
		Consumer:    &message.ConsumerID{Connection: id, Session: -1, Value: 1},
		Destination: &what.destination, Prefetch: what.prefetch, DispatchAsync: true, SubscriptionName: message.NonEmpty(what.name),
	}
	g.mu.Lock()
	g.info = info
	g.mu.Unlock()
	first := *info
	first.Prefetch = 0
	if _, err := link.AddConsumer(&first); err != nil {
		link.Close()
		return err
	}
	g.link, g.durable = link, what.name != ""
	return nil
}

// leave ends a member. for good tells that its session ends, or does not take part any more. What it has not acknowledged goes to the others [MQTT-4.8.2-6], except for
// QoS 2: that is its own [MQTT-4.8.2-4], and of nobody when its session ends [MQTT-4.8.2-5].
func (g *group) leave(sub *subscription, forGood bool) {
	s := g.sessions
	s.grouping.Lock()
	defer s.grouping.Unlock()
	g.mu.Lock()
	g.members = slices.DeleteFunc(g.members, func(m *subscription) bool { return m == sub })
	left := len(g.members)
	g.mu.Unlock()
	for _, m := range sub.conn.unacknowledged(sub) {
		switch {
		case min(sub.qos, qosOf(m)) == packet.AtLeastOnce && left > 0:
			g.Dispatch(broker.Dispatch{Consumer: g.info.Consumer, Message: m})
		case min(sub.qos, qosOf(m)) != packet.AtLeastOnce:
			sub.conn.consumed(sub, m.ID, false)
		}
	}
	g.Flush()
	if forGood {
		delete(g.clients, sub.conn.clientID)
	}
	if left == 0 {
		g.close()
	}
}

// close ends the group's consumer while nobody is there, and the group when nobody will be.
func (g *group) close() {
	if g.link != nil {
		g.link.Close()
		g.link = nil
	}
	if len(g.clients) > 0 {
		return
	}
	delete(g.sessions.groups, g.name)
	if g.durable {
		if err := g.sessions.broker.RemoveDurables(g.name); err != nil {
			g.sessions.log.Error("shared subscription "+g.name+" could not be removed", "error", err)
		}
	}
}

// forsake ends the part of a client that will not come back.
func (s *Sessions) forsake(clientID string, kept []keptSubscription) {
	s.grouping.Lock()
	defer s.grouping.Unlock()
	for _, k := range kept {
		if g := s.groups[k.Filter]; g != nil && g.clients[clientID] {
			delete(g.clients, clientID)
			if g.link == nil {
				g.durable = true // from an earlier run, as far as is known
				g.close()
			}
		}
	}
}

// isShared tells whether a filter is one of a shared subscription.
func isShared(filter string) bool { return strings.HasPrefix(filter, "$share/") }

// Dispatch gives a message to the member whose turn it is. It is the broker's.
func (g *group) Dispatch(d broker.Dispatch) {
	if d.Message == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.members) == 0 {
		return // the last one is leaving, and all goes back
	}
	sub := g.members[g.next%len(g.members)]
	g.next++
	sub.conn.flow.mu.Lock()
	defer sub.conn.flow.mu.Unlock()
	sub.conn.deliverLocked(sub, d)
}

// Flush sends what the members were given. It is the broker's.
func (g *group) Flush() {
	g.mu.Lock()
	members := slices.Clone(g.members)
	g.mu.Unlock()
	for _, sub := range members {
		sub.conn.out.Flush()
	}
}

// Close has nothing to end: the broker is stopping. It is the broker's.
func (g *group) Close(error) {}
