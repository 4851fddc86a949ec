package protocols

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Outbox is what a connection has to send, as items of its protocol. Anybody may put things in. Whoever then calls Flush encodes and
// writes for all, as far as the socket takes it at once, so that an answer costs no goroutine a wake-up; what the socket does not take is
// left to a writer's goroutine, which lives as long as it has something to write. Nothing in it blocks the one who puts or flushes.
//
// How a protocol uses it:
//
//	its Peer's Dispatch   →  Put      the broker holds locks then
//	its Peer's Flush      →  Flush
//	an answer             →  Put, where the connection's goroutine is about to come by Push; Send, from anywhere else
//	the reader            →  a [Pace], which calls Push before the connection's goroutine waits for the next command
//	a command was read    →  WaitForRoom, so that a client which does not read what it asks for has to wait
//	the connection ends   →  Farewell; then the socket is closed, and the outbox after it
//
// encode appends an item's frame to a buffer. It is called by one goroutine at a time, in the order of the items, so it may use what belongs
// to the connection's encoder; it must not keep the item.
type Outbox[T any] struct {
	socket net.Conn
	direct *Socket // nil: not a socket that can be tried without blocking
	watch  *Inactivity
	encode func(to []byte, i *T) ([]byte, error)
	lost   func(error)

	// Written, where it is set, is called whenever all that is encoded is written, by whoever did it: with locks of the broker held, perhaps.
	Written func()

	held   atomic.Bool // the reader is about to push by itself
	stuck  atomic.Bool // the socket did not take all: the writer's goroutine has to
	wait   sync.WaitGroup

	mu sync.Mutex
	// mu guards what follows.
	items   []T
	running bool // the writer's goroutine is there, or has failed
	closed  bool

	writing sync.Mutex
	// writing guards what follows: one writes at a time.
	taken  []T    // out of items, and not all encoded
	next   int    // the first of taken that is not encoded
	spare  []T    // an empty slice to take the place of items
	buffer []byte // encoded and not written
	broken error  // something could not be encoded: what came before it is still to be written, then this is err
	err    error  // nothing is written any more
}

const (
	// writeSize is how much is encoded before it is written.
	writeSize = 64 << 10

	// keepSize is the largest buffer that is kept for the next time.
	keepSize = 256 << 10

	// itemsMax is how much may wait before a client that sends and does not read has to wait.
	itemsMax = 4096
)

// Init makes the outbox ready. lost is told, on a goroutine of the outbox, when writing fails or something cannot be encoded: the
// connection has to end then.
func (o *Outbox[T]) Init(socket net.Conn, watch *Inactivity, encode func(to []byte, i *T) ([]byte, error), lost func(error)) {
	o.socket, o.watch, o.encode, o.lost = socket, watch, encode, lost
	o.direct = NewSocket(socket)
}

// Reader returns the socket to read from: one that reads without telling the runtime, where there is one.
func (o *Outbox[T]) Reader() *Reader {
	if o.direct != nil {
		return &Reader{o.direct, o.watch}
	}
	return &Reader{o.socket, o.watch}
}

// Doze has what arrives wake nobody while the reader pauses (Socket.Doze).
func (o *Outbox[T]) Doze() {
	if o.direct != nil {
		o.direct.Doze()
	}
}

// Put adds something to send. Somebody has to flush, or push, after that.
func (o *Outbox[T]) Put(i T) {
	o.mu.Lock()
	if !o.closed {
		o.items = append(o.items, i)
	}
	o.mu.Unlock()
}

// Send is Put and Flush.
func (o *Outbox[T]) Send(i T) {
	o.Put(i)
	o.Flush()
}

// Flush writes what there is, without blocking. Whoever is at it already, or is about to, writes what was put in before too.
func (o *Outbox[T]) Flush() {
	if o.held.Load() {
		return
	}
	for o.pending() && o.writing.TryLock() {
		done := o.direct != nil && !o.stuck.Load() && o.write(o.try)
		o.writing.Unlock()
		if !done {
			o.startWriter()
			return
		}
	}
}

// Push writes what there is, for the reader, which must go on to hear the client: without blocking where the socket can be tried.
func (o *Outbox[T]) Push() error {
	if o.direct == nil {
		return o.Drain()
	}
	o.Flush()
	return nil
}

// Drain writes all there is, and blocks until it is written, unless somebody else is at it.
func (o *Outbox[T]) Drain() error {
	for o.pending() && o.writing.TryLock() {
		err := o.writeOut()
		o.writing.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// farewellTime is how long a client that is leaving may take to read what it is still to be told.
const farewellTime = 5 * time.Second

// Farewell sends what is left to be said to a client whose connection is about to be closed.
func (o *Outbox[T]) Farewell() {
	o.socket.SetWriteDeadline(time.Now().Add(farewellTime))
	o.writing.Lock()
	defer o.writing.Unlock()
	o.writeOut()
}

// writeOut writes all there is. The caller holds writing.
func (o *Outbox[T]) writeOut() error {
	o.write(o.block)
	o.stuck.Store(false)
	return o.err
}

// Hold has the reader's own Push take the place of Flush, until Release.
func (o *Outbox[T]) Hold() { o.held.Store(true) }

// Release ends Hold, and tells whether it was on.
func (o *Outbox[T]) Release() bool { return o.held.Load() && o.held.Swap(false) }

// startWriter has a goroutine write what the socket did not take at once.
func (o *Outbox[T]) startWriter() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.running || o.closed {
		return
	}
	o.running = true
	o.wait.Add(1)
	go func() {
		defer o.wait.Done()
		if err := o.run(); err != nil {
			o.lost(err)
		}
	}()
}

// run writes until nothing waits, the outbox is closed or the socket fails.
func (o *Outbox[T]) run() error {
	for {
		o.writing.Lock()
		err := o.writeOut()
		o.writing.Unlock()
		if err != nil || o.rest() {
			return err
		}
	}
}

// rest ends the writer when nothing is left to write, and tells whether it did.
func (o *Outbox[T]) rest() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed && (len(o.items) > 0 || o.stuck.Load()) {
		return false
	}
	o.running = false
	return true
}

// Close drops what was not sent, and waits for whoever writes. The socket must be closed before: a client that does not read would keep the writer.
func (o *Outbox[T]) Close() {
	o.mu.Lock()
	o.closed = true
	o.items = nil
	o.mu.Unlock()
	o.wait.Wait()
	o.writing.Lock() // whoever is at it still
	o.writing.Unlock()
}

// pending tells whether there is something to send.
func (o *Outbox[T]) pending() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.items) > 0 || o.stuck.Load() && !o.closed
}

// WaitForRoom blocks while too much waits to be written, by writing.
func (o *Outbox[T]) WaitForRoom() error {
	o.mu.Lock()
	waits := len(o.items)
	o.mu.Unlock()
	if waits < itemsMax {
		return nil
	}
	o.writing.Lock()
	defer o.writing.Unlock()
	return o.writeOut()
}

// take moves what was put in to taken, and tells whether there was something.
func (o *Outbox[T]) take() bool {
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
func (o *Outbox[T]) write(out func() bool) bool {
	var none T
	for o.err == nil {
		for o.next < len(o.taken) && o.broken == nil {
			if len(o.buffer) >= writeSize && !out() {
				return false
			}
			var buffer []byte
			if buffer, o.broken = o.encode(o.buffer, &o.taken[o.next]); o.broken != nil {
				break
			}
			o.buffer = buffer
			o.taken[o.next] = none
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

// block writes the buffer, however long that takes. As it may be the reader that writes, which cannot hear the peer then, each piece that the peer
// takes counts as a sign of life.
func (o *Outbox[T]) block() bool {
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
func (o *Outbox[T]) try() bool {
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
func (o *Outbox[T]) written(n int) {
	if n > 0 {
		o.watch.Written()
	}
	o.buffer = o.buffer[:copy(o.buffer, o.buffer[n:])]
	if len(o.buffer) > 0 {
		return
	}
	if cap(o.buffer) > keepSize {
		o.buffer = nil
	}
	if o.Written != nil && o.err == nil {
		o.Written()
	}
}
