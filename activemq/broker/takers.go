package broker

import (
	"cmp"
	"slices"
	"time"

	"goactivemq/activemq/message"
)

// takers are the consumers of a queue, and who of them may get what. The queue's lock guards them.
type takers struct {
	consumers []*taker // the one whose turn it is first; higher priorities before lower ones
	exclusive *taker   // the only one to get messages, nil when all may
	groups    *groups  // who owns which message group; nil until a message with a group was given out
	held      bool     // nobody gets anything yet: others are to come first
	holds     int      // so far: tells one from another

	scanWanted bool // somebody has credit who wants nothing of what is in memory
	scanning   bool // a goroutine looks through the store for it
}

// taker is a consumer of one queue.
type taker struct {
	*Subscription
	cursor
	scouted int64 // of what is in the store only, how far it was offered by sequence
	ended   bool  // and whether that is all there is
	owns    int   // message groups
}

// barredLocked tells whether a consumer gets nothing because another one is exclusive.
func (q *Queue) barredLocked(t *taker) bool { return q.exclusive != nil && q.exclusive != t }

// mayTakeLocked tells whether a consumer may get another message.
func (q *Queue) mayTakeLocked(t *taker) bool { return !q.barredLocked(t) && t.hasCredit() }

// suitsLocked tells whether a message is for a consumer: whether that wants it, and its group lets it have it. It notes on the delivery whether it
// would be the first of its group there.
func (q *Queue) suitsLocked(t *taker, d *delivery) bool {
	if !t.wants(d.message, d.redeliveries) {
		return false
	}
	if d.message.GroupID.IsNull() {
		return true
	}
	d.opensGroup = q.groups.freeFor(t, d.message)
	return d.opensGroup || q.groups.owner(d.message.GroupID.String()) == t
}

// assignLocked notes what a message that a consumer was given means for its group.
func (q *Queue) assignLocked(t *taker, m *message.Message) {
	if m.GroupID.IsNull() {
		return
	}
	if q.groups == nil {
		q.groups = newGroups(q.policy.Groups)
	}
	if q.groups.assign(t, m) {
		q.rewindLocked()
	}
}

// rewindLocked has all messages offered again to all.
func (q *Queue) rewindLocked() {
	for _, t := range q.consumers {
		q.showAllLocked(t)
	}
}

// showAllLocked has all messages offered to a consumer, whatever it was offered before.
func (q *Queue) showAllLocked(t *taker) {
	t.cursor = cursor{q.waiting.first, q.later.first}
	t.scouted, t.ended = 0, false
}

// attach adds a consumer. It gets nothing before the next wakeup, which the caller sees to once it holds no lock.
func (q *Queue) attach(s *Subscription) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.uses.Add(1)
	t := &taker{Subscription: s}
	q.showAllLocked(t)
	q.holdLocked()
	q.cursors = append(q.cursors, &t.cursor)
	q.consumers = append(q.consumers, t)
	q.placeLocked(t)
	if s.info.Exclusive || q.policy.AllExclusive {
		q.chooseExclusiveLocked(t)
	}
	s.addOrigin(q)
}

// priorityMax is that of an exclusive consumer which takes over from another one of the same priority.
const priorityMax = 127

// chooseExclusiveLocked makes a new exclusive consumer the only one to get messages, unless the one before has at least its priority.
func (q *Queue) chooseExclusiveLocked(t *taker) {
	before := q.exclusive
	if before == nil || t.info.Priority == priorityMax || t.info.Priority > before.info.Priority {
		q.exclusive = t
	}
}

// detach takes a consumer out. What it had in flight comes with returned.
func (q *Queue) detach(s *Subscription) {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.IndexFunc(q.consumers, func(t *taker) bool { return t.Subscription == s })
	if i < 0 {
		return
	}
	t := q.consumers[i]
	q.consumers = slices.Delete(q.consumers, i, i+1)
	q.cursors = slices.DeleteFunc(q.cursors, func(c *cursor) bool { return c == &t.cursor })
	if t == q.exclusive {
		q.replaceExclusiveLocked()
	}
	if q.groups.dropOwner(t) {
		q.rewindLocked()
	}
}

// replaceExclusiveLocked finds the exclusive consumer that takes over: the first of those with the highest priority.
func (q *Queue) replaceExclusiveLocked() {
	q.exclusive = nil
	for _, t := range q.consumers {
		if !t.info.Exclusive && !q.policy.AllExclusive {
			continue
		}
		if q.exclusive == nil || t.info.Priority > q.exclusive.info.Priority {
			q.exclusive = t
		}
	}
}

// placeLocked moves a consumer behind all that come before it: those of a higher priority, and of the same one those that own fewer message
// groups or as many.
func (q *Queue) placeLocked(t *taker) {
	i := slices.Index(q.consumers, t)
	if q.groups != nil && !q.policy.IgnorePriority {
		q.consumers = append(slices.Delete(q.consumers, i, i+1), t)
		slices.SortStableFunc(q.consumers, compareTakers)
		return
	}
	for ; i+1 < len(q.consumers) && !q.precedes(t, q.consumers[i+1]); i++ {
		q.consumers[i] = q.consumers[i+1]
	}
	for ; i > 0 && q.precedes(t, q.consumers[i-1]); i-- {
		q.consumers[i] = q.consumers[i-1]
	}
	q.consumers[i] = t
}

// precedes tells whether x is always offered a message before y.
func (q *Queue) precedes(x, y *taker) bool {
	return !q.policy.IgnorePriority && compareTakers(x, y) < 0
}

// compareTakers orders consumers: a higher priority comes first, and of the same one who owns fewer message groups.
func compareTakers(x, y *taker) int {
	return cmp.Or(cmp.Compare(y.info.Priority, x.info.Priority), cmp.Compare(x.owns, y.owns))
}

// holdLocked keeps messages back when the first consumer comes and the policy wants others to come, or time to pass, first.
func (q *Queue) holdLocked() {
	want, wait := q.policy.ConsumersBeforeDispatch, q.policy.TimeBeforeDispatch
	switch {
	case len(q.consumers) > 0:
		q.held = q.held && (want <= 0 || len(q.consumers)+1 < want)
		return
	case want <= 1 && (wait <= 0 || want == 1):
		return
	case wait <= 0:
		wait = time.Second // as the original does
	}
	q.held = true
	q.holds++
	number := q.holds
	q.broker.after(wait.Milliseconds(), func() { q.release(number) })
}

// release ends the hold that began with the first consumer of that number.
func (q *Queue) release(number int) {
	q.mu.Lock()
	if q.held && q.holds == number {
		q.held = false
		q.broker.log.Info(q.name.String() + ": the time before dispatch starts is over; messages go to the consumers that are there")
		q.dispatchLocked()
	}
	q.unlock()
}
