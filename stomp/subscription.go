package stomp

import (
	"strconv"
	"strings"
	"sync"

	"goactivemq/activemq/message"
)

// ackMode is how a subscription's messages are acknowledged.
type ackMode uint8

const (
	ackAuto       ackMode = iota // by us, once they are written
	ackClient                    // by the client, each with all before it
	ackIndividual                // by the client, one by one
)

// ackModes are their names in frames. Any other is auto, as in the original.
var ackModes = map[string]ackMode{"client": ackClient, "client-individual": ackIndividual}

// subscription is one SUBSCRIBE: what it is called on both sides, and what the client has yet to acknowledge.
type subscription struct {
	id             string
	hasID          bool // in 1.0 it need not
	destination    message.Destination
	consumer       *message.ConsumerID
	mode           ackMode
	browser        bool
	transformation string

	mu sync.Mutex
	// mu guards what follows: messages are sent by whoever is at it.
	pending []pending // in the order in which they were sent
	first   int64     // the number of the first pending one
	gone    bool

	due     *message.ID // of autoAcks: the last message that is written, and not acknowledged
	encoded *message.ID // of autoAcks: the last message that is in the outbox's buffer
}

// pending is a message that the client has to acknowledge.
type pending struct {
	id   *message.ID // nil: it did
	done *transaction
}

// sent notes a message that the client has to acknowledge, and returns its number.
func (s *subscription) sent(id *message.ID) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = append(s.pending, pending{id: id})
	return s.first + int64(len(s.pending)) - 1
}

// ackID is what the client acknowledges the message of that number by in 1.2.
func (s *subscription) ackID(to []byte, number int64) []byte {
	to = strconv.AppendInt(to, s.consumer.Value, 10)
	return strconv.AppendInt(append(to, '-'), number, 10)
}

// parseAckID reads the number of a consumer and that of a message.
func parseAckID(text string) (consumer, number int64, ok bool) {
	first, second, ok := strings.Cut(text, "-")
	consumer, err1 := strconv.ParseInt(first, 10, 64)
	number, err2 := strconv.ParseInt(second, 10, 64)
	return consumer, number, ok && err1 == nil && err2 == nil
}

// find returns the number of the pending message of that id.
func (s *subscription) find(id *message.ID, text string) (int64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range s.pending {
		if p.id != nil && p.done == nil && (p.id.Same(id) || !p.id.TextView.IsEmpty() && p.id.String() == text) {
			return s.first + int64(i), true
		}
	}
	return 0, false
}

// take takes out what an acknowledgement of the message of that number is about: it alone, or all up to it. In a transaction it stays, marked,
// until that ends. first and last are nil when there is no such message.
func (s *subscription) take(number int64, single bool, in *transaction) (first, last *message.ID, count int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := number - s.first
	if at < 0 || at >= int64(len(s.pending)) || s.pending[at].id == nil || s.pending[at].done != nil {
		return nil, nil, 0
	}
	from := int64(0)
	if single {
		from = at
	}
	last = s.pending[at].id
	for i := from; i <= at; i++ {
		p := &s.pending[i]
		if p.id == nil || p.done != nil {
			continue
		}
		if first == nil {
			first = p.id
		}
		count++
		if p.done = in; in == nil {
			p.id = nil
		}
	}
	s.trimLocked()
	return first, last, count
}

// trimLocked forgets what is acknowledged at the front.
func (s *subscription) trimLocked() {
	n := 0
	for n < len(s.pending) && s.pending[n].id == nil {
		n++
	}
	s.first += int64(n)
	if s.pending = s.pending[n:]; len(s.pending) == 0 {
		s.pending = nil
	}
}

// ended is told how a transaction ended: what it acknowledged is gone, or the client's to acknowledge again.
func (s *subscription) ended(t *transaction, committed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.pending {
		if p := &s.pending[i]; p.done == t {
			if p.done = nil; committed {
				p.id = nil
			}
		}
	}
	s.trimLocked()
}

// subscriptions are those of a connection. The connection's goroutine changes them, those who write look into them.
type subscriptions struct {
	mu sync.Mutex
	// mu guards what follows.
	all  map[int64]*subscription // by the consumer's number
	byID map[string]*subscription
}

// add notes a subscription.
func (l *subscriptions) add(s *subscription) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all, l.byID = map[int64]*subscription{}, map[string]*subscription{}
	}
	l.all[s.consumer.Value] = s
	if s.hasID {
		l.byID[s.id] = s
	}
}

// remove forgets a subscription.
func (l *subscriptions) remove(s *subscription) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, s.consumer.Value)
	if l.byID[s.id] == s {
		delete(l.byID, s.id)
	}
}

// byConsumer returns the subscription of a consumer, nil when it has ended.
func (l *subscriptions) byConsumer(id *message.ConsumerID) *subscription { return l.number(id.Value) }

// number returns the subscription whose consumer has that number.
func (l *subscriptions) number(n int64) *subscription {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all[n]
}

// named returns the subscription that the client calls so.
func (l *subscriptions) named(id string) *subscription {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.byID[id]
}

// each returns them all, in no order.
func (l *subscriptions) each() []*subscription {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]*subscription, 0, len(l.all))
	for _, s := range l.all {
		all = append(all, s)
	}
	return all
}
