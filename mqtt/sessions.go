package mqtt

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/mqtt/packet"
)

// Sessions are what clients have that outlives their connections, and the broker. All connectors of a broker share them.
type Sessions struct {
	broker *broker.Broker
	log    *slog.Logger
	prefix string // of connection ids
	number atomic.Int64
	keeper keeper

	grouping sync.Mutex // guards what follows, and who takes part in groups
	groups   map[string]*group

	mu sync.Mutex
	// mu guards what follows.
	sessions map[string]*session // by client id
}

// keptSession is the note of a session.
type keptSession struct {
	Client        string             `json:"client"`
	Expiry        uint32             `json:"expiry"`
	Subscriptions []keptSubscription `json:"subscriptions,omitempty"`
}

// keptSubscription is a subscription in it.
type keptSubscription struct {
	Filter            string     `json:"filter"`
	QoS               packet.QoS `json:"qos"`
	NoLocal           bool       `json:"noLocal,omitempty"`
	RetainAsPublished bool       `json:"retainAsPublished,omitempty"`
	Number            uint32     `json:"id,omitempty"`
}

// keptExchange is the note of a message of QoS 2.
type keptExchange struct {
	Client string `json:"client"`
	Packet uint16 `json:"packet"`
	Sent   bool   `json:"sent,omitempty"` // by us; else it came
}

// filter is the subscription as it would be asked for.
func (k keptSubscription) filter() packet.Filter {
	return packet.Filter{Name: k.Filter, QoS: k.QoS, NoLocal: k.NoLocal, RetainAsPublished: k.RetainAsPublished, RetainHandling: packet.RetainNever}
}

// OpenSessions reads the sessions that the broker's store has.
func OpenSessions(b *broker.Broker, log *slog.Logger) (*Sessions, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	s := &Sessions{
		broker: b, log: log, sessions: map[string]*session{},
		prefix: fmt.Sprintf("ID:%s-%d-%d-mqtt", host, os.Getpid(), time.Now().UnixMilli()),
	}
	notes, err := s.keeper.open(b, s.nextConnection())
	if err != nil {
		return nil, err
	}
	for _, m := range notes {
		if err := s.recover(m); err != nil {
			log.Error("a note of an MQTT session in "+m.Destination.String()+" cannot be read, and stays there", "message", m.ID.String(), "error", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, found := range s.sessions {
		s.expireLocked(found)
	}
	return s, nil
}

// recover takes over a note. Of two for one session the later counts: a crash came between the writing of the one and the removal of the other.
func (s *Sessions) recover(m *message.Message) error {
	text, err := m.TextBody()
	if err != nil {
		return err
	}
	n := s.keeper.recovered(m)
	if m.Destination.Name == exchangeQueue {
		return s.recoverExchange(text.String(), n)
	}
	var k keptSession
	if err := json.Unmarshal([]byte(text.String()), &k); err != nil {
		return err
	}
	found := s.session(k.Client)
	if found.note != nil {
		s.keeper.remove(found.note, nil)
	}
	found.expiry, found.kept, found.noted, found.note = k.Expiry, k.Subscriptions, text.String(), n
	for _, sub := range k.Subscriptions {
		if isShared(sub.Filter) {
			s.groupFor(sub.Filter).clients[k.Client] = true
		}
	}
	return nil
}

// recoverExchange takes over the note of an exchange.
func (s *Sessions) recoverExchange(text string, n *note) error {
	var k keptExchange
	if err := json.Unmarshal([]byte(text), &k); err != nil {
		return err
	}
	found := s.session(k.Client)
	if k.Sent {
		found.released = append(found.released, exchange{k.Packet, n})
	} else {
		found.setArrived(k.Packet, n)
	}
	return nil
}

// session returns a client's session, made where there is none.
func (s *Sessions) session(clientID string) *session {
	found := s.sessions[clientID]
	if found == nil {
		found = &session{sessions: s, clientID: clientID}
		s.sessions[clientID] = found
	}
	return found
}

// nextConnection makes the id of a connection.
func (s *Sessions) nextConnection() string { return fmt.Sprintf("%s:%d", s.prefix, s.number.Add(1)) }

// takeoverTime is how long a connection may take to end when another takes its place.
const takeoverTime = 2 * farewellTime

// claim makes c the owner of its client's session. A connection that owns it ends before that [MQTT-3.1.4-2], in 5.0 [MQTT-3.1.4-3]. A
// will that was put off is not published any more [MQTT-3.1.3-9], unless the client starts clean.
func (s *Sessions) claim(c *conn, clean bool) *session {
	for {
		s.mu.Lock()
		found := s.session(c.clientID)
		before := found.owner
		if before == nil {
			found.owner = c
			if found.timer != nil {
				found.timer.Stop()
				found.timer = nil
			}
			will := found.takeWillLocked()
			s.mu.Unlock()
			if will != nil && clean {
				s.publish(will)
			}
			return found
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

// release ends c's ownership. A session that is not kept ends with it, and a will that was put off starts to wait.
func (s *Sessions) release(found *session, c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found.owner != c {
		return
	}
	found.owner = nil
	if found.expiry == 0 {
		delete(s.sessions, found.clientID)
		return
	}
	s.expireLocked(found)
}

// expireLocked has a session end when its time is over.
func (s *Sessions) expireLocked(found *session) {
	if found.expiry == 0 || found.expiry == forever || found.owner != nil {
		return
	}
	found.timer = time.AfterFunc(time.Duration(found.expiry)*time.Second, func() { s.expire(found) })
}

// expire ends a session whose time is over.
func (s *Sessions) expire(found *session) {
	s.mu.Lock()
	if found.owner != nil || found.timer == nil {
		s.mu.Unlock()
		return // its client is back
	}
	delete(s.sessions, found.clientID)
	will := found.takeWillLocked()
	s.mu.Unlock()
	s.log.Info("the session of MQTT client " + found.clientID + " has expired")
	if will != nil {
		s.publish(will)
	}
	if err := s.broker.RemoveDurables(found.clientID); err != nil {
		s.log.Error("subscriptions of an expired session could not be removed", "client", found.clientID, "error", err)
	}
	for _, what := range (queueStrategy{}).queues(found.clientID, s.broker) {
		if err := s.keeper.link.RemoveDestination(what.destination, nil); err != nil {
			s.log.Warn("a queue of an expired session could not be removed", "client", found.clientID, "error", err)
		}
	}
	found.forgetAll()
}

// save writes the session's note anew where it has changed, and waits until the store has it.
func (s *session) save(c *conn) error {
	if s.expiry == 0 {
		return nil
	}
	k := keptSession{Client: s.clientID, Expiry: s.expiry, Subscriptions: s.kept}
	if c.resumed {
		k.Subscriptions = s.keptSubscriptions()
	}
	text, err := json.Marshal(k)
	if err != nil || string(text) == s.noted {
		return err
	}
	stored := make(chan error, 1)
	n, err := s.sessions.keeper.write(c.link, sessionQueue, k, nil, func(err error) { stored <- err })
	if err != nil {
		return err
	}
	if err := <-stored; err != nil {
		return err
	}
	before := s.note
	s.note, s.noted, s.kept = n, string(text), k.Subscriptions
	if before != nil {
		s.sessions.keeper.remove(before, nil)
	}
	return nil
}

// keptSubscriptions are the session's subscriptions as its note has them, by filter.
func (s *session) keptSubscriptions() []keptSubscription {
	var all []keptSubscription
	for name, sub := range s.subs {
		all = append(all, keptSubscription{name, sub.qos, sub.group == nil && sub.info.NoLocal, sub.retainAsPublished, sub.number})
	}
	slices.SortFunc(all, func(a, b keptSubscription) int { return cmp.Compare(a.Filter, b.Filter) })
	return all
}
