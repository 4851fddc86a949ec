package protocols

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	// socketBuffer is the size of buffers that fill soon, and do not stall loopback.
	socketBuffer = 32 << 10

	// patience is how long a test waits for what must come. Nothing is measured by it: it only ends a test that hangs.
	patience = 20 * time.Second
)

// testOutbox is an outbox of numbers, which are frames of four bytes.
type testOutbox struct {
	Outbox[int32]
	failed chan error
}

// failure returns what the outbox has told of, nil if nothing.
func (o *testOutbox) failure() error {
	select {
	case err := <-o.failed:
		return err
	default:
		return nil
	}
}

// outboxPair is an outbox and the other end of its socket. Both have small buffers.
func outboxPair(t *testing.T) (*testOutbox, net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	far, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	near, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	near.(*net.TCPConn).SetWriteBuffer(socketBuffer)
	far.(*net.TCPConn).SetReadBuffer(socketBuffer)
	far.SetReadDeadline(time.Now().Add(patience))
	o := &testOutbox{failed: make(chan error, 1)}
	o.Init(near, &Inactivity{}, func(to []byte, i *int32) ([]byte, error) {
		return binary.BigEndian.AppendUint32(to, uint32(*i)), nil
	}, func(err error) { o.failed <- err })
	t.Cleanup(func() { near.Close(); far.Close(); o.Close() })
	return o, far
}

// numberOf returns the number that must come next.
func numberOf(t *testing.T, c net.Conn) int32 {
	t.Helper()
	var n int32
	if err := binary.Read(c, binary.BigEndian, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestOutboxConcurrently lets many put, flush and drain at a time while the other end reads slowly. What each put in comes in its order, all of it, once.
func TestOutboxConcurrently(t *testing.T) {
	const putters, each = 8, 4000
	o, peer := outboxPair(t)
	var wait sync.WaitGroup
	for p := range int32(putters) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range int32(each) {
				o.Put(p*each + i)
				switch {
				case p == 0: // the connection's own goroutine
					if err := o.WaitForRoom(); err != nil {
						t.Error(err)
					}
					if i%5 == 0 {
						o.Hold()
					}
					if i%7 == 0 {
						o.Release()
						if err := o.Drain(); err != nil {
							t.Error(err)
						}
					}
				case i%int32(p) == 0 || i == each-1:
					o.Flush()
				}
			}
			if p == 0 {
				o.Release()
				o.Flush()
			}
		}()
	}
	var next [putters]int32
	for range putters * each {
		n := numberOf(t, peer)
		p, i := n/each, n%each
		if i != next[p] {
			t.Fatalf("putter %d: %d came, want %d", p, i, next[p])
		}
		next[p]++
	}
	wait.Wait()
	o.socket.Close()
	o.Close()
	if n, err := peer.Read(make([]byte, 1)); n > 0 || err != io.EOF {
		t.Errorf("%d bytes came besides, %v", n, err)
	}
	if err := o.failure(); err != nil {
		t.Error(err)
	}
}

// TestOutboxHold has flush wait for whoever holds.
func TestOutboxHold(t *testing.T) {
	o, peer := outboxPair(t)
	if o.Release() {
		t.Error("release of what was not held")
	}
	o.Hold()
	o.Put(1)
	o.Flush()
	if !o.pending() {
		t.Fatal("flush writes while somebody holds")
	}
	if !o.Release() {
		t.Error("release does not tell that it was held")
	}
	o.Flush()
	if o.pending() {
		t.Error("flush leaves what a socket takes at once")
	}
	if n := numberOf(t, peer); n != 1 {
		t.Errorf("%d came, want 1", n)
	}
}

// fill puts and flushes until the socket takes no more, and returns how many went in.
func fill(o *testOutbox) int32 {
	var n int32
	for ; !o.stuck.Load(); n++ {
		o.Send(n)
	}
	return n
}

// TestOutboxStuck leaves what a socket does not take to the writer's goroutine, without blocking those who put.
func TestOutboxStuck(t *testing.T) {
	o, peer := outboxPair(t)
	n := fill(o)
	for range 100 {
		o.Send(n)
		n++
	}
	for want := range n {
		if got := numberOf(t, peer); got != want {
			t.Fatalf("%d came, want %d", got, want)
		}
	}
	for range 2 {
		o.Close()
	}
	if err := o.failure(); err != nil {
		t.Error(err)
	}
}

// TestOutboxSocketError ends the writer with the socket's error, however it comes to light.
func TestOutboxSocketError(t *testing.T) {
	broken := func(err error) bool {
		return errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
	}
	t.Run("blocked", func(t *testing.T) {
		o, peer := outboxPair(t)
		fill(o)
		peer.Close()
		if err := <-o.failed; !broken(err) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("closed here", func(t *testing.T) {
		o, _ := outboxPair(t)
		o.socket.Close()
		o.Send(0)
		if err := <-o.failed; !broken(err) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("met by who waits for room", func(t *testing.T) {
		o, _ := outboxPair(t)
		for range itemsMax {
			o.Put(0)
		}
		o.socket.Close()
		if err := o.WaitForRoom(); !broken(err) {
			t.Errorf("got %v", err)
		}
	})
}

// TestOutboxRoom has a connection's own goroutine write what waits when that is too much, as fast as the other end reads.
func TestOutboxRoom(t *testing.T) {
	o, peer := outboxPair(t)
	n := fill(o)
	for range itemsMax - 1 {
		o.Put(n)
		n++
	}
	if err := o.WaitForRoom(); err != nil || !o.pending() {
		t.Fatalf("one less than too much is written already, or fails: %v", err)
	}
	o.Put(n)
	n++
	wrote := make(chan error, 1)
	go func() { wrote <- o.WaitForRoom() }()
	for want := range n {
		if got := numberOf(t, peer); got != want {
			t.Fatalf("%d came, want %d", got, want)
		}
	}
	if err := <-wrote; err != nil || o.pending() {
		t.Errorf("%v; something waits still: %t", err, o.pending())
	}
}

// TestOutboxClosed drops what is put in after close.
func TestOutboxClosed(t *testing.T) {
	o, _ := outboxPair(t)
	o.Put(0)
	o.Close()
	o.Send(0)
	if o.pending() {
		t.Error("something waits in a closed outbox")
	}
	if err := o.failure(); err != nil {
		t.Error(err)
	}
}

// TestOutboxFarewell writes what is left although the writer's goroutine is at it, and then nothing more comes.
func TestOutboxFarewell(t *testing.T) {
	o, peer := outboxPair(t)
	n := fill(o)
	o.Put(n)
	said := make(chan struct{})
	go func() {
		o.Farewell()
		o.socket.Close()
		close(said)
	}()
	for want := range n + 1 {
		if got := numberOf(t, peer); got != want {
			t.Fatalf("%d came, want %d", got, want)
		}
	}
	<-said
	if n, err := peer.Read(make([]byte, 1)); n > 0 || err != io.EOF {
		t.Errorf("%d bytes came besides, %v", n, err)
	}
}

// TestOutboxKeepsNoLargeBuffer sends more at a time than is worth to be kept.
func TestOutboxKeepsNoLargeBuffer(t *testing.T) {
	o, peer := outboxPair(t)
	const size = 4 * keepSize
	o.encode = func(to []byte, _ *int32) ([]byte, error) { return append(to, make([]byte, size)...), nil }
	o.Send(0)
	if n, err := io.CopyN(io.Discard, peer, size); err != nil {
		t.Fatalf("%d bytes, %v", n, err)
	}
	o.socket.Close()
	o.Close()
	if cap(o.buffer) > keepSize {
		t.Errorf("%d bytes of buffer stay, want at most %d", cap(o.buffer), keepSize)
	}
}
