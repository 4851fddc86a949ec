package kahadb

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"goactivemq/activemq/message"
)

// replay reads the journal at Open and does to the index what the records say.
type replay struct {
	store        *Store
	bad          map[int32][]stretch
	logs         map[string]*replayLog // by the destination's bytes
	named        map[*log]*replayLog
	transactions map[string]*replayTransaction // by the id's bytes
	index        metadata                      // what was there when the replay began
	seen         *bloom
	claims       int // in all logs
	records      int64
	progress     time.Time
	producer     *message.ProducerID // of the addition before
	producerText []byte
}

// errJava tells that a Java broker wrote to the journal behind the end of the index. It may have removed files too, and with them what
// our index needs to know, so the index is of no use.
var errJava = errors.New("a Java broker had the store")

// newReplay returns a replay of what is to be read of the journal, when an index may be used.
func newReplay(s *Store, bad map[int32][]stretch) *replay {
	return &replay{store: s, bad: bad, logs: map[string]*replayLog{}, named: map[*log]*replayLog{}, transactions: map[string]*replayTransaction{}}
}

// run brings the index up to date.
func (r *replay) run(end position) error {
	s := r.store
	began := s.options.Now()
	r.progress = began
	m, err := s.loadIndex(end)
	if err != nil {
		return err
	}
	if err := r.catchUp(m, end, began); !errors.Is(err, errJava) {
		return err
	}
	if m, err = s.giveUpIndex(errJava.Error()); err != nil {
		return err
	}
	*r = *newReplay(s, r.bad)
	return r.catchUp(m, end, began)
}

// catchUp reads the journal from where the index needs it.
func (r *replay) catchUp(m metadata, end position, began time.Time) error {
	s := r.store
	r.index, r.progress = m, began
	if err := s.refuseDamage(r.bad[end.file()], m, end); err != nil {
		return err
	}
	numbers := s.files.numbers()
	start := m.start
	if start == 0 && len(numbers) > 0 {
		start = at(numbers[0], 0)
	}
	if start >= end {
		if !m.closed {
			s.afterCrash()
		}
		return s.checkMissing(r.bad)
	}
	if err := r.fillFilter(start, end); err != nil {
		return err
	}
	s.options.Log.Info(fmt.Sprintf("Recovering from the journal @%v", start))
	if err := r.read(numbers, start, end); err != nil {
		return fmt.Errorf("kahadb: %w", err)
	}
	if err := r.sweepAll(); err != nil {
		return fmt.Errorf("kahadb: %w", err)
	}
	s.afterCrash()
	s.options.Log.Info(fmt.Sprintf("Recovery replayed %d operations from the journal in %.3f seconds.",
		r.records, s.options.Now().Sub(began).Seconds()))
	return s.checkMissing(r.bad)
}

// read walks the records from start to end.
func (r *replay) read(numbers []int32, start, end position) error {
	for _, n := range numbers {
		if n < start.file() || n > end.file() {
			continue
		}
		f := reader{files: r.store.files, end: -1, bad: r.bad[n], visit: r.record, lenient: r.store.options.IgnoreMissingJournalFiles}
		f.skipped = func(b stretch) { r.store.report(n, verified{bad: []stretch{b}}) }
		if n == start.file() {
			f.from = start.offset()
		}
		if n == end.file() {
			f.end = end.offset()
		}
		if err := f.file(n); err != nil {
			return err
		}
	}
	return nil
}

// fillFilter makes the filter, for what is in the index and what may come from the journal.
func (r *replay) fillFilter(start, end position) error {
	const smallest = 200 // bytes of a message's record and batch
	bytes, live := int64(0), int64(0)
	for _, n := range r.store.files.numbers() {
		if n >= start.file() && n <= end.file() {
			bytes += r.store.options.MaxFileLength
		}
	}
	if start.file() == end.file() {
		bytes = end.offset() - start.offset()
	}
	for _, l := range r.store.logs {
		live += int64(l.count)
	}
	r.seen = newBloom(bytes/smallest + live)
	return r.store.retain(func(l *log, e *entry) bool {
		r.seen.add(l.key(e.hash))
		return true
	})
}

// key tells equal message ids of different destinations apart.
func (l *log) key(hash uint64) uint64 { return (hash ^ uint64(l.number)) * 0x9e3779b97f4a7c15 }

// record does what a record says.
func (r *replay) record(p position, payload []byte) error {
	s := r.store
	rec, err := decodeRecord(payload)
	if err != nil {
		return corruptionOf(s, p, err)
	}
	r.records++
	if r.records%(1<<16) == 0 {
		r.tell(p)
	}
	if p >= r.index.end {
		r.guardUnsettled(&rec, p)
	}
	length := int32(len(payload) + recordHead)
	switch {
	case p < r.index.end && r.index.has(&rec, p):
	case rec.transaction != nil:
		err = r.inTransaction(&rec, p, length)
	default:
		err = r.apply(&rec, p, length)
	}
	if err == nil && r.claims >= claimsKept {
		err = r.sweepAll()
	}
	return err
}

// guardUnsettled makes the record of an ending outlive what it may be about, when the index was written between the ending and its record.
func (r *replay) guardUnsettled(rec *record, p position) {
	switch rec.command {
	case cmdRemove:
		for _, f := range r.index.unsettled {
			r.store.guardAck(p.file(), f)
		}
	case cmdRemoveDestination, cmdSubscription:
		for _, f := range r.index.unsettled {
			r.store.guard(p.file(), f)
		}
	}
}

// has tells whether the index has what a record before its end says. Removals count as not: what a transaction added that was committed
// but not finished comes again with its commit, and so must what was taken of it since.
func (m *metadata) has(rec *record, p position) bool {
	switch {
	case rec.transaction != nil:
		return !m.transactions[string(rec.transaction)]
	case rec.command == cmdAdd:
		return !m.loose[p]
	}
	return rec.command != cmdRemove && rec.command != cmdRewrittenFile
}

// tell logs the progress every few seconds.
func (r *replay) tell(p position) {
	if now := r.store.options.Now(); now.Sub(r.progress) >= 5*time.Second {
		r.progress = now
		r.store.options.Log.Info(fmt.Sprintf("Recovering from the journal, @%v, %d operations replayed", p, r.records))
	}
}

// apply does what a record outside of transactions says.
func (r *replay) apply(rec *record, p position, length int32) error {
	switch rec.command {
	case cmdAdd:
		r.store.producers.Note(r.parseID(rec.id))
		l, err := r.log(rec.destination, p)
		if err != nil {
			return err
		}
		return r.add(operation{log: l, position: p, length: length, hash: hash(rec.id)}, p)
	case cmdUpdate:
		l, err := r.log(rec.destination, p)
		if err != nil {
			return err
		}
		c := r.claim(l, hash(rec.id))
		if c.updated != 0 {
			r.store.guard(p.file(), c.updated.file())
		}
		c.updated, c.length = p, length
	case cmdRemove:
		l, err := r.log(rec.destination, p)
		if err != nil {
			return err
		}
		r.remove(operation{log: l, position: p, hash: hash(rec.id), key: string(rec.key), isKey: rec.key != nil})
	case cmdRemoveDestination:
		return r.removeDestination(rec, p)
	case cmdSubscription:
		return r.subscription(rec, p)
	case cmdTrace:
		if r.index.end > 0 && bytes.HasPrefix(rec.text, []byte("LOADED ")) {
			return errJava
		}
		r.store.replayTrace(string(rec.text))
	case cmdRewrittenFile:
		if rec.skipSource && r.store.files.has(rec.source) {
			return errSkipFile
		}
	}
	return nil
}

// parseID returns a message's id. Messages of a producer follow one another mostly, and share it.
func (r *replay) parseID(text []byte) *message.ID {
	i := bytes.LastIndexByte(text, ':')
	if i > 0 && r.producer != nil && bytes.Equal(text[:i], r.producerText) {
		if n, err := strconv.ParseInt(string(text[i+1:]), 10, 64); err == nil {
			return &message.ID{Producer: r.producer, ProducerSequence: n}
		}
	}
	id := message.ParseID(string(text))
	if id.TextView.IsEmpty() {
		r.producer, r.producerText = id.Producer, append(r.producerText[:0], text[:i]...)
	}
	return id
}

// log returns the destination in a record, which is made when it is unknown.
func (r *replay) log(b []byte, p position) (*replayLog, error) {
	if l := r.logs[string(b)]; l != nil {
		return l, nil
	}
	d, err := decodeDestination(b)
	if err != nil {
		return nil, corruptionOf(r.store, p, err)
	}
	l := r.of(r.store.log(d))
	r.logs[string(b)] = l
	return l, nil
}

func (r *replay) of(l *log) *replayLog {
	rl := r.named[l]
	if rl == nil {
		rl = &replayLog{log: l}
		r.named[l] = rl
	}
	return rl
}

// add enters a message. since is the position from which it counts: that of the commit in a transaction.
func (r *replay) add(o operation, since position) error {
	l := o.log.log
	references := int32(1)
	if l.destination.IsTopic() {
		references = 0
		for _, sub := range l.subscriptions {
			if sub.position() < since {
				references++
			}
		}
		if references == 0 {
			return nil
		}
	}
	if r.seen.add(l.key(o.hash)) {
		if c := r.claim(o.log, o.hash); !c.suspect {
			c.suspect = true
			o.log.suspects++
		}
	}
	sequence := l.admit(nil)
	l.count++
	l.bytes += int64(o.length)
	for _, sub := range l.subscriptions {
		if sub.position() >= since {
			sub.acknowledge(sequence)
		}
	}
	return l.put(sequence, entry{position: o.position, hash: o.hash, length: o.length, references: references})
}

// remove notes that a message was consumed.
func (r *replay) remove(o operation) {
	l := o.log.log
	if !o.isKey {
		c := r.claim(o.log, o.hash)
		c.removed = max(c.removed, o.position)
		if c.updated != 0 {
			r.store.guardAck(c.removed.file(), c.updated.file())
			c.updated = 0
		}
		return
	}
	// Before the end of the index there may be acks by an earlier subscription of that name.
	if sub := l.subscription(o.key); sub != nil && sub.records[0] < o.position {
		c := r.claim(o.log, o.hash)
		c.acks = append(c.acks, replayAck{sub, o.position})
	}
}

// removeDestination drops a destination.
func (r *replay) removeDestination(rec *record, p position) error {
	d, err := decodeDestination(rec.destination)
	if err != nil {
		return corruptionOf(r.store, p, err)
	}
	l := r.store.logs[d]
	if l == nil {
		return nil
	}
	maps.DeleteFunc(r.logs, func(_ string, rl *replayLog) bool { return rl.log == l })
	rl := r.of(l)
	r.claims -= len(rl.claims)
	delete(r.named, l)
	removal := destinationRemoval{store: r.store}
	if err := r.store.dropLog(l, &removal.files); err != nil {
		return err
	}
	removal.written(p)
	return nil
}

// subscription makes, changes or ends a durable subscription.
func (r *replay) subscription(rec *record, p position) error {
	l, err := r.log(rec.destination, p)
	if err != nil {
		return err
	}
	sub := l.log.subscription(string(rec.key))
	if rec.info == nil && sub == nil {
		return nil
	}
	// What the journal said before is about the subscriptions as they were.
	if err := r.sweep(l); err != nil {
		return err
	}
	if rec.info == nil {
		if err := l.log.unsubscribe(sub); err != nil {
			return err
		}
		w := subscriptionWrite{subscription: sub, ended: true}
		w.written(p)
		return nil
	}
	body := slices.Clone(rec.info)
	info, err := r.store.options.Codec.Subscription(body)
	if err != nil {
		return corruptionOf(r.store, p, fmt.Errorf("subscription %s: %w", rec.key, err))
	}
	if sub == nil {
		sub = &subscription{log: l.log, key: string(rec.key)}
		if err := l.log.subscribe(sub, rec.retroactive); err != nil {
			return err
		}
	}
	sub.info, sub.body = info, body
	sub.records = append(sub.records, p)
	return nil
}
