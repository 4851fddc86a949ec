package wire

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
	held  int    // weight of what is in them
}

// slot holds a structure and the bytes that it would take without the cache.
type slot struct {
	v      any
	weight int
}

// borrowMax is how many bytes more than it has a frame may stand for by slots. Names are short and few in honest frames. Without
// a bound some hundred bytes could stand for gigabytes, which the next writer without a cache would have to write.
const borrowMax = 1 << 20

// heldMax is how many bytes may be in all slots: 500 for each of the most there can be.
const heldMax = 8 << 20

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
	if c.held += s.weight - c.slots[number].weight; c.held > heldMax {
		w.fail("cache slots hold more than %d bytes", heldMax)
	}
	c.slots[number] = s
}

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
