package kahadb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/adler32"
	"io"

	"goactivemq/activemq/store"
)

// stretch is a part of a journal file, from first to last byte.
type stretch struct{ from, to int64 }

// verified is what a check of a journal file found.
type verified struct {
	end  int64     // behind the last good batch
	bad  []stretch // damaged parts with good batches behind them
	torn bool      // what follows end is the rest of a batch
	size int64     // of the file
}

// verify walks the batches of a file. A damaged batch is skipped when another batch follows it anywhere in the file, and
// otherwise ends the file, as the original has it.
func verify(d *dataFile) (verified, error) {
	size, err := d.file.Size()
	if err != nil {
		return verified{}, err
	}
	v := verified{size: size}
	b := make([]byte, 0, 64<<10)
	for {
		b = b[:batchHead]
		n, err := readUpTo(d, b, v.end)
		if err != nil {
			return v, err
		}
		if isEnd(b[:n]) {
			return v, nil
		}
		if length, ok := batchLength(b[:n], v.end, size); ok {
			sum := binary.BigEndian.Uint64(b[20:])
			b = grow(b, int(length))
			if n, err = readUpTo(d, b, v.end+batchHead); err != nil {
				return v, err
			}
			if n == len(b) && wellFormed(b) && (sum == 0 || sum == uint64(adler32.Checksum(b))) {
				v.end += batchHead + length
				continue
			}
		}
		next, err := findBatch(d, v.end+1)
		if err != nil {
			return v, err
		}
		if next < 0 {
			v.torn = true
			return v, nil
		}
		v.bad = append(v.bad, stretch{v.end, next - 1})
		v.end = next
	}
}

// wellFormed tells whether b is a run of whole records.
func wellFormed(b []byte) bool {
	for len(b) > 0 {
		size := recordSize(b)
		if size == 0 {
			return false
		}
		b = b[size:]
	}
	return true
}

// recordSize returns the size of the record that b begins with, 0 when there is no whole one.
func recordSize(b []byte) int {
	if len(b) <= recordHead || b[4] != recordType {
		return 0
	}
	size := int64(binary.BigEndian.Uint32(b))
	if size <= recordHead || size > int64(len(b)) {
		return 0
	}
	return int(size)
}

// batchLength returns L when b is the head of a batch that fits in a file of that size.
func batchLength(b []byte, offset, size int64) (int64, bool) {
	if len(b) < batchHead || string(b[:len(batchMagic)]) != batchMagic {
		return 0, false
	}
	length := int64(int32(binary.BigEndian.Uint32(b[16:])))
	return length, length >= 0 && offset+batchHead+length <= size
}

func grow(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n, n+n/4)
	}
	return b[:n]
}

// readUpTo reads what there is of b at offset.
func readUpTo(d *dataFile, b []byte, offset int64) (int, error) {
	n, err := d.file.ReadAt(b, offset)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// findBatch returns the offset of the next batch at or behind from, -1 when there is none.
func findBatch(d *dataFile, from int64) (int64, error) {
	b := make([]byte, 1<<20)
	for {
		n, err := readUpTo(d, b, from)
		if err != nil {
			return 0, err
		}
		if i := bytes.Index(b[:n], []byte(batchMagic)); i >= 0 {
			return from + int64(i), nil
		}
		if n < len(b) {
			return -1, nil
		}
		from += int64(n - len(batchMagic) + 1)
	}
}

// reader walks the records of one journal file in order.
type reader struct {
	files   *files
	from    int64     // records before are passed over
	end     int64     // where to stop, -1: at the end of the file
	bad     []stretch // to be passed over
	lenient bool      // pass over what is damaged, to the next batch
	skipped func(stretch)
	visit   func(p position, payload []byte) error
}

// errSkipFile is returned by visit to pass over the rest of a file.
var errSkipFile = errors.New("rest of the file is skipped")

// file walks file n. The payloads it hands out are valid during the call only.
func (r *reader) file(n int32) error {
	d, err := r.files.acquire(n)
	if err != nil {
		return err
	}
	err = r.walk(d)
	if errors.Is(err, errSkipFile) {
		err = nil
	}
	return errors.Join(err, r.files.release(d))
}

// readAhead is how much is read at once where batches are small.
const readAhead = 1 << 20

func (r *reader) walk(d *dataFile) error {
	size, err := d.file.Size()
	if err != nil {
		return err
	}
	if r.end >= 0 {
		size = min(size, r.end)
	}
	var b []byte    // what was read ahead
	var start int64 // where b begins
	for offset := int64(0); offset < size; {
		for _, s := range r.bad {
			if s.from == offset {
				offset = s.to + 1
			}
		}
		if b, start, err = window(d, b, start, offset, batchHead, size); err != nil {
			return err
		}
		head := b[offset-start:]
		if isEnd(head) {
			return nil
		}
		length, ok := batchLength(head, offset, size)
		if ok && offset+batchHead+length <= r.from {
			offset += batchHead + length
			continue
		}
		if ok {
			if b, start, err = window(d, b, start, offset, batchHead+int(length), size); err != nil {
				return err
			}
			records := b[offset-start+batchHead:][:length]
			if err = r.batch(d.number, offset+batchHead, records); err == nil {
				offset += batchHead + length
				continue
			}
		} else {
			err = &store.Corruption{File: r.files.path(d.number), Offset: offset, Reason: "not a batch"}
		}
		var damage *store.Corruption
		if !r.lenient || !errors.As(err, &damage) {
			return err
		}
		next, err := findBatch(d, offset+1)
		if err != nil {
			return err
		}
		if next < 0 || next > size {
			next = size
		}
		r.skipped(stretch{offset, next - 1})
		offset = next
	}
	return nil
}

// window makes b hold at least n bytes of the file from offset, as far as there are.
func window(d *dataFile, b []byte, start, offset int64, n int, size int64) ([]byte, int64, error) {
	n = int(min(int64(n), size-offset))
	if offset >= start && offset+int64(n) <= start+int64(len(b)) {
		return b, start, nil
	}
	b = grow(b, int(min(max(int64(n), readAhead), size-offset)))
	got, err := readUpTo(d, b, offset)
	if err == nil && got < n {
		err = &store.Corruption{File: fileName(d.number), Offset: offset, Reason: "the file is shorter than it was"}
	}
	return b[:got], offset, err
}

// batch hands out the records of a batch.
func (r *reader) batch(file int32, offset int64, b []byte) error {
	for len(b) > 0 {
		size := recordSize(b)
		if size == 0 {
			return &store.Corruption{File: r.files.path(file), Offset: offset, Reason: "invalid record size or type"}
		}
		if offset >= r.from {
			if err := r.visit(at(file, offset), b[recordHead:size]); err != nil {
				return err
			}
		}
		offset += int64(size)
		b = b[size:]
	}
	return nil
}
