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
	ProducerFlowControl bool
	Prioritized         bool // deliver by JMS priority

	MaxPageSize         int           // messages read from the store at a time
	QueuePrefetch       int           // 0: the consumer's own value stands
	ExpirePeriod        time.Duration // how often expired messages are looked for; 0: only at delivery
	PersistRedelivered  bool          // write redelivery counters into the store
	GCInactive          bool
	InactiveBeforeGC    time.Duration
	MaxPendingPerTopic  int // pending messages of a topic consumer beyond its prefetch before the oldest are discarded; -1: no limit
	PrefetchRatePending float64
	StrictOrder         bool // keep giving to one consumer while it has credit

	DeadLetter DeadLetter
	Consumers

	Recovery          Recovery
	AlwaysRetroactive bool // all consumers of the topic get what it keeps for retroactive ones

	AdvisoryForConsumed, AdvisoryForDelivery, AdvisoryForDiscarding bool
	AdvisoryForFastProducers, AdvisoryForSlowConsumers              bool
	AdvisoryWhenFull, AdvisoryNoConsumers                           bool
}

// DeadLetter says what becomes of messages that expired or cannot be processed.
type DeadLetter struct {
	Discard              bool // drop all of them
	Individual           bool // a dead letter queue for each destination
	Queue                message.Destination
	QueuePrefix          string // of individual ones
	TopicPrefix          string
	QueueSuffix          string
	TopicSuffix          string
	UseQueueForQueue     bool
	UseQueueForTopic     bool
	ProcessExpired       bool
	ProcessNonPersistent bool
	Expiration           int64 // milliseconds that a dead letter lives; 0: for ever
}

// Wants tells whether a message is to be kept as a dead letter. expired says why it is one: its time ran out, or it cannot be processed.
func (d *DeadLetter) Wants(m *message.Message, expired bool) bool {
	return !d.Discard && (m.Persistent || d.ProcessNonPersistent) && (!expired || d.ProcessExpired)
}

// QueueFor returns where a dead letter from that destination goes.
func (d *DeadLetter) QueueFor(from message.Destination) message.Destination {
	if !d.Individual {
		return d.Queue
	}
	prefix, suffix, asQueue := d.QueuePrefix, d.QueueSuffix, d.UseQueueForQueue
	if from.IsTopic() {
		prefix, suffix, asQueue = d.TopicPrefix, d.TopicSuffix, d.UseQueueForTopic
	}
	to := message.Destination{Kind: message.Topic, Name: prefix + from.Name + suffix}
	if asQueue {
		to.Kind = message.Queue
	}
	return to
}

// DefaultDeadLetterQueue is where dead letters go unless a policy says otherwise.
const DefaultDeadLetterQueue = "ActiveMQ.DLQ"

// Default returns the settings that hold where no policy says otherwise, as the original has them.
func Default() Entry {
	return Entry{
		Pattern:             message.Destination{Kind: message.Queue, Name: ">"},
		ProducerFlowControl: true,
		MaxPageSize:         200,
		ExpirePeriod:        30 * time.Second,
		InactiveBeforeGC:    60 * time.Second,
		MaxPendingPerTopic:  -1,
		Consumers:           Consumers{Groups: Groups{Cache: 1024, Buckets: 1024}},
		DeadLetter: DeadLetter{
			Queue:            message.Destination{Kind: message.Queue, Name: DefaultDeadLetterQueue},
			QueuePrefix:      "ActiveMQ.DLQ.Queue.",
			TopicPrefix:      "ActiveMQ.DLQ.Topic.",
			UseQueueForQueue: true,
			UseQueueForTopic: true,
			ProcessExpired:   true,
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
