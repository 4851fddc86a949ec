package broker

import (
	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
)

// evictionPage is how many of those that wait longest an eviction strategy chooses from, as in the original.
const evictionPage = 1000

// evictLocked takes out of what waits for a topic consumer until no more than most do, expired messages first.
func (s *Subscription) evictLocked(e *policy.Eviction, most int, now int64) (gone []*delivery) {
	if s.matched.len > min(e.ExpiredFrom, most) {
		for d := s.matched.first; d != nil; {
			next := d.next
			if d.message.ExpiredAt(now) {
				s.matched.remove(d)
				gone = append(gone, d)
			}
			d = next
		}
	}
	for s.matched.len > most {
		for _, d := range s.chooseLocked(e, max(evictionPage, s.matched.len-most)) {
			s.matched.remove(d)
			gone = append(gone, d)
		}
	}
	return gone
}

// chooseLocked returns those of the first so many that wait which the strategy lets go.
func (s *Subscription) chooseLocked(e *policy.Eviction, page int) (chosen []*delivery) {
	if e.Kind == policy.EvictOldest {
		return []*delivery{s.matched.first}
	}
	var waiting []*delivery
	var messages []*message.Message
	for d := s.matched.first; d != nil && len(waiting) < page; d = d.next {
		waiting = append(waiting, d)
		messages = append(messages, d.message)
	}
	for _, i := range e.Choose(messages) {
		chosen = append(chosen, waiting[i])
	}
	return chosen
}

// tooManyLocked ends a delivery that a subscriber did not get because it is closed, too slow, or because the message expired meanwhile.
func (t *Topic) tooManyLocked(s *Subscription, d *delivery) {
	switch {
	case d.state == done || t.name.IsAdvisory():
		t.discarded(d)
	case d.message.ExpiredAt(t.broker.millis()):
		t.expired.Add(1)
		t.dead = append(t.dead, deadLetter{delivery: d, by: s})
	default:
		s.discarded.Add(1)
		t.dead = append(t.dead, deadLetter{delivery: d, by: s, discarded: true})
	}
}
