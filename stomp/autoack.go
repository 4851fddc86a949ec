package stomp

import (
	"sync"

	"goactivemq/activemq/message"
)

// autoAcks acknowledges what subscriptions in auto mode were sent, once it is written: many messages by one acknowledgement. It cannot be done by
// whoever writes, who may hold locks of the broker.
type autoAcks struct {
	conn *conn
	wait sync.WaitGroup

	buffered []*subscription // those with messages in the outbox's buffer; who holds the outbox owns it

	acking sync.Mutex // held by who acknowledges

	mu sync.Mutex
	// mu guards what follows, and due of the subscriptions.
	due     []*subscription
	running bool
	closed  bool
}

// init makes them ready.
func (a *autoAcks) init(c *conn) { a.conn = c }

// encoded notes a message that is in the outbox's buffer.
func (a *autoAcks) encoded(s *subscription, id *message.ID) {
	if s.encoded == nil {
		a.buffered = append(a.buffered, s)
	}
	s.encoded = id
}

// written is called when all that is encoded is written.
func (a *autoAcks) written() {
	if len(a.buffered) == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.buffered {
		if s.due == nil {
			a.due = append(a.due, s)
		}
		s.due, s.encoded = s.encoded, nil
	}
	a.buffered = a.buffered[:0]
	if a.running || a.closed {
		return
	}
	a.running = true
	a.wait.Add(1)
	go func() {
		defer a.wait.Done()
		for a.settle() {
		}
	}()
}

// settle acknowledges what is due, and tells whether there was something. The goroutine that does it ends when there was nothing.
func (a *autoAcks) settle() bool {
	a.acking.Lock()
	defer a.acking.Unlock()
	type one struct {
		s  *subscription
		id *message.ID
	}
	var few [4]one
	acks := few[:0]
	a.mu.Lock()
	for _, s := range a.due {
		acks = append(acks, one{s, s.due})
		s.due = nil
	}
	a.due = a.due[:0]
	a.running = len(acks) > 0
	a.mu.Unlock()
	for _, o := range acks {
		err := a.conn.session.Ack(&message.Ack{Destination: &o.s.destination, Consumer: o.s.consumer, Kind: message.Standard, Last: o.id}, nil)
		if err != nil {
			a.conn.handler.log.Debug("acknowledging for "+a.conn.remote, "error", err)
		}
	}
	return len(acks) > 0
}

// close waits for the goroutine.
func (a *autoAcks) close() {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.wait.Wait()
}
