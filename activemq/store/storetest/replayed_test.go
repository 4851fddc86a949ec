package storetest_test

import (
	"slices"
	"sync"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/memory"
)

// disk is what survives the end of a replayed store: its records, in the order of the operations.
type disk struct {
	mu      sync.Mutex
	records []record
}

// operation says what a record is of.
type operation int

const (
	opAdd operation = iota
	opRemove
	opUpdate
	opSubscribe
	opUnsubscribe
	opDestroy
	opPrepare
	opCommit
	opRollback
	opDelivering
	opDelivered
	opOpened
	opClosed
)

// record is one journalled operation.
type record struct {
	op          operation
	destination message.Destination
	key         string           // of a subscription
	message     *message.Message // added, updated, or removed
	ack         *message.Ack
	info        *message.SubscriptionInfo
	retroactive bool
	tx          *message.TransactionID
	sequence    int64 // delivered up to
}

// replayed is the simplest store that keeps anything: one in memory, and a journal of operations from which the next Open makes
// it again. One goroutine writes the records and completes them, so that a kill finds some that were not written.
type replayed struct {
	*memory.Store
	disk     *disk
	defect   string // what is wrong with this store, "" for nothing
	prepared []store.Prepared
	maybe    map[consumed]int64

	mu      sync.Mutex
	wake    *sync.Cond
	waiting []write
	stop    bool
	drop    bool // stop without writing what waits
	writer  sync.WaitGroup
}

// consumed names a queue or a durable subscription.
type consumed struct {
	destination message.Destination
	key         string
}

// write is a record on its way to the disk.
type write struct {
	record record
	done   store.Completion
}

// openReplayed makes a store of what is on the disk.
func openReplayed(d *disk, defect string) (*replayed, error) {
	s := &replayed{disk: d, defect: defect}
	s.wake = sync.NewCond(&s.mu)
	d.mu.Lock()
	records := slices.Clone(d.records)
	d.mu.Unlock()
	if err := s.replay(records); err != nil {
		return nil, err
	}
	s.writer.Go(s.write)
	s.journal(record{op: opOpened}, nil)
	return s, nil
}

// journal hands a record to the writer.
func (s *replayed) journal(r record, done store.Completion) {
	if s.defect == "completes before it writes" && done != nil {
		done(nil)
		done = nil
	}
	s.mu.Lock()
	s.waiting = append(s.waiting, write{r, done})
	s.mu.Unlock()
	s.wake.Signal()
}

// write is the writer goroutine.
func (s *replayed) write() {
	for {
		s.mu.Lock()
		for (len(s.waiting) == 0 || s.defect == "completes before it writes") && !s.stop {
			s.wake.Wait()
		}
		if s.drop || len(s.waiting) == 0 {
			s.mu.Unlock()
			return
		}
		next := s.waiting[0]
		s.waiting = s.waiting[1:]
		s.mu.Unlock()

		s.disk.mu.Lock()
		s.disk.records = append(s.disk.records, next.record)
		s.disk.mu.Unlock()
		if next.done != nil {
			next.done(nil)
			if s.defect == "completes twice" {
				next.done(nil)
			}
		}
	}
}

// end stops the writer.
func (s *replayed) end(drop bool) {
	s.mu.Lock()
	s.stop, s.drop = true, drop
	s.mu.Unlock()
	s.wake.Signal()
	s.writer.Wait()
}

// Close notes that the store was closed, once.
func (s *replayed) Close() error {
	s.mu.Lock()
	closed := s.stop
	s.mu.Unlock()
	if !closed && s.defect != "closes without a note" {
		s.journal(record{op: opClosed}, nil)
	}
	s.end(false)
	return s.Store.Close()
}

func (s *replayed) OpenQueue(d message.Destination) (store.Queue, error) {
	q, err := s.Store.OpenQueue(d)
	return &replayedQueue{q, replayedLog{s, d, q}}, err
}

func (s *replayed) OpenTopic(d message.Destination) (store.Topic, error) {
	t, err := s.Store.OpenTopic(d)
	return &replayedTopic{t, replayedLog{s, d, t}}, err
}

func (s *replayed) RemoveDestination(d message.Destination, done store.Completion) {
	s.Store.RemoveDestination(d, nil)
	s.journal(record{op: opDestroy, destination: d}, done)
}

func (s *replayed) Prepared() []store.Prepared { return s.prepared }

func (s *replayed) Begin(id *message.TransactionID) store.Transaction {
	return &replayedTransaction{s, id}
}

// replayedTransaction is a store.Transaction.
type replayedTransaction struct {
	store *replayed
	id    *message.TransactionID
}

func (t *replayedTransaction) Prepare(done store.Completion) {
	t.store.journal(record{op: opPrepare, tx: t.id}, done)
}
func (t *replayedTransaction) Commit(done store.Completion) {
	t.store.journal(record{op: opCommit, tx: t.id}, done)
}
func (t *replayedTransaction) Rollback(done store.Completion) {
	t.store.journal(record{op: opRollback, tx: t.id}, done)
}
func (t *replayedTransaction) Finish() {}

// idOf returns the id of a transaction that may be nil.
func idOf(tx store.Transaction) *message.TransactionID {
	if tx == nil {
		return nil
	}
	return tx.(*replayedTransaction).id
}

// replayedLog is the store.Log of queues and topics.
type replayedLog struct {
	store       *replayed
	destination message.Destination
	log         store.Log
}

func (l replayedLog) Append(e *store.Entry, m *message.Message, tx store.Transaction, done store.Completion) {
	l.log.Append(e, m, tx, nil)
	l.store.journal(record{op: opAdd, destination: l.destination, message: m, tx: idOf(tx)}, done)
	if l.store.defect == "admits in Append" && tx == nil {
		other := new(store.Entry)
		l.log.Append(other, m, nil, nil)
		l.log.Admit(other)
	}
}

// removed journals that a queue or a subscription is done with e.
func (l replayedLog) removed(e *store.Entry, key string, ack *message.Ack, tx store.Transaction, done store.Completion) {
	m, err := l.log.Load(e)
	if err != nil {
		done(err)
		return
	}
	l.store.journal(record{op: opRemove, destination: l.destination, key: key, message: m, ack: ack, tx: idOf(tx)}, done)
}

// replayedQueue is a store.Queue.
type replayedQueue struct {
	store.Queue
	replayedLog
}

func (q *replayedQueue) Append(e *store.Entry, m *message.Message, tx store.Transaction, done store.Completion) {
	q.replayedLog.Append(e, m, tx, done)
}

func (q *replayedQueue) Remove(e *store.Entry, ack *message.Ack, tx store.Transaction, done store.Completion) {
	q.removed(e, "", ack, tx, done)
	q.Queue.Remove(e, ack, tx, nil)
}

func (q *replayedQueue) Update(e *store.Entry, m *message.Message) {
	q.store.journal(record{op: opUpdate, destination: q.destination, message: m}, nil)
	q.Queue.Update(e, m)
	if q.store.defect == "an update moves" {
		q.Queue.Remove(e, nil, nil, nil)
		q.Queue.Append(e, m, nil, nil)
		q.Queue.Admit(e)
	}
}

func (q *replayedQueue) Page(after int64, limit, bytes int) ([]store.Loaded, error) {
	switch q.store.defect {
	case "pages ignore bytes":
		bytes = 1 << 30
	case "pages begin at the sequence":
		after--
	}
	return q.Queue.Page(after, limit, bytes)
}

func (q *replayedQueue) Delivering() {
	q.store.journal(record{op: opDelivering, destination: q.destination}, nil)
}

func (q *replayedQueue) Delivered(to int64) {
	q.store.journal(record{op: opDelivered, destination: q.destination, sequence: to}, nil)
}

func (q *replayedQueue) MaybeDelivered() int64 { return q.store.maybe[consumed{q.destination, ""}] }

// replayedTopic is a store.Topic.
type replayedTopic struct {
	store.Topic
	replayedLog
}

func (t *replayedTopic) Append(e *store.Entry, m *message.Message, tx store.Transaction, done store.Completion) {
	t.replayedLog.Append(e, m, tx, done)
}

func (t *replayedTopic) Subscriptions() []store.Subscription {
	list := t.Topic.Subscriptions()
	for i, s := range list {
		list[i] = &replayedSubscription{s, t.replayedLog}
	}
	return list
}

func (t *replayedTopic) Subscribe(
	info *message.SubscriptionInfo, retroactive bool, done store.Completion,
) (store.Subscription, error) {
	if t.replayedLog.store.defect == "never retroactive" {
		retroactive = false
	}
	s, err := t.Topic.Subscribe(info, retroactive, nil)
	if err != nil {
		done(err)
		return nil, err
	}
	t.replayedLog.store.journal(record{op: opSubscribe, destination: t.destination, info: info, retroactive: retroactive}, done)
	return &replayedSubscription{s, t.replayedLog}, nil
}

func (t *replayedTopic) Unsubscribe(s store.Subscription, done store.Completion) {
	t.Topic.Unsubscribe(s.(*replayedSubscription).Subscription, nil)
	t.replayedLog.store.journal(record{op: opUnsubscribe, destination: t.destination, key: s.Info().Key()}, done)
}

// replayedSubscription is a store.Subscription.
type replayedSubscription struct {
	store.Subscription
	log replayedLog
}

func (s *replayedSubscription) Remove(e *store.Entry, ack *message.Ack, tx store.Transaction, done store.Completion) {
	s.log.removed(e, s.Info().Key(), ack, tx, done)
	s.Subscription.Remove(e, ack, tx, nil)
}

func (s *replayedSubscription) Delivering() {
	s.log.store.journal(record{op: opDelivering, destination: s.log.destination, key: s.Info().Key()}, nil)
}

func (s *replayedSubscription) Delivered(to int64) {
	s.log.store.journal(record{op: opDelivered, destination: s.log.destination, key: s.Info().Key(), sequence: to}, nil)
}

func (s *replayedSubscription) MaybeDelivered() int64 {
	return s.log.store.maybe[consumed{s.log.destination, s.Info().Key()}]
}
