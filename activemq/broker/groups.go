package broker

import (
	ordered "container/list"
	"unicode/utf16"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
)

// groups remembers which consumer of a queue owns which message group. A nil one owns nothing. The queue's lock guards it.
//
// The kinds differ in what they forget: a simple one nothing, a cached one the group that was not used for the longest time, and one of
// buckets keeps no names at all: groups of the same bucket have the same owner.
type groups struct {
	policy  policy.Groups
	owners  map[string]*ordered.Element // of owned, by group
	recent  *ordered.List               // of owned, the one used last in front
	buckets []*taker
}

// owned is a group with its owner.
type owned struct {
	group string
	owner *taker
}

// newGroups makes one without owners.
func newGroups(p policy.Groups) *groups {
	g := &groups{policy: p, owners: map[string]*ordered.Element{}, recent: ordered.New()}
	if p.Kind == policy.GroupBuckets {
		g.buckets = make([]*taker, max(p.Buckets, 1))
	}
	return g
}

// owner returns the consumer that a group belongs to, nil when it belongs to none.
func (g *groups) owner(group string) *taker {
	switch {
	case g == nil:
		return nil
	case g.buckets != nil:
		return g.buckets[g.bucket(group)]
	}
	e := g.owners[group]
	if e == nil {
		return nil
	}
	g.recent.MoveToFront(e)
	return e.Value.(*owned).owner
}

// startsGroup is the sequence of a message that begins its group anew, and a negative one that of the group's last message.
const startsGroup = 1

// freeFor tells whether a consumer would become the owner of a message's group with the message.
func (g *groups) freeFor(t *taker, m *message.Message) bool {
	return m.GroupSequence == startsGroup || g.owner(m.GroupID.String()) == nil
}

// assign notes that a consumer was given a message of a group. It tells whether others may get now what the group kept from them.
func (g *groups) assign(t *taker, m *message.Message) (freed bool) {
	group := m.GroupID.String()
	before := g.owner(group)
	switch {
	case m.GroupSequence == startsGroup || before == nil:
		if before == t {
			return false
		}
		if before != nil {
			before.owns--
		}
		return g.put(group, t) || before != nil
	case m.GroupSequence < 0:
		g.end(group)
		t.owns--
		return true
	}
	return false
}

// put makes a consumer the owner of a group, and tells whether another group lost its owner for that.
func (g *groups) put(group string, t *taker) (evicted bool) {
	t.owns++
	if g.buckets != nil {
		g.buckets[g.bucket(group)] = t
		return false
	}
	if e := g.owners[group]; e != nil {
		e.Value.(*owned).owner = t
		return false
	}
	g.owners[group] = g.recent.PushFront(&owned{group, t})
	if g.policy.Kind == policy.GroupsCached && g.recent.Len() > max(g.policy.Cache, 1) {
		oldest := g.recent.Back().Value.(*owned)
		oldest.owner.owns--
		g.end(oldest.group)
		return true
	}
	return false
}

// end forgets the owner of a group.
func (g *groups) end(group string) {
	if g.buckets != nil {
		g.buckets[g.bucket(group)] = nil
		return
	}
	if e := g.owners[group]; e != nil {
		g.recent.Remove(e)
		delete(g.owners, group)
	}
}

// dropOwner frees the groups of a consumer, and tells whether there were any.
func (g *groups) dropOwner(t *taker) (freed bool) {
	if g == nil {
		return false
	}
	for i := range g.buckets {
		if g.buckets[i] == t {
			g.buckets[i] = nil
			freed = true
		}
	}
	for group, e := range g.owners {
		if e.Value.(*owned).owner == t {
			g.end(group)
			freed = true
		}
	}
	return freed
}

// bucket returns the bucket of a group, by the hash that Java has for strings, so that the same groups meet in it as with the original.
func (g *groups) bucket(group string) int {
	var h int32
	for _, unit := range utf16.Encode([]rune(group)) {
		h = 31*h + int32(unit)
	}
	i := int(h % int32(len(g.buckets)))
	if i < 0 {
		i = -i
	}
	return i
}
