package wire

import (
	"encoding/binary"
	"fmt"
	"io"
)

const (
	readerSize = 16 << 10 // bytes of a Reader's buffer
	busySize   = 64 << 10 // and of one that was found full, as with a peer that pours

	// FrameSizeMin is the size of frame that everybody must be able to receive.
	FrameSizeMin = 512
)

// Reader cuts a stream into frames. It reads ahead, so that many small frames cost one system call, and believes no size: beyond its buffer memory is
// taken as bytes arrive. It is not for concurrent use.
type Reader struct {
	from  io.Reader
	limit uint32
	buf   []byte
	start int // of what is in buf and was not returned
	end   int
}

// NewReader returns a reader of frames of at most limit bytes.
func NewReader(from io.Reader, limit uint32) *Reader { return &Reader{from: from, limit: limit} }

// SetLimit changes the limit, which is another one before the connection is open than after it.
func (r *Reader) SetLimit(limit uint32) { r.limit = limit }

// buffered returns the number of bytes that have been read from the stream and not been returned yet.
func (r *Reader) buffered() int { return r.end - r.start }

// Ready tells whether the whole of the next frame has been read from the stream, so that Next returns without reading.
func (r *Reader) Ready() bool {
	have := r.buffered()
	return have >= frameHeaderSize && uint64(have) >= uint64(binary.BigEndian.Uint32(r.buf[r.start:]))
}

// Drained tells whether the last read got all that the stream had then. Otherwise more is there to be read at once.
func (r *Reader) Drained() bool { return r.end < len(r.buf) }

// Header reads the header of a stream of frames. At the end of the stream the error is io.EOF.
func (r *Reader) Header() (h Header, err error) {
	if err := r.fill(len(h)); err != nil {
		return h, err
	}
	r.start += copy(h[:], r.buf[r.start:])
	return h, nil
}

// Next returns the next frame. At the end of the stream the error is io.EOF, within a frame it wraps io.ErrUnexpectedEOF. Sizes that no
// frame can have are an *Error.
func (r *Reader) Next() (Frame, error) {
	if err := r.fill(frameHeaderSize); err != nil {
		return Frame{}, err
	}
	head := r.buf[r.start:]
	size, doff := binary.BigEndian.Uint32(head), head[4]
	f := Frame{Type: head[5], Channel: binary.BigEndian.Uint16(head[6:])}
	switch {
	case size < frameHeaderSize:
		return f, framingError("frame of %d bytes, want at least %d", size, frameHeaderSize)
	case size > r.limit:
		return f, framingError("frame of %d bytes, want at most %d", size, r.limit)
	case doff < frameHeaderSize/4 || uint32(doff)*4 > size:
		return f, framingError("frame of %d bytes whose body begins at %d", size, uint32(doff)*4)
	case f.Type > FrameSASL:
		return f, framingError("frame of type %d", f.Type)
	}
	frame, err := r.take(int(size))
	if err != nil {
		return f, err
	}
	f.Body = frame[int(doff)*4:]
	return f, nil
}

// take returns the next n bytes, in the buffer where they fit.
func (r *Reader) take(n int) ([]byte, error) {
	if n <= max(len(r.buf), readerSize) {
		if err := r.fill(n); err != nil {
			return nil, r.short(n, err)
		}
		frame := r.buf[r.start : r.start+n : r.start+n]
		r.start += n
		return frame, nil
	}
	return r.own(n)
}

// own returns the next n bytes in memory of their own, which grows as they arrive.
func (r *Reader) own(n int) ([]byte, error) {
	have := min(n, r.buffered())
	frame := make([]byte, min(n, max(busySize, 2*have)))
	copy(frame, r.buf[r.start:r.start+have])
	r.start += have
	for {
		got, err := io.ReadFull(r.from, frame[have:])
		have += got
		if have == n {
			return frame, nil
		}
		if err != nil {
			return nil, fmt.Errorf("amqp: %d of a frame's %d bytes: %w", have, n, unexpected(err))
		}
		longer := make([]byte, min(n, 2*have))
		copy(longer, frame)
		frame = longer
	}
}

// fill reads until n bytes, no more than the buffer has, are in it.
func (r *Reader) fill(n int) error {
	if r.buffered() >= n {
		return nil
	}
	r.makeRoom()
	got, err := io.ReadAtLeast(r.from, r.buf[r.end:], n-r.end)
	r.end += got
	if r.end >= n {
		return nil
	}
	if r.end > 0 {
		return r.short(n, err)
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

// short says how much of n bytes had arrived when err came.
func (r *Reader) short(n int, err error) error {
	return fmt.Errorf("amqp: %d of %d bytes: %w", r.buffered(), n, unexpected(err))
}

// unexpected turns an end into one that came too early.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
