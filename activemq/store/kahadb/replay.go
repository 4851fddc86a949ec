package kahadb

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// replay reads the journal at Open and does to the index what the records say.
//
// Removals, acks and updates name messages by id, while the index is by sequence. So they are gathered, as claims, and made good in sweeps over a
// destination's entries; since messages mostly go in the order they came, a sweep mostly ends in the first pages. A message
// that was added twice counts once: a filter tells which additions may be such, and the sweep makes sure.
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
}

// replayLog is a destination with the claims on its messages.
type replayLog struct {
	log      *log
	claims   map[uint64]*claim
	suspects int
}

// claim is what the journal said of a message since the last sweep.
type claim struct {
	removed position // it was consumed
	updated position // its new form is there
	length  int32    // of that
	acks    []replayAck
	suspect bool // it may be there twice
	met     bool
	kept    bool
}

// replayAck is an acknowledgement by a durable subscription.
type replayAck struct {
	subscription *subscription
	position     position
}

// claimsKept is how many claims are gathered before a sweep.
const claimsKept = 1 << 18

// replayTransaction is a transaction that was not ended yet.
type replayTransaction struct {
	transaction *transaction
	operations  []operation
	prepared    bool
}

// operation is an addition or removal in a transaction.
type operation struct {
	log      *replayLog
	position position
	length   int32
	hash     uint64
	addition bool
	key      string // of a removal by a durable subscription
	isKey    bool
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

func (r *replay) claim(l *replayLog, hash uint64) *claim {
	c := l.claims[hash]
	if c == nil {
		if l.claims == nil {
			l.claims = map[uint64]*claim{}
		}
		c = &claim{}
		l.claims[hash] = c
		r.claims++
	}
	return c
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
		c.removed, c.updated = max(c.removed, o.position), 0
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
		w := subscriptionWrite{subscription: sub, ended: []position{}}
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

// sweepAll makes all claims good.
func (r *replay) sweepAll() error {
	for _, l := range r.named {
		if err := r.sweep(l); err != nil {
			return err
		}
	}
	return nil
}

// sweep makes the claims on a destination's messages good.
func (r *replay) sweep(rl *replayLog) error {
	if len(rl.claims) == 0 {
		return nil
	}
	l := rl.log
	open := len(rl.claims)
	err := l.each(0, func(sequence int64, e *entry) (bool, error) {
		c := rl.claims[e.hash]
		if c == nil {
			return true, nil
		}
		if !c.met {
			c.met = true
			open--
		}
		// Without suspects every claim is on one message at most.
		return open > 0 || rl.suspects > 0, r.settle(l, c, sequence, e)
	})
	if err != nil {
		return err
	}
	// As the original has it, a new form of a message that is not there is the message.
	var lost []operation
	for h, c := range rl.claims {
		if c.updated > c.removed && !c.met {
			lost = append(lost, operation{log: rl, position: c.updated, length: c.length, hash: h})
		}
	}
	r.claims -= len(rl.claims)
	rl.claims, rl.suspects = nil, 0
	slices.SortFunc(lost, func(a, b operation) int { return int(a.position - b.position) })
	for _, o := range lost {
		if err := r.add(o, o.position); err != nil {
			return err
		}
	}
	if len(rl.claims) > 0 {
		return r.sweep(rl)
	}
	return nil
}

// settle makes a claim good on one entry that it may be about.
func (r *replay) settle(l *log, c *claim, sequence int64, e *entry) error {
	s := r.store
	file := e.position.file()
	if c.removed > e.position {
		s.guard(c.removed.file(), file)
		return l.discard(sequence)
	}
	if c.suspect && c.kept {
		s.options.Log.Warn("Duplicate message add attempt rejected.", "destination", l.destination, "sequence", sequence)
		return l.discard(sequence)
	}
	c.kept = true
	number, _ := pageOf(sequence)
	if c.updated > e.position {
		s.guard(c.updated.file(), file)
		s.moveEntry(l, e, c.updated, c.length)
		l.ref(number).page.dirty = true
	}
	for _, a := range c.acks {
		s.guard(a.position.file(), file)
		if a.position > e.position && a.subscription.acknowledge(sequence) {
			if err := l.unlink(sequence, 1); err != nil {
				return err
			}
		}
	}
	return nil
}

// inTransaction notes an operation of a transaction, or ends it.
func (r *replay) inTransaction(rec *record, p position, length int32) error {
	t := r.transactions[string(rec.transaction)]
	if t == nil {
		id, err := decodeTransaction(rec.transaction)
		if err != nil {
			return corruptionOf(r.store, p, err)
		}
		if rec.command != cmdAdd && rec.command != cmdRemove {
			return nil // one without operations, or with none that the index did not have
		}
		t = &replayTransaction{transaction: newTransaction(r.store, id)}
		r.transactions[string(rec.transaction)] = t
	}
	t.transaction.note(p)
	switch rec.command {
	case cmdAdd, cmdRemove:
		l, err := r.log(rec.destination, p)
		if err != nil {
			return err
		}
		t.operations = append(t.operations, operation{log: l, position: p, length: length, hash: hash(rec.id),
			addition: rec.command == cmdAdd, key: string(rec.key), isKey: rec.key != nil})
	case cmdPrepare:
		t.prepared = true
	case cmdCommit, cmdRollback:
		delete(r.transactions, string(rec.transaction))
		(&outcome{transaction: t.transaction}).written(p)
		t.transaction.Finish()
		if rec.command == cmdCommit {
			return r.commit(t, p)
		}
	}
	return nil
}

// commit does what a transaction's operations say, in their order.
func (r *replay) commit(t *replayTransaction, p position) error {
	for _, o := range t.operations {
		o.log = r.of(r.store.log(o.log.log.destination)) // it may have been removed and made again
		if !o.addition {
			r.remove(o)
		} else if err := r.add(o, p); err != nil {
			return err
		}
	}
	return nil
}

// finish deals with the transactions that have no end in the journal. The appender is running.
func (r *replay) finish() error {
	s := r.store
	ids := slices.Collect(maps.Keys(r.transactions))
	slices.SortFunc(ids, func(a, b string) int {
		return int(r.transactions[a].transaction.first - r.transactions[b].transaction.first)
	})
	for _, id := range ids {
		t := r.transactions[id]
		t.transaction.operations.Store(int64(len(t.operations)))
		if t.prepared {
			p, err := r.prepared(t)
			if err != nil {
				return err
			}
			s.prepared = append(s.prepared, p)
			continue
		}
		if !t.transaction.id.XA {
			s.options.Log.Info("rolling back a transaction that was open when the store was stopped", "transaction", t.transaction.id)
			t.transaction.Rollback(nil)
		}
		t.transaction.Finish()
	}
	return r.purge()
}

// prepared makes what Store.Prepared returns of a transaction.
func (r *replay) prepared(t *replayTransaction) (store.Prepared, error) {
	s := r.store
	p := store.Prepared{ID: t.transaction.id, Transaction: t.transaction}
	s.options.Log.Info(fmt.Sprintf("Recovered prepared XA TX: [%v]", p.ID))
	for _, o := range t.operations {
		b := make([]byte, o.length)
		if err := s.files.read(b, o.position); err != nil {
			return p, err
		}
		if o.addition {
			m, _, err := s.decode(b, o.position, o.hash)
			if err != nil {
				return p, err
			}
			a := &addition{log: o.log.log, transaction: t.transaction, id: m.ID, hash: o.hash, length: o.length, stored: true}
			a.position = o.position
			e := store.Entry{Position: int64(o.position), Length: o.length, Ticket: a}
			p.Added = append(p.Added, store.PreparedAdd{Destination: o.log.log.destination, Loaded: store.Loaded{Entry: e, Message: m}})
			continue
		}
		removed, err := r.preparedRemove(o, b)
		if err != nil {
			return p, err
		}
		p.Removed = append(p.Removed, removed)
	}
	return p, nil
}

// preparedRemove looks for the message that a prepared acknowledgement is about.
func (r *replay) preparedRemove(o operation, b []byte) (store.PreparedRemove, error) {
	s, l := r.store, o.log.log
	removed := store.PreparedRemove{Destination: l.destination, Subscription: o.key}
	rec, err := s.parse(b, o.position)
	if err != nil {
		return removed, err
	}
	removed.Entry.Ticket = string(rec.id)
	if len(rec.ack) > 0 {
		if removed.Ack, err = s.options.Codec.Ack(rec.ack); err != nil {
			return removed, corruptionOf(s, o.position, err)
		}
	}
	sub := l.subscription(o.key)
	return removed, l.each(0, func(sequence int64, e *entry) (bool, error) {
		if e.hash != o.hash || o.isKey && (sub == nil || !sub.needs(sequence)) {
			return true, nil
		}
		removed.Entry.Sequence, removed.Entry.Position, removed.Entry.Length = sequence, int64(e.position), e.length
		return false, nil
	})
}

// purge ends the prepared transactions where the options say how.
func (r *replay) purge() error {
	s := r.store
	if s.options.PurgeRecoveredXA == KeepRecovered {
		return nil
	}
	for _, p := range s.prepared {
		s.options.Log.Warn("ending a prepared transaction, as configured", "transaction", p.ID, "commit", s.options.PurgeRecoveredXA == CommitRecovered)
		if s.options.PurgeRecoveredXA == RollbackRecovered {
			p.Transaction.Rollback(nil)
			p.Transaction.Finish()
			continue
		}
		p.Transaction.Commit(nil)
		for i := range p.Added {
			s.logOf(p.Added[i].Destination).admitEntry(&p.Added[i].Entry)
		}
		for i := range p.Removed {
			l := s.logOf(p.Removed[i].Destination)
			l.drop(&p.Removed[i].Entry, l.subscription(p.Removed[i].Subscription))
		}
		p.Transaction.Finish()
	}
	s.prepared = nil
	return s.journal.barrier()
}

func (s *Store) logOf(d message.Destination) *log {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log(d)
}
