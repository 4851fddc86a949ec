package openwire

import (
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
	"goactivemq/protocols"
)

// item is one thing to send: an answer without content to the command of that number, a message for a consumer, or any command.
type item struct {
	answer   bool
	number   int32
	dispatch broker.Dispatch
	command  any
}

// outbox is what a connection has to send. Anybody may put things in. Whoever then calls flush encodes and writes for all, as far as
// the socket takes it at once, so that an answer costs no goroutine a wake-up; what the socket does not take is left to the
// writer's goroutine. Nothing in it blocks the one who puts or flushes.
type outbox struct {
	socket  net.Conn
	direct  *protocols.Socket // nil: not a socket that can be tried without blocking
	watch   *protocols.Inactivity
	encoder *wire.Encoder
	wake    chan struct{}
	held    atomic.Bool // the reader is about to drain by itself
	stuck   atomic.Bool // the socket did not take all: the writer's goroutine has to

	mu sync.Mutex
	// mu guards what follows.
	items  []item
	closed bool

	writing sync.Mutex
	// writing guards what follows: one writes at a time.
	taken    []item // out of items, and not all encoded
	next     int    // the first of taken that is not encoded
	spare    []item // an empty slice to take the place of items
	buffer   []byte // encoded and not written
	response wire.Response
	delivery wire.MessageDispatch
	copy     message.Message
	broken   error // something could not be encoded: what came before it is still to be written, then this is err
	err      error // nothing is written any more
}

const (
	// writeSize is how much is encoded before it is written.
	writeSize = 64 << 10

	// keepSize is the largest buffer that is kept for the next time.
	keepSize = 256 << 10

	// itemsMax is how much may wait before a client that sends and does not read has to wait.
	itemsMax = 4096
)

// init makes the outbox ready.
func (o *outbox) init(socket net.Conn, watch *protocols.Inactivity) {
	o.socket, o.watch = socket, watch
	o.wake = make(chan struct{}, 1)
	o.direct = protocols.NewSocket(socket)
}

// put adds something to send. Somebody has to flush, or drain, after that.
func (o *outbox) put(i item) {
	o.mu.Lock()
	if !o.closed {
		o.items = append(o.items, i)
	}
	o.mu.Unlock()
}

// send is put and flush.
func (o *outbox) send(i item) {
	o.put(i)
	o.flush()
}

// flush writes what there is, without blocking. Whoever is at it already, or is about to, writes what was put in before too.
func (o *outbox) flush() {
	if o.held.Load() {
		return
	}
	for o.pending() && o.writing.TryLock() {
		done := o.direct != nil && !o.stuck.Load() && o.write(o.try)
		o.writing.Unlock()
		if !done {
			o.wakeWriter()
			return
		}
	}
}

// push writes what there is, for the reader, which must go on to hear the client: without blocking where the socket can be tried.
func (o *outbox) push() error {
	if o.direct == nil {
		return o.drain()
	}
	o.flush()
	return nil
}

// drain writes all there is, and blocks until it is written, unless somebody else is at it.
func (o *outbox) drain() error {
	for o.pending() && o.writing.TryLock() {
		o.write(o.block)
		o.stuck.Store(false)
		err := o.err
		o.writing.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// hold has the reader's own drain take the place of flush, until release.
func (o *outbox) hold() { o.held.Store(true) }

// release ends hold, and tells whether it was on.
func (o *outbox) release() bool { return o.held.Load() && o.held.Swap(false) }

// run is the writer's goroutine: it writes what a socket did not take at once, until the outbox is closed or the socket fails.
func (o *outbox) run() error {
	for range o.wake {
		if err := o.drain(); err != nil || o.isClosed() {
			return err
		}
	}
	return nil
}

// wakeWriter has the writer's goroutine drain.
func (o *outbox) wakeWriter() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// close ends run. What was not sent is dropped.
func (o *outbox) close() {
	o.mu.Lock()
	o.closed = true
	o.items = nil
	o.mu.Unlock()
	o.wakeWriter()
}

// isClosed tells whether close was called.
func (o *outbox) isClosed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed
}

// pending tells whether there is something to send.
func (o *outbox) pending() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.items) > 0 || o.stuck.Load() && !o.closed
}

// waitForRoom blocks while too much waits to be written, by writing.
func (o *outbox) waitForRoom() error {
	o.mu.Lock()
	waits := len(o.items)
	o.mu.Unlock()
	if waits < itemsMax {
		return nil
	}
	o.writing.Lock()
	defer o.writing.Unlock()
	o.write(o.block)
	o.stuck.Store(false)
	return o.err
}

// take moves what was put in to taken, and tells whether there was something.
func (o *outbox) take() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.items) == 0 {
		return false
	}
	o.taken, o.next = o.items, 0
	o.items, o.spare = o.spare, nil
	return true
}

// write encodes all there is and writes it with out, which tells whether all of the buffer is written. It stops when out says no: then
// what is left stays for the next call. What cannot be encoded ends the connection, behind what was put in before it.
func (o *outbox) write(out func() bool) bool {
	for o.err == nil {
		for o.next < len(o.taken) && o.broken == nil {
			if len(o.buffer) >= writeSize && !out() {
				return false
			}
			if o.broken = o.encode(&o.taken[o.next]); o.broken != nil {
				break
			}
			o.taken[o.next] = item{}
			o.next++
		}
		if o.broken != nil {
			if len(o.buffer) == 0 || out() {
				o.err = o.broken
			}
			o.stuck.Store(true) // whoever can end the connection has to hear of it
			return false
		}
		if o.taken != nil {
			o.spare, o.taken, o.next = o.taken[:0], nil, 0
		}
		if !o.take() {
			return len(o.buffer) == 0 || out()
		}
	}
	return false
}

// encode appends an item's frame to the buffer.
func (o *outbox) encode(i *item) error {
	var frame any
	switch {
	case i.answer:
		o.response.CorrelationID = i.number
		frame = &o.response
	case i.command != nil:
		frame = i.command
	default:
		frame = o.frameOf(&i.dispatch)
	}
	buffer, err := o.encoder.Append(o.buffer, frame)
	if err != nil && i.dispatch.Message != nil {
		return fmt.Errorf("message %s from %s cannot be sent to consumer %s of this client: %w",
			i.dispatch.Message.ID, i.dispatch.Message.Destination, i.dispatch.Consumer, err)
	}
	o.buffer = buffer
	return err
}

// frameOf puts a message into the frame of its delivery. The message itself belongs to others too and stays as it is: what only this delivery
// knows goes into a copy.
func (o *outbox) frameOf(d *broker.Dispatch) *wire.MessageDispatch {
	f := &o.delivery
	f.Consumer, f.Destination, f.Message, f.Redeliveries = d.Consumer, nil, nil, d.Redeliveries
	if d.Message != nil {
		o.copy = *d.Message
		o.copy.BrokerOut = time.Now().UnixMilli()
		o.copy.Redeliveries = d.Redeliveries
		o.copy.GroupFirst = d.GroupFirst
		f.Destination, f.Message = d.From, &o.copy
		if f.Destination == nil {
			f.Destination = d.Message.Destination
		}
	}
	return f
}

// block writes the buffer, however long that takes. As it may be the reader that writes, which cannot hear the peer then, each piece that the peer
// takes counts as a sign of life.
func (o *outbox) block() bool {
	for rest := o.buffer; len(rest) > 0; {
		n, err := o.socket.Write(rest[:min(len(rest), writeSize)])
		if err != nil {
			o.err = err
			break
		}
		o.watch.Written()
		o.watch.Read()
		rest = rest[n:]
	}
	o.written(len(o.buffer))
	return o.err == nil
}

// try writes as much of the buffer as the socket takes at once.
func (o *outbox) try() bool {
	// The error is a full socket, as a rule. The writer's goroutine meets any other again, and ends the connection.
	n, _ := o.direct.TryWrite(o.buffer)
	o.written(n)
	if len(o.buffer) == 0 {
		return true
	}
	o.stuck.Store(true)
	return false
}

// written takes n bytes out of the buffer.
func (o *outbox) written(n int) {
	if n > 0 {
		o.watch.Written()
	}
	o.buffer = o.buffer[:copy(o.buffer, o.buffer[n:])]
	if len(o.buffer) == 0 && cap(o.buffer) > keepSize {
		o.buffer = nil
	}
}
