package broker

import (
	"maps"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// browse is what a queue browser has yet to see: what the queue had in memory when it came, and then what was in the store only. The queue's
// lock guards it. It is the origin that its browser takes from; nothing that it gives is ever taken out of the queue.
type browse struct {
	queue  *Queue
	by     *Subscription
	memory []*message.Message
	shown  map[int64]bool // stored messages that memory has and that the store's part has too
	after  int64          // greatest sequence seen, once memory is empty
	last   int64          // where the store's part ends; 0: there is none
	page   []store.Loaded
	ended  bool
	most   int // messages to show; 0: all
}

// subscribeBrowser shows a browser what the queue holds now.
func (b *Broker) subscribeBrowser(s *Subscription, name message.Destination) error {
	b.mu.Lock()
	p, err := b.consumableLocked(name, s.conn)
	b.mu.Unlock()
	if err != nil {
		return err
	}
	w := p.(*Queue).newBrowse(s)
	s.addOrigin(w)
	w.wakeup()
	return nil
}

// newBrowse notes what the queue holds: in flight first, as those are the oldest, then what waits.
func (q *Queue) newBrowse(by *Subscription) *browse {
	q.mu.Lock()
	defer q.mu.Unlock()
	w := &browse{queue: q, by: by, most: q.policy.MaxBrowse}
	for _, s := range q.consumers {
		s.mu.Lock()
		for d := s.inFlight.first; d != nil; d = d.next {
			if d.from == q {
				w.memory = append(w.memory, d.message)
			}
		}
		s.mu.Unlock()
	}
	w.memory = append(w.memory, q.messages()...)
	if q.overflow {
		w.after, w.last, w.shown = q.pagedTo, int64(^uint64(0)>>1), maps.Clone(q.taken)
	}
	return w
}

// wakeup gives the browser what its credit allows, and tells it the end.
func (w *browse) wakeup() {
	s := w.by
	defer s.conn.peer.Flush()
	w.queue.mu.Lock()
	defer w.queue.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.creditLocked() && !w.ended {
		var m *message.Message
		if w.most == 0 || s.dispatched.Load() < int64(w.most) {
			m = w.next()
		}
		if m == nil {
			w.ended = true
			s.conn.peer.Dispatch(Dispatch{Consumer: s.info.Consumer})
			return
		}
		if m.Expiration != 0 && m.ExpiredAt(w.queue.broker.millis()) || !s.wants(m, m.Redeliveries) {
			continue
		}
		s.giveLocked(&delivery{message: m, from: w, redeliveries: m.Redeliveries})
	}
}

// base returns the common part of the queue.
func (w *browse) base() *Destination { return &w.queue.Destination }

// What is browsed stays where it is, whatever the browser says about it.
func (w *browse) consumed([]*delivery, *message.Ack, store.Completion)   {}
func (w *browse) consumeIn([]*delivery, *message.Ack, store.Transaction) {}
func (w *browse) dropped([]*delivery)                                    {}
func (w *browse) returned([]*delivery)                                   {}

// next returns the next message to show, nil at the end.
func (w *browse) next() *message.Message {
	if len(w.memory) > 0 {
		m := w.memory[0]
		w.memory = w.memory[1:]
		return m
	}
	for {
		if len(w.page) == 0 && w.last > 0 {
			w.readPage()
		}
		if len(w.page) == 0 {
			return nil
		}
		l := w.page[0]
		w.page = w.page[1:]
		w.after = l.Entry.Sequence
		if !w.shown[w.after] {
			return l.Message
		}
	}
}

// readPage reads the next page of what is in the store only.
func (w *browse) readPage() {
	page, err := w.queue.stored.Page(w.after, w.queue.policy.MaxPageSize, pageBytes)
	if err != nil {
		w.queue.broker.log.Error("messages of "+w.queue.name.String()+" cannot be read from the store for browsing", "error", err)
	}
	w.page = page
	if len(page) == 0 {
		w.last = 0
	}
}

// ackBrowsed takes a browser's acknowledgement, which only makes room for more.
func (s *Subscription) ackBrowsed(ack *message.Ack, whenDone store.Completion) error {
	s.mu.Lock()
	for d := s.inFlight.first; d != nil; {
		next, last := d.next, d.message.ID.Same(ack.Last)
		if ack.Kind == message.Delivered {
			s.reachedLocked(d)
		} else {
			s.outLocked(d)
		}
		if last {
			break
		}
		d = next
	}
	s.mu.Unlock()
	s.wakeOrigins()
	if whenDone != nil {
		whenDone(nil)
	}
	return nil
}
