package mkahadb

import (
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// queue is a queue of one of the stores. It brings transactions to that store; all else is the store's.
type queue struct {
	store.Queue
	part *part
}

// Append journals m.
func (q *queue) Append(e *store.Entry, m *message.Message, tx store.Transaction, done store.Completion) {
	q.Queue.Append(e, m, q.part.side(tx), done)
}

// Remove journals that e was consumed.
func (q *queue) Remove(e *store.Entry, ack *message.Ack, tx store.Transaction, done store.Completion) {
	q.Queue.Remove(e, ack, q.part.side(tx), done)
}

// topic is queue for topics.
type topic struct {
	store.Topic
	part *part
}

// Append journals m.
func (t *topic) Append(e *store.Entry, m *message.Message, tx store.Transaction, done store.Completion) {
	t.Topic.Append(e, m, t.part.side(tx), done)
}

// Subscriptions returns the durable subscriptions.
func (t *topic) Subscriptions() []store.Subscription {
	all := t.Topic.Subscriptions()
	for i, s := range all {
		all[i] = &subscription{s, t.part}
	}
	return all
}

// Subscribe keeps a new subscription.
func (t *topic) Subscribe(info *message.SubscriptionInfo, retroactive bool, done store.Completion) (store.Subscription, error) {
	s, err := t.Topic.Subscribe(info, retroactive, done)
	if err != nil {
		return nil, err
	}
	return &subscription{s, t.part}, nil
}

// Unsubscribe ends a subscription.
func (t *topic) Unsubscribe(s store.Subscription, done store.Completion) {
	t.Topic.Unsubscribe(s.(*subscription).Subscription, done)
}

// subscription is queue for durable subscriptions.
type subscription struct {
	store.Subscription
	part *part
}

// Remove journals that the subscription is done with e.
func (s *subscription) Remove(e *store.Entry, ack *message.Ack, tx store.Transaction, done store.Completion) {
	s.Subscription.Remove(e, ack, s.part.side(tx), done)
}
