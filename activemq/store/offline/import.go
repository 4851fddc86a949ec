package offline

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// importer reads lines into a store.
type importer struct {
	store store.Store
	codec func(version int) (store.Codec, error)
	lines int
	count int

	reading store.Codec // of the version that the lines have
	queue   store.Queue // what the messages are for: one of the three
	topic   store.Topic
	subs    []store.Subscription
	tx      store.Transaction
	last    map[int]int64 // the greatest sequence that may have been delivered, by place in subs, 0 for the queue
}

// Import reads what Export wrote into a store, and returns how many messages. Destinations that hold messages already are refused: nothing is doubled
// by an import that is begun twice. codec makes what decodes the lines' version. It returns when all is on disk; after an error part of it may be.
func Import(from io.Reader, s store.Store, codec func(version int) (store.Codec, error)) (messages int, err error) {
	i := &importer{store: s, codec: codec}
	in := bufio.NewReaderSize(from, 1<<20)
	for {
		text, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(text)) > 0 {
			i.lines++
			if e := i.line(text); e != nil {
				return i.count, fmt.Errorf("line %d: %w", i.lines, e)
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return i.count, err
		}
	}
	if i.reading == nil {
		return 0, errors.New("nothing to import: no line was read")
	}
	return i.count, i.end()
}

func (i *importer) line(text []byte) error {
	var l line
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&l); err != nil {
		return err
	}
	switch {
	case i.reading == nil:
		return i.begin(l)
	case l.Queue != "":
		return errors.Join(i.end(), i.beginQueue(l.Queue))
	case l.Topic != "":
		return errors.Join(i.end(), i.beginTopic(l))
	case l.Prepared != nil:
		return errors.Join(i.end(), i.beginPrepared(l))
	case l.Message != nil:
		return i.message(l)
	}
	return errors.New(`no member that is known, want queue, topic, prepared or message`)
}

// begin reads the first line.
func (i *importer) begin(l line) error {
	if l.Export != exportForm {
		return fmt.Errorf(`form %d of an export, want {"export":%d,…}`, l.Export, exportForm)
	}
	var err error
	i.reading, err = i.codec(l.OpenWire)
	return err
}

func (i *importer) beginQueue(name string) error {
	q, err := i.store.OpenQueue(message.ParseDestination(name, message.Queue))
	if err != nil {
		return err
	}
	if n, _ := q.Pending(); n > 0 {
		return fmt.Errorf("%s holds %s already: import into a store where it is empty", name, plural(n, "message"))
	}
	i.queue, i.last = q, map[int]int64{}
	return nil
}

func (i *importer) beginTopic(l line) error {
	t, err := i.store.OpenTopic(message.ParseDestination(l.Topic, message.Topic))
	if err != nil {
		return err
	}
	if n := len(t.Subscriptions()); n > 0 {
		return fmt.Errorf("%s has %s already: import into a store where it has none", l.Topic, plural(n, "durable subscription"))
	}
	i.topic, i.last = t, map[int]int64{}
	for _, b := range l.Subscriptions {
		info, err := i.reading.Subscription(b)
		if err != nil {
			return err
		}
		err = wait(func(done store.Completion) error {
			sub, err := t.Subscribe(info, false, done)
			i.subs = append(i.subs, sub)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// beginPrepared opens a transaction and acknowledges what was acknowledged in it.
func (i *importer) beginPrepared(l line) error {
	id := &message.TransactionID{XA: true, Format: l.Prepared.Format, Global: l.Prepared.Global, Branch: l.Prepared.Branch}
	i.tx = i.store.Begin(id)
	for _, r := range l.Removed {
		if err := i.remove(r, id); err != nil {
			return err
		}
	}
	return nil
}

// remove acknowledges a message in the transaction.
func (i *importer) remove(r removed, id *message.TransactionID) error {
	d := message.ParseDestination(r.From, message.Queue)
	found := message.ParseID(r.ID)
	ack := &message.Ack{Kind: message.Standard, Destination: &d, Transaction: id, First: found, Last: found, Count: 1}
	var from interface {
		pager
		Remove(e *store.Entry, ack *message.Ack, tx store.Transaction, done store.Completion)
	}
	if d.IsQueue() {
		q, err := i.store.OpenQueue(d)
		if err != nil {
			return err
		}
		from = q
	} else {
		t, err := i.store.OpenTopic(d)
		if err != nil {
			return err
		}
		for _, sub := range t.Subscriptions() {
			if sub.Info().Key() == r.Subscription {
				from = sub
			}
		}
	}
	if from == nil {
		return fmt.Errorf("%s has no durable subscription %s", r.From, r.Subscription)
	}
	for c := (&cursor{pager: from}); ; c.next() {
		l, err := c.peek()
		if err != nil {
			return err
		}
		if l == nil {
			return fmt.Errorf("%s has no message %s", r.From, r.ID)
		}
		if l.Message.ID.String() == r.ID {
			from.Remove(&l.Entry, ack, i.tx, nil)
			return nil
		}
	}
}

// message stores one. Nobody waits for its sync: end does for all.
func (i *importer) message(l line) error {
	m, err := i.reading.Message(l.Message)
	if err != nil {
		return err
	}
	if m.ID == nil || m.Destination == nil {
		return errors.New("a message without an id or a destination")
	}
	i.count++
	i.store.Throttle()
	e := &store.Entry{}
	switch {
	case i.tx != nil:
		return i.send(m, e)
	case i.queue != nil:
		i.queue.Append(e, m, nil, nil)
		i.queue.Admit(e)
	case i.topic != nil:
		i.topic.Append(e, m, nil, nil)
		i.topic.Admit(e)
		if err := i.settle(e, l.Pending); err != nil {
			return err
		}
	default:
		return errors.New("a message before any queue, topic or transaction")
	}
	for _, at := range l.Delivered {
		i.last[at] = e.Sequence
	}
	return nil
}

// send adds a message to the prepared transaction.
func (i *importer) send(m *message.Message, e *store.Entry) error {
	if m.Destination.IsQueue() {
		q, err := i.store.OpenQueue(*m.Destination)
		if err == nil {
			q.Append(e, m, i.tx, nil)
		}
		return err
	}
	t, err := i.store.OpenTopic(*m.Destination)
	if err == nil {
		t.Append(e, m, i.tx, nil)
	}
	return err
}

// settle takes a message from the subscriptions that do not have it pending.
func (i *importer) settle(e *store.Entry, pending []int) error {
	has := make([]bool, len(i.subs))
	for _, at := range pending {
		if at < 0 || at >= len(has) {
			return fmt.Errorf("pending for subscription %d, there are %d", at, len(has))
		}
		has[at] = true
	}
	for at, sub := range i.subs {
		if !has[at] {
			sub.Remove(e, nil, nil, nil)
		}
	}
	return nil
}

// end finishes what the messages were for, and waits for the disk.
func (i *importer) end() error {
	defer func() { i.queue, i.topic, i.subs, i.tx, i.last = nil, nil, nil, nil, nil }()
	switch {
	case i.tx != nil:
		return wait(func(done store.Completion) error { i.tx.Prepare(done); return nil })
	case i.queue != nil && i.last[0] > 0:
		i.queue.Delivered(i.last[0])
	case i.topic != nil:
		for at, sequence := range i.last {
			if at >= 0 && at < len(i.subs) {
				i.subs[at].Delivered(sequence)
			}
		}
	}
	return nil
}

// wait does something and waits until it is done.
func wait(do func(store.Completion) error) error {
	done := make(chan error, 1)
	if err := do(func(err error) { done <- err }); err != nil {
		return err
	}
	return <-done
}
