package policy

import (
	"time"

	"goactivemq/activemq/message"
)

// RecoveryKind says by what measure a topic keeps messages for consumers that come later.
type RecoveryKind uint8

// The measures.
const (
	RecoverNothing RecoveryKind = iota
	RecoverLast                 // the last message
	RecoverCount                // as many as Recovery.Count
	RecoverBytes                // as many as fit into Recovery.Bytes
	RecoverTime                 // those of the last Recovery.Duration
)

// Recovery says which of its messages a topic keeps in memory for retroactive consumers. It governs nothing of retained messages, which every
// topic keeps.
type Recovery struct {
	Kind     RecoveryKind
	Count    int
	Bytes    int64
	Duration time.Duration
}

// Recent are the messages that a topic keeps as its Recovery says. Its topic's lock guards it.
type Recent struct {
	policy Recovery
	kept   []recent
	bytes  int64
}

// recent is one of them.
type recent struct {
	message *message.Message
	at      int64 // when it came, in milliseconds since 1970
}

// NewRecent makes one without messages.
func NewRecent(policy Recovery) Recent { return Recent{policy: policy} }

// Add takes in a message that came at now, in place of what there is no more room for.
func (r *Recent) Add(m *message.Message, now int64) {
	if r.policy.Kind == RecoverNothing {
		return
	}
	r.kept = append(r.kept, recent{m, now})
	r.bytes += int64(m.Size())
	r.trim(now)
}

// Messages returns what is kept at now, oldest first.
func (r *Recent) Messages(now int64) []*message.Message {
	r.trim(now)
	all := make([]*message.Message, len(r.kept))
	for i := range r.kept {
		all[i] = r.kept[i].message
	}
	return all
}

// trim drops the oldest as long as there are too many.
func (r *Recent) trim(now int64) {
	for len(r.kept) > 0 && r.tooMany(now) {
		r.bytes -= int64(r.kept[0].message.Size())
		r.kept[0] = recent{} // for the collector: the array behind the slice stays
		r.kept = r.kept[1:]
	}
}

// tooMany tells whether the oldest must go.
func (r *Recent) tooMany(now int64) bool {
	switch r.policy.Kind {
	case RecoverLast:
		return len(r.kept) > 1
	case RecoverCount:
		return len(r.kept) > r.policy.Count
	case RecoverBytes:
		return r.bytes > r.policy.Bytes
	}
	return now > r.kept[0].at+r.policy.Duration.Milliseconds()
}
