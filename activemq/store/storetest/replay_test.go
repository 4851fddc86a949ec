package storetest_test

import (
	"fmt"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/memory"
)

// replay is the making of a store from its records.
type replay struct {
	*replayed
	entries    map[message.Destination]map[string]*store.Entry // admitted, by message id
	last       map[message.Destination]int64                   // sequences
	open       map[message.TransactionKey]*replayedWork
	order      []message.TransactionKey
	delivering map[consumed]bool
	delivered  map[consumed]int64
}

// replayedWork is a transaction that has not ended yet.
type replayedWork struct {
	id       *message.TransactionID
	records  []record
	prepared bool
}

// replay makes the contents of the store.
func (s *replayed) replay(records []record) error {
	s.Store = memory.New()
	r := &replay{
		replayed:   s,
		entries:    make(map[message.Destination]map[string]*store.Entry),
		last:       make(map[message.Destination]int64),
		open:       make(map[message.TransactionKey]*replayedWork),
		delivering: make(map[consumed]bool),
		delivered:  make(map[consumed]int64),
	}
	for i, c := range records {
		if err := r.record(c); err != nil {
			return fmt.Errorf("record %d: %w", i, err)
		}
	}
	r.opened()
	s.maybe = r.delivered
	return r.resume()
}

// opened turns who had consumers in a run that was killed into up to where messages may have been delivered.
func (r *replay) opened() {
	for c := range r.delivering {
		r.delivered[c] = r.last[c.destination]
	}
	clear(r.delivering)
}

// record does one record, or holds it back for its transaction.
func (r *replay) record(c record) error {
	if c.tx == nil {
		return r.do(c)
	}
	key := c.tx.Key()
	w := r.open[key]
	switch {
	case w == nil && (c.op == opCommit || c.op == opRollback):
		return nil // a transaction without operations
	case w == nil:
		w = &replayedWork{id: c.tx}
		r.open[key] = w
		r.order = append(r.order, key)
	}
	switch c.op {
	case opPrepare:
		w.prepared = r.defect != "forgets what was prepared"
		return nil
	case opRollback:
		delete(r.open, key)
		return nil
	case opCommit:
		delete(r.open, key)
		for _, held := range w.records {
			if err := r.do(held); err != nil {
				return err
			}
		}
		return nil
	}
	w.records = append(w.records, c)
	if r.defect == "transactions take place at once" {
		return r.do(c)
	}
	return nil
}

// do does one record.
func (r *replay) do(c record) error {
	switch c.op {
	case opAdd:
		return r.add(c)
	case opRemove:
		return r.remove(c)
	case opUpdate:
		q, err := r.Store.OpenQueue(c.destination)
		if e := r.entry(c); e != nil {
			q.Update(e, c.message)
		}
		return err
	case opSubscribe, opUnsubscribe:
		return r.subscription(c)
	case opDestroy:
		if r.defect == "removed destinations come back" {
			return nil
		}
		r.Store.RemoveDestination(c.destination, nil)
		delete(r.entries, c.destination)
	case opDelivering:
		r.delivering[consumed{c.destination, c.key}] = true
	case opDelivered:
		by := consumed{c.destination, c.key}
		r.delivered[by] = max(r.delivered[by], c.sequence)
	case opOpened:
		r.opened()
	case opClosed:
		clear(r.delivering)
	}
	return nil
}

// log opens the queue or topic in memory.
func (r *replay) log(d message.Destination) (store.Log, error) {
	if d.IsQueue() {
		return r.Store.OpenQueue(d)
	}
	return r.Store.OpenTopic(d)
}

// entry returns that of a record's message, nil when it is not there.
func (r *replay) entry(c record) *store.Entry {
	return r.entries[c.destination][c.message.ID.Key()]
}

// add appends and admits.
func (r *replay) add(c record) error {
	l, err := r.log(c.destination)
	if err != nil {
		return err
	}
	e := new(store.Entry)
	l.Append(e, c.message, nil, nil)
	l.Admit(e)
	if r.entries[c.destination] == nil {
		r.entries[c.destination] = make(map[string]*store.Entry)
	}
	r.entries[c.destination][c.message.ID.Key()] = e
	r.last[c.destination] = e.Sequence
	return nil
}

// remove takes out of a queue or a subscription.
func (r *replay) remove(c record) error {
	e := r.entry(c)
	if e == nil || r.defect == "forgets removals" {
		return nil
	}
	if r.defect == "forgets unmatched" && c.ack != nil && c.ack.Kind == message.Unmatched {
		return nil
	}
	if c.key == "" {
		q, err := r.Store.OpenQueue(c.destination)
		if err != nil {
			return err
		}
		q.Drop(e)
		return nil
	}
	s, err := r.find(c.destination, c.key)
	if err == nil && s != nil {
		s.Drop(e)
	}
	return err
}

// find returns a subscription in memory, nil when there is none.
func (r *replay) find(d message.Destination, key string) (store.Subscription, error) {
	t, err := r.Store.OpenTopic(d)
	if err != nil {
		return nil, err
	}
	for _, s := range t.Subscriptions() {
		if s.Info().Key() == key {
			return s, nil
		}
	}
	return nil, nil
}

// subscription makes or ends a subscription.
func (r *replay) subscription(c record) error {
	t, err := r.Store.OpenTopic(c.destination)
	if err != nil {
		return err
	}
	if c.op == opSubscribe {
		_, err = t.Subscribe(c.info, c.retroactive, nil)
		return err
	}
	s, err := r.find(c.destination, c.key)
	if err == nil && s != nil && r.defect != "forgets to unsubscribe" {
		t.Unsubscribe(s, nil)
	}
	return err
}

// resume lists what is prepared. What is open else is forgotten, with a record that says so.
func (r *replay) resume() error {
	for _, key := range r.order {
		w := r.open[key]
		if w == nil {
			continue
		}
		delete(r.open, key) // an id used twice is in the order twice
		if !w.prepared {
			r.disk.records = append(r.disk.records, record{op: opRollback, tx: w.id})
			continue
		}
		p := store.Prepared{ID: w.id, Transaction: &replayedTransaction{r.replayed, w.id}}
		for _, c := range w.records {
			if err := r.resumeRecord(&p, c); err != nil {
				return err
			}
		}
		r.prepared = append(r.prepared, p)
	}
	return nil
}

// resumeRecord adds a record to a prepared transaction.
func (r *replay) resumeRecord(p *store.Prepared, c record) error {
	l, err := r.log(c.destination)
	if err != nil {
		return err
	}
	if c.op == opAdd {
		a := store.PreparedAdd{Destination: c.destination, Loaded: store.Loaded{Message: c.message}}
		l.Append(&a.Entry, c.message, nil, nil)
		p.Added = append(p.Added, a)
		return nil
	}
	removed := store.PreparedRemove{Destination: c.destination, Subscription: c.key, Ack: c.ack}
	if e := r.entry(c); e != nil {
		if _, err := l.Load(e); err == nil {
			removed.Entry = *e
		}
	}
	p.Removed = append(p.Removed, removed)
	return nil
}
