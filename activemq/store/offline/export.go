package offline

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// # The lines
//
// An export is a run of JSON objects, one a line, each with one of these members:
//
//	{"export":1,"openwire":11}                        the first line: the form of the lines, and OpenWire's version in them
//	{"queue":"queue://A"}                             the messages that follow are in it
//	{"topic":"topic://T","subscriptions":["…"]}       the same; its durable subscriptions as OpenWire's SubscriptionInfo
//	{"message":"…", …}                                a message in OpenWire's loose form
//	{"prepared":{"format":1,"global":"…","branch":"…"},"removed":[{"from":"queue://A","subscription":"…","id":"ID:…"}]}
//	                                                  a prepared XA transaction; the messages that follow are sent in it
//
// Bytes are in base64. Of a message there are for readers, and not read back: id, destination, timestamp, priority, expiration, type, correlationId,
// text, properties. For which subscriptions of a topic it is pending, "pending" tells by their numbers in "subscriptions"; "delivered" has those that may
// have had it already (0 for a queue).
const exportForm = 1

type line struct {
	Export        int       `json:"export,omitempty"`
	OpenWire      int       `json:"openwire,omitempty"`
	Queue         string    `json:"queue,omitempty"`
	Topic         string    `json:"topic,omitempty"`
	Subscriptions [][]byte  `json:"subscriptions,omitempty"`
	Prepared      *branch   `json:"prepared,omitempty"`
	Removed       []removed `json:"removed,omitempty"`

	ID            string         `json:"id,omitempty"`
	Destination   string         `json:"destination,omitempty"`
	Timestamp     int64          `json:"timestamp,omitempty"`
	Priority      int8           `json:"priority,omitempty"`
	Expiration    int64          `json:"expiration,omitempty"`
	Type          string         `json:"type,omitempty"`
	CorrelationID string         `json:"correlationId,omitempty"`
	Text          string         `json:"text,omitempty"`
	Properties    map[string]any `json:"properties,omitempty"`
	Pending       []int          `json:"pending,omitempty"`
	Delivered     []int          `json:"delivered,omitempty"`
	Message       []byte         `json:"message,omitempty"`
}

// branch is the id of an XA transaction.
type branch struct {
	Format int32  `json:"format"`
	Global []byte `json:"global"`
	Branch []byte `json:"branch"`
}

// removed is an acknowledgement in a prepared transaction.
type removed struct {
	From         string `json:"from"`
	Subscription string `json:"subscription,omitempty"`
	ID           string `json:"id"`
}

// exporter writes lines.
type exporter struct {
	store store.Store
	codec store.Codec
	out   *json.Encoder
	count int
	lost  error // messages that could not be read
}

// Export writes all that a store holds as lines, and returns how many messages. What cannot be read is left out and told in the error, which then comes
// after everything else was written.
func Export(to io.Writer, s store.Store, codec store.Codec, version int) (messages int, err error) {
	buffered := bufio.NewWriterSize(to, 1<<20)
	e := &exporter{store: s, codec: codec, out: json.NewEncoder(buffered)}
	e.out.SetEscapeHTML(false)
	err = e.out.Encode(line{Export: exportForm, OpenWire: version})
	for _, d := range sorted(s) {
		if err == nil {
			err = e.destination(d)
		}
	}
	for _, p := range s.Prepared() {
		if err == nil {
			err = e.prepared(p)
		}
	}
	if err == nil {
		err = buffered.Flush()
	}
	return e.count, errors.Join(err, e.lost)
}

func (e *exporter) destination(d message.Destination) error {
	if d.IsTopic() {
		return e.topic(d)
	}
	q, err := e.store.OpenQueue(d)
	if err != nil {
		return err
	}
	if err := e.out.Encode(line{Queue: d.String()}); err != nil {
		return err
	}
	return e.merge([]*cursor{{pager: q}}, []int64{q.MaybeDelivered()}, false)
}

func (e *exporter) topic(d message.Destination) error {
	t, err := e.store.OpenTopic(d)
	if err != nil {
		return err
	}
	head := line{Topic: d.String()}
	var cursors []*cursor
	var delivered []int64
	for _, sub := range t.Subscriptions() {
		info, err := e.codec.AppendSubscription(nil, sub.Info())
		if err != nil {
			return fmt.Errorf("subscription %s of %v: %w", sub.Info().Key(), d, err)
		}
		head.Subscriptions = append(head.Subscriptions, info)
		cursors = append(cursors, &cursor{pager: sub})
		delivered = append(delivered, sub.MaybeDelivered())
	}
	if len(cursors) == 0 {
		return nil // nothing of it is kept
	}
	if err := e.out.Encode(head); err != nil {
		return err
	}
	return e.merge(cursors, delivered, true)
}

// merge writes the messages of a queue, or of all subscriptions of a topic, each once and in order.
func (e *exporter) merge(cursors []*cursor, delivered []int64, topic bool) error {
	for {
		var first *store.Loaded
		var holders, had []int
		for i, c := range cursors {
			l, err := c.peek()
			e.lost = errors.Join(e.lost, err)
			switch {
			case l == nil || first != nil && l.Entry.Sequence > first.Entry.Sequence:
				continue
			case first == nil || l.Entry.Sequence < first.Entry.Sequence:
				first, holders = l, nil
			}
			holders = append(holders, i)
		}
		if first == nil {
			return nil
		}
		for _, i := range holders {
			if first.Entry.Sequence <= delivered[i] {
				had = append(had, i)
			}
			cursors[i].next()
		}
		if !topic {
			holders = nil
		}
		if err := e.message(first.Message, line{Pending: holders, Delivered: had}); err != nil {
			return err
		}
	}
}

// message writes a message.
func (e *exporter) message(m *message.Message, l line) error {
	var err error
	if l.Message, err = e.codec.AppendMessage(nil, m); err != nil {
		return fmt.Errorf("message %s: %w", m.ID, err)
	}
	l.ID, l.Timestamp, l.Priority, l.Expiration = m.ID.String(), m.Timestamp, m.Priority, m.Expiration
	l.Type, l.CorrelationID = m.Type.String(), m.CorrelationID.String()
	if m.Destination != nil {
		l.Destination = m.Destination.String()
	}
	// What cannot be shown is in the message all the same.
	if text, err := m.TextBody(); err == nil && m.Kind == message.KindText {
		l.Text = text.String()
	}
	l.Properties = shown(m)
	e.count++
	return e.out.Encode(l)
}

// shown returns the properties that JSON has a form for.
func shown(m *message.Message) map[string]any {
	all, err := m.PropertyMap()
	if err != nil || len(all) == 0 {
		return nil
	}
	properties := map[string]any{}
	for _, entry := range all {
		if _, err := json.Marshal(entry.Value); err == nil {
			properties[entry.Name] = entry.Value
		}
	}
	return properties
}

// prepared writes a prepared transaction with what is sent in it.
func (e *exporter) prepared(p store.Prepared) error {
	head := line{Prepared: &branch{p.ID.Format, p.ID.Global, p.ID.Branch}}
	for _, r := range p.Removed {
		id, err := e.idOf(r)
		if err != nil {
			return err
		}
		if id != "" {
			head.Removed = append(head.Removed, removed{r.Destination.String(), r.Subscription, id})
		}
	}
	if err := e.out.Encode(head); err != nil {
		return err
	}
	for _, a := range slices.Clone(p.Added) {
		if err := e.message(a.Message, line{}); err != nil {
			return err
		}
	}
	return nil
}

// idOf returns the id of a message whose removal is prepared, "" when it is gone.
func (e *exporter) idOf(r store.PreparedRemove) (string, error) {
	if r.Entry.Sequence == 0 {
		return "", nil
	}
	var log store.Log
	var err error
	if r.Destination.IsQueue() {
		log, err = e.store.OpenQueue(r.Destination)
	} else {
		log, err = e.store.OpenTopic(r.Destination)
	}
	if err != nil {
		return "", err
	}
	m, err := log.Load(&r.Entry)
	if err != nil {
		return "", err
	}
	return m.ID.String(), nil
}
