package mqtt

import (
	"sync"
	"sync/atomic"

	"goactivemq/mqtt/packet"
)

// answers are the acknowledgements that the client waits for: they go out in the order in which its messages came [MQTT-4.6.0-2],
// [MQTT-4.6.0-3], whichever the broker has stored first.
type answers struct {
	gather atomic.Bool // the connection's goroutine is about to push the outbox

	mu sync.Mutex
	// mu guards what follows.
	open []*answer
}

// answer is the PUBACK or PUBREC for one message.
type answer struct {
	conn   *conn
	kind   packet.Kind
	id     uint16
	reason packet.Reason
	ready  bool
}

// expect makes the next answer.
func (c *conn) expect(kind packet.Kind, id uint16) *answer {
	a := &answer{conn: c, kind: kind, id: id}
	c.answers.mu.Lock()
	c.answers.open = append(c.answers.open, a)
	c.answers.mu.Unlock()
	return a
}

// give lets the answer go, behind those before it.
func (a *answer) give(reason packet.Reason) {
	all := &a.conn.answers
	all.mu.Lock()
	a.reason, a.ready = reason, true
	given := 0
	for ; given < len(all.open) && all.open[given].ready; given++ {
		next := all.open[given]
		a.conn.out.Put(item{kind: next.kind, id: next.id, reason: next.reason})
	}
	all.open = all.open[:copy(all.open, all.open[given:])]
	all.mu.Unlock()
	if given > 0 && !all.gather.Load() {
		a.conn.out.Flush()
	}
}

// waiting returns how many answers are owed.
func (c *conn) waiting() int {
	c.answers.mu.Lock()
	defer c.answers.mu.Unlock()
	return len(c.answers.open)
}
