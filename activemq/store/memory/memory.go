// Package memory keeps messages for as long as the process lives: the store of a broker with persistent="false" and of
// memoryPersistenceAdapter. It holds the messages themselves, never a copy, and starts no goroutine.
//
// Every operation is over when its call returns, so completions are called at once, from within the call. Durable
// subscriptions are kept like everything else: until the process ends. Nothing survives that, therefore no transaction is ever
// found prepared and nothing was ever delivered by an earlier run.
//
// The bytes told as record lengths are [message.Message.Size], what the message counts for in memory limits.
package memory

import (
	"fmt"
	"sync"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Store is a store.Store in memory.
type Store struct {
	producers *store.Producers

	mu sync.Mutex // innermost; guards what follows, not the contents of a destination, which the broker's lock guards

	closed bool
	queues map[message.Destination]*queue
	topics map[message.Destination]*topic
}

// New returns an empty store.
func New() *Store {
	return &Store{
		queues: make(map[message.Destination]*queue),
		topics: make(map[message.Destination]*topic),

		producers: store.NewProducers(producersMax),
	}
}

// producersMax is of how many producers the last message is remembered.
const producersMax = 64

// LastSequence returns the greatest number of a producer's messages.
func (s *Store) LastSequence(p message.ProducerID) (int64, error) { return s.producers.Last(p), nil }

// Destinations lists the queues and topics that were opened and not removed.
func (s *Store) Destinations() []message.Destination {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]message.Destination, 0, len(s.queues)+len(s.topics))
	for d := range s.queues {
		list = append(list, d)
	}
	for d := range s.topics {
		list = append(list, d)
	}
	return list
}

// OpenQueue returns the queue d, the same one each time.
func (s *Store) OpenQueue(d message.Destination) (store.Queue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, store.ErrClosed
	case !d.IsQueue():
		return nil, fmt.Errorf("memory: %s is no queue", d)
	}
	q := s.queues[d]
	if q == nil {
		q = &queue{log{destination: d, producers: s.producers}}
		s.queues[d] = q
	}
	return q, nil
}

// OpenTopic returns the topic d, the same one each time.
func (s *Store) OpenTopic(d message.Destination) (store.Topic, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, store.ErrClosed
	case !d.IsTopic():
		return nil, fmt.Errorf("memory: %s is no topic", d)
	}
	t := s.topics[d]
	if t == nil {
		t = &topic{log: log{destination: d, producers: s.producers}}
		s.topics[d] = t
	}
	return t, nil
}

// RemoveDestination forgets d. What the broker still holds of it is collected with the broker's references.
func (s *Store) RemoveDestination(d message.Destination, done store.Completion) {
	s.mu.Lock()
	delete(s.queues, d)
	delete(s.topics, d)
	s.mu.Unlock()
	complete(done)
}

// Usage returns the sizes of all messages that are pending.
func (s *Store) Usage() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sum int64
	for _, q := range s.queues {
		sum += q.bytes.Load()
	}
	for _, t := range s.topics {
		sum += t.bytes.Load()
	}
	return sum
}

// Close forgets everything.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	clear(s.queues)
	clear(s.topics)
	return nil
}

// complete tells that an operation succeeded, which it always does.
func complete(done store.Completion) {
	if done != nil {
		done(nil)
	}
}

// Throttle returns at once: nothing waits to be written.
func (s *Store) Throttle() {}
