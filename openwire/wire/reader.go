package wire

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

const (
	readerSize = 16 << 10 // bytes of a Reader's buffer
	busySize   = 64 << 10 // and of one that was found full, as with a peer that pours

	// firstStep is how much is allocated for a frame of which nothing has arrived yet; after that, as much again as has arrived.
	firstStep = 64 << 10
)

// Reader cuts a stream into frames. It reads ahead, so that many small frames cost one system call, and believes no size: memory is
// taken as bytes arrive. It is not for concurrent use.
type Reader struct {
	from  io.Reader
	limit int64
	buf   []byte
	start int // of what is in buf and was not returned
	end   int
}

// NewReader returns a reader of frames of at most limit bytes (0: no limit but that of the size's 31 bits).
func NewReader(from io.Reader, limit int64) *Reader {
	r := &Reader{from: from}
	r.SetLimit(limit)
	return r
}

// SetLimit changes the limit, which is another one before login than after it.
func (r *Reader) SetLimit(limit int64) {
	if limit <= 0 {
		limit = math.MaxInt32
	}
	r.limit = limit
}

// Buffered returns the number of bytes that have been read from the stream and not been returned yet. While it is 0 the next
// call of Next reads from the stream, and may block.
func (r *Reader) Buffered() int { return r.end - r.start }

// Ready tells whether the whole of the next frame has been read from the stream, so that Next returns without reading.
func (r *Reader) Ready() bool {
	have := r.Buffered()
	return have > headSize && int64(have-headSize) >= int64(int32(binary.BigEndian.Uint32(r.buf[r.start:])))
}

// Drained tells whether the last read got all that the stream had then. Otherwise more is there to be read at once.
func (r *Reader) Drained() bool { return r.end < len(r.buf) }

// Next returns the next frame without its size. A frame that IsMessage is true of is the caller's; any other is valid until the next
// call. At the end of the stream the error is io.EOF, within a frame it wraps io.ErrUnexpectedEOF.
func (r *Reader) Next() ([]byte, error) {
	if err := r.fill(headSize); err != nil {
		return nil, err
	}
	size := int64(int32(binary.BigEndian.Uint32(r.buf[r.start:])))
	if size < 1 || size > r.limit {
		return nil, fmt.Errorf("openwire: frame of %d bytes, want 1 to %d", size, r.limit)
	}
	if err := r.fill(headSize + 1); err != nil {
		return nil, unexpected(err, 0, size)
	}
	r.start += headSize
	n := int(size)
	if !IsMessage(r.buf[r.start]) && n <= len(r.buf) {
		if err := r.fill(n); err != nil {
			return nil, unexpected(err, r.Buffered(), size)
		}
		frame := r.buf[r.start : r.start+n : r.start+n]
		r.start += n
		return frame, nil
	}
	return r.own(n)
}

// own returns the next n bytes in memory of their own.
func (r *Reader) own(n int) ([]byte, error) {
	have := min(n, r.Buffered())
	frame := make([]byte, min(n, max(firstStep, 2*have)))
	copy(frame, r.buf[r.start:r.start+have])
	r.start += have
	for {
		got, err := io.ReadFull(r.from, frame[have:])
		have += got
		if have == n {
			return frame, nil
		}
		if err != nil {
			return nil, unexpected(err, have, int64(n))
		}
		longer := make([]byte, min(n, 2*have))
		copy(longer, frame)
		frame = longer
	}
}

// fill reads until n bytes, no more than the buffer has, are in it.
func (r *Reader) fill(n int) error {
	if r.Buffered() >= n {
		return nil
	}
	r.makeRoom()
	got, err := io.ReadAtLeast(r.from, r.buf[r.end:], n-r.end)
	r.end += got
	if r.end >= n {
		return nil
	}
	if r.end > 0 && err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// makeRoom moves what is left to the front of the buffer, or to the front of a larger one when the last read filled it.
func (r *Reader) makeRoom() {
	into := r.buf
	switch {
	case r.buf == nil:
		into = make([]byte, readerSize)
	case r.end == len(r.buf) && len(r.buf) < busySize:
		into = make([]byte, busySize)
	}
	r.end = copy(into, r.buf[r.start:r.end])
	r.buf, r.start = into, 0
}

// unexpected says how much of a frame had arrived when err came.
func unexpected(err error, have int, size int64) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("openwire: %d of a frame's %d bytes: %w", have, size, err)
}
