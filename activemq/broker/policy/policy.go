// Package policy holds what an operator may set for each destination, and finds the settings that apply to one.
package policy

import (
	"sort"
	"strings"
	"time"

	"goactivemq/activemq/message"
)

// Entry is the settings of one policyEntry. The zero value is not the default; start from [Default].
type Entry struct {
	Pattern message.Destination // which destinations it is for; its name may hold wildcards

	MemoryLimit         int64 // bytes; 0: the broker's limit only
	MinimumSize         int64 // bytes that a message counts for beside its body and properties
	ProducerFlowControl bool
	SendFail            SendFail
	BlockedWarning      time.Duration // how often the log tells again that a producer waits; 0: never again
	CursorHighWater     int           // percent of a memory limit up to which stored messages stay in memory, too
	StoreHighWater      int           // percent of the store's limit at which persistent messages wait
	MaxDestinations     int           // that the entry covers; -1: no limit
	Prioritized         bool          // deliver by JMS priority

	Spools bool // the disk takes what is not stored and has no room in memory, where there is a temporary store

	Prefetch         Prefetch
	PrefetchExtended bool // messages that reached the client, and are not acknowledged, make room for others

	MaxPageSize        int           // messages read from the store at a time
	MaxBrowse          int           // messages that a browser is shown; 0: all
	MaxExpirePage      int           // messages that a look for expired ones reads from the store
	ExpirePeriod       time.Duration // how often expired messages are looked for; 0: only at delivery
	PersistRedelivered bool          // write redelivery counters into the store
	GCInactive         bool
	InactiveBeforeGC   time.Duration
	StrictOrder        bool // keep giving to one consumer while it has credit
	ShareTemporary     bool // other connections than its own may consume from a temporary destination

	Pending  Pending
	Eviction Eviction
	Dispatch Dispatch
	Slow     Slow

	DeadLetter DeadLetter
	Consumers

	Recovery          Recovery
	AlwaysRetroactive bool // all consumers of the topic get what it keeps for retroactive ones

	AdvisoryForConsumed, AdvisoryForDelivery, AdvisoryForDiscarding bool
	AdvisoryForFastProducers, AdvisoryForSlowConsumers              bool
	AdvisoryWhenFull, AdvisoryNoConsumers, AdvisoryForDispatched    bool
	AdvisoryBody                                                    bool // advisories about messages have their bodies
}

// SendFail says whether producers are refused, instead of waiting, when there is no room.
type SendFail struct {
	Set  bool          // false: whether at once is as the broker's usage says
	Now  bool          // at once
	Wait time.Duration // after that; less than 0: as the broker's usage says, 0: never
}

// Prefetch are the prefetches that consumers get who ask for what clients ask for by default.
type Prefetch struct {
	Set                            bool // false: all get what they ask for
	Queue, Browser, Topic, Durable int
}

// What Java's clients ask for where nobody says otherwise.
const (
	clientQueue            = 1000
	clientBrowser          = 500
	clientTopic            = 32767
	clientDurable          = 100
	clientOptimizedDurable = 1000
)

// For returns the prefetch of a consumer that asks for one.
func (p Prefetch) For(c *message.ConsumerInfo) int {
	asked := int(c.Prefetch)
	switch {
	case !p.Set:
	case c.Browser && asked == clientBrowser:
		return p.Browser
	case c.Browser:
	case c.Destination.IsQueue() && asked == clientQueue:
		return p.Queue
	case c.IsDurable() && (asked == clientDurable || asked == clientOptimizedDurable):
		return p.Durable
	case c.Destination.IsTopic() && !c.IsDurable() && asked == clientTopic:
		return p.Topic
	}
	return asked
}

// Default returns the settings that hold where no policy says otherwise, as the original has them.
func Default() Entry {
	return Entry{
		Pattern:             message.Destination{Kind: message.Queue, Name: ">"},
		MinimumSize:         1024,
		ProducerFlowControl: true,
		SendFail:            SendFail{Wait: -1},
		BlockedWarning:      30 * time.Second,
		CursorHighWater:     70,
		StoreHighWater:      100,
		MaxDestinations:     -1,
		Spools:              true,
		PrefetchExtended:    true,
		MaxPageSize:         200,
		MaxExpirePage:       400,
		ExpirePeriod:        30 * time.Second,
		InactiveBeforeGC:    60 * time.Second,
		Pending:             Pending{Constant: -1},
		Eviction:            Eviction{ExpiredFrom: 1000},
		Consumers:           Consumers{Groups: Groups{Cache: 1024, Buckets: 1024}},
		DeadLetter: DeadLetter{
			Queue:            message.Destination{Kind: message.Queue, Name: DefaultDeadLetterQueue},
			QueuePrefix:      "ActiveMQ.DLQ.Queue.",
			TopicPrefix:      "ActiveMQ.DLQ.Topic.",
			UseQueueForQueue: true,
			UseQueueForTopic: true,
			ProcessExpired:   true,
			Audit:            NewAudit(2048, 64),
		},
	}
}

// Map finds the entry for a destination. It is immutable and safe for concurrent use.
type Map struct {
	entries  []Entry // the most specific first
	fallback Entry
}

// NewMap makes a map of entries; fallback holds for destinations that none of them covers.
func NewMap(entries []Entry, fallback Entry) *Map {
	m := &Map{entries: append([]Entry(nil), entries...), fallback: fallback}
	sort.SliceStable(m.entries, func(i, j int) bool {
		return specificity(m.entries[i].Pattern.Name) > specificity(m.entries[j].Pattern.Name)
	})
	return m
}

// Entries returns all entries, also the one that holds where none of the others does.
func (m *Map) Entries() []*Entry {
	all := []*Entry{&m.fallback}
	for i := range m.entries {
		all = append(all, &m.entries[i])
	}
	return all
}

// For returns the entry for d: of those that cover it the one whose pattern is the most specific.
func (m *Map) For(d message.Destination) *Entry {
	for i := range m.entries {
		e := &m.entries[i]
		if e.Pattern.Kind == d.Kind && message.Matches(e.Pattern.Name, d.Name) {
			return e
		}
	}
	return &m.fallback
}

// specificity orders patterns: the more literal segments the better, "*" before ">".
func specificity(pattern string) int {
	n := 0
	for segment := range strings.SplitSeq(pattern, ".") {
		switch segment {
		case ">":
		case "*":
			n += 10
		default:
			n += 1000
		}
	}
	return n
}
