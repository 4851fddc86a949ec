package broker

import (
	"strings"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// The properties of retained messages: the first is a publisher's wish, the second tells a consumer that it got one. Both are the original's.
const (
	retainProperty   = "ActiveMQ.Retain"
	retainedProperty = "ActiveMQ.Retained"
)

// recovery is what a topic keeps for consumers that come later and ask for it: the message that a publisher had it retain, and what the
// policy says. The topic's lock guards it.
type recovery struct {
	retained *retained // nil: none
	recent   policy.Recent
}

// rememberLocked keeps what is to be kept of a message that is being published, and returns the message as those get it who are there
// already. taken tells that whenKept is called when it is on disk; it is not otherwise.
func (t *Topic) rememberLocked(m *message.Message, whenKept store.Completion) (live *message.Message, taken bool) {
	if asksToBeRetained(m) && !t.name.IsAdvisory() {
		m, taken = t.retainLocked(m, whenKept)
	}
	t.recovery.recent.Add(m, t.broker.millis())
	return m, taken
}

// asksToBeRetained tells whether the publisher wants the message kept for later subscribers.
func asksToBeRetained(m *message.Message) bool {
	if len(m.Properties) == 0 {
		return false
	}
	p, found := message.Find(m.Properties, retainProperty)
	if !found {
		return false
	}
	if is, ok := p.Bool(); ok {
		return is
	}
	v, err := p.Value()
	text, ok := v.(string)
	return err == nil && ok && strings.EqualFold(text, "true")
}

// retainLocked has the topic retain m, or nothing any more where m has no body.
func (t *Topic) retainLocked(m *message.Message, whenKept store.Completion) (live *message.Message, taken bool) {
	properties, err := m.PropertyMap()
	if err != nil {
		t.broker.log.Warn("the properties of a message cannot be read; it is not retained", "topic", t.name.Name, "message", m.ID.String(), "error", err)
		return m, false
	}
	without := make(message.Map, 0, len(properties)+1)
	for _, p := range properties {
		if p.Name != retainProperty {
			without = append(without, p)
		}
	}
	next := &retained{}
	if len(m.Content) > 0 {
		next.message = withProperties(m, append(without, message.Entry{Name: retainedProperty, Value: true}))
	}
	if !m.Persistent {
		whenKept = nil // its publisher need not wait for the disk
	}
	before := t.recovery.retained
	if t.recovery.retained = next; next.message == nil {
		t.recovery.retained = nil
	}
	if before != nil || next.message != nil {
		t.keep(next, before, whenKept)
		taken = whenKept != nil
	}
	return withProperties(m, without), taken
}

// withProperties returns a copy of m with other properties. They are made of what was read from a message, so that they can be written again.
func withProperties(m *message.Message, properties message.Map) *message.Message {
	changed := *m
	changed.Properties = nil
	if len(properties) > 0 {
		if encoded, err := message.AppendMap(nil, properties); err == nil {
			changed.Properties = encoded
		}
	}
	return &changed
}

// recoverableLocked returns what a consumer that asks for it gets of what was published before it came. busy is for a durable subscription
// that has messages waiting, which gets the retained one only.
func (t *Topic) recoverableLocked(busy bool) []*message.Message {
	now := t.broker.millis()
	var all []*message.Message
	if r := t.recovery.retained; r != nil {
		all = append(all, r.message)
	}
	if !busy {
		all = append(all, t.recovery.recent.Messages(now)...)
	}
	live := all[:0]
	for _, m := range all {
		if !m.ExpiredAt(now) {
			live = append(live, m)
		}
	}
	return live
}

// recoverLocked gives a new subscriber what was published before it came, where it or the policy asks for that.
func (t *Topic) recoverLocked(s *Subscription) {
	if !s.info.Retroactive && !t.policy.AlwaysRetroactive {
		return
	}
	for _, m := range t.recoverableLocked(false) {
		if s.wants(m, m.Redeliveries) {
			t.offerLocked(s, m, t.newLoad(m), t.policy)
		}
	}
}

// recover is recoverLocked for a durable subscriber that has come: what it recovers goes before what waits for it.
func (h *share) recover(s *Subscription) {
	t := h.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	if !s.info.Retroactive && !t.policy.AlwaysRetroactive {
		return
	}
	busy := h.waiting.len > 0 || h.overflow
	for i, m := range t.recoverableLocked(busy) {
		if !s.wants(m, m.Redeliveries) || h.recovered(m) {
			continue
		}
		l := t.newLoad(m)
		h.putBack(&delivery{message: m, from: h, redeliveries: m.Redeliveries, load: l, arrival: int64(i) - recoveredBefore})
	}
}

// recovered tells whether a message that the share's consumer recovers is waiting from the time before.
func (h *share) recovered(m *message.Message) bool {
	for d := h.waiting.first; d != nil && d.arrival < 0; d = d.next {
		if d.message.ID.Same(m.ID) {
			return true
		}
	}
	return false
}

// recoveredBefore puts the arrival numbers of recovered messages before those of all that arrives.
const recoveredBefore = 1 << 62
