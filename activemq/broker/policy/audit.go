package policy

import (
	"sync"

	"goactivemq/activemq/message"
)

// Audit remembers the last messages of the last producers that it was shown, to tell those that come again. What is older it does not know:
// a message that it cannot judge is a new one.
type Audit struct {
	depth, producers int

	mu sync.Mutex
	// mu guards what follows.
	known map[message.ProducerID]*audited
	clock int64 // counts what is shown
}

// audited is what is known of one producer's messages.
type audited struct {
	seen map[int64]int // the places in ring of the sequences
	ring []int64       // the sequences, the oldest at next once it is full
	next int
	used int64 // when the producer was last seen, by the clock
}

// NewAudit makes one that knows as many messages of as many producers.
func NewAudit(depth, producers int) *Audit {
	return &Audit{depth: max(depth, 1), producers: max(producers, 1), known: map[message.ProducerID]*audited{}}
}

// Again tells whether a message of that id was shown before, and remembers it. A nil Audit knows none.
func (a *Audit) Again(id *message.ID) bool {
	if a == nil || id == nil || id.Producer == nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.producerLocked(*id.Producer)
	if _, again := p.seen[id.ProducerSequence]; again {
		return true
	}
	if len(p.ring) < a.depth {
		p.seen[id.ProducerSequence] = len(p.ring)
		p.ring = append(p.ring, id.ProducerSequence)
		return false
	}
	if old := p.ring[p.next]; p.seen[old] == p.next {
		delete(p.seen, old)
	}
	p.ring[p.next] = id.ProducerSequence
	p.seen[id.ProducerSequence] = p.next
	p.next = (p.next + 1) % a.depth
	return false
}

// Forget has a message of that id be new the next time.
func (a *Audit) Forget(id *message.ID) {
	if a == nil || id == nil || id.Producer == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if p := a.known[*id.Producer]; p != nil {
		delete(p.seen, id.ProducerSequence)
	}
}

// producerLocked returns what is known of a producer. For a new one, that which was silent the longest may have to go.
func (a *Audit) producerLocked(id message.ProducerID) *audited {
	a.clock++
	p := a.known[id]
	if p == nil {
		if len(a.known) >= a.producers {
			delete(a.known, a.silentLocked())
		}
		p = &audited{seen: map[int64]int{}}
		a.known[id] = p
	}
	p.used = a.clock
	return p
}

// silentLocked returns the producer that was silent the longest.
func (a *Audit) silentLocked() (silent message.ProducerID) {
	oldest := a.clock
	for id, p := range a.known {
		if p.used < oldest {
			silent, oldest = id, p.used
		}
	}
	return silent
}
