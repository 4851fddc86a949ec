package kahadb

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"path/filepath"

	"goactivemq/activemq/store"
	"goactivemq/activemq/vfs"
)

// # The index file
//
// goactivemq-index is a run of slots of 8192 bytes, each of which holds one page of one destination, or nothing. A changed page is
// written to a free slot, never over the one it was read from; goactivemq-index.meta, which names the slots in use, is replaced
// as a whole at each checkpoint. So the index on the disk is always that of the last checkpoint, and is true up to the journal position kept in it.
//
//	slot:   crc32c of the rest uint32 | destination's number uint32 | page number int64 | 16 bytes of zeros | 340 entries
//	entry:  position int64 | record's length int32 | references int32 | hash of the message id uint64
//
// Integers are big-endian. Page n of a destination holds the sequences from n*340 to n*340+339. An entry without references is empty.
const (
	slotSize    = 8192
	slotHead    = 32
	entrySize   = 24
	pageEntries = (slotSize - slotHead) / entrySize

	indexName = "goactivemq-index"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// entry is what the index knows of a message.
type entry struct {
	position   position
	hash       uint64
	length     int32
	references int32 // subscriptions that need it; 1 in a queue; 0: there is no such message
}

// page is a page in memory. Pages are linked in the order of their last use.
type page struct {
	log     *log
	number  int64
	entries [pageEntries]entry

	dirty      bool
	prev, next *page
}

// pageOf returns the number of the page that holds a sequence, and the place in it.
func pageOf(sequence int64) (number int64, i int) {
	return sequence / pageEntries, int(sequence % pageEntries)
}

// encode appends the page in the form of its slot.
func (p *page) encode(b []byte) []byte {
	start := len(b)
	b = binary.BigEndian.AppendUint32(b, 0)
	b = binary.BigEndian.AppendUint32(b, p.log.number)
	b = binary.BigEndian.AppendUint64(b, uint64(p.number))
	b = append(b, make([]byte, slotHead-16)...)
	for i := range p.entries {
		e := &p.entries[i]
		b = binary.BigEndian.AppendUint64(b, uint64(e.position))
		b = binary.BigEndian.AppendUint32(b, uint32(e.length))
		b = binary.BigEndian.AppendUint32(b, uint32(e.references))
		b = binary.BigEndian.AppendUint64(b, e.hash)
	}
	binary.BigEndian.PutUint32(b[start:], crc32.Checksum(b[start+4:], castagnoli))
	return b
}

// decode reads a slot, and tells what is wrong with it.
func (p *page) decode(b []byte) (reason string) {
	switch {
	case binary.BigEndian.Uint32(b) != crc32.Checksum(b[4:], castagnoli):
		return "wrong checksum of an index page"
	case binary.BigEndian.Uint32(b[4:]) != p.log.number || binary.BigEndian.Uint64(b[8:]) != uint64(p.number):
		return "the index page is of another place"
	}
	for i := range p.entries {
		e := b[slotHead+i*entrySize:]
		p.entries[i] = entry{
			position:   position(binary.BigEndian.Uint64(e)),
			length:     int32(binary.BigEndian.Uint32(e[8:])),
			references: int32(binary.BigEndian.Uint32(e[12:])),
			hash:       binary.BigEndian.Uint64(e[16:]),
		}
	}
	return ""
}

// noSlot is the slot of a page that was never written.
const noSlot = -1

// pages are the pages in memory and the slots on the disk. The store's lock guards them.
type pages struct {
	file  vfs.File
	path  string
	limit int // pages kept in memory; more while they cannot be written

	count int
	first *page // used last
	last  *page // used longest ago

	slots  int32   // in the file
	free   []int32 // slots that neither the index nor the last checkpoint needs
	leaved []int32 // slots that the last checkpoint needs still

	writing map[int32][]byte // slots that a checkpoint is about to write
	scratch []byte
}

// openPages opens the index file. Until use is told, all slots count as free.
func openPages(fs vfs.FS, dir string, cache int64) (*pages, error) {
	path := filepath.Join(dir, indexName)
	f, err := fs.Open(path, true)
	if err != nil {
		return nil, err
	}
	return &pages{file: f, path: path, limit: int(max(cache/slotSize, 16))}, nil
}

// touch makes p the page used last.
func (c *pages) touch(p *page) {
	if c.first == p {
		return
	}
	c.unlink(p)
	c.link(p)
}

func (c *pages) link(p *page) {
	p.prev, p.next = nil, c.first
	if c.first != nil {
		c.first.prev = p
	} else {
		c.last = p
	}
	c.first = p
}

func (c *pages) unlink(p *page) {
	if p.prev != nil {
		p.prev.next = p.next
	} else {
		c.first = p.next
	}
	if p.next != nil {
		p.next.prev = p.prev
	} else {
		c.last = p.prev
	}
}

// add takes in a page that was made or read, and puts out the one used longest ago when there are too many.
func (c *pages) add(p *page) error {
	c.link(p)
	c.count++
	for c.count > c.limit {
		if err := c.evict(c.last); err != nil {
			return err
		}
	}
	return nil
}

// forget takes a page out of memory.
func (c *pages) forget(p *page) {
	c.unlink(p)
	c.count--
}

// evict writes a page, if it is dirty, and takes it out of memory.
func (c *pages) evict(p *page) error {
	ref := p.log.ref(p.number)
	if p.dirty {
		slot := c.take()
		c.scratch = p.encode(c.scratch[:0])
		if err := c.write(slot, c.scratch); err != nil {
			return err
		}
		c.leave(ref.slot)
		ref.slot = slot
	}
	ref.page = nil
	c.forget(p)
	return nil
}

// take returns a free slot.
func (c *pages) take() int32 {
	if n := len(c.free); n > 0 {
		slot := c.free[n-1]
		c.free = c.free[:n-1]
		return slot
	}
	c.slots++
	return c.slots - 1
}

// leave gives up a slot, which is free after the next checkpoint.
func (c *pages) leave(slot int32) {
	if slot != noSlot {
		c.leaved = append(c.leaved, slot)
	}
}

func (c *pages) write(slot int32, b []byte) error {
	_, err := c.file.WriteAt(b, int64(slot)*slotSize)
	return err
}

// read reads the page from its slot.
func (c *pages) read(p *page, slot int32) error {
	if cap(c.scratch) < slotSize {
		c.scratch = make([]byte, slotSize)
	}
	b := c.scratch[:slotSize]
	offset := int64(slot) * slotSize
	if w := c.writing[slot]; w != nil {
		b = w
	} else if n, err := c.file.ReadAt(b, offset); n < slotSize {
		if err == nil || errors.Is(err, io.EOF) {
			err = &store.Corruption{File: c.path, Offset: offset, Reason: "the file ends within an index page"}
		}
		return err
	}
	if reason := p.decode(b); reason != "" {
		return &store.Corruption{File: c.path, Offset: offset, Reason: reason}
	}
	return nil
}

// use tells which slots are in use; all others are free.
func (c *pages) use(used map[int32]bool) {
	c.free, c.leaved, c.slots = nil, nil, 0
	for slot := range used {
		c.slots = max(c.slots, slot+1)
	}
	for slot := c.slots - 1; slot >= 0; slot-- {
		if !used[slot] {
			c.free = append(c.free, slot)
		}
	}
}

// flush gives every dirty page a new slot, and returns what is to be written where. Until flushed is called, the pages are read from there.
func (c *pages) flush() map[int32][]byte {
	c.writing = map[int32][]byte{}
	for p := c.first; p != nil; p = p.next {
		if !p.dirty {
			continue
		}
		ref := p.log.ref(p.number)
		c.leave(ref.slot)
		ref.slot, p.dirty = c.take(), false
		c.writing[ref.slot] = p.encode(make([]byte, 0, slotSize))
	}
	return c.writing
}

// flushed tells that a checkpoint is on the disk: what flush returned, and the metadata that names it.
func (c *pages) flushed(leaved []int32) {
	c.writing = nil
	c.free = append(c.free, leaved...)
}

// clear forgets all pages and slots.
func (c *pages) clear() {
	c.first, c.last, c.count = nil, nil, 0
	c.use(nil)
}
