package broker

import (
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// What a protocol itself does with the broker, for no client.

// ConnectSystem is Connect for a protocol, which has no credentials.
func (b *Broker) ConnectSystem(id string, peer Peer) (*Connection, error) {
	return b.ConnectSystemAs(id, id, peer)
}

// ConnectSystemAs is ConnectSystem with a client id, for durable subscriptions.
func (b *Broker) ConnectSystemAs(id, clientID string, peer Peer) (*Connection, error) {
	return b.enter(&message.ConnectionInfo{Connection: &message.ConnectionID{Value: id}, ClientID: message.T(clientID)}, peer, "vm://"+b.options.Name)
}

// SendNote is Send for a note that a protocol keeps in a queue of its own. No limit holds it up: what it is about goes on, and often makes room.
func (c *Connection) SendNote(m *message.Message, whenDone store.Completion) error {
	p, err := c.broker.lookup(*m.Destination, c)
	if err != nil {
		return err
	}
	c.arrived(m)
	if m.Transaction != nil {
		return c.sendInTransaction([]leg{{to: p, message: m}}, m.Transaction, whenDone)
	}
	p.send(m, c, whenDone)
	return nil
}

// RemoveDurables ends all durable subscriptions of a client that is away, and waits until the store has forgotten them.
func (b *Broker) RemoveDurables(clientID string) error {
	var stored waiter
	b.mu.Lock()
	for _, d := range b.durables {
		if d.info.ClientID.String() == clientID && d.active.Load() == nil {
			b.endDurableLocked(d, &stored)
		}
	}
	b.mu.Unlock()
	return storeFailed(stored.wait())
}
