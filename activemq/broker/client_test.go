package broker_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// client is a connection with its peer, which notes what comes for each consumer.
type client struct {
	f    *fixture
	name string
	id   string // of the connection
	conn *broker.Connection
	last int64 // consumers made

	mu sync.Mutex
	// mu guards what follows.
	got    map[message.ConsumerID][]broker.Dispatch
	queued int   // came since the last Flush
	closed error // what the broker closed the connection with
}

// consumer is a consumer of a client, by the name that the test gave it.
type consumer struct {
	name   string
	client *client
	id     message.ConsumerID
	sorted bool // the order of what comes means nothing
}

func (c *client) Dispatch(d broker.Dispatch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got[*d.Consumer] = append(c.got[*d.Consumer], d)
	c.queued++
}

func (c *client) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queued = 0
}

// unflushed returns how much came since the last Flush, and counts anew.
func (c *client) unflushed() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.queued
	c.queued = 0
	return n
}

func (c *client) Close(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = err
}

// take returns what came for the consumer since the last call.
func (c *consumer) take() []broker.Dispatch {
	c.client.mu.Lock()
	defer c.client.mu.Unlock()
	got := c.client.got[c.id]
	delete(c.client.got, c.id)
	return got
}

// connect connects a client; its client id is its name unless the test says otherwise.
func (f *fixture) connect(name string, clientID ...string) *client {
	f.Helper()
	c, err := f.tryConnect(name, append(clientID, name)[0])
	f.must(err)
	return c
}

// tryConnect is connect for those that may be refused.
func (f *fixture) tryConnect(name, clientID string) (*client, error) {
	c := &client{f: f, name: name, id: "ID:" + name, got: map[message.ConsumerID][]broker.Dispatch{}}
	info := &message.ConnectionInfo{Connection: &message.ConnectionID{Value: c.id}, ClientID: message.NonEmpty(clientID)}
	conn, err := f.broker.Connect(info, c, "tcp://"+name+":1")
	if err != nil {
		return nil, err
	}
	c.conn = conn
	f.clients[name] = c
	return c, nil
}

// consume adds a consumer with a prefetch of 100, or what the changes make of it.
func (f *fixture) consume(c *client, name, destination string, changes ...func(*message.ConsumerInfo)) *consumer {
	f.Helper()
	s, err := f.tryConsume(c, name, destination, changes...)
	f.must(err)
	return s
}

// tryConsume is consume for those that may be refused.
func (f *fixture) tryConsume(c *client, name, destination string, changes ...func(*message.ConsumerInfo)) (*consumer, error) {
	c.last++
	s := &consumer{name: name, client: c, id: message.ConsumerID{Connection: c.id, Session: 1, Value: c.last}}
	d := message.ParseDestination(destination, message.Queue)
	info := &message.ConsumerInfo{Consumer: &s.id, Destination: &d, Prefetch: 100}
	for _, change := range changes {
		change(info)
	}
	if _, err := c.conn.AddConsumer(info); err != nil {
		return nil, err
	}
	f.consumers[name] = s
	return s, nil
}

// newMessage makes a persistent message whose body is its name.
func (f *fixture) newMessage(c *client, destination, name string) *message.Message {
	f.sequence++
	producer := &message.ProducerID{Connection: c.id, Session: 1, Value: 1}
	d := message.ParseDestination(destination, message.Queue)
	m := &message.Message{
		Kind: message.KindText, Producer: producer, Destination: &d, Priority: message.DefaultPriority, Persistent: true,
		ID:      &message.ID{Producer: producer, ProducerSequence: f.sequence},
		Content: message.TextContent(name),
	}
	f.ids[name] = m.ID
	f.names[f.sequence] = name
	return m
}

// send sends messages of these names and waits until the broker has them.
func (f *fixture) send(c *client, destination string, names ...string) {
	f.Helper()
	for _, name := range names {
		f.must(f.sendOne(c, f.newMessage(c, destination, name)))
	}
}

// sendOne sends a message and waits until the broker has it.
func (f *fixture) sendOne(c *client, m *message.Message) error {
	return result(func(done store.Completion) error { return c.conn.Send(m, done) })
}

// ack acknowledges a range: first, where not "", to last. An id takes the place of last.
func (f *fixture) ack(s *consumer, kind message.AckKind, first, last string, id ...*message.ID) error {
	return f.ackIn(nil, s, kind, first, last, id...)
}

// ackIn is ack in a transaction.
func (f *fixture) ackIn(tx *message.TransactionID, s *consumer, kind message.AckKind, first, last string, id ...*message.ID) error {
	a := &message.Ack{Consumer: &s.id, Kind: kind, Transaction: tx, First: f.ids[first], Last: append(id, f.ids[last])[0], Count: 1}
	return result(func(done store.Completion) error { return s.client.conn.Ack(a, done) })
}

// want fails the test unless just these messages came for the consumer since the last look. The form is that of show.
func (f *fixture) want(s *consumer, want string) {
	f.Helper()
	f.settle()
	if got := f.show(s.take()); got != want {
		f.Errorf("%s got %q, want %q", s.name, got, want)
	}
}

// show lists deliveries by name: "a b+1 end", where +1 is the redelivery count and "end" a delivery without a message.
func (f *fixture) show(got []broker.Dispatch) string {
	var names []string
	for _, d := range got {
		switch {
		case d.Message == nil:
			names = append(names, "end")
		case d.Redeliveries > 0:
			names = append(names, f.nameOf(d.Message)+"+"+strconv.Itoa(int(d.Redeliveries)))
		default:
			names = append(names, f.nameOf(d.Message))
		}
	}
	return strings.Join(names, " ")
}

// nameOf returns the name of a message that the test sent. The body is what the name goes by, as ids go through the store as well.
func (f *fixture) nameOf(m *message.Message) string {
	text, err := m.TextBody()
	if err != nil {
		return fmt.Sprintf("(%v)", err)
	}
	if name := f.names[m.ID.ProducerSequence]; name != text.String() && m.Data == nil {
		return fmt.Sprintf("(%s with the body %q)", name, text)
	}
	return text.String()
}

// sequenceNames returns prefix1 to prefixN.
func sequenceNames(prefix string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = prefix + strconv.Itoa(i+1)
	}
	return names
}

// local returns the id of a local transaction of the client.
func (c *client) local(n int64) *message.TransactionID {
	return &message.TransactionID{Connection: &message.ConnectionID{Value: c.id}, Value: n}
}

// xa returns an XA transaction's id.
func xa(name string) *message.TransactionID {
	return &message.TransactionID{XA: true, Format: 1, Global: []byte(name), Branch: []byte("branch")}
}

// sorted returns the keys of a map in order.
func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
