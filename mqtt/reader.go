package mqtt

import (
	"fmt"
	"io"
	"net"
	"sync"

	"goactivemq/mqtt/packet"
	"goactivemq/protocols"
)

// reader cuts packets out of the stream. While nothing comes it has no buffer: most MQTT clients are silent most of the time.
//
//	buffer   │ packets done │ next … read │ free │
type reader struct {
	socket net.Conn
	direct *protocols.Socket // nil: not a socket that can wait without a buffer
	alive  *keepalive
	max    int // bytes of a packet's body

	buffer []byte // what is read; from the pool, or of its own for a large packet
	next   int    // the first byte that is not done
	pooled *[]byte
}

const (
	// readSize is the size of a pooled buffer: what a busy socket gives at a time.
	readSize = 32 << 10

	// waitSize is the size of the buffer of a connection that cannot wait without one.
	waitSize = 512

	// growth bounds how much memory a large packet gets before its bytes are there.
	growth = 1 << 20
)

// buffers are the pooled buffers.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, readSize); return &b }}

// packet returns the next packet. Its body is valid until the next call; owned tells that it is nobody else's memory and may be kept.
func (r *reader) packet() (f packet.Frame, owned bool, err error) {
	for {
		have := r.buffer[r.next:]
		whole, head, err := packet.Size(have)
		switch {
		case err != nil:
			return f, false, err
		case whole-head > r.max:
			return f, false, &packet.Error{Reason: packet.PacketTooLarge, Text: fmt.Sprintf("The maximum message length was exceeded: %s of %d bytes, want at most %d", packet.Kind(have[0]>>4), whole-head, r.max)}
		case whole > 0 && whole <= len(have):
			r.next += whole
			return packet.Cut(have[:whole:whole], head), whole > readSize, nil
		}
		if err := r.fill(whole); err != nil {
			if err == io.EOF && len(have) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return f, false, err
		}
	}
}

// ready tells whether a whole packet is there already.
func (r *reader) ready() bool {
	have := r.buffer[r.next:]
	whole, _, err := packet.Size(have)
	return err != nil || whole > 0 && whole <= len(have)
}

// fill reads more. want is the size of the packet under way, 0 where it is not known yet.
func (r *reader) fill(want int) error {
	r.makeRoom(want)
	n, err := r.read()
	if n > 0 {
		r.alive.hear()
	}
	return err
}

// makeRoom moves what is not done to the front, to a larger buffer where that is full, and gives the buffer up when there is nothing.
func (r *reader) makeRoom(want int) {
	rest := r.buffer[r.next:]
	switch {
	case len(rest) == 0:
		r.release()
	case len(rest) == cap(r.buffer):
		// Memory grows with what has arrived, not with what the client says will.
		larger := append(make([]byte, 0, min(max(want, readSize), 2*len(rest)+growth)), rest...)
		r.release()
		r.buffer = larger
	case r.next > 0 && r.pooled == nil:
		r.buffer = append(make([]byte, 0, max(want, readSize)), rest...)
	case r.next > 0:
		r.buffer = r.buffer[:copy(r.buffer, rest)]
	}
	r.next = 0
}

// release gives the buffer up.
func (r *reader) release() {
	if r.pooled != nil {
		buffers.Put(r.pooled)
	}
	r.buffer, r.pooled, r.next = nil, nil, 0
}

// read reads what there is behind what is in the buffer, and waits until there is something.
func (r *reader) read() (n int, err error) {
	if r.buffer == nil && r.direct != nil {
		return r.direct.ReadLate(r)
	}
	if r.buffer == nil {
		r.buffer = make([]byte, 0, waitSize)
	}
	free := r.buffer[len(r.buffer):cap(r.buffer)]
	if r.direct != nil {
		n, err = r.direct.Read(free)
	} else {
		n, err = r.socket.Read(free)
	}
	r.buffer = r.buffer[:len(r.buffer)+n]
	return n, err
}

// Take gets a buffer, for something may be there. It is for protocols.Socket.
func (r *reader) Take() []byte {
	r.pooled = buffers.Get().(*[]byte)
	r.buffer = (*r.pooled)[:0]
	return r.buffer[:cap(r.buffer)]
}

// Took notes how much was read, and gives the buffer up when that was nothing.
func (r *reader) Took(n int) {
	if n == 0 {
		r.release()
		return
	}
	r.buffer = r.buffer[:n]
}
