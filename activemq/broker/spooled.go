package broker

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"

	"goactivemq/activemq/broker/spool"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Spool is where messages that are not stored wait when memory has no room for them.
type Spool struct {
	Directory *spool.Directory
	Codec     store.Codec
}

// spooled is what of a backlog waits there: behind all that is in memory, but for stored messages that came after it. Its owner's lock guards it, but
// for busy.
//
//	record   +-------------+---------------+--------------------+---------+
//	         | after:int64 | arrival:int64 | redeliveries:int32 | message |
//	         +-------------+---------------+--------------------+---------+
type spooled struct {
	to    *Spool // nil: nothing is spooled
	usage *Usage
	rows  [levels]*spool.Spool // by priority where messages are delivered by that, else the first only; nil: nothing was spooled there yet
	count int
	busy  atomic.Bool // something is spooled, and what comes is to follow it
	bad   atomic.Bool // the disk did not take the last message: nothing more is spooled before all is read

	floor int // rows below it are left alone

	// unplaced is the place of records whose place was unknown when they were written.
	unplaced int64
}

const recordHead = 8 + 8 + 4

// put spools a delivery in a row.
func (x *spooled) put(d *delivery, row int) error {
	if x.rows[row] == nil {
		x.rows[row] = x.to.Directory.New()
	}
	record := binary.BigEndian.AppendUint64(make([]byte, 0, recordHead+d.message.Size()), uint64(d.after))
	record = binary.BigEndian.AppendUint64(record, uint64(d.arrival))
	record = binary.BigEndian.AppendUint32(record, uint32(d.redeliveries))
	record, err := x.to.Codec.AppendMessage(record, d.message)
	if err == nil {
		err = x.rows[row].Append(record)
	}
	if err != nil {
		return err
	}
	x.usage.add(int64(len(record)))
	x.count++
	x.busy.Store(true)
	return nil
}

// next returns the first of those with the highest priority, nil when there is none. lost counts those that cannot be read and are given up.
func (x *spooled) next(from origin) (d *delivery, lost int, err error) {
	for row := len(x.rows) - 1; row >= x.floor; row-- {
		rows := x.rows[row]
		if rows == nil || rows.Len() == 0 {
			continue
		}
		record, lost, err := rows.Next()
		if err == nil {
			x.usage.add(-int64(len(record)))
			x.count--
			if d, err = x.read(record, from); err != nil {
				lost = 1
			}
		} else {
			x.count -= lost
		}
		x.busy.Store(x.count > 0)
		x.bad.Store(x.bad.Load() && x.count > 0)
		return d, lost, err
	}
	return nil, 0, nil
}

// read makes the delivery of a record.
func (x *spooled) read(record []byte, from origin) (*delivery, error) {
	if len(record) < recordHead {
		return nil, fmt.Errorf("spool: a record of %d bytes, want at least %d", len(record), recordHead)
	}
	m, err := x.to.Codec.Message(record[recordHead:])
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	d := &delivery{message: m, from: from, after: int64(binary.BigEndian.Uint64(record)), arrival: int64(binary.BigEndian.Uint64(record[8:]))}
	d.redeliveries = int32(binary.BigEndian.Uint32(record[16:]))
	if d.after == unknown && x.unplaced != 0 {
		d.after = x.unplaced
	}
	return d, nil
}

// top returns the highest row that there is something in, -1 when there is none.
func (x *spooled) top() int {
	for row := len(x.rows) - 1; row >= 0; row-- {
		if x.rows[row] != nil && x.rows[row].Len() > 0 {
			return row
		}
	}
	return -1
}

// discard drops all of it.
func (x *spooled) discard() {
	for _, rows := range x.rows {
		for rows != nil && rows.Len() > 0 {
			record, _, err := rows.Next()
			if err != nil {
				break // the spool is empty now, and its share of the usage is not known
			}
			x.usage.add(-int64(len(record)))
		}
	}
	x.count = 0
	x.busy.Store(false)
}

// spools tells whether the queue has the disk take what memory does not, and it does so for the message that comes next.
func (q *Queue) spools() bool {
	x := &q.spooled
	return x.to != nil && !x.bad.Load() && (x.busy.Load() || !q.hasRoom())
}

// spoolLocked puts a message on disk that is not stored and finds no room in memory, and tells whether it did. Without others before it a consumer
// may get it at once.
func (q *Queue) spoolLocked(d *delivery) bool {
	if d.entry != nil || !q.spools() || q.waiting.len == 0 && q.later.len == 0 && q.spooled.count == 0 {
		return false
	}
	q.arrivals++
	d.after, d.arrival = q.pagedTo, q.arrivals
	if q.overflow || q.prioritized {
		d.after = q.newest
	}
	if err := q.spooled.put(d, q.rowOf(d.message)); err != nil {
		q.spooled.bad.Store(q.spooled.count > 0)
		q.broker.log.Error("a message of "+q.name.String()+" cannot be put into the temporary store and stays in memory: see that the disk has room", "error", err)
		return false
	}
	return true
}

// rowOf returns the row of the spool for a message.
func (q *Queue) rowOf(m *message.Message) int {
	if !q.prioritized {
		return 0
	}
	return levelOf(m)
}

// unspool reads some of what is spooled into memory, until there is something in later, and tells whether there is.
func (b *backlog) unspool() bool {
	for b.spooled.count > 0 && b.toUnspool > 0 && b.unspooled < pageBytes {
		d, lost, err := b.spooled.next(b.from)
		if d == nil && err == nil {
			return false // what is left is less urgent than what was asked for
		}
		if err != nil {
			b.lost += lost
			b.spoolError = err
			continue
		}
		b.toUnspool--
		b.unspooled += d.size()
		b.pushLater(d)
		return true
	}
	return false
}
