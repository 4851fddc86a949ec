package protocols

import (
	"errors"
	"io"
	"net"
	"syscall"
)

// Socket reads and writes a TCP connection where no system call of it can block: the runtime then need not be told of each call, which for a
// broker that is mostly waiting costs as much as the call itself.
//
// One goroutine may read and one write at a time. Deadlines of the connection hold for Read.
type Socket struct {
	raw  syscall.RawConn
	head []byte // read before there was a Socket

	in       []byte // of the read under way
	inCount  int
	inErr    syscall.Errno
	readOnce func(fd uintptr) bool
	dozing   bool
	doze     func(fd uintptr)

	out       []byte // of the write under way
	outCount  int
	outErr    syscall.Errno
	writeOnce func(fd uintptr) bool
}

// NewSocket returns the socket of a connection, nil when it has none, as with TLS.
func NewSocket(c net.Conn) *Socket {
	var head []byte
	if b, ok := c.(*begun); ok {
		c, head = b.Conn, b.head
	}
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	s := &Socket{raw: raw, head: head}
	s.readOnce = func(fd uintptr) bool {
		s.inCount, s.inErr = readNow(fd, s.in)
		if s.inErr == syscall.EAGAIN && s.dozing {
			s.dozing = false
			wakeFrom(fd, 1) // which wakes us too, should something have come in between
		}
		return s.inErr != syscall.EAGAIN
	}
	s.doze = func(fd uintptr) { s.dozing = wakeFrom(fd, dozeBytes) }
	s.writeOnce = func(fd uintptr) bool {
		s.outCount, s.outErr = writeNow(fd, s.out)
		return true
	}
	return s
}

// Read reads what there is, and waits until there is something.
func (s *Socket) Read(to []byte) (int, error) {
	if len(to) == 0 {
		return 0, nil
	}
	if len(s.head) > 0 {
		n := copy(to, s.head)
		s.head = s.head[n:]
		return n, nil
	}
	s.in = to
	err := s.raw.Read(s.readOnce)
	s.in = nil
	switch {
	case err != nil:
		return 0, err
	case s.inErr != 0:
		return 0, s.inErr
	case s.inCount == 0:
		return 0, io.EOF
	}
	return s.inCount, nil
}

// dozeBytes is how much must have arrived to wake a reader that dozes: well below what the system holds for a socket.
const dozeBytes = 64 << 10

// Doze is for a reader that is about to pause although more is to come. Otherwise each packet that arrives meanwhile wakes the process, only to find
// that nobody waits for it. It holds until a Read finds nothing and waits.
func (s *Socket) Doze() {
	if !s.dozing {
		// An error means that the socket is closed, which the next Read tells.
		_ = s.raw.Control(s.doze)
	}
}

// errFull is returned by TryWrite when the socket takes nothing now.
var errFull = errors.New("the socket is full")

// TryWrite writes as much as the socket takes at once, and returns how much that was; nothing with an error.
func (s *Socket) TryWrite(from []byte) (int, error) {
	s.out = from
	err := s.raw.Write(s.writeOnce)
	s.out = nil
	switch {
	case err != nil:
		return 0, err
	case s.outErr == syscall.EAGAIN:
		return 0, errFull
	case s.outErr != 0:
		return 0, s.outErr
	}
	return s.outCount, nil
}
