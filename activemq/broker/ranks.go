package broker

import (
	"math"

	"goactivemq/activemq/message"
)

// A backlog that is delivered by priority keeps the most urgent part of it in memory, whenever that came. Of what is in the store only it knows where
// the messages of each priority are, in runs of sequences, so that a message of priority 9 is found behind a million of priority 4 without reading
// those. All that is in memory, or out, is in taken: the store may be read anywhere, and nothing comes twice.
//
// Of each priority, what is in memory is older than what is in the store only.

// levels is how many priorities there are in JMS.
const levels = 10

// runsMost is how many runs a priority has at most: beyond it two neighbours become one, in which messages of other priorities are read in vain.
const runsMost = 4096

// ranks are the runs of what is in the store only, by priority.
type ranks struct {
	runs  [levels][]run
	known bool // all of the store is in them
}

// run is a row of sequences in which messages of one priority are.
type run struct{ from, to int64 }

// levelOf returns a message's priority, within JMS's bounds.
func levelOf(m *message.Message) int { return min(max(int(m.Priority), 0), levels-1) }

// top returns the highest priority that there is in the runs, -1 when there is none.
func (r *ranks) top() int {
	for level := levels - 1; level >= 0; level-- {
		if len(r.runs[level]) > 0 {
			return level
		}
	}
	return -1
}

// add puts a sequence behind the others of its priority.
func (r *ranks) add(level int, sequence int64) {
	runs := r.runs[level]
	if n := len(runs); n > 0 && runs[n-1].to == sequence-1 {
		runs[n-1].to = sequence
		return
	}
	r.runs[level] = append(runs, run{sequence, sequence})
	if len(runs) >= runsMost {
		r.merge(level)
	}
}

// addFirst puts a sequence before the others of its priority.
func (r *ranks) addFirst(level int, sequence int64) {
	runs := r.runs[level]
	if len(runs) > 0 && runs[0].from == sequence+1 {
		runs[0].from = sequence
		return
	}
	r.runs[level] = append([]run{{sequence, sequence}}, runs...)
	if len(runs) >= runsMost {
		r.merge(level)
	}
}

// merge makes half as many runs of those of a priority.
func (r *ranks) merge(level int) {
	runs := r.runs[level]
	merged := runs[:0]
	for i := 0; i < len(runs); i += 2 {
		last := runs[min(i+1, len(runs)-1)]
		merged = append(merged, run{min(runs[i].from, last.from), max(runs[i].to, last.to)})
	}
	r.runs[level] = merged
}

// addByPriority is add for a backlog that is delivered by priority.
func (b *backlog) addByPriority(d *delivery, room bool) bool {
	level := levelOf(d.message)
	if d.entry == nil {
		b.arrivals++
		d.after, d.arrival = b.newest, b.arrivals
		b.enter(d)
		return true
	}
	sequence := d.entry.Sequence
	b.newest = sequence
	if b.ranks.known && b.ranks.top() < level && (room || b.waiting.len == 0 && !b.overflow || b.pushable(level) != nil) {
		b.skip(sequence)
		b.enter(d)
		return true
	}
	if b.ranks.known {
		b.ranks.add(level, sequence)
	}
	b.overflow = true
	return false
}

// rankAll finds out where the messages of each priority are that the store held when it was opened.
func (b *backlog) rankAll() error {
	const many = 1000
	for after := int64(0); ; {
		page, err := b.page(after, many, pageBytes)
		if err != nil && len(page) == 0 {
			return err
		}
		if len(page) == 0 {
			break
		}
		for i := range page {
			if after = page[i].Entry.Sequence; !b.taken[after] && !b.withheld[after] {
				b.ranks.add(levelOf(page[i].Message), after)
			}
		}
	}
	b.ranks.known = true
	return nil
}

// outranked tells whether there is something more urgent on disk than all that is waiting.
func (b *backlog) outranked() bool {
	if !b.prioritized || b.waiting.first == nil || !b.hasMore() {
		return false
	}
	if b.overflow && !b.ranks.known {
		return true
	}
	return max(b.ranks.top(), b.spooled.top()) > levelOf(b.waiting.first.message)
}

// refillByPriority is refill for a backlog that is delivered by priority: it reads some of the most urgent messages.
func (b *backlog) refillByPriority(limit int) (bytes int64, progress bool, err error) {
	if b.overflow && !b.ranks.known {
		if err := b.rankAll(); err != nil {
			return 0, false, err
		}
	}
	stored, spooled := b.ranks.top(), b.spooled.top()
	if spooled >= stored && spooled >= 0 {
		b.spooled.floor = spooled
		b.mergeLater(unknown)
		b.overflow = stored >= 0
		return b.unspooled, true, b.spoolError
	}
	if stored >= 0 {
		bytes, progress, err = b.refillLevel(stored, limit)
	}
	b.overflow = b.ranks.top() >= 0
	return bytes, progress || b.unspooled > 0, err
}

// refillLevel reads the next messages of a priority.
func (b *backlog) refillLevel(level, limit int) (bytes int64, progress bool, err error) {
	r := &b.ranks.runs[level][0]
	page, err := b.page(r.from-1, limit, pageBytes)
	if len(page) == 0 && err == nil {
		r.from = math.MaxInt64
	}
	for i := range page {
		l := &page[i]
		sequence := l.Entry.Sequence
		if r.from = sequence + 1; sequence > r.to {
			break
		}
		if levelOf(l.Message) != level || b.taken[sequence] || b.withheld[sequence] {
			continue
		}
		d := b.loaded(l)
		b.skip(sequence)
		b.enter(d)
		bytes += d.size()
	}
	if r.from > r.to {
		b.ranks.runs[level] = b.ranks.runs[level][1:]
	}
	return bytes, len(page) > 0 || err == nil, err
}

// pushOut takes the least urgent of what is waiting out of memory, to make room for others of a priority, and returns it; nil when there is none
// that the store could give back as it is.
func (b *backlog) pushOut(level int) *delivery {
	d := b.pushable(level)
	if d == nil {
		return nil
	}
	b.leave(d)
	delete(b.taken, d.entry.Sequence)
	b.ranks.addFirst(levelOf(d.message), d.entry.Sequence)
	b.overflow = true
	d.state = done
	return d
}

// pushable returns what pushOut would take.
func (b *backlog) pushable(level int) *delivery {
	if !b.prioritized {
		return nil
	}
	for d := b.waiting.last; d != nil && levelOf(d.message) < level; d = d.prev {
		if d.entry != nil && d.redeliveries == d.message.Redeliveries && !d.unburied {
			return d
		}
	}
	return nil
}
