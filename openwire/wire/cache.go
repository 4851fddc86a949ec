package wire

import (
	"encoding/binary"

	"goactivemq/activemq/message"
)

// The marshal cache of one direction. The writer gives every structure that it writes to a cached field a slot and from then
// on writes the slot's number only; the reader keeps what it is told, where it is told. Slots are given in turn, and before a frame
// the writer forgets the oldest until cacheFree are free; the reader hears of that when a slot is filled anew. The number -1 says
// that no slot was free.
const (
	cacheSizeDefault = 16383
	cacheSizeMax     = 32767
	cacheFree        = 100
	noSlot           = -1
)

// readCache is the reader's side.
type readCache struct {
	size  int
	slots []slot // grows up to size
}

// slot holds a structure and the bytes that it would take without the cache.
type slot struct {
	v      any
	weight int
}

// borrowMax is how many bytes more than it has a frame may stand for by slots. Names are short and few in honest frames. Without
// a bound some hundred bytes could stand for gigabytes, which the next writer without a cache would have to write.
const borrowMax = 1 << 20

func (c *readCache) get(w *walker, number int) any {
	if number < 0 || number >= c.size {
		w.fail("cache slot %d, want 0 to %d", number, c.size-1)
		return nil
	}
	if number >= len(c.slots) {
		return nil
	}
	s := &c.slots[number]
	if w.borrowed += s.weight; w.borrowed > borrowMax+len(w.in) {
		w.fail("cache slots stand for more than %d bytes", borrowMax+len(w.in))
		return nil
	}
	return s.v
}

func (c *readCache) put(w *walker, number int, s slot) {
	if number == noSlot || w.err != nil {
		return
	}
	if number < 0 || number >= c.size {
		w.fail("cache slot %d, want 0 to %d", number, c.size-1)
		return
	}
	for number >= len(c.slots) {
		c.slots = append(c.slots, slot{})
	}
	c.slots[number] = s
}

// key is what makes two structures equal. The zero key is none.
type key struct {
	kind       byte
	a, b       int64
	text, more string
}

// otherKind is the kind of keys that hold the bytes of the structure. No type has that number.
const otherKind = 0xfe

// nullKey is the key of a missing structure, which has a slot as any other.
var nullKey = key{kind: 0xff}

// writeCache is the writer's side.
type writeCache struct {
	size  int
	index map[key]int16
	ring  []key // what is in each slot; grows up to size
	next  int   // slot to give
	old   int   // slot to free
	given int   // slots given since begin

	// last has for each kind what was found last, which is nearly always what is looked for next.
	last [16]struct {
		key  key
		slot int16
	}
}

func newWriteCache(size int) *writeCache {
	return &writeCache{size: size, index: make(map[key]int16)}
}

// begin makes room for a frame.
func (c *writeCache) begin() {
	c.given = 0
	for len(c.index) > 0 && len(c.index) > c.size-cacheFree {
		c.drop(c.old)
		c.old = c.after(c.old)
	}
}

// undo forgets the slots given since begin, for a frame that is not sent.
func (c *writeCache) undo() {
	for slot := c.next; c.given > 0; c.given-- {
		slot = (slot + c.size - 1) % c.size
		c.drop(slot)
	}
}

func (c *writeCache) after(slot int) int {
	if slot++; slot == c.size {
		return 0
	}
	return slot
}

func (c *writeCache) drop(slot int) {
	if slot >= len(c.ring) || c.ring[slot].kind == 0 {
		return
	}
	k := &c.ring[slot]
	if last := &c.last[k.kind&15]; last.key == *k {
		last.key = key{}
	}
	delete(c.index, *k)
	*k = key{}
}

// find returns the slot of k.
func (c *writeCache) find(k *key) (slot int16, known bool) {
	last := &c.last[k.kind&15]
	if last.key == *k {
		return last.slot, true
	}
	if slot, known = c.index[*k]; known {
		last.key, last.slot = *k, slot
	}
	return slot, known
}

// add gives k, which has none, a slot.
func (c *writeCache) add(k *key) int16 {
	slot := c.next
	c.next = c.after(slot)
	c.given++
	if len(c.index) >= c.size {
		return noSlot
	}
	for slot >= len(c.ring) {
		c.ring = append(c.ring, key{})
	}
	// After a frame that found no free slot the next one may be in use.
	c.drop(slot)
	c.ring[slot] = *k
	c.index[*k] = int16(slot)
	c.last[k.kind&15].key, c.last[k.kind&15].slot = *k, int16(slot)
	return int16(slot)
}

// cached walks a structure that repeats on a connection: with a cache only its first occurrence is written out.
func cached[T any](w *walker, s *shape[T], v **T) {
	switch {
	case w.mode == visiting:
		w.visit("cached", s.ref, v)
	case w.mode.reads():
		*v = readCached(w, s)
	case w.known == nil:
		writeNested(w, s, *v)
	default:
		k := nullKey
		if *v != nil {
			k = s.key(*v)
		}
		w.writeSlot(&k, func() { writeNested(w, s, *v) })
	}
}

func readCached[T any](w *walker, s *shape[T]) *T {
	if w.slots == nil {
		return readNested(w, s)
	}
	number, isNew := w.readSlot()
	if isNew {
		before := w.weight()
		v := readNested(w, s)
		filled := slot{weight: w.weight() - before}
		if v != nil { // a nil pointer in an interface is not nil
			filled.v = v
		}
		w.slots.put(w, number, filled)
		return v
	}
	switch v := w.slots.get(w, number).(type) {
	case nil:
		return nil
	case *T:
		return v
	default:
		w.fail("cache slot %d has a %T where a %s belongs", number, v, s.ref)
		return nil
	}
}

// cachedAny is cached for a field that can hold any structure.
func cachedAny(w *walker, v *any) {
	switch {
	case w.mode == visiting:
		w.visit("cached", "DataStructure", v)
	case w.mode.reads() && w.slots == nil:
		*v = w.readAny()
	case w.mode.reads():
		number, isNew := w.readSlot()
		if isNew {
			before := w.weight()
			*v = w.readAny()
			w.slots.put(w, number, slot{*v, w.weight() - before})
		} else {
			*v = w.slots.get(w, number)
		}
	case w.known == nil:
		w.writeAny(*v)
	default:
		k := w.anyKey(*v)
		w.writeSlot(&k, func() { w.writeAny(*v) })
	}
}

// readSlot reads the head of a cached structure.
func (w *walker) readSlot() (number int, isNew bool) {
	isNew = w.present(false)
	return int(int16(w.readUint16())), isNew
}

// weight returns the bytes that the frame stands for so far.
func (w *walker) weight() int { return w.at + w.borrowed }

// writeSlot writes the slot of k and, where the peer does not have it yet, what write writes.
func (w *walker) writeSlot(k *key, write func()) {
	if k.kind == 0 { // of no type: writing it fails
		write()
		return
	}
	slot, known := w.known.find(k)
	w.present(!known)
	switch {
	case known:
		w.out = binary.BigEndian.AppendUint16(w.out, uint16(slot))
	case w.mode == writeLoose:
		w.out = binary.BigEndian.AppendUint16(w.out, uint16(w.known.add(k)))
		write()
	default:
		// The original counts the bytes of a tight frame first, and gives slots to what lies inside on its way back.
		at := len(w.out)
		w.out = append(w.out, 0, 0)
		write()
		binary.BigEndian.PutUint16(w.out[at:], uint16(w.known.add(k)))
	}
}

// anyKey returns the key of a structure of any type. For those that nobody caches in earnest it is the structure as it is written.
func (w *walker) anyKey(v any) key {
	switch v := v.(type) {
	case nil:
		return nullKey
	case *message.ConnectionID:
		return connectionIDKey(v)
	case *message.SessionID:
		return sessionIDKey(v)
	case *message.ConsumerID:
		return consumerIDKey(v)
	case *message.ProducerID:
		return producerIDKey(v)
	case *message.BrokerID:
		return brokerIDKey(v)
	case *message.Destination:
		return destinationKey(v)
	case *message.TransactionID:
		return transactionIDKey(v)
	}
	plain := walker{mode: writeLoose, version: w.version, stackTrace: w.stackTrace, depth: w.depth}
	plain.writeAny(v)
	if plain.err != nil {
		w.fail("%w", plain.err)
	}
	return key{kind: otherKind, text: string(plain.out)}
}

func connectionIDKey(v *message.ConnectionID) key {
	return key{kind: typeConnectionID, text: v.Value}
}

func sessionIDKey(v *message.SessionID) key {
	return key{kind: typeSessionID, text: v.Connection, a: v.Value}
}

func consumerIDKey(v *message.ConsumerID) key {
	return key{kind: typeConsumerID, text: v.Connection, a: v.Session, b: v.Value}
}

func producerIDKey(v *message.ProducerID) key {
	return key{kind: typeProducerID, text: v.Connection, a: v.Value, b: v.Session}
}

func brokerIDKey(v *message.BrokerID) key {
	return key{kind: typeBrokerID, text: v.Value}
}

func destinationKey(v *message.Destination) key {
	return key{kind: destinationType(v), text: v.Name}
}

// transactionIDKey makes null and empty parts of an xid equal to nothing but themselves, as the bytes on the wire are.
func transactionIDKey(v *message.TransactionID) key {
	if v.XA {
		k := key{kind: typeXATransactionID, a: int64(v.Format), text: string(v.Global), more: string(v.Branch)}
		if v.Global == nil {
			k.b |= 1
		}
		if v.Branch == nil {
			k.b |= 2
		}
		return k
	}
	k := key{kind: typeLocalTransactionID, a: v.Value}
	if v.Connection != nil {
		k.text, k.b = v.Connection.Value, 1
	}
	return k
}
