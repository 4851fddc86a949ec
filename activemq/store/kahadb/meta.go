package kahadb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"slices"

	"goactivemq/activemq/message"
	"goactivemq/activemq/vfs"
)

// # The metadata file
//
// goactivemq-index.meta says what the index is, and is replaced as a whole at each checkpoint. All numbers are varints, texts and
// bytes stand behind their length:
//
//	"GAMQIDX1"
//	OpenWire version | closed (0 or 1) | end | start | last destination number
//	transactions:  count, each: id as in the journal
//	loose:         count, each: position
//	unsettled:     count, each: file
//	destinations:  count, each: kind | name | number | next sequence | delivering | maybe delivered
//	               pages:         count, each: page number less the one before | slot
//	               unwritten:     count, each: sequence less the one before (of topics: admitted, and not yet in a page)
//	               subscriptions: count, each: key | stored info | records: count, positions | floor | delivering | maybe delivered
//	                                           holes: count, each: first less the number before | last less first
//	acks, guards:  count, each: file | count, files that it must outlive
//	producers:     count, each: id of its last message as in the journal (absent in older files)
//	crc32c of all before, uint32
//
// The index is true up to journal position end, but for the transactions, which were not finished, and the loose additions, which had no
// place in their destination yet. For these the journal is read from start on, for everything else from end on.
const (
	metaName  = "goactivemq-index.meta"
	metaMagic = "GAMQIDX1"
)

func (s *Store) metaPath() string { return filepath.Join(s.options.IndexDirectory, metaName) }

// encodeMeta returns the metadata. The caller has the lock.
func (s *Store) encodeMeta(closed bool) []byte {
	b := []byte(metaMagic)
	b = binary.AppendUvarint(b, uint64(s.options.OpenWireVersion))
	b = appendFlag(b, closed)
	b = binary.AppendUvarint(b, uint64(s.end))
	b = binary.AppendUvarint(b, uint64(s.start()))
	b = binary.AppendUvarint(b, uint64(s.lastNumber))
	b = binary.AppendUvarint(b, uint64(len(s.transactions)))
	for t := range s.transactions {
		b = appendText(b, t.raw)
	}
	b = binary.AppendUvarint(b, uint64(len(s.loose)))
	for a := range s.loose {
		b = binary.AppendUvarint(b, uint64(a.position))
	}
	unsettled := s.unsettled()
	b = binary.AppendUvarint(b, uint64(len(unsettled)))
	for _, f := range unsettled {
		b = binary.AppendUvarint(b, uint64(f))
	}
	count := len(b)
	b = append(b, 0, 0, 0, 0)
	n := uint32(0)
	for _, l := range s.logs {
		// Like the original, nothing is kept of a topic without subscriptions.
		if l.destination.IsQueue() || len(l.subscriptions) > 0 {
			b = l.encode(b)
			n++
		}
	}
	binary.BigEndian.PutUint32(b[count:], n)
	b = s.acks.encode(b)
	b = s.guards.encode(b)
	ids := s.producers.All()
	b = binary.AppendUvarint(b, uint64(len(ids)))
	for _, id := range ids {
		b = appendText(b, id.Key())
	}
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// start returns the position from which the journal has to be read after a crash.
func (s *Store) start() position {
	start := s.end
	for t := range s.transactions {
		start = min(start, t.first)
	}
	for a := range s.loose {
		start = min(start, a.position)
	}
	return start
}

func (g guards) encode(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(g)))
	for file, others := range g {
		b = binary.AppendUvarint(b, uint64(file))
		b = binary.AppendUvarint(b, uint64(len(others)))
		for other := range others {
			b = binary.AppendUvarint(b, uint64(other))
		}
	}
	return b
}

// load reads guards. Files that exists does not know are left out.
func (g guards) load(r *metaReader, exists func(int32) bool) {
	for n := r.count(); n > 0 && !r.failed; n-- {
		file := int32(r.number())
		for k := r.count(); k > 0; k-- {
			if other := int32(r.number()); exists(file) && exists(other) {
				g.add(file, other)
			}
		}
	}
}

func (l *log) encode(b []byte) []byte {
	b = append(b, byte(l.destination.Kind))
	b = appendText(b, l.destination.Name)
	b = binary.AppendUvarint(b, uint64(l.number))
	b = binary.AppendUvarint(b, uint64(l.next))
	b = appendFlag(b, l.delivering)
	b = binary.AppendUvarint(b, uint64(l.maybe))
	b = binary.AppendUvarint(b, uint64(len(l.refs)))
	last := int64(0)
	for i := range l.refs {
		b = binary.AppendUvarint(b, uint64(l.refs[i].number-last))
		b = binary.AppendUvarint(b, uint64(l.refs[i].slot))
		last = l.refs[i].number
	}
	b = l.encodeUnwritten(b)
	b = binary.AppendUvarint(b, uint64(len(l.subscriptions)))
	for _, sub := range l.subscriptions {
		b = sub.encode(b)
	}
	return b
}

// encodeUnwritten tells the sequences that subscriptions have pending and no page has.
func (l *log) encodeUnwritten(b []byte) []byte {
	var sequences []int64
	if len(l.subscriptions) > 0 {
		for _, a := range l.window {
			if a != nil {
				sequences = append(sequences, a.sequence)
			}
		}
	}
	b = binary.AppendUvarint(b, uint64(len(sequences)))
	last := int64(0)
	for _, sequence := range sequences {
		b = binary.AppendUvarint(b, uint64(sequence-last))
		last = sequence
	}
	return b
}

func (s *subscription) encode(b []byte) []byte {
	b = appendText(b, s.key)
	b = appendText(b, s.body)
	b = binary.AppendUvarint(b, uint64(len(s.records)))
	for _, p := range s.records {
		b = binary.AppendUvarint(b, uint64(p))
	}
	b = binary.AppendUvarint(b, uint64(s.floor))
	b = appendFlag(b, s.delivering)
	b = binary.AppendUvarint(b, uint64(s.maybe))
	b = binary.AppendUvarint(b, uint64(len(s.holes.ranges)))
	last := int64(0)
	for _, r := range s.holes.ranges {
		b = binary.AppendUvarint(b, uint64(r.first-last))
		b = binary.AppendUvarint(b, uint64(r.last-r.first))
		last = r.last
	}
	return b
}

func appendText[T string | []byte](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func appendFlag(b []byte, flag bool) []byte {
	if flag {
		return append(b, 1)
	}
	return append(b, 0)
}

// metaReader reads metadata. The first error sticks, and everything reads as zero from then on.
type metaReader struct {
	b      []byte
	failed bool
}

func (r *metaReader) number() int64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || int64(v) < 0 {
		r.b, r.failed = nil, true
		return 0
	}
	r.b = r.b[n:]
	return int64(v)
}

// count reads a count of things of which each takes at least one byte.
func (r *metaReader) count() int {
	n := r.number()
	if n > int64(len(r.b)) {
		r.b, r.failed = nil, true
		return 0
	}
	return int(n)
}

func (r *metaReader) bytes() []byte {
	n := r.count()
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *metaReader) flag() bool { return r.number() != 0 }

// openMeta checks a metadata file and returns what is in it.
func openMeta(b []byte) (*metaReader, error) {
	if len(b) < len(metaMagic)+4 || string(b[:len(metaMagic)]) != metaMagic {
		return nil, errors.New("not index metadata of this version")
	}
	body := b[:len(b)-4]
	if crc32.Checksum(body, castagnoli) != binary.BigEndian.Uint32(b[len(body):]) {
		return nil, errors.New("wrong checksum of the index metadata")
	}
	return &metaReader{b: body[len(metaMagic):]}, nil
}

// metadata is what the metadata file says beside what it puts into the store.
type metadata struct {
	closed       bool
	end, start   position
	transactions map[string]bool
	loose        map[position]bool
	unsettled    []int32
}

// loadMeta makes the destinations as the metadata file has them. Their entries are not counted yet.
func (s *Store) loadMeta() (metadata, error) {
	var m metadata
	b, err := vfs.ReadFile(s.fs, s.metaPath())
	if err != nil {
		return m, err
	}
	r, err := openMeta(b)
	if err != nil {
		return m, err
	}
	r.number() // the OpenWire version, which was looked at before
	m.closed = r.flag()
	m.end, m.start = position(r.number()), position(r.number())
	s.lastNumber = uint32(r.number())
	m.transactions, m.loose = map[string]bool{}, map[position]bool{}
	for n := r.count(); n > 0; n-- {
		m.transactions[string(r.bytes())] = true
	}
	for n := r.count(); n > 0; n-- {
		m.loose[position(r.number())] = true
	}
	for n := r.count(); n > 0; n-- {
		if f := int32(r.number()); s.files.has(f) {
			m.unsettled = append(m.unsettled, f)
		}
	}
	if len(r.b) < 4 {
		return m, errors.New("index metadata ends early")
	}
	n := binary.BigEndian.Uint32(r.b)
	r.b = r.b[4:]
	used := map[int32]bool{}
	for ; n > 0 && !r.failed; n-- {
		if err := s.loadLog(r, used); err != nil {
			return m, err
		}
	}
	s.acks.load(r, s.files.has)
	s.guards.load(r, s.files.has)
	if len(r.b) > 0 {
		for n := r.count(); n > 0; n-- {
			s.producers.Note(message.ParseID(string(r.bytes())))
		}
	}
	if r.failed || len(r.b) > 0 {
		return m, errors.New("malformed index metadata")
	}
	s.pages.use(used)
	s.end = m.end
	return m, nil
}

func (s *Store) loadLog(r *metaReader, used map[int32]bool) error {
	kind := message.DestinationKind(0)
	if len(r.b) > 0 {
		kind, r.b = message.DestinationKind(r.b[0]), r.b[1:]
	}
	d := message.Destination{Kind: kind, Name: string(r.bytes())}
	l := s.addLog(d, uint32(r.number()))
	l.next, l.delivering, l.maybe = r.number(), r.flag(), r.number()
	last := int64(0)
	for n := r.count(); n > 0 && !r.failed; n-- {
		last += r.number()
		slot := r.number()
		if slot != int64(int32(slot)) || used[int32(slot)] {
			return fmt.Errorf("slot %d of %v is out of range or used twice", slot, d)
		}
		used[int32(slot)] = true
		l.refs = append(l.refs, ref{number: last, slot: int32(slot)})
	}
	var unwritten []int64
	last = 0
	for n := r.count(); n > 0 && !r.failed; n-- {
		last += r.number()
		unwritten = append(unwritten, last)
	}
	for n := r.count(); n > 0 && !r.failed; n-- {
		if err := l.loadSubscription(r); err != nil {
			return err
		}
	}
	for _, sub := range l.subscriptions {
		for _, sequence := range unwritten {
			sub.acknowledge(sequence)
		}
	}
	return nil
}

func (l *log) loadSubscription(r *metaReader) error {
	sub := &subscription{log: l, key: string(r.bytes()), body: slices.Clone(r.bytes())}
	for n := r.count(); n > 0 && !r.failed; n-- {
		sub.records = append(sub.records, position(r.number()))
	}
	sub.floor, sub.delivering, sub.maybe = r.number(), r.flag(), r.number()
	last := int64(0)
	for n := r.count(); n > 0 && !r.failed; n-- {
		first := last + r.number()
		last = first + r.number()
		sub.holes.push(interval{first, last})
	}
	if r.failed {
		return nil // told by the caller
	}
	if len(sub.records) == 0 {
		return fmt.Errorf("subscription %s of %v has no record", sub.key, l.destination)
	}
	info, err := l.store.options.Codec.Subscription(sub.body)
	if err != nil {
		return fmt.Errorf("subscription %s of %v: %w", sub.key, l.destination, err)
	}
	sub.info = info
	l.subscriptions = append(l.subscriptions, sub)
	return nil
}
