package broker_test

import (
	"cmp"
	"fmt"
	"slices"
)

// model is a queue as simple as can be: what it has given to whom after each operation is what the broker has to give. It knows no store, no pages and no
// locks, and offers everything to everybody each time.
type model struct {
	now       int64
	arrivals  int
	waiting   []*modelMessage
	consumers []*modelConsumer // in the order in which they are offered a message
	exclusive *modelConsumer
	groups    map[string]*modelConsumer
	grouped   bool // some message had a group: from then on the number of groups counts
	order     func(x, y *modelMessage) int
}

// modelMessage is a message in one queue.
type modelMessage struct {
	name         string
	priority     int8
	color        string
	group        string
	sequence     int32
	expires      int64 // 0: never
	arrival      int
	redeliveries int
	first        bool // the first of its group where it went
}

// modelConsumer is a consumer with what it has in flight.
type modelConsumer struct {
	name      string
	color     string // what it selects, "" for everything
	priority  int8
	exclusive bool
	prefetch  int
	owns      int
	inFlight  []*modelDelivery
	due       []string // what has to come, as words
	closed    bool
}

// modelDelivery is a message in flight.
type modelDelivery struct {
	*modelMessage
	arrived bool // takes no credit
	claimed bool // by a transaction
}

// modelClaim is what a transaction acknowledged at a time.
type modelClaim struct {
	by         *modelConsumer
	deliveries []*modelDelivery
}

// newModel makes an empty queue.
func newModel(prioritized bool) *model {
	m := &model{groups: map[string]*modelConsumer{}}
	m.order = func(x, y *modelMessage) int {
		if prioritized && x.priority != y.priority {
			return cmp.Compare(y.priority, x.priority)
		}
		return cmp.Compare(x.arrival, y.arrival)
	}
	return m
}

// arrive takes in a new message.
func (m *model) arrive(x *modelMessage) {
	m.arrivals++
	x.arrival = m.arrivals
	m.putBack(x)
	m.dispatch()
}

// putBack puts a message among those that wait.
func (m *model) putBack(x *modelMessage) {
	m.waiting = append(m.waiting, x)
	slices.SortFunc(m.waiting, m.order)
}

// dispatch gives out all that can be given out.
func (m *model) dispatch() {
	for i := 0; i < len(m.waiting); {
		if !m.give(m.waiting[i]) {
			i++
			continue
		}
		m.waiting = slices.Delete(m.waiting, i, i+1)
		i = 0 // a group may be free now
	}
}

// give gives a message to the first consumer that may have it, and tells whether there is one.
func (m *model) give(x *modelMessage) bool {
	if x.expires > 0 && m.now > x.expires {
		return false
	}
	for _, c := range m.consumers {
		if !c.hasCredit() || m.exclusive != nil && c != m.exclusive || c.color != "" && c.color != x.color || !m.mayHave(c, x) {
			continue
		}
		m.assign(c, x)
		c.inFlight = append(c.inFlight, &modelDelivery{modelMessage: x})
		c.due = append(c.due, x.word())
		if c != m.exclusive {
			m.consumers = append(slices.DeleteFunc(m.consumers, func(o *modelConsumer) bool { return o == c }), c)
			m.sort()
		}
		return true
	}
	return false
}

// word is how a delivery shows.
func (x *modelMessage) word() string { return fmt.Sprintf("%s+%d/%v", x.name, x.redeliveries, x.first) }

// hasCredit tells whether the consumer may get another message.
func (c *modelConsumer) hasCredit() bool {
	taking := 0
	for _, d := range c.inFlight {
		if !d.arrived && !d.claimed {
			taking++
		}
	}
	return taking < c.prefetch
}

// mayHave tells whether the message's group lets a consumer have it.
func (m *model) mayHave(c *modelConsumer, x *modelMessage) bool {
	owner := m.groups[x.group]
	return x.group == "" || x.sequence == 1 || owner == nil || owner == c
}

// assign notes what giving a message means for its group.
func (m *model) assign(c *modelConsumer, x *modelMessage) {
	if x.group == "" {
		return
	}
	m.grouped = true
	owner := m.groups[x.group]
	switch {
	case owner == nil || x.sequence == 1:
		x.first = true
		if owner != nil {
			owner.owns--
		}
		c.owns++
		m.groups[x.group] = c
	case x.sequence < 0:
		c.owns--
		delete(m.groups, x.group)
	}
}

// sort puts the consumers in order: by priority, then by the number of groups, then as they are.
func (m *model) sort() {
	slices.SortStableFunc(m.consumers, func(x, y *modelConsumer) int {
		if x.priority != y.priority || !m.grouped {
			return cmp.Compare(y.priority, x.priority)
		}
		return cmp.Compare(x.owns, y.owns)
	})
}

// attach adds a consumer.
func (m *model) attach(c *modelConsumer) {
	m.consumers = append(m.consumers, c)
	m.sort()
	if c.exclusive && (m.exclusive == nil || c.priority > m.exclusive.priority) {
		m.exclusive = c
	}
	m.dispatch()
}

// detach takes a consumer out. What it had in flight comes back, counted as delivered as far as reached tells; what a transaction claimed stays with
// that.
func (m *model) detach(c *modelConsumer, reached func(*modelDelivery) bool) {
	c.closed = true
	m.consumers = slices.DeleteFunc(m.consumers, func(o *modelConsumer) bool { return o == c })
	for group, owner := range m.groups {
		if owner == c {
			delete(m.groups, group)
		}
	}
	if m.exclusive == c {
		m.exclusive = nil
		for _, o := range m.consumers {
			if o.exclusive && (m.exclusive == nil || o.priority > m.exclusive.priority) {
				m.exclusive = o
			}
		}
	}
	for _, d := range c.inFlight {
		if d.claimed || reached(d) {
			d.redeliveries++
		}
		if !d.claimed {
			m.putBack(d.modelMessage)
		}
	}
	c.inFlight = nil
	m.dispatch()
}

// remove takes deliveries of a consumer out for good.
func (m *model) remove(c *modelConsumer, gone []*modelDelivery) {
	c.inFlight = slices.DeleteFunc(c.inFlight, func(d *modelDelivery) bool { return slices.Contains(gone, d) })
	m.dispatch()
}

// claim has a transaction acknowledge deliveries.
func (m *model) claim(c *modelConsumer, ds []*modelDelivery) modelClaim {
	for _, d := range ds {
		d.claimed = true
	}
	m.dispatch()
	return modelClaim{c, ds}
}

// giveBack undoes the acknowledgement of a transaction.
func (m *model) giveBack(claim modelClaim) {
	for _, d := range claim.deliveries {
		d.claimed, d.arrived = false, false
		if claim.by.closed {
			m.putBack(d.modelMessage)
		}
	}
	m.dispatch()
}
