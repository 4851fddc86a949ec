package storetest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"goactivemq/activemq/message"
)

// world is a store and the model of what it must hold.
type world struct {
	*fixture
	random       *rand.Rand
	destinations []*contents
	transactions []*openTransaction
	begun        int
}

// contents models a destination: the items pending in it, in order, under the name of each subscription, and under "" for a
// queue.
type contents struct {
	d     message.Destination
	lists map[string][]*item
}

// openTransaction models a transaction that has not ended.
type openTransaction struct {
	*transaction
	prepared bool
	added    []*item
	removed  []claim
}

// newWorld returns the model of an empty store.
func newWorld(f *fixture, random *rand.Rand) *world {
	w := &world{fixture: f, random: random}
	for i := range 3 {
		w.destinations = append(w.destinations, &contents{d: queueNamed(fmt.Sprintf("RANDOM.%d", i))})
	}
	for i := range 2 {
		w.destinations = append(w.destinations, &contents{d: topicNamed(fmt.Sprintf("RANDOM.%d", i))})
	}
	for _, p := range w.destinations {
		p.clear()
	}
	return w
}

// clear makes it what a new destination is.
func (p *contents) clear() {
	p.lists = make(map[string][]*item)
	if p.d.IsQueue() {
		p.lists[""] = nil
	}
}

// names returns the names of the lists, in one order for one seed.
func (p *contents) names() []string { return slices.Sorted(maps.Keys(p.lists)) }

// add puts an item behind all others, for each subscription.
func (p *contents) add(it *item) {
	for name := range p.lists {
		p.lists[name] = append(p.lists[name], it)
	}
}

// remove takes an item out of a list.
func (p *contents) remove(name string, it *item) {
	i := slices.Index(p.lists[name], it)
	p.lists[name] = slices.Delete(p.lists[name], i, i+1)
}

// subscribe adds a list; a retroactive one has what is in any other.
func (p *contents) subscribe(name string, retroactive bool) {
	var held []*item
	if retroactive {
		for _, list := range p.lists {
			held = append(held, list...)
		}
		slices.SortFunc(held, func(a, b *item) int { return int(a.entry.Sequence - b.entry.Sequence) })
		held = slices.Compact(held)
	}
	p.lists[name] = held
}

// apply does what a transaction does when it commits.
func (w *world) apply(k *openTransaction) {
	for _, it := range k.added {
		w.model(*it.message.Destination).add(it)
	}
	for _, c := range k.removed {
		w.model(c.destination).remove(c.subscription, c.item)
	}
}

// model finds the model of a destination.
func (w *world) model(d message.Destination) *contents {
	for _, p := range w.destinations {
		if p.d == d {
			return p
		}
	}
	panic("no model of " + d.String())
}

// claimed tells whether an open transaction removes that.
func (w *world) claimed(c claim) bool {
	return w.isUsed(func(other claim) bool { return other == c })
}

// isUsed tells whether an open transaction removes or adds something of the kind.
func (w *world) isUsed(test func(claim) bool) bool {
	for _, k := range w.transactions {
		if slices.ContainsFunc(k.removed, test) {
			return true
		}
		for _, it := range k.added {
			if test(claim{destination: *it.message.Destination}) {
				return true
			}
		}
	}
	return false
}
