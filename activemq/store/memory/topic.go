package memory

import (
	"fmt"
	"slices"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// topic is a store.Topic. Its log has each message once, with the number of subscriptions that hold it; each subscription has
// a run of its own over the same messages.
type topic struct {
	log
	subscriptions []*subscription
}

// subscription is a store.Subscription.
type subscription struct {
	info    *message.SubscriptionInfo
	topic   *topic
	pending run
}

// Admit gives the message to the durable subscriptions. Without any it is not kept.
func (t *topic) Admit(e *store.Entry) {
	h := t.admit(e)
	if len(t.subscriptions) == 0 {
		return
	}
	h.holders = len(t.subscriptions)
	t.keep(e.Sequence, h)
	for _, s := range t.subscriptions {
		s.pending.add(e.Sequence, h)
	}
}

// Subscriptions returns the durable subscriptions, in the order in which they were made.
func (t *topic) Subscriptions() []store.Subscription {
	list := make([]store.Subscription, len(t.subscriptions))
	for i, s := range t.subscriptions {
		list[i] = s
	}
	return list
}

// Subscribe adds a durable subscription; a retroactive one holds all that the others still hold.
func (t *topic) Subscribe(info *message.SubscriptionInfo, retroactive bool, done store.Completion) (store.Subscription, error) {
	for _, other := range t.subscriptions {
		if other.info.Key() == info.Key() {
			err := fmt.Errorf("memory: %s has a durable subscription %s already", t.destination, info.Key())
			if done != nil {
				done(err)
			}
			return nil, err
		}
	}
	s := &subscription{info: info, topic: t}
	if retroactive {
		for sequence, h := range t.messages.after(0) {
			h.holders++
			s.pending.add(sequence, h)
		}
	}
	t.subscriptions = append(t.subscriptions, s)
	complete(done)
	return s, nil
}

// Unsubscribe takes the subscription out, with what only it held.
func (t *topic) Unsubscribe(s store.Subscription, done store.Completion) {
	mine := s.(*subscription)
	if i := slices.Index(t.subscriptions, mine); i >= 0 {
		t.subscriptions = slices.Delete(t.subscriptions, i, i+1)
	}
	for sequence, h := range mine.pending.after(0) {
		t.release(sequence, h)
	}
	mine.pending = run{}
	complete(done)
}

// release tells that one subscription less holds the message.
func (t *topic) release(sequence int64, h *held) {
	if h.holders--; h.holders == 0 {
		t.drop(sequence)
	}
}

// Info returns the description that the subscription was made with.
func (s *subscription) Info() *message.SubscriptionInfo { return s.info }

// Remove takes the message out of the subscription; in a transaction Drop will do it.
func (s *subscription) Remove(e *store.Entry, _ *message.Ack, tx store.Transaction, done store.Completion) {
	if tx == nil {
		s.Drop(e)
	}
	complete(done)
}

// Drop takes the message out of the subscription. It may be gone already, as with Queue.Drop.
func (s *subscription) Drop(e *store.Entry) {
	if h := s.pending.remove(e.Sequence); h != nil {
		s.topic.release(e.Sequence, h)
	}
}

// Page lists what the subscription has pending behind a sequence. It has no error to tell.
func (s *subscription) Page(after int64, limit, bytes int) ([]store.Loaded, error) {
	return page(&s.pending, after, limit, bytes), nil
}

// Pending returns the number of messages pending.
func (s *subscription) Pending() int { return s.pending.live }

// Delivering has nothing to note: no later run will ask.
func (s *subscription) Delivering() {}

// Delivered has nothing to note: no later run will ask.
func (s *subscription) Delivered(int64) {}

// MaybeDelivered returns 0: there was no earlier run.
func (s *subscription) MaybeDelivered() int64 { return 0 }
