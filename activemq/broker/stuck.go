package broker

import (
	"fmt"
	"time"

	"goactivemq/activemq/message"
)

// Waiting tells why messages of a queue wait: for each of them what every consumer has against it. It is a picture of one moment.
type Waiting struct {
	Queue       string
	Pending     int64  // in flight included
	InFlight    int64  // given to consumers and not acknowledged
	InMemory    int    // of those that wait
	Note        string `json:",omitempty"` // what holds for all of them
	Consumers   []WaitingConsumer
	Messages    []WaitingMessage
	Dispatching bool // something is under way that may change all this
}

// WaitingConsumer is a consumer of the queue.
type WaitingConsumer struct {
	Consumer string
	Client   string // its address
	Selector string `json:",omitempty"`
	InFlight int
	Prefetch int
	Reason   string `json:",omitempty"` // why it gets nothing at all; empty: it may
}

// WaitingMessage is a message that is pending.
type WaitingMessage struct {
	Message string
	Reason  string   `json:",omitempty"` // what holds for all consumers
	Against []string // what each consumer has against it, in their order; empty: nothing

	// Stuck tells that a consumer could have it and has not got it. That is never so while nothing is being dispatched.
	Stuck bool
}

// Why tells why messages of the queue wait: the first of those in memory, limit at most, or the one of that id.
func (q *Queue) Why(id string, limit int) Waiting {
	w := Waiting{Queue: q.name.Name, Pending: q.size.Load(), InFlight: q.inFlight.Load()}
	q.mu.Lock()
	defer q.mu.Unlock()
	w.InMemory = q.waiting.len
	w.Dispatching = q.scanning
	switch {
	case q.held:
		w.Note = "nobody gets anything yet: the queue waits for more consumers, as its policy says"
	case len(q.consumers) == 0:
		w.Note = "there is no consumer"
	}
	for _, t := range q.consumers {
		w.Consumers = append(w.Consumers, q.consumerLocked(t))
	}
	for d := q.waiting.first; d != nil && len(w.Messages) < limit; d = d.next {
		if id == "" || d.message.ID.String() == id {
			w.Messages = append(w.Messages, q.whyLocked(d, w.Consumers))
		}
	}
	if len(w.Messages) == 0 {
		w.Messages = q.elsewhereLocked(id, w.Consumers)
	}
	return w
}

// consumerLocked describes a consumer.
func (q *Queue) consumerLocked(t *taker) WaitingConsumer {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := WaitingConsumer{
		Consumer: t.info.Consumer.String(), Client: t.conn.remote, Selector: t.info.Selector.String(), InFlight: t.inFlight.len, Prefetch: t.prefetch,
	}
	switch {
	case t.closed:
		c.Reason = "it is being closed"
	case q.barredLocked(t):
		c.Reason = "another consumer is exclusive: " + q.exclusive.info.Consumer.String()
	case t.creditLocked():
	case t.prefetch == 0:
		c.Reason = "no credit: its prefetch is 0, and it asks for nothing"
	default:
		c.Reason = fmt.Sprintf("no credit: %d messages are in flight, of which %d count no more, and its prefetch is %d%s", t.inFlight.len, t.arrived, t.prefetch, sinceAck(t.Subscription))
	}
	return c
}

// sinceAck tells since when a consumer has acknowledged nothing.
func sinceAck(s *Subscription) string {
	last := s.lastAck.Load()
	if last == 0 {
		return "; it never acknowledged any"
	}
	return "; it last acknowledged one " + s.conn.broker.now().Sub(time.UnixMilli(last)).Round(time.Millisecond).String() + " ago"
}

// whyLocked tells why a message in memory waits.
func (q *Queue) whyLocked(d *delivery, consumers []WaitingConsumer) WaitingMessage {
	w := WaitingMessage{Message: d.message.ID.String()}
	if d.message.Expiration != 0 && d.message.ExpiredAt(q.broker.millis()) {
		w.Reason = "it has expired"
		if d.unburied {
			w.Reason += ", and cannot go to the dead letter queue: the log says why"
		}
	}
	free := w.Reason == "" && !q.held
	for i, t := range q.consumers {
		against := consumers[i].Reason
		if against == "" {
			against = q.againstLocked(t, d)
			w.Stuck = w.Stuck || free && against == ""
		}
		w.Against = append(w.Against, against)
	}
	return w
}

// againstLocked tells what a consumer with credit has against a message, "" for nothing.
func (q *Queue) againstLocked(t *taker, d *delivery) string {
	m := d.message
	switch {
	case t.info.NoLocal && m.Producer != nil && m.Producer.Connection == t.info.Consumer.Connection:
		return "it wants nothing that its own connection sent"
	case m.TargetConsumer != nil && *m.TargetConsumer != *t.info.Consumer:
		return "the message is for " + m.TargetConsumer.String() + " only"
	case !t.wants(m, d.redeliveries):
		return "its selector does not match"
	case m.GroupID.IsNull() || q.groups.freeFor(t, m):
		return ""
	}
	if owner := q.groups.owner(m.GroupID.String()); owner != t {
		return "message group " + m.GroupID.String() + " belongs to " + owner.info.Consumer.String()
	}
	return ""
}

// elsewhereLocked tells where messages are that are not among those that wait in memory: in flight, or in the store only.
func (q *Queue) elsewhereLocked(id string, consumers []WaitingConsumer) []WaitingMessage {
	if id != "" {
		for _, t := range q.consumers {
			if reason := t.holds(id); reason != "" {
				return []WaitingMessage{{Message: id, Reason: reason}}
			}
		}
	}
	if !q.hasMore() {
		if id == "" {
			return nil
		}
		return []WaitingMessage{{Message: id, Reason: "the queue has no such message, or a transaction that is not committed has it"}}
	}
	w := WaitingMessage{Message: id, Reason: "it is in the store only: what is before it comes first"}
	if id == "" {
		w.Reason = "all that waits is in the store only"
		for _, c := range consumers {
			w.Stuck = w.Stuck || c.Reason == "" && !q.held && !q.scanning && !q.scanWanted && q.startLocked() == nil && q.windowOpen()
		}
	}
	return []WaitingMessage{w}
}

// holds tells how a consumer has a message, "" when it has not.
func (s *Subscription) holds(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for d := s.inFlight.first; d != nil; d = d.next {
		if d.message.ID.String() != id {
			continue
		}
		how := map[deliveryState]string{reached: ", which has told that it arrived", claimed: ", which acknowledged it in a transaction that is open"}[d.state]
		return fmt.Sprintf("in flight to %s of %s%s, after %d earlier deliveries", s.info.Consumer, s.conn.remote, how, d.redeliveries)
	}
	return ""
}

// lookedAt is how many messages of a queue Stuck looks at.
const lookedAt = 100

// Stuck returns the queues with a message that a consumer with credit wants and has not got. While nothing happens there is none; while something
// does, there may be one for a moment.
func (b *Broker) Stuck() []Waiting {
	var found []Waiting
	for _, q := range b.Queues() {
		if !q.couldBeStuck() {
			continue
		}
		w := q.Why("", lookedAt)
		for _, m := range w.Messages {
			if m.Stuck {
				found = append(found, w)
				break
			}
		}
	}
	return found
}

// couldBeStuck tells whether something waits and somebody has credit, which is all that most queues need to be asked.
func (q *Queue) couldBeStuck() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.held && (q.waiting.len > 0 || q.hasMore()) && q.anyCreditLocked()
}

// stuckInterval is how often the broker looks for messages that are stuck, and how long one may be.
const stuckInterval = time.Second

// unstick offers everything to everybody again in queues that were stuck a moment ago and still are. There must be none, so it complains.
func (b *Broker) unstick(before map[string]string) map[string]string {
	now := map[string]string{}
	for _, w := range b.Stuck() {
		for _, m := range w.Messages {
			if m.Stuck {
				now[w.Queue] = m.Message
				break
			}
		}
		if id := now[w.Queue]; id == before[w.Queue] && id != "" {
			b.log.Error(fmt.Sprintf("message %s of queue %s was not dispatched although a consumer wants it; all are offered again. This is a defect: please report it with this line: %+v", id, w.Queue, w))
			if q := b.queue(message.Destination{Kind: message.Queue, Name: w.Queue}); q != nil {
				q.mu.Lock()
				q.rewindLocked()
				q.dispatchLocked()
				q.unlock()
			}
		}
	}
	return now
}
