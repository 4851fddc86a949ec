package openwire

import (
	"net"
	"sync"
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

// outbox is what a connection has to send. Anybody may put things in; whoever drains it, the connection's reader between two
// commands or the writer's goroutine, encodes and writes for all. Nothing in it blocks the one who puts.
type outbox struct {
	socket  net.Conn
	watch   *protocols.Inactivity
	encoder *wire.Encoder
	wake    chan struct{}

	mu sync.Mutex
	// mu guards what follows.
	items  []item
	closed bool

	writing sync.Mutex
	// writing guards what follows: one writes at a time.
	spare    []item // the slice that was drained last, to be filled next
	buffer   []byte
	response wire.Response
	delivery wire.MessageDispatch
	copy     message.Message
	err      error
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
}

// put adds something to send and has it sent soon.
func (o *outbox) put(i item) {
	o.add(i)
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// add adds something that the caller, who is the connection's reader, drains itself before it blocks.
func (o *outbox) add(i item) {
	o.mu.Lock()
	if !o.closed {
		o.items = append(o.items, i)
	}
	o.mu.Unlock()
}

// run writes what others put in, until the outbox is closed or the socket fails.
func (o *outbox) run() error {
	for range o.wake {
		if err := o.drain(); err != nil || o.isClosed() {
			return err
		}
	}
	return nil
}

// close ends run. What was not sent is dropped.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.items = nil
	select {
	case o.wake <- struct{}{}:
	default:
	}
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
	return len(o.items) > 0
}

// drain writes all there is, unless somebody else is at it, who then writes that too.
func (o *outbox) drain() error {
	for o.pending() && o.writing.TryLock() {
		err := o.writeAll()
		o.writing.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// waitForRoom blocks while too much waits to be written, by writing.
func (o *outbox) waitForRoom() {
	o.mu.Lock()
	waits := len(o.items)
	o.mu.Unlock()
	if waits < itemsMax {
		return
	}
	o.writing.Lock()
	defer o.writing.Unlock()
	o.writeAll()
}

// take empties the outbox into the caller's hands.
func (o *outbox) take() []item {
	o.mu.Lock()
	defer o.mu.Unlock()
	taken := o.items
	o.items = o.spare[:0]
	o.spare = nil
	return taken
}

// writeAll encodes and writes until there is nothing more.
func (o *outbox) writeAll() error {
	for o.err == nil {
		items := o.take()
		if len(items) == 0 {
			o.spare = items
			break
		}
		for i := range items {
			o.encode(&items[i])
			if len(o.buffer) >= writeSize {
				o.flush()
			}
			if o.err != nil {
				return o.err
			}
		}
		clear(items)
		o.spare = items
		o.flush()
	}
	return o.err
}

// encode appends an item's frame to the buffer.
func (o *outbox) encode(i *item) {
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
	o.buffer, o.err = o.encoder.Append(o.buffer, frame)
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
		f.Destination, f.Message = d.Message.Destination, &o.copy
	}
	return f
}

// flush writes the buffer.
func (o *outbox) flush() {
	if len(o.buffer) == 0 || o.err != nil {
		return
	}
	_, o.err = o.socket.Write(o.buffer)
	o.watch.Written()
	if cap(o.buffer) > keepSize {
		o.buffer = nil
	}
	o.buffer = o.buffer[:0]
}
