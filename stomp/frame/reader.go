package frame

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Limits bound what a peer may send before it is not listened to any more.
type Limits struct {
	Command int // bytes of the line with the command
	Header  int // bytes of a line with a header
	Headers int // how many headers
	Block   int // bytes of the command and all headers
	Body    int64
	Frame   int64 // bytes of all; 0: no limit but those above
}

// DefaultLimits are the original's, and one for the block of headers, for which it has none.
var DefaultLimits = Limits{Command: 1 << 10, Header: 10 << 10, Headers: 1000, Block: 1 << 20, Body: 100 << 20}

const (
	readerSize = 8 << 10  // bytes of a Reader's buffer
	busySize   = 64 << 10 // and of one that was found full; a larger frame takes a larger one as it arrives
)

// Reader cuts a stream into frames. It reads ahead, so that many small frames cost one system call, and believes no size: memory is taken as
// bytes arrive. It is not for concurrent use.
type Reader struct {
	from    io.Reader
	limits  Limits
	version Version

	// Waits, where it is set, is called before each read from the stream, with whether part of a frame has arrived.
	Waits func(inFrame bool)

	buf   []byte
	start int // of what is in buf and was not returned
	end   int

	// How far the frame at start is known.
	scanned int // bytes in which no end of the headers was found
	head    int // length of the command and the headers with their end; 0: not known yet
	size    int // of the body; -1: up to the next NUL

	frames [2]Frame // by turns: one is the caller's while the next is looked for
	turn   int
	ready  *Frame // cut and not returned yet
	err    error
}

// NewReader returns a reader of frames.
func NewReader(from io.Reader, limits Limits) *Reader {
	return &Reader{from: from, limits: limits}
}

// SetVersion changes the version in which the frames after this are read.
func (r *Reader) SetVersion(v Version) { r.version = v }

// SetLimits changes the limits, which are others before login than after it.
func (r *Reader) SetLimits(l Limits) { r.limits = l }

// InBody tells whether all headers of the next frame are here, and not all of its body.
func (r *Reader) InBody() bool { return r.head > 0 && r.ready == nil }

// Ready tells whether the whole of the next frame has been read from the stream, so that Next returns without reading.
func (r *Reader) Ready() bool {
	r.cut()
	return r.ready != nil || r.err != nil
}

// Drained tells whether the last read got all that the stream had then. Otherwise more is there to be read at once.
func (r *Reader) Drained() bool { return r.end < len(r.buf) }

// Next returns the next frame. At the end of the stream the error is io.EOF, within a frame it wraps io.ErrUnexpectedEOF; any other one that is
// not the stream's is an *Error.
func (r *Reader) Next() (*Frame, error) {
	for !r.Ready() {
		r.read()
	}
	if r.ready == nil {
		return nil, r.err
	}
	f := r.ready
	r.ready = nil
	return f, nil
}

// Error is what a peer did wrong. Nothing after it can be understood.
type Error struct{ Text string }

// Error returns the text.
func (e *Error) Error() string { return "stomp: " + e.Text }

// fail ends the reader.
func (r *Reader) fail(format string, args ...any) {
	r.err = &Error{fmt.Sprintf(format, args...)}
}

// read reads what there is, after making room for it.
func (r *Reader) read() {
	r.makeRoom()
	if r.Waits != nil {
		r.Waits(r.end > 0)
	}
	n, err := r.from.Read(r.buf[r.end:])
	r.end += n
	switch {
	case n > 0 || err == nil:
	case errors.Is(err, io.EOF) && r.end > 0:
		r.err = fmt.Errorf("stomp: %d bytes of a frame: %w", r.end, io.ErrUnexpectedEOF)
	default:
		r.err = err
	}
}

// makeRoom moves what is left to the front of the buffer, or to the front of a larger one when the last read filled it.
func (r *Reader) makeRoom() {
	into, have := r.buf, r.end-r.start
	switch {
	case r.buf == nil:
		into = make([]byte, readerSize)
	case r.end == len(r.buf) && len(r.buf) < busySize:
		into = make([]byte, busySize)
	case have == len(r.buf):
		into = make([]byte, r.wanted(have))
	case len(r.buf) > busySize && have < busySize:
		into = make([]byte, busySize)
	}
	r.end = copy(into, r.buf[r.start:r.end])
	r.buf, r.start = into, 0
}

// wanted is the size of the buffer for a frame of which have bytes are here: twice as much, and no more than the frame needs.
func (r *Reader) wanted(have int) int {
	if r.head > 0 && r.size >= 0 {
		return max(have+1, min(2*have, r.head+r.size+1))
	}
	return 2 * have
}

// cut makes the next frame ready when all of it is in the buffer.
func (r *Reader) cut() {
	if r.ready != nil || r.err != nil {
		return
	}
	if r.head == 0 && !r.cutHead() {
		return
	}
	f := &r.frames[r.turn]
	body := r.buf[r.start+r.head : r.end]
	if r.size >= 0 {
		if len(body) <= r.size {
			return
		}
		if body[r.size] != 0 {
			r.fail("no NUL behind the %d bytes that content-length tells of", r.size)
			return
		}
	} else {
		from := r.scanned - r.head
		n := bytes.IndexByte(body[from:], 0)
		if n < 0 {
			r.scanned = r.head + len(body)
			r.checkSize(int64(len(body)))
			return
		}
		if r.size = from + n; !r.checkSize(int64(r.size)) {
			return
		}
	}
	r.parse(f, r.buf[r.start:r.start+r.head])
	f.Body = body[:r.size:r.size]
	r.start += r.head + r.size + 1
	r.head, r.scanned = 0, 0
	if r.err == nil {
		r.turn ^= 1
		r.ready = f
	}
}

// checkSize refuses a body that is too large.
func (r *Reader) checkSize(size int64) bool {
	switch {
	case size > r.limits.Body:
		r.fail("The maximum data length was exceeded: more than %d bytes", r.limits.Body)
	case r.limits.Frame > 0 && int64(r.head)+size > r.limits.Frame:
		r.fail("The maximum frame size was exceeded: more than %d bytes", r.limits.Frame)
	default:
		return true
	}
	return false
}

// cutHead looks for the end of the headers and reads the content-length. It tells whether all of them are here.
func (r *Reader) cutHead() bool {
	for r.scanned == 0 && r.start < r.end && isEOL(r.buf[r.start]) {
		r.start++ // a heart-beat
	}
	in := r.buf[r.start:r.end]
	line := r.scanned // where the line starts that is looked at
	for {
		n := bytes.IndexByte(in[line:], '\n')
		if n < 0 {
			r.scanned = line
			r.checkBlock(line, len(in)-line)
			return false
		}
		if !r.checkBlock(line, n) {
			return false
		}
		if n == 0 || n == 1 && in[line] == '\r' {
			r.head = line + n + 1
			break
		}
		line += n + 1
	}
	r.scanned = r.head
	f := &r.frames[r.turn]
	f.Sized, r.size = false, -1
	r.readLength(in[:r.head])
	return r.err == nil && (r.size < 0 || r.checkSize(int64(r.size)))
}

// isEOL tells whether c may stand between frames.
func isEOL(c byte) bool { return c == '\n' || c == '\r' }

// checkBlock refuses a line of n bytes, or what stands before it, when it is too large.
func (r *Reader) checkBlock(before, n int) bool {
	switch {
	case before == 0 && n > r.limits.Command:
		r.fail("The maximum command length was exceeded: more than %d bytes", r.limits.Command)
	case n > r.limits.Header:
		r.fail("The maximum header length was exceeded: more than %d bytes", r.limits.Header)
	case before+n > r.limits.Block:
		r.fail("The maximum size of all headers was exceeded: more than %d bytes", r.limits.Block)
	default:
		return true
	}
	return false
}

var lengthHeader = []byte("content-length:")

// readLength takes the body's size out of the headers.
func (r *Reader) readLength(head []byte) {
	found := false
	for rest := head; ; {
		i := bytes.Index(rest, lengthHeader)
		if i < 0 {
			return
		}
		at := len(head) - len(rest) + i
		rest = rest[i+len(lengthHeader):]
		if at > 0 && head[at-1] != '\n' {
			continue
		}
		value, _, _ := bytes.Cut(rest, []byte{'\n'})
		size, ok := parseLength(bytes.TrimSpace(value))
		switch {
		case found:
			r.fail("content-length comes twice")
		case !ok && len(value) > 0 && value[0] == '-':
			r.fail("Specified content-length may not be negative")
		case !ok:
			r.fail("Specified content-length is not a valid integer: %.20q", value)
		}
		if r.err != nil {
			return
		}
		found, r.size = true, size
		r.frames[r.turn].Sized = true
	}
}

// parseLength reads a number of at most nine digits, which is more than any limit allows and no more than an int holds.
func parseLength(text []byte) (int, bool) {
	n := 0
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		if n = n*10 + int(c-'0'); n > 1<<30 {
			n = 1 << 30 // too large whatever follows
		}
	}
	return n, len(text) > 0
}

// parse reads the command and the headers, whose values it decodes where they lie.
func (r *Reader) parse(f *Frame, head []byte) {
	command, rest, _ := bytes.Cut(head, []byte{'\n'})
	f.Command = bytes.TrimSpace(command)
	f.Headers = f.Headers[:0]
	plain := string(f.Command) == "CONNECT" || string(f.Command) == "STOMP"
	for {
		line, more, _ := bytes.Cut(rest, []byte{'\n'})
		rest = more
		if r.version != V11 {
			line = bytes.TrimSuffix(line, []byte{'\r'})
		}
		if len(line) == 0 || r.version == V11 && len(line) == 1 && line[0] == '\r' {
			return
		}
		if len(f.Headers) >= r.limits.Headers {
			r.fail("The maximum number of headers was exceeded: more than %d", r.limits.Headers)
			return
		}
		name, value, found := bytes.Cut(line, []byte{':'})
		if !found {
			value = line[len(line):]
		}
		if !plain {
			name, value = r.decode(name), r.decode(value)
		}
		if r.version == V10 {
			value = bytes.TrimSpace(value)
		}
		f.Headers = append(f.Headers, Header{name, value[:len(value):len(value)]})
	}
}

// decode puts the characters that were written as two into their places.
func (r *Reader) decode(b []byte) []byte {
	i := bytes.IndexByte(b, '\\')
	if i < 0 {
		return b
	}
	to := i
	for ; i < len(b); i++ {
		c := b[i]
		if c == '\\' && i+1 < len(b) {
			if d, ok := r.unescape(b[i+1]); ok {
				c = d
				i++
			}
		}
		b[to] = c
		to++
	}
	return b[:to]
}

// unescape returns what stands behind a backslash for.
func (r *Reader) unescape(c byte) (byte, bool) {
	switch c {
	case 'n':
		return '\n', true
	case 'c':
		return ':', true
	case '\\':
		return '\\', true
	case 'r':
		return '\r', r.version == V12
	}
	return 0, false
}
