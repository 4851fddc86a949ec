package kahadb

import (
	"fmt"
	"slices"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// topic is a log whose entries are needed by durable subscriptions.
type topic struct{ log *log }

// subscription is a durable subscription of a topic. What it has pending is all entries above floor but those in holes.
type subscription struct {
	log  *log
	info *message.SubscriptionInfo
	key  string
	body []byte // the info as it is stored

	// Under Store.mu.
	records    []position // where records about it lie, the one in force last; none before it is written
	rewriting  bool
	floor      int64
	holes      intervals
	delivering bool
	marked     bool
	maybe      int64
	removed    bool
}

// needs tells whether the entry of that sequence is pending.
func (s *subscription) needs(sequence int64) bool {
	return !s.removed && sequence > s.floor && sequence < s.log.next && !s.holes.contains(sequence)
}

// acknowledge takes an entry out of the pending set, and tells whether it was in.
func (s *subscription) acknowledge(sequence int64) bool {
	if !s.needs(sequence) {
		return false
	}
	if sequence == s.floor+1 {
		s.floor = s.holes.shift(sequence+1) - 1
	} else {
		s.holes.add(sequence)
	}
	return true
}

// pending returns how many entries are pending.
func (s *subscription) pending() int {
	if s.removed {
		return 0
	}
	return int(s.log.next - 1 - s.floor - s.holes.total)
}

// position returns where the record in force lies, 0 while it is not written.
func (s *subscription) position() position {
	if len(s.records) == 0 {
		return 0
	}
	return s.records[len(s.records)-1]
}

// Append journals m.
func (t *topic) Append(e *store.Entry, m *message.Message, tx store.Transaction, done store.Completion) {
	t.log.append(e, m, tx, done)
}

// Admit gives e its place: it is pending for the subscriptions that there are.
func (t *topic) Admit(e *store.Entry) { t.log.admitEntry(e) }

// Load reads e back.
func (t *topic) Load(e *store.Entry) (*message.Message, error) { return t.log.loadMessage(e) }

// Subscriptions returns the durable subscriptions.
func (t *topic) Subscriptions() []store.Subscription {
	t.log.store.mu.Lock()
	defer t.log.store.mu.Unlock()
	all := make([]store.Subscription, len(t.log.subscriptions))
	for i, s := range t.log.subscriptions {
		all[i] = s
	}
	return all
}

// Subscribe keeps a new subscription.
func (t *topic) Subscribe(info *message.SubscriptionInfo, retroactive bool, done store.Completion) (store.Subscription, error) {
	l := t.log
	s := l.store
	body, err := s.options.Codec.AppendSubscription(nil, info)
	if err != nil {
		return nil, fmt.Errorf("kahadb: subscription %s: %w", info.Key(), err)
	}
	sub := &subscription{log: l, info: info, key: info.Key(), body: body}
	w := &subscriptionWrite{subscription: sub, first: true}
	w.encodeSubscription(retroactive, true)
	w.done = done
	s.mu.Lock()
	if l.subscription(sub.key) != nil {
		err = fmt.Errorf("kahadb: subscription %s of %v exists", sub.key, l.destination)
	} else if err = l.subscribe(sub, retroactive); err == nil {
		s.unwritten++
		err = s.journal.append(&w.write)
	}
	s.mu.Unlock()
	if err != nil {
		w.done = nil // the error is returned
		w.complete(err)
		return nil, err
	}
	return sub, nil
}

// subscribe adds a subscription to the index. A retroactive one needs all that is there.
func (l *log) subscribe(sub *subscription, retroactive bool) error {
	l.subscriptions = append(l.subscriptions, sub)
	l.store.changed = true
	sub.floor = l.next - 1
	if !retroactive {
		return nil
	}
	first := true
	expect := int64(0)
	need := func(sequence int64) {
		if first {
			sub.floor, first = sequence-1, false
		} else {
			sub.holes.push(interval{expect, sequence - 1})
		}
		expect = sequence + 1
	}
	// Entries in pages and in the window may alternate.
	i := int64(0)
	waiting := func(below int64) {
		for ; i < int64(len(l.window)) && l.base+i < below; i++ {
			if a := l.window[i]; a != nil {
				need(a.sequence)
				a.references++
			}
		}
	}
	err := l.each(0, func(sequence int64, e *entry) (bool, error) {
		waiting(sequence)
		need(sequence)
		e.references++
		number, _ := pageOf(sequence)
		l.ref(number).page.dirty = true
		return true, nil
	})
	waiting(l.next)
	if !first {
		sub.holes.push(interval{expect, l.next - 1})
	}
	return err
}

// subscription returns the subscription of that key, or nil.
func (l *log) subscription(key string) *subscription {
	for _, s := range l.subscriptions {
		if s.key == key {
			return s
		}
	}
	return nil
}

// subscriptionWrite is a record that a subscription is, or is not any more.
type subscriptionWrite struct {
	write
	subscription *subscription
	first        bool // the subscription is new
	ended        bool // it is no more
}

func (w *subscriptionWrite) encodeSubscription(retroactive, exists bool) {
	sub := w.subscription
	w.effect = w
	w.encode(cmdSubscription, func(b []byte) []byte {
		b = appendBytesField(b, 1, appendDestination(nil, sub.log.destination))
		b = appendBytesField(b, 2, sub.key)
		if !exists {
			return b
		}
		var flag uint64
		if retroactive {
			flag = 1
		}
		return appendBytesField(appendVarintField(b, 3, flag), 4, sub.body)
	})
}

func (w *subscriptionWrite) written(p position) {
	sub := w.subscription
	s := sub.log.store
	if w.first {
		s.unwritten--
	}
	s.changed = true
	if w.ended {
		for _, f := range w.targets() {
			s.guard(p.file(), f)
		}
		return
	}
	sub.records = append(sub.records, p)
	sub.rewriting = false
}

// Unsubscribe ends a subscription.
func (t *topic) Unsubscribe(ended store.Subscription, done store.Completion) {
	sub := ended.(*subscription)
	l := t.log
	s := l.store
	w := &subscriptionWrite{subscription: sub, ended: true}
	w.encodeSubscription(false, false)
	w.done = done
	s.mu.Lock()
	if sub.removed || l.removed {
		s.mu.Unlock()
		w.complete(nil)
		return
	}
	err := l.unsubscribe(sub)
	if err == nil {
		err = s.journal.append(&w.write)
	}
	s.mu.Unlock()
	w.refuse(err)
}

// unsubscribe takes a subscription out of the index, with the messages that only it needed.
func (l *log) unsubscribe(sub *subscription) error {
	for _, a := range l.window {
		if a != nil && sub.needs(a.sequence) {
			l.takeWaiting(a, sub)
		}
	}
	err := l.each(sub.floor+1, func(sequence int64, _ *entry) (bool, error) {
		if !sub.needs(sequence) {
			return true, nil
		}
		return true, l.unlink(sequence, 1)
	})
	sub.removed = true
	l.subscriptions = slices.DeleteFunc(l.subscriptions, func(s *subscription) bool { return s == sub })
	l.store.changed = true
	return err
}

// Info returns what the subscription is for.
func (s *subscription) Info() *message.SubscriptionInfo { return s.info }

// Remove journals that the subscription is done with e.
func (s *subscription) Remove(e *store.Entry, ack *message.Ack, tx store.Transaction, done store.Completion) {
	s.log.remove(e, ack, s, tx, done)
}

// Drop takes e out after a commit.
func (s *subscription) Drop(e *store.Entry) { s.log.drop(e, s) }

// Page reads pending messages in order.
func (s *subscription) Page(after int64, limit, bytes int) ([]store.Loaded, error) {
	return s.log.page(after, limit, bytes, s)
}

// Pending returns the number of pending messages.
func (s *subscription) Pending() int {
	s.log.store.mu.Lock()
	defer s.log.store.mu.Unlock()
	return s.pending()
}

// Delivering notes that the subscriber is there.
func (s *subscription) Delivering() { s.log.deliver(&s.delivering, &s.marked, s.key) }

// Delivered notes up to where messages were delivered and not acknowledged.
func (s *subscription) Delivered(to int64) { s.log.delivered(&s.maybe, to) }

// MaybeDelivered returns the last sequence that the subscriber may have had before an unclean stop.
func (s *subscription) MaybeDelivered() int64 { return s.maybe }
