package policy

import "time"

// Consumers says how a queue treats its consumers.
type Consumers struct {
	AllExclusive            bool // as if all of them had asked to be exclusive
	IgnorePriority          bool
	ConsumersBeforeDispatch int           // so many must be there before the first gets a message …
	GCWithNetworkConsumers  bool          // consumers over a network do not keep a destination from being removed
	TimeBeforeDispatch      time.Duration // … or so long have waited; without a number, all wait for that long
	Groups                  Groups
}

// GroupKind says how a queue remembers the owners of message groups.
type GroupKind uint8

// The kinds.
const (
	GroupsCached GroupKind = iota // the groups used last
	GroupsSimple                  // all groups
	GroupBuckets                  // groups with the same hash together
)

// Groups says how a queue remembers the owners of message groups.
type Groups struct {
	Kind    GroupKind
	Cache   int // of GroupsCached: how many groups
	Buckets int // of GroupBuckets
}
