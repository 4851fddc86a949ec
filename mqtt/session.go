package mqtt

import (
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/mqtt/packet"
)

// Sessions are what clients have that outlives their connections. All connectors of a broker share them.
type Sessions struct {
	broker *broker.Broker
	log    *slog.Logger
	prefix string // of connection ids
	number atomic.Int64

	mu sync.Mutex
	// mu guards what follows.
	sessions map[string]*session // by client id
}

// NewSessions makes the sessions of a broker.
func NewSessions(b *broker.Broker, log *slog.Logger) *Sessions {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return &Sessions{
		broker: b, log: log, sessions: map[string]*session{},
		prefix: fmt.Sprintf("ID:%s-%d-%d-mqtt", host, os.Getpid(), time.Now().UnixMilli()),
	}
}

// nextConnection makes the id of a connection.
func (s *Sessions) nextConnection() string { return fmt.Sprintf("%s:%d", s.prefix, s.number.Add(1)) }

// session is one client's. Its connection's goroutine owns it; between connections nobody does but those who hold Sessions.mu.
type session struct {
	sessions *Sessions
	clientID string
	owner    *conn // Sessions.mu guards it

	subs     map[string]*subscription // by filter
	restored map[string]bool          // those that came with the session: what they retain was sent once

	mu sync.Mutex
	// mu guards what follows.
	arrived map[uint16]bool // messages of QoS 2 that came and are not released; true: taken in
}

// claim makes c the owner of its client's session. A connection that owns it ends before that [MQTT-3.1.4-2], in 5.0 [MQTT-3.1.4-3].
func (s *Sessions) claim(c *conn) (*session, error) {
	for {
		s.mu.Lock()
		found := s.sessions[c.clientID]
		if found == nil {
			found = &session{sessions: s, clientID: c.clientID, subs: map[string]*subscription{}}
			s.sessions[c.clientID] = found
		}
		before := found.owner
		if before == nil {
			found.owner = c
			s.mu.Unlock()
			return found, nil
		}
		s.mu.Unlock()
		s.log.Info("MQTT client " + c.clientID + " at " + c.remote + " takes the place of the one at " + before.remote)
		before.end(packet.SessionTakenOver)
		select {
		case <-before.gone:
		case <-time.After(takeoverTime):
			before.socket.Close()
			<-before.gone
		}
	}
}

// takeoverTime is how long a connection may take to end when another takes its place.
const takeoverTime = 2 * farewellTime

// release ends c's ownership.
func (s *Sessions) release(found *session, c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found.owner == c {
		found.owner = nil
	}
	if c.expiry == 0 {
		delete(s.sessions, found.clientID)
	}
}

// open finds what the client left behind, or throws it away for a clean start, and tells whether there was something that goes on.
func (s *session) open(c *conn, clean bool) (present bool, err error) {
	kept := c.link.Durables()
	if clean || c.expiry == 0 && c.version != packet.V5 {
		for _, d := range kept {
			if err := c.link.RemoveDurable(d.SubscriptionName); err != nil {
				return false, err
			}
		}
		s.subs, s.restored, s.arrived = map[string]*subscription{}, nil, nil
		return false, nil
	}
	return len(kept) > 0, nil
}

// resume goes on with what the client left behind: its subscriptions get what came meanwhile.
func (s *session) resume(c *conn) error {
	for _, d := range c.link.Durables() {
		what := consumed{destination: *d.Subscribed, name: d.SubscriptionName.String(), prefetch: durablePrefetch}
		f, ok := c.handler.strategy.recover(c.clientID, what)
		if !ok {
			continue // made by another protocol
		}
		sub := &subscription{filter: f.Name, qos: f.QoS, kept: true}
		if err := c.consume(sub, what, d.NoLocal, true); err != nil {
			return err
		}
		s.subs[f.Name] = sub
		if s.restored == nil {
			s.restored = map[string]bool{}
		}
		s.restored[f.Name] = true
	}
	return nil
}

// received tells whether a message of QoS 2 with that identifier came and is not released.
func (s *session) received(id uint16) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, is := s.arrived[id]
	return is
}

// receivedCount returns how many messages of QoS 2 are not released.
func (s *session) receivedCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.arrived)
}

// receive takes in a message of QoS 2.
func (s *session) receive(c *conn, id uint16, m *message.Message, whenDone func(error)) error {
	s.mu.Lock()
	if s.arrived == nil {
		s.arrived = map[uint16]bool{}
	}
	s.arrived[id] = true
	s.mu.Unlock()
	return c.send(m, whenDone)
}

// forget ends the exchange for a message of QoS 2 that came.
func (s *session) forget(id uint16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.arrived, id)
}

// release tells the client that a message of QoS 2 will not come again, once that is certain.
func (s *session) release(c *conn, id uint16, f *flight) {
	c.consumed(f.sub, f.id, false)
	c.out.Put(item{kind: packet.PUBREL, id: id})
}

// complete ends the exchange for a message of QoS 2 that was sent.
func (s *session) complete(uint16) {}

// save keeps what the session has to outlive the broker with.
func (s *session) save(*conn) error { return nil }

// leave ends what the connection had: its will is published, its session kept or not.
func (c *conn) leave() {
	if c.will != nil {
		c.publishWill()
	}
	for _, s := range c.session.subs {
		if c.expiry == 0 && s.kept {
			c.removeSubscription(s)
		} else {
			c.endConsumer(s)
		}
	}
	c.link.Close()
	c.settling.Wait()
	c.session.subs, c.session.restored = map[string]*subscription{}, nil
	c.handler.sessions.release(c.session, c)
}

// publishWill publishes the will of a client that went without a word.
func (c *conn) publishWill() {
	w := c.will
	c.will = nil
	m := c.message(&packet.Publish{QoS: w.QoS, Retain: w.Retain, Topic: []byte(w.Topic), Payload: w.Payload, Properties: w.Properties})
	if err := c.send(m, nil); err != nil {
		c.handler.log.Warn("Failed to publish Will Message to "+w.Topic+" of "+c.remote, "error", err)
	}
}
