package kahadb

import (
	"fmt"
	"sort"

	"goactivemq/activemq/message"
)

// log is the stored part of a destination: a run of entries by sequence, in pages. An entry is in a page once its record was written;
// until then it is in the window, with its message. Store.mu guards all of it.
type log struct {
	store       *Store
	number      uint32 // in the index file
	destination message.Destination
	field       []byte // the destination as a field of a record

	next  int64 // sequence of the next entry
	refs  []ref // by page number; pages without an entry are left out
	count int   // of entries, those in the window included
	bytes int64 // of their records

	window []*addition // entries from sequence base on that are admitted and not written, nil for those written or removed
	base   int64

	updates       map[int64]*update // by sequence: new forms of messages that are not written yet
	subscriptions []*subscription   // of a topic

	patience patience

	delivering bool  // since the store was opened
	marked     bool  // the journal has it
	maybe      int64 // what MaybeDelivered says
	removed    bool
}

// ref tells where a page is.
type ref struct {
	number int64
	slot   int32
	live   int32 // entries with references
	page   *page // nil: on the disk only
}

// find returns the place of a page in refs, or where it would be.
func (l *log) find(number int64) (int, bool) {
	n := len(l.refs)
	if n > 0 && l.refs[n-1].number <= number {
		if l.refs[n-1].number == number {
			return n - 1, true
		}
		return n, false
	}
	if n > 0 && l.refs[0].number == number {
		return 0, true
	}
	i := sort.Search(n, func(i int) bool { return l.refs[i].number >= number })
	return i, i < n && l.refs[i].number == number
}

// ref returns the ref of a page that exists. It is valid until a page comes or goes.
func (l *log) ref(number int64) *ref {
	i, ok := l.find(number)
	if !ok {
		panic(fmt.Sprintf("kahadb: no page %d of %v", number, l.destination))
	}
	return &l.refs[i]
}

// load brings the page of refs[i] into memory.
func (l *log) load(i int) (*page, error) {
	r := &l.refs[i]
	if r.page != nil {
		l.store.pages.touch(r.page)
		return r.page, nil
	}
	p := &page{log: l, number: r.number}
	if err := l.store.pages.read(p, r.slot); err != nil {
		return nil, err
	}
	r.page = p
	return p, l.store.pages.add(p)
}

// put enters a message of which the record was written.
func (l *log) put(sequence int64, e entry) error {
	number, at := pageOf(sequence)
	i, ok := l.find(number)
	if !ok {
		p := &page{log: l, number: number}
		l.refs = append(l.refs, ref{})
		copy(l.refs[i+1:], l.refs[i:])
		l.refs[i] = ref{number: number, slot: noSlot, page: p}
		// Nobody may put it out before it has its entry.
		p.dirty = true
		if err := l.store.pages.add(p); err != nil {
			return err
		}
	}
	p, err := l.load(i)
	if err != nil {
		return err
	}
	p.entries[at], p.dirty = e, true
	l.refs[i].live++
	l.store.live[e.position.file()]++
	l.store.changed = true
	return nil
}

// get returns the entry of a sequence, nil when there is none or it is in the window. It is valid until the next call for any log.
func (l *log) get(sequence int64) (*entry, *page, error) {
	number, at := pageOf(sequence)
	i, ok := l.find(number)
	if !ok {
		return nil, nil, nil
	}
	p, err := l.load(i)
	if err != nil {
		return nil, nil, err
	}
	e := &p.entries[at]
	if e.references == 0 {
		return nil, nil, nil
	}
	return e, p, nil
}

// waiting returns the addition of a sequence in the window, or nil.
func (l *log) waiting(sequence int64) *addition {
	if i := sequence - l.base; i >= 0 && i < int64(len(l.window)) {
		return l.window[i]
	}
	return nil
}

// admit gives the next sequence to an addition (nil: one that was written already).
func (l *log) admit(a *addition) int64 {
	sequence := l.next
	l.next++
	if a == nil && len(l.window) == 0 {
		return sequence
	}
	if len(l.window) == 0 {
		l.base = sequence
	}
	l.window = append(l.window, a)
	return sequence
}

// settle takes a sequence out of the window.
func (l *log) settle(sequence int64) {
	l.window[sequence-l.base] = nil
	n := 0
	for n < len(l.window) && l.window[n] == nil {
		n++
	}
	l.base += int64(n)
	if l.window = l.window[n:]; len(l.window) == 0 {
		l.window = nil
	}
}

// unlink takes away one of the references of an entry, and the entry with its last. n is how many: 1, or all that it has with n = 0.
func (l *log) unlink(sequence int64, n int32) error {
	e, p, err := l.get(sequence)
	if err != nil || e == nil {
		return err
	}
	if n == 0 {
		n = e.references
	}
	e.references -= min(n, e.references)
	p.dirty = true
	l.store.changed = true
	if e.references > 0 {
		return nil
	}
	l.count--
	l.bytes -= int64(e.length)
	l.store.forget(e.position.file())
	*e = entry{}
	i, _ := l.find(p.number)
	if l.refs[i].live--; l.refs[i].live == 0 {
		l.dropPage(i)
	}
	return nil
}

// dropPage gives up the page of refs[i].
func (l *log) dropPage(i int) {
	r := l.refs[i]
	if r.page != nil {
		l.store.pages.forget(r.page)
	}
	l.store.pages.leave(r.slot)
	if i == 0 {
		l.refs = l.refs[1:]
		return
	}
	l.refs = append(l.refs[:i], l.refs[i+1:]...)
}

// each calls f for the entries in pages from a sequence on, in order, until it is false. f may remove the entry it is called for.
func (l *log) each(from int64, f func(sequence int64, e *entry) (more bool, err error)) error {
	number, at := pageOf(from)
	i, found := l.find(number)
	if !found {
		at = 0
	}
	for i < len(l.refs) {
		number = l.refs[i].number
		for ; at < pageEntries; at++ {
			// The page may have gone from memory, or altogether, while f was at work.
			if i >= len(l.refs) || l.refs[i].number != number {
				break
			}
			p, err := l.load(i)
			if err != nil {
				return err
			}
			if p.entries[at].references == 0 {
				continue
			}
			if more, err := f(number*pageEntries+int64(at), &p.entries[at]); err != nil || !more {
				return err
			}
		}
		at = 0
		if i < len(l.refs) && l.refs[i].number == number {
			i++
		}
	}
	return nil
}

// clear gives up all entries and subscriptions.
func (l *log) clear() error {
	err := l.each(0, func(_ int64, e *entry) (bool, error) {
		l.store.forget(e.position.file())
		return true, nil
	})
	for i := range l.refs {
		if p := l.refs[i].page; p != nil {
			l.store.pages.forget(p)
		}
		l.store.pages.leave(l.refs[i].slot)
	}
	for _, a := range l.window {
		if a != nil {
			a.references = 0
		}
	}
	l.refs, l.window, l.count, l.bytes, l.subscriptions = nil, nil, 0, 0, nil
	l.store.changed = true
	return err
}
