package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"goactivemq/activemq/message"
)

// frameOf returns a frame with its size: a type and n more bytes of some pattern.
func frameOf(id byte, n int) []byte {
	f := append(binary.BigEndian.AppendUint32(nil, uint32(n+1)), id)
	for i := range n {
		f = append(f, byte(i*7))
	}
	return f
}

// counting counts the calls of Read.
type counting struct {
	from  io.Reader
	calls int
}

func (c *counting) Read(b []byte) (int, error) {
	c.calls++
	return c.from.Read(b)
}

func TestReaderCutsFrames(t *testing.T) {
	const id = byte(message.KindBytes)
	sizes := []struct {
		id byte
		n  int
	}{
		{typeKeepAliveInfo, 0}, {id, 0}, {typeResponse, 9}, {id, 1000}, {typeConnectionInfo, readerSize - 1}, {typeConnectionInfo, readerSize},
		{id, readerSize}, {id, firstStep}, {id, 5 * firstStep}, {typeBrokerInfo, 3 * firstStep}, {typeShutdownInfo, 5},
	}
	var stream []byte
	for _, s := range sizes {
		stream = append(stream, frameOf(s.id, s.n)...)
	}
	for name, from := range map[string]io.Reader{
		"at once":     bytes.NewReader(stream),
		"by halves":   iotest.HalfReader(bytes.NewReader(stream)),
		"by bytes":    iotest.OneByteReader(bytes.NewReader(stream)),
		"EOF at data": iotest.DataErrReader(bytes.NewReader(stream)),
	} {
		t.Run(name, func(t *testing.T) {
			r := NewReader(from, 0)
			var messages, want [][]byte
			for i, s := range sizes {
				frame, err := r.Next()
				if w := frameOf(s.id, s.n)[headSize:]; err != nil || !bytes.Equal(frame, w) {
					t.Fatalf("frame %d: %d bytes, %v, want %d", i, len(frame), err, len(w))
				}
				if IsMessage(s.id) {
					messages, want = append(messages, frame), append(want, bytes.Clone(frame))
				}
			}
			if _, err := r.Next(); err != io.EOF {
				t.Errorf("at the end: %v, want EOF", err)
			}
			for i := range messages {
				if !bytes.Equal(messages[i], want[i]) || cap(messages[i]) != len(want[i]) {
					t.Errorf("message %d changed, or has %d bytes of memory for %d", i, cap(messages[i]), len(want[i]))
				}
			}
		})
	}
}

func TestReaderReadsAhead(t *testing.T) {
	c := &counting{from: bytes.NewReader(bytes.Repeat(frameOf(typeResponse, 9), 100))}
	r := NewReader(c, 0)
	for range 100 {
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if c.calls != 1 || r.Buffered() != 0 {
		t.Errorf("%d reads, %d bytes left over, want 1 and 0", c.calls, r.Buffered())
	}
}

func TestReaderRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		bytes []byte
		want  string
		is    error
	}{
		{"size 0", []byte{0, 0, 0, 0}, "frame of 0 bytes, want 1 to 1000", nil},
		{"negative size", []byte{0xff, 0xff, 0xff, 0xff}, "frame of -1 bytes, want 1 to 1000", nil},
		{"over the limit", []byte{0, 0, 3, 0xe9}, "frame of 1001 bytes, want 1 to 1000", nil},
		{"end in size", []byte{0, 0}, "unexpected EOF", io.ErrUnexpectedEOF},
		{"end behind size", []byte{0, 0, 0, 9}, "0 of a frame's 9 bytes", io.ErrUnexpectedEOF},
		{"end in frame", frameOf(typeResponse, 9)[:7], "3 of a frame's 10 bytes", io.ErrUnexpectedEOF},
		{"end in message", frameOf(typeMessageDispatch, 9)[:7], "3 of a frame's 10 bytes", io.ErrUnexpectedEOF},
	} {
		t.Run(c.name, func(t *testing.T) {
			frame, err := NewReader(bytes.NewReader(c.bytes), 1000).Next()
			if err == nil || !strings.Contains(err.Error(), c.want) || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%x, error %v, want one with %q", frame, err, c.want)
			}
		})
	}
	broken := errors.New("broken")
	if _, err := NewReader(iotest.ErrReader(broken), 0).Next(); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte{}, 3)
	f.Add(append(frameOf(typeResponse, 9), frameOf(byte(message.KindText), 40)...), 5)
	f.Add([]byte{0x7f, 0xff, 0xff, 0xff, 21}, 1)
	f.Fuzz(func(t *testing.T, stream []byte, step int) {
		whole, stepped := NewReader(bytes.NewReader(stream), 0), NewReader(&steps{bytes.NewReader(stream), max(1, step)}, 0)
		var again []byte
		for {
			a, errA := whole.Next()
			b, errB := stepped.Next()
			if !bytes.Equal(a, b) || (errA == nil) != (errB == nil) {
				t.Fatalf("%x, %v at once, %x, %v in steps", a, errA, b, errB)
			}
			if errA != nil {
				break
			}
			again = append(binary.BigEndian.AppendUint32(again, uint32(len(a))), a...)
		}
		if !bytes.HasPrefix(stream, again) {
			t.Fatalf("%x is no beginning of %x", again, stream)
		}
	})
}

// steps reads few bytes at a time.
type steps struct {
	from io.Reader
	n    int
}

func (s *steps) Read(b []byte) (int, error) { return s.from.Read(b[:min(len(b), s.n)]) }
