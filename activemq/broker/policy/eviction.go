package policy

import "goactivemq/activemq/message"

// EvictionKind says which message of a slow topic consumer goes first.
type EvictionKind uint8

// The kinds of eviction.
const (
	EvictOldest         EvictionKind = iota
	EvictLowestPriority              // the oldest of those with the lowest priority
	EvictSameProperty                // all but the latest of those with the same value of a property
)

// Eviction says what goes when more messages wait for a topic consumer than may.
type Eviction struct {
	Kind     EvictionKind
	Property string // of EvictSameProperty

	// ExpiredFrom is how many must wait before those that have expired are looked for, which go before all others.
	ExpiredFrom int
}

// Choose returns the places of those that go, of the oldest that wait: one at least where there are any.
func (e Eviction) Choose(waiting []*message.Message) []int {
	if len(waiting) == 0 {
		return nil
	}
	switch e.Kind {
	case EvictLowestPriority:
		return []int{lowestPriority(waiting)}
	case EvictSameProperty:
		if gone := e.outdated(waiting); len(gone) > 0 {
			return gone
		}
	}
	return []int{0}
}

// lowestPriority returns the first of those with the lowest priority.
func lowestPriority(waiting []*message.Message) int {
	lowest := 0
	for i, m := range waiting {
		if m.Priority < waiting[lowest].Priority {
			lowest = i
		}
	}
	return lowest
}

// outdated returns all but the latest message for each value of the property, by the producers' clocks. As in the original, those without the
// property go with them, and nothing goes where no message has it or each has another value.
func (e Eviction) outdated(waiting []*message.Message) []int {
	latest := map[any]int{}
	for i, m := range waiting {
		v, found := m.Property(e.Property)
		if !found || !distinct(v) {
			continue
		}
		if at, ok := latest[v]; !ok || m.Timestamp > waiting[at].Timestamp {
			latest[v] = i
		}
	}
	if len(latest) == 0 {
		return nil
	}
	stays := make([]bool, len(waiting))
	for _, i := range latest {
		stays[i] = true
	}
	var gone []int
	for i := range waiting {
		if !stays[i] {
			gone = append(gone, i)
		}
	}
	return gone
}

// distinct tells whether a property's value can be told from others: it is neither null nor bytes, a map or a list.
func distinct(v any) bool {
	switch v.(type) {
	case nil, []byte, message.Map, message.List:
		return false
	}
	return true
}

// Pending says how many messages may wait for a topic consumer beyond its prefetch.
type Pending struct {
	Limited  bool    // there is a strategy: without one there is no limit, whatever the consumer asks for
	Constant int     // -1: no limit of the policy's
	Rate     float64 // of the consumer's prefetch; 0: Constant holds
}

// For returns the limit for a consumer with that prefetch, which asked for a limit itself where asked is greater than 0. -1: there is none.
func (p Pending) For(prefetch, asked int32) int {
	if !p.Limited {
		return -1
	}
	limit := p.Constant
	if p.Rate > 0 {
		limit = int(float64(prefetch) * p.Rate)
	}
	if asked > 0 && (limit < 0 || int(asked) < limit) {
		limit = int(asked)
	}
	return max(limit, -1)
}
