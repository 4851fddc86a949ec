package broker

import (
	"sync"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// retainedQueue is the queue of the store in which retained messages outlive the broker, one for each topic, with the topic as their original
// destination. To Java's broker it is a queue like any other; here it is nobody's to send to or to consume from.
var retainedQueue = message.Destination{Kind: message.Queue, Name: "ActiveMQ.Retained"}

// retained is the message that a topic retains.
type retained struct {
	message *message.Message // nil: the wish to retain none any more
	entry   *store.Entry     // nil: not in the store
}

// retention is the store's side of retained messages. Its lock comes behind those of topics.
//
// A new one is on disk before the one before is removed, and the end of one is written as a message without a body, so that the latest that
// the store holds for a topic is always what was told last.
type retention struct {
	mu     sync.Mutex
	stored store.Queue // nil until there is one to keep
}

// keep writes that a topic retains next from now on, in place of before. The topic's lock is held.
func (t *Topic) keep(next, before *retained, whenKept store.Completion) {
	b := t.broker
	if t.name.IsTemporary() || !b.options.Persistent {
		if whenKept != nil {
			whenKept(nil)
		}
		return
	}
	var result error
	written := newRendezvous(func() { b.retention.written(b, t.name, next, before, result, whenKept) })
	r := &b.retention
	r.mu.Lock()
	if result = r.openLocked(b.options.Store); result == nil {
		next.entry = new(store.Entry)
		r.stored.Append(next.entry, retainedForm(next.message, t.name, b), nil, func(err error) {
			result = err
			written.arrive()
		})
		r.stored.Admit(next.entry)
	} else {
		written.arrive()
	}
	r.mu.Unlock()
	written.arrive()
}

// openLocked opens the queue.
func (r *retention) openLocked(s store.Store) (err error) {
	if r.stored == nil {
		r.stored, err = s.OpenQueue(retainedQueue)
	}
	return err
}

// retainedForm is a retained message, or the end of one, as the store keeps it.
func retainedForm(m *message.Message, topic message.Destination, b *Broker) *message.Message {
	var form message.Message
	if m != nil {
		form = *m
	} else {
		id := b.systemID()
		form = message.Message{Kind: message.KindPlain, ID: id, Producer: id.Producer, Persistent: true}
	}
	form.Destination, form.OriginalDestination, form.Transaction = &retainedQueue, &topic, nil
	return &form
}

// written goes on when next is on disk, or could not be written.
func (r *retention) written(b *Broker, topic message.Destination, next, before *retained, err error, whenKept store.Completion) {
	if err != nil {
		b.log.Error("the retained message of "+topic.String()+" cannot be kept in the store", "error", err)
	} else {
		r.mu.Lock()
		if before != nil {
			r.removeLocked(before)
		}
		if next.message == nil {
			r.removeLocked(next)
		}
		r.mu.Unlock()
	}
	if whenKept != nil {
		whenKept(storeFailed(err))
	}
}

// removeLocked takes one out of the store.
func (r *retention) removeLocked(gone *retained) {
	if gone.entry != nil {
		r.stored.Remove(gone.entry, nil, nil, nil)
	}
}

// recoverRetainedLocked gives the topics the messages that they retained when the broker was last running.
func (b *Broker) recoverRetainedLocked() error {
	r := &b.retention
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.openLocked(b.options.Store); err != nil {
		return storeFailed(err)
	}
	latest := map[message.Destination]*retained{}
	const page = 100
	for after := int64(0); ; {
		loaded, err := r.stored.Page(after, page, pageBytes)
		if err != nil {
			b.log.Error("some retained messages cannot be read from the store", "error", err)
		}
		if len(loaded) == 0 {
			break
		}
		for i := range loaded {
			l := &loaded[i]
			after = l.Entry.Sequence
			r.takeLocked(latest, l)
		}
	}
	for topic, kept := range latest {
		if kept.message == nil {
			r.removeLocked(kept)
			continue
		}
		t, err := b.topicLocked(topic)
		if err != nil {
			return err
		}
		t.recovery.retained = kept
	}
	return nil
}

// takeLocked notes a message read from the store as the latest of its topic, and removes the one before.
func (r *retention) takeLocked(latest map[message.Destination]*retained, l *store.Loaded) {
	kept := &retained{entry: &l.Entry}
	topic := l.Message.OriginalDestination
	if topic == nil || !topic.IsTopic() {
		r.removeLocked(kept) // nothing that we put there
		return
	}
	if before := latest[*topic]; before != nil {
		r.removeLocked(before)
	}
	if len(l.Message.Content) > 0 {
		m := *l.Message
		m.Destination, m.OriginalDestination = topic, nil
		kept.message = &m
	}
	latest[*topic] = kept
}

// forgetRetained drops the retained message of a topic that ends.
func (t *Topic) forgetRetained() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if before := t.recovery.retained; before != nil {
		t.recovery.retained = nil
		t.keep(&retained{}, before, nil)
	}
}
