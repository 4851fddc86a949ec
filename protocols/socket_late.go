package protocols

import (
	"io"
	"syscall"
)

// LateBuffer is a buffer that is there only while there is something to read.
type LateBuffer interface {
	// Take returns memory to read to.
	Take() []byte

	// Took tells how much of it was filled; it is asked for again after 0.
	Took(n int)
}

// ReadLate is Read for connections that are silent most of the time: b is asked for memory each time when there may be something to read,
// and none is held while there is not.
func (s *Socket) ReadLate(b LateBuffer) (int, error) {
	s.late = b
	if s.lateOnce == nil {
		s.lateOnce = func(fd uintptr) bool {
			s.inCount, s.inErr = readNow(fd, s.late.Take())
			s.inCount = max(s.inCount, 0)
			s.late.Took(s.inCount)
			return s.inErr != syscall.EAGAIN
		}
	}
	err := s.raw.Read(s.lateOnce)
	s.late = nil
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
