package store

import (
	"container/list"
	"sync"

	"goactivemq/activemq/message"
)

// Audit is what a Store may be beside: one that knows which message of a producer it took last, also after a restart. So the broker can tell what a
// client that reconnected sends once more.
type Audit interface {
	// LastSequence returns the greatest number of the producer's messages that the store has taken, outside transactions or in ones that are
	// committed, and -1 when it knows of none. It returns when all that it speaks of is on disk.
	LastSequence(p message.ProducerID) (int64, error)
}

// Producers remembers the greatest message number of each producer, of the producers that sent last. Its methods may be called at the same time.
type Producers struct {
	max int

	mu sync.Mutex
	// mu guards what follows.
	byID   map[message.ProducerID]*list.Element
	recent list.List // of *produced, who sent last in front
}

// produced is what is known of a producer.
type produced struct {
	producer message.ProducerID
	sequence int64
}

// NewProducers returns a memory for so many producers.
func NewProducers(max int) *Producers {
	return &Producers{max: max, byID: map[message.ProducerID]*list.Element{}}
}

// Note takes a message's id down. An id that names no producer, as foreign protocols have them, means nothing.
func (p *Producers) Note(id *message.ID) {
	if id == nil || id.Producer == nil || !id.TextView.IsEmpty() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.byID[*id.Producer]; e != nil {
		known := e.Value.(*produced)
		known.sequence = max(known.sequence, id.ProducerSequence)
		p.recent.MoveToFront(e)
		return
	}
	p.byID[*id.Producer] = p.recent.PushFront(&produced{*id.Producer, id.ProducerSequence})
	if p.recent.Len() > p.max {
		oldest := p.recent.Remove(p.recent.Back()).(*produced)
		delete(p.byID, oldest.producer)
	}
}

// Last returns the greatest number of a producer's messages, -1 when none is known.
func (p *Producers) Last(producer message.ProducerID) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.byID[producer]; e != nil {
		return e.Value.(*produced).sequence
	}
	return -1
}

// All returns the last message ids of all producers, those who sent last behind the others: noted in this order, they make the same memory.
func (p *Producers) All() []*message.ID {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []*message.ID
	for e := p.recent.Back(); e != nil; e = e.Prev() {
		known := e.Value.(*produced)
		all = append(all, &message.ID{Producer: &known.producer, ProducerSequence: known.sequence})
	}
	return all
}
