package broker

import (
	"sync/atomic"
	"time"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/broker/virtual"
	"goactivemq/activemq/message"
)

// Destination is what queues and topics have in common.
type Destination struct {
	name   message.Destination
	broker *Broker
	policy *policy.Entry
	memory *Usage

	plan    atomic.Pointer[virtual.Plan] // where else its messages go, nil: nowhere
	fanOuts atomic.Pointer[fanOutQueues]

	producers atomic.Int64

	spools func() bool  // tells whether the disk takes what memory has no room for; nil: it never does
	uses   atomic.Int64 // consumers and producers that ever came
	idle   idle         // the broker's goroutine owns it

	expiryNext time.Time // when to look for expired messages again; the broker's own goroutine has it

	asideStored, asideMemory  aside // messages that wait for room without their connections
	blockedSends, blockedTime atomic.Int64

	// The counters that management shows, with JMX's meaning.
	enqueued, dequeued, dispatched, expired, inFlight, size atomic.Int64
}

// newDestination makes the common part of a queue or topic.
func (b *Broker) newDestination(name message.Destination) Destination {
	p := b.policies.Load().For(name)
	return Destination{
		name:   name,
		broker: b,
		policy: p,
		memory: newUsage(name.String(), p.MemoryLimit, b.memory),
	}
}

// Name returns the destination's kind and name.
func (d *Destination) Name() message.Destination { return d.name }

// Counters are a destination's numbers since the broker started, but for those that say what is now.
type Counters struct {
	Enqueued, Dequeued, Dispatched, Expired int64
	InFlight, Pending, Consumers, Producers int64 // now; Pending counts those in flight too
	Memory                                  int64 // bytes, now
}

// counters returns what the common part knows.
func (d *Destination) counters() Counters {
	return Counters{
		Enqueued: d.enqueued.Load(), Dequeued: d.dequeued.Load(), Dispatched: d.dispatched.Load(), Expired: d.expired.Load(),
		InFlight: d.inFlight.Load(), Pending: d.size.Load(), Producers: d.producers.Load(), Memory: d.memory.Used(),
	}
}

// hasRoom tells whether a stored message may stay in memory too.
func (d *Destination) hasRoom() bool {
	highWater := d.policy.CursorHighWater
	return d.memory.Percent() < highWater && d.broker.memory.Percent() < highWater
}

// sizeOf is what a message counts for in the destination's memory limit.
func (d *Destination) sizeOf(m *message.Message) int64 {
	return int64(len(m.Content)+len(m.Properties)) + d.policy.MinimumSize
}

// load is a topic's message in memory, counted once however many consumers have it.
type load struct {
	holders atomic.Int32
	size    int64
	usage   *Usage
}

// release tells that one holder is done with it.
func (l *load) release() {
	if l != nil && l.holders.Add(-1) == 0 {
		l.usage.add(-l.size)
	}
}
