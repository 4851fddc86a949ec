package broker

import (
	"fmt"
	"sync"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// A message that finds no room waits. One whose producer waits for an answer does so aside, while the connection goes on: it may be the same
// connection's acknowledgements that make room. Any other makes its connection wait, which is all that slows such a producer down.

// Blocked is a producer that waits for room.
type Blocked struct {
	Producer    string
	Remote      string // its client's address
	Destination message.Destination
	Usage       string // the limit that is reached
	Since       time.Time
}

// flow is what of a broker has to do with producers that wait.
type flow struct {
	mu sync.Mutex
	// mu guards what follows.
	blocked map[*Blocked]bool
}

// aside are the messages of one destination that wait for room without their connections: those that are stored, or those that are not.
type aside struct {
	mu sync.Mutex
	// mu guards what follows.
	waiting []deferred
	running bool
}

// deferred is a message that waits for room without its connection.
type deferred struct {
	by       *Connection
	message  *message.Message
	whenDone store.Completion
}

// asideMost is how many messages of a connection may wait aside, before it waits itself: a client may send on without looking at answers.
const asideMost = 100

// Blocked returns the producers that wait for room now.
func (b *Broker) Blocked() []Blocked {
	b.flow.mu.Lock()
	defer b.flow.mu.Unlock()
	all := make([]Blocked, 0, len(b.flow.blocked))
	for x := range b.flow.blocked {
		all = append(all, *x)
	}
	return all
}

// BlockedSends returns how many messages had to wait for room so far, and for how long in all.
func (d *Destination) BlockedSends() (count int64, total time.Duration) {
	return d.blockedSends.Load(), time.Duration(d.blockedTime.Load())
}

// limitOf returns what limits the message in a destination and the percentage at which it does: the store for one that is stored, which need not
// stay in memory, the temporary store for one that goes there, and memory for any other.
func (d *Destination) limitOf(m *message.Message) (*Usage, int) {
	if d.keeps(m) {
		return d.broker.storage, d.policy.StoreHighWater
	}
	if d.spools != nil && d.spools() {
		return d.broker.temporary, 100
	}
	return d.memory, 100
}

// keeps tells whether the message is for the store, as far as the destination alone decides.
func (d *Destination) keeps(m *message.Message) bool {
	return m.Persistent && d.broker.options.Persistent && !d.name.IsTemporary()
}

// makeRoom sees to it that there is room for a message. aside is false for one that is to be sent now; else it is sent when there is room, and
// whenDone is called then.
func (c *Connection) makeRoom(p place, m *message.Message, whenDone store.Completion) (aside bool, err error) {
	d := p.base()
	full := d.lacksRoom(m)
	line := d.line(m)
	if full == nil && !line.busy() || !d.policy.ProducerFlowControl || d.name.IsAdvisory() {
		return false, nil
	}
	if whenDone != nil && m.Transaction == nil && c.aside.Load() < asideMost && !d.failsNow() && line.add(d, deferred{c, m, whenDone}) {
		return true, nil
	}
	return false, c.waitForRoom(p, m)
}

// waitForRoom is makeRoom for a message that cannot wait aside.
func (c *Connection) waitForRoom(p place, m *message.Message) error {
	d := p.base()
	full := d.lacksRoom(m)
	if full == nil || !d.policy.ProducerFlowControl || d.name.IsAdvisory() {
		return nil
	}
	if d.failsNow() {
		c.broker.adviseNoRoom(c, m, d, full)
		return noRoom(full, m, d)
	}
	c.flushLater() // what was put off must not wait as long
	c.peer.Flush()
	return c.block(d, m)
}

// lacksRoom returns the limit that leaves no room for a message, nil when there is room.
func (d *Destination) lacksRoom(m *message.Message) *Usage {
	if d.keeps(m) {
		d.broker.options.Store.Throttle()
	}
	usage, percent := d.limitOf(m)
	return usage.full(percent)
}

// line returns those that wait aside for the same room as m.
func (d *Destination) line(m *message.Message) *aside {
	if d.keeps(m) {
		return &d.asideStored
	}
	return &d.asideMemory
}

// busy tells whether others wait already, behind whom a message has to stay.
func (a *aside) busy() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.waiting) > 0
}

// add puts a message in the line, and has a goroutine work it off. It does not when the broker stops.
func (a *aside) add(d *Destination, x deferred) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.running && !d.broker.works.start(func() { a.work(d) }) {
		return false
	}
	a.running = true
	a.waiting = append(a.waiting, x)
	x.by.aside.Add(1)
	return true
}

// work sends what waits, each when there is room, until nothing does.
func (a *aside) work(d *Destination) {
	for {
		a.mu.Lock()
		if len(a.waiting) == 0 {
			a.running, a.waiting = false, nil
			a.mu.Unlock()
			return
		}
		x := a.waiting[0]
		a.mu.Unlock()
		if err := x.send(d); err != nil {
			x.whenDone(err)
		}
		x.by.aside.Add(-1)
		a.mu.Lock()
		a.waiting = a.waiting[1:]
		a.mu.Unlock()
	}
}

// send waits for room, and sends the message then.
func (x *deferred) send(d *Destination) error {
	if err := x.by.block(d, x.message); err != nil {
		return err
	}
	p, err := d.broker.lookup(d.name, x.by)
	if err == nil {
		p.send(x.message, nil, x.whenDone)
	}
	return err
}

// block blocks until there is room for the message, and tells who waits for what.
func (c *Connection) block(d *Destination, m *message.Message) error {
	b := c.broker
	usage, percent := d.limitOf(m)
	full := usage.full(percent)
	if full == nil {
		return nil
	}
	b.adviseNoRoom(c, m, d, full)
	x := &Blocked{Producer: fmt.Sprint(m.Producer), Remote: c.remote, Destination: d.name, Usage: full.name, Since: b.now()}
	b.flow.add(x)
	defer b.flow.remove(x)
	d.blockedSends.Add(1)
	defer func() { d.blockedTime.Add(int64(b.now().Sub(x.Since))) }()
	b.log.Warn(fmt.Sprintf("%s, Usage Manager %s limit reached (%s). Producers will be throttled to the rate at which messages are removed from this destination to prevent flooding it. Producer %s of %s waits",
		d.name, full.name, full, x.Producer, x.Remote))
	timeout := d.failsAfter()
	for {
		waited := b.now().Sub(x.Since)
		pause := d.policy.BlockedWarning
		if timeout > 0 && (pause <= 0 || timeout-waited < pause) {
			pause = max(timeout-waited, time.Nanosecond)
		}
		switch usage.wait(percent, c.gone, pause) {
		case roomFound:
			b.log.Info(fmt.Sprintf("producer %s of %s goes on after %s of waiting for room for %s", x.Producer, x.Remote, b.now().Sub(x.Since), d.name))
			return nil
		case roomGone:
			return fail(NotConnected, "the connection ended while its producer waited for room in %s", d.name)
		}
		if waited = b.now().Sub(x.Since); timeout > 0 && waited >= timeout {
			return noRoom(full, m, d)
		}
		b.log.Warn(fmt.Sprintf("%s: producer %s of %s is blocked (blocking for: %ds); %s", d.name, x.Producer, x.Remote, int(waited.Seconds()), full))
	}
}

// failsNow tells whether a producer is refused instead of waiting.
func (d *Destination) failsNow() bool {
	if s := d.policy.SendFail; s.Set {
		return s.Now
	}
	return d.broker.options.SendFailIfNoSpace
}

// failsAfter returns how long a producer waits before it is refused, 0 for ever.
func (d *Destination) failsAfter() time.Duration {
	if wait := d.policy.SendFail.Wait; wait >= 0 {
		return wait
	}
	return d.broker.options.SendFailIfNoSpaceAfter
}

// noRoom is the Error for a message that does not fit and may not wait.
func noRoom(full *Usage, m *message.Message, d *Destination) error {
	return fail(LimitReached, "Usage Manager %s limit reached. Stopping producer (%s) to prevent flooding %s. %s", full.name, m.Producer, d.name, full)
}

// add notes a producer that waits.
func (f *flow) add(x *Blocked) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.blocked == nil {
		f.blocked = map[*Blocked]bool{}
	}
	f.blocked[x] = true
}

// remove notes that it waits no more.
func (f *flow) remove(x *Blocked) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.blocked, x)
}
