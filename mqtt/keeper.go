package mqtt

import (
	"encoding/json"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
)

// What sessions must not forget is kept as notes: messages in two queues of the broker's own store, whatever that is, so that it is wherever the messages are.
// The keeper consumes both queues and acknowledges a note when it counts no more. To Java's broker they are queues like any other.
//
//	ActiveMQ.MQTT.Sessions    a text message for each session that is kept        {"client":"c","expiry":4294967295,"subscriptions":[…]}
//	ActiveMQ.MQTT.Exchanges   one for each message of QoS 2 that has come and
//	                          is not released, or is released and not complete    {"client":"c","packet":7,"sent":true}
//
// A note of an exchange is written in one transaction with what it is about: the message that came, or the acknowledgement of the one that was sent. So there is no moment
// at which a crash could lose a message or double it.
const (
	sessionQueue  = "ActiveMQ.MQTT.Sessions"
	exchangeQueue = "ActiveMQ.MQTT.Exchanges"
)

// keeper writes notes and takes them back.
type keeper struct {
	link     *broker.Connection
	producer *message.ProducerID
	sequence atomic.Int64

	mu sync.Mutex
	// mu guards what follows.
	notes  map[int64]*note // that this run wrote, by sequence
	found  []*message.Message
	opened bool
	due    []*note // that have arrived, and count no more
}

// note is one note.
type note struct {
	id       *message.ID
	consumer *message.ConsumerID // nil until the keeper's consumer has it
	gone     bool                // it counts no more
	whenGone func(error)
}

// open connects the keeper and returns the notes that the store has, of each queue in their order.
func (k *keeper) open(b *broker.Broker, id string) ([]*message.Message, error) {
	k.notes = map[int64]*note{}
	k.producer = &message.ProducerID{Connection: id, Session: -1, Value: 1}
	link, err := b.ConnectSystem(id, k)
	if err != nil {
		return nil, err
	}
	k.link = link
	for i, queue := range []string{sessionQueue, exchangeQueue} {
		_, err := link.AddConsumer(&message.ConsumerInfo{
			Consumer:    &message.ConsumerID{Connection: id, Session: -1, Value: int64(i + 1)},
			Destination: message.NewQueue(queue), Prefetch: math.MaxInt32, DispatchAsync: true,
		})
		if err != nil {
			return nil, fmt.Errorf("notes of MQTT sessions: %w", err)
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	found := k.found
	k.found, k.opened = nil, true
	return found, nil
}

// write sends a note by a client's connection, in a transaction where that is not nil.
func (k *keeper) write(by *broker.Connection, queue string, content any, tx *message.TransactionID, whenDone func(error)) (*note, error) {
	text, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	n := &note{id: &message.ID{Producer: k.producer, ProducerSequence: k.sequence.Add(1)}}
	m := &message.Message{
		Kind: message.KindText, ID: n.id, Producer: k.producer, Destination: message.NewQueue(queue), Transaction: tx, Persistent: true,
		Priority: message.DefaultPriority, Timestamp: time.Now().UnixMilli(), Content: message.TextContent(string(text)),
	}
	k.mu.Lock()
	k.notes[n.id.ProducerSequence] = n
	k.mu.Unlock()
	if err := by.SendNote(m, whenDone); err != nil {
		k.drop(n)
		return nil, err
	}
	return n, nil
}

// drop forgets a note that was never written.
func (k *keeper) drop(n *note) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.notes, n.id.ProducerSequence)
}

// remove takes a note back. whenGone, where not nil, is called when the store has forgotten it.
func (k *keeper) remove(n *note, whenGone func(error)) {
	k.mu.Lock()
	n.gone, n.whenGone = true, whenGone
	here := n.consumer != nil
	k.mu.Unlock()
	if here {
		k.acknowledge(n)
	}
}

// acknowledge has the store forget a note.
func (k *keeper) acknowledge(n *note) {
	err := k.link.Ack(&message.Ack{Kind: message.Individual, Consumer: n.consumer, Last: n.id, Count: 1}, n.whenGone)
	if err != nil && n.whenGone != nil {
		n.whenGone(err)
	}
}

// recovered makes the note of a message that the store had.
func (k *keeper) recovered(m *message.Message) *note {
	value := int64(1)
	if m.Destination.Name == exchangeQueue {
		value = 2
	}
	return &note{id: m.ID, consumer: &message.ConsumerID{Connection: k.producer.Connection, Session: -1, Value: value}}
}

// Dispatch notes that a note has arrived. It is the broker's.
func (k *keeper) Dispatch(d broker.Dispatch) {
	if d.Message == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.opened {
		k.found = append(k.found, d.Message)
		return
	}
	n := k.notes[d.Message.ID.ProducerSequence]
	if n == nil || *d.Message.ID.Producer != *k.producer {
		return // not ours, and left where it is
	}
	delete(k.notes, n.id.ProducerSequence)
	if n.consumer = d.Consumer; n.gone {
		k.due = append(k.due, n)
	}
}

// Flush acknowledges the notes that had been given up before they arrived. It is the broker's.
func (k *keeper) Flush() {
	k.mu.Lock()
	due := k.due
	k.due = nil
	k.mu.Unlock()
	for _, n := range due {
		k.acknowledge(n)
	}
}

// Close has nothing to end: the broker is stopping. It is the broker's.
func (k *keeper) Close(error) {}
