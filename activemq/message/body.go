package message

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Bodies lie in Message.Content as their kind demands:
//
//	text    size:int32 (-1: null), modified UTF-8; no content: null
//	bytes   the bytes
//	map     a primitive map; no content: empty
//	stream  tagged primitives
//	object  Java serialization, never decoded
//
// A compressed body is a zlib stream of that; bytes bodies have size:int32 of the plain bytes in front of it.

// ErrTooLarge is wrapped by the errors that tell that a compressed body holds more than an InflateLimit allows.
var ErrTooLarge = errors.New("compressed body too large")

// InflateLimit bounds what a compressed body may inflate to.
type InflateLimit struct {
	Bytes int64 // plain bytes
	Ratio int64 // plain bytes for each compressed one, where they are more than 1 MB; 0: no bound but zlib's own, about 1030
}

// DefaultInflateLimit is what TextBody, MapBody and StreamBody allow: the 100 MiB that brokers of the original have allowed since
// they limit this at all.
var DefaultInflateLimit = InflateLimit{Bytes: 100 << 20}

// ratioFrom is the size below which no ratio is worth a refusal.
const ratioFrom = 1 << 20

// Plain returns the body without compression. It is Content itself where that is not compressed, and not to be written to.
func (m *Message) Plain(limit InflateLimit) ([]byte, error) {
	if !m.Compressed || m.Content == nil {
		return m.Content, nil
	}
	if m.Kind != KindBytes {
		return inflate(m.Content, -1, limit)
	}
	if len(m.Content) < 4 {
		return nil, fmt.Errorf("compressed body: %d bytes, want at least 4", len(m.Content))
	}
	// The original compresses its whole buffer, so there may be more behind the end.
	size := int64(int32(binary.BigEndian.Uint32(m.Content)))
	if size < 0 {
		return nil, fmt.Errorf("compressed body: size %d", size)
	}
	return inflate(m.Content[4:], size, limit)
}

// inflate returns the first size bytes of a zlib stream, all of them for size -1.
func inflate(compressed []byte, size int64, limit InflateLimit) ([]byte, error) {
	if size > limit.Bytes {
		return nil, fmt.Errorf("%w: %d bytes, want at most %d", ErrTooLarge, size, limit.Bytes)
	}
	z, err := zlib.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, fmt.Errorf("compressed body: %w", err)
	}
	allowed := limit.Bytes
	if limit.Ratio > 0 {
		allowed = min(allowed, max(ratioFrom, limit.Ratio*int64(len(compressed))))
	}
	var plain bytes.Buffer
	want := allowed + 1 // one more, to see that there is more
	if size >= 0 {
		want = min(want, size)
	}
	n, err := io.Copy(&plain, io.LimitReader(z, want))
	switch {
	case err != nil:
		return nil, fmt.Errorf("compressed body: %w", err)
	case n > allowed:
		return nil, fmt.Errorf("%w: %d bytes inflate to more than %d", ErrTooLarge, len(compressed), allowed)
	case size >= 0 && n < size:
		return nil, fmt.Errorf("compressed body: %d bytes, want %d", n, size)
	case plain.Bytes() == nil:
		return []byte{}, nil
	}
	return plain.Bytes(), nil
}

// TextBody returns the text of a text message, null where it has none.
func (m *Message) TextBody() (Text, error) {
	b, err := m.Plain(DefaultInflateLimit)
	if err != nil || b == nil {
		return Text{}, err
	}
	c := cursor{in: b}
	size := c.int32()
	if size == -1 && c.err == nil {
		return Text{}, nil
	}
	s := c.text(size)
	return Text{s, c.err == nil}, c.err
}

// TextContent returns s as the content of a text message.
func TextContent(s string) []byte {
	size, _ := SizeMUTF8(s)
	return AppendMUTF8(binary.BigEndian.AppendUint32(make([]byte, 0, 4+size), uint32(size)), s)
}

// MapBody returns the entries of a map message. The result is the caller's.
func (m *Message) MapBody() (Map, error) {
	b, err := m.Plain(DefaultInflateLimit)
	if err != nil {
		return nil, err
	}
	return DecodeMap(b)
}

// StreamBody returns the values of a stream message. The result is the caller's.
func (m *Message) StreamBody() (List, error) {
	b, err := m.Plain(DefaultInflateLimit)
	if err != nil {
		return nil, err
	}
	return DecodeStream(b)
}
