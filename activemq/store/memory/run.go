package memory

import (
	"iter"
	"slices"

	"goactivemq/activemq/message"
)

// held is a message in the store.
type held struct {
	message *message.Message
	length  int32
	holders int // durable subscriptions that need it; a queue does not count
}

// run is a list of messages in the order of their sequences.
//
//	slots   | given up | live or hole ... live or hole |
//	                    ^head
//
// A removed message leaves a hole. Holes at the head are given up at once. Once less than half of the slots are live, the
// live ones move together, so that adding and removing cost amortised constant time and memory follows what is live.
type run struct {
	slots []slot
	head  int
	live  int
}

// slot is one place in a run; held is nil in a hole.
type slot struct {
	sequence int64
	held     *held
}

// slotsMin is the number of slots below which a run is not worth tidying.
const slotsMin = 64

// add puts h at the end. sequence is greater than all before.
func (r *run) add(sequence int64, h *held) {
	r.slots = append(r.slots, slot{sequence, h})
	r.live++
}

// get returns the message with the sequence, nil when there is none.
func (r *run) get(sequence int64) *held {
	if i := r.search(sequence); i < len(r.slots) && r.slots[i].sequence == sequence {
		return r.slots[i].held
	}
	return nil
}

// remove takes out and returns the message with the sequence, nil when there is none.
func (r *run) remove(sequence int64) *held {
	i := r.search(sequence)
	if i == len(r.slots) || r.slots[i].sequence != sequence || r.slots[i].held == nil {
		return nil
	}
	h := r.slots[i].held
	r.slots[i].held = nil
	r.live--
	for r.head < len(r.slots) && r.slots[r.head].held == nil {
		r.head++
	}
	if len(r.slots) >= slotsMin && r.live < len(r.slots)/2 {
		r.tidy()
	}
	return h
}

// after yields the messages whose sequence is greater, in order.
func (r *run) after(sequence int64) iter.Seq2[int64, *held] {
	return func(yield func(int64, *held) bool) {
		for _, s := range r.slots[r.search(sequence+1):] {
			if s.held != nil && !yield(s.sequence, s.held) {
				return
			}
		}
	}
}

// search returns the index of the first slot that is not given up and whose sequence is not less.
func (r *run) search(sequence int64) int {
	rest := r.slots[r.head:]
	if len(rest) == 0 || sequence <= rest[0].sequence {
		return r.head
	}
	// Sequences grow by one or more, so the distance from the first bounds the index; where no hole was closed it is the index.
	if distance := sequence - rest[0].sequence; distance < int64(len(rest)) {
		if rest[distance].sequence == sequence {
			return r.head + int(distance)
		}
		rest = rest[:distance]
	}
	i, _ := slices.BinarySearchFunc(rest, sequence, func(s slot, want int64) int {
		switch {
		case s.sequence < want:
			return -1
		case s.sequence > want:
			return 1
		}
		return 0
	})
	return r.head + i
}

// tidy closes the holes, and gives memory back where much more is held than needed.
func (r *run) tidy() {
	to := r.slots[:0]
	if cap(r.slots) > 4*r.live+4*slotsMin {
		to = make([]slot, 0, 2*r.live+slotsMin)
	}
	for _, s := range r.slots[r.head:] {
		if s.held != nil {
			to = append(to, s)
		}
	}
	if cap(to) == cap(r.slots) {
		clear(r.slots[len(to):]) // the moved ones must not be kept alive by their old places
	}
	r.slots, r.head = to, 0
}
