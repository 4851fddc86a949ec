package kahadb

import (
	"strings"

	"goactivemq/activemq/message"
)

// Traces are records that other readers pass over. With two of them the store remembers, beyond a crash and a lost index, which destinations
// had consumers:
//
//	goactivemq delivering queue://NAME            consumers of the queue were given messages in this run
//	goactivemq delivering topic://NAME<tab>KEY    so was the durable subscriber
//	goactivemq closed                             the run ended well
const (
	traceDelivering = "goactivemq delivering "
	traceClosed     = "goactivemq closed"
)

// deliver notes, once in a run, that messages are given to consumers, and returns when the journal has it: what is delivered must not be
// forgotten by a crash a moment later.
func (l *log) deliver(delivering, marked *bool, key string) {
	s := l.store
	s.mu.Lock()
	if *marked {
		s.mu.Unlock()
		return
	}
	*delivering = true
	s.changed = true
	s.mu.Unlock()
	text := traceDelivering + l.destination.String()
	if key != "" {
		text += "\t" + key
	}
	w := trace(text)
	written := make(chan struct{})
	w.done = func(error) { close(written) } // a journal that fails is told to those who write messages
	w.refuse(s.journal.append(w))
	<-written
	s.mu.Lock()
	*marked = true
	s.mu.Unlock()
}

// delivered notes up to where messages were delivered and not acknowledged.
func (l *log) delivered(maybe *int64, to int64) {
	s := l.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if to > *maybe {
		*maybe = to
		s.changed = true
	}
}

// trace makes a trace record.
func trace(text string) *write {
	w := &write{}
	w.encode(cmdTrace, func(b []byte) []byte { return appendBytesField(b, 1, text) })
	return w
}

// markClosed journals that the run ended well: what was delivered in it is told by what delivered noted, and not by who had consumers.
func (s *Store) markClosed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	marked := false
	for _, l := range s.logs {
		l.eachDelivery(func(delivering *bool, _ *int64) {
			marked = marked || *delivering
			*delivering = false
		})
	}
	if !marked {
		return nil
	}
	s.changed = true
	w := trace(traceClosed)
	err := s.journal.append(w)
	if err != nil {
		w.complete(nil)
	}
	return err
}

// eachDelivery calls f for the marks of a destination and of its subscriptions.
func (l *log) eachDelivery(f func(delivering *bool, maybe *int64)) {
	f(&l.delivering, &l.maybe)
	for _, sub := range l.subscriptions {
		f(&sub.delivering, &sub.maybe)
	}
}

// replayTrace takes a mark from the journal.
func (s *Store) replayTrace(text string) {
	if text == traceClosed {
		for _, l := range s.logs {
			l.eachDelivery(func(delivering *bool, _ *int64) { *delivering = false })
		}
		return
	}
	name, ok := strings.CutPrefix(text, traceDelivering)
	if !ok {
		return
	}
	name, key, _ := strings.Cut(name, "\t")
	// A consumer may have come before the first message: the destination is made for the mark.
	l := s.logOf(message.ParseDestination(name, message.Queue))
	if sub := l.subscription(key); sub != nil {
		sub.delivering = true
	} else if key == "" {
		l.delivering = true
	}
}

// afterCrash turns the marks of the run that ended into what MaybeDelivered says.
func (s *Store) afterCrash() {
	for _, l := range s.logs {
		l.eachDelivery(func(delivering *bool, maybe *int64) {
			if *delivering {
				*delivering, *maybe = false, l.next-1
			}
		})
	}
}
