package mqtt

import (
	"sync"

	"goactivemq/activemq/message"
	"goactivemq/mqtt/packet"
)

// spent are the messages that went out and that the client acknowledges to nobody: the broker is told by whoever wrote them, some at a time. They
// are in the order in which they went out.
type spent struct {
	mu sync.Mutex
	// mu guards what follows.
	items []spending
}

// spending is a message that counts as consumed, or with all of its consumer's before it.
type spending struct {
	sub    *subscription
	id     *message.ID
	upTo   bool
	packet uint16 // of one that was to be sent with QoS 1 or 2, and was not
}

// add notes a message.
func (s *spent) add(i *item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i.qos == packet.AtMostOnce && i.sub.qos == packet.AtMostOnce && i.sub.group == nil {
		// All that such a subscription has in flight is spent as it goes.
		if n := len(s.items); n > 0 && s.items[n-1].sub == i.sub && s.items[n-1].upTo {
			s.items[n-1].id = i.message.ID
			return
		}
		s.items = append(s.items, spending{sub: i.sub, id: i.message.ID, upTo: true})
		return
	}
	s.items = append(s.items, spending{sub: i.sub, id: i.message.ID, packet: i.id})
}

// take returns what was noted, and forgets it.
func (s *spent) take() []spending {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.items
	s.items = nil
	return taken
}

// settle tells the broker of messages that are spent. It is called by whoever wrote them, without locks of destinations, but maybe with the broker's, for an
// advisory: a subscription of a topic can be told then; anything else is left to a goroutine.
func (o *outbox) settle() {
	items := o.spent.take()
	if len(items) == 0 {
		return
	}
	var others []spending
	for _, s := range items {
		if s.packet != 0 {
			o.conn.drop(s.packet)
		}
		if s.sub.stored() {
			others = append(others, s)
			continue
		}
		o.conn.consumed(s.sub, s.id, s.upTo)
	}
	if len(others) > 0 {
		o.conn.settling.Add(1)
		go func() {
			defer o.conn.settling.Done()
			for _, s := range others {
				o.conn.consumed(s.sub, s.id, s.upTo)
			}
			o.conn.Flush()
		}()
	}
}
