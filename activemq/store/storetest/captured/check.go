package captured

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Check compares what a store holds with what Java found. Java leaves out messages of which the acknowledgement is prepared.
func (f *Fixture) Check(t *testing.T, s store.Store) {
	t.Helper()
	hidden := hiddenIn(s)
	for _, want := range f.Contents.Destinations {
		d := message.ParseDestination(want.Name, message.Queue)
		if d.IsQueue() {
			q, err := s.OpenQueue(d)
			if err != nil {
				t.Fatal(err)
			}
			want.check(t, readAll(t, q, hidden[place{d, ""}]))
			continue
		}
		want.checkTopic(t, s, d, hidden)
	}
	f.checkPrepared(t, s.Prepared())
}

// place is a queue, or a topic's subscription.
type place struct {
	destination message.Destination
	key         string
}

// hiddenIn lists the messages of which the acknowledgement is prepared, by sequence.
func hiddenIn(s store.Store) map[place]map[int64]bool {
	hidden := map[place]map[int64]bool{}
	for _, p := range s.Prepared() {
		for _, r := range p.Removed {
			at := place{r.Destination, r.Subscription}
			if hidden[at] == nil {
				hidden[at] = map[int64]bool{}
			}
			hidden[at][r.Entry.Sequence] = true
		}
	}
	return hidden
}

// readAll reads a queue or subscription, but for what is hidden.
func readAll(t *testing.T, p interface {
	Page(after int64, limit, bytes int) ([]store.Loaded, error)
}, hidden map[int64]bool) []store.Loaded {
	t.Helper()
	var all []store.Loaded
	for after := int64(0); ; {
		page, err := p.Page(after, 50, math.MaxInt32)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return slices.DeleteFunc(all, func(l store.Loaded) bool { return hidden[l.Entry.Sequence] })
		}
		all = append(all, page...)
		after = page[len(page)-1].Entry.Sequence
	}
}

// check compares messages. Their order is Java's too, but for destinations that are kept by priority.
func (d *Destination) check(t *testing.T, got []store.Loaded) {
	t.Helper()
	want := map[string]Message{}
	for _, id := range d.MessageIDs {
		want[id] = Message{"messageId": id}
	}
	for _, m := range d.Messages {
		want[m["messageId"].(string)] = m
	}
	if len(got) != len(want) {
		t.Errorf("%s holds %d messages, want %d", d.Name, len(got), len(want))
	}
	for _, l := range got {
		id := l.Message.ID.String()
		if want[id] == nil {
			t.Errorf("%s holds %s, which is not to be there", d.Name, id)
			continue
		}
		compare(t, d.Name, want[id], l.Message)
		delete(want, id)
	}
	for id := range want {
		t.Errorf("%s is without %s", d.Name, id)
	}
}

// checkTopic compares the durable subscriptions of a topic. All its messages are pending for one of them at least.
func (d *Destination) checkTopic(t *testing.T, s store.Store, name message.Destination, hidden map[place]map[int64]bool) {
	t.Helper()
	topic, err := s.OpenTopic(name)
	if err != nil {
		t.Fatal(err)
	}
	subs := map[string]store.Subscription{}
	for _, sub := range topic.Subscriptions() {
		subs[sub.Info().Key()] = sub
	}
	messages := map[string]Message{}
	for _, m := range d.Messages {
		messages[m["messageId"].(string)] = m
	}
	for _, want := range d.Subscriptions {
		key := want.ClientID + ":" + want.Name
		sub := subs[key]
		if sub == nil {
			t.Errorf("%s has no subscription %s", d.Name, key)
			continue
		}
		delete(subs, key)
		want.check(t, d.Name, sub, readAll(t, sub, hidden[place{name, key}]), messages)
	}
	for key := range subs {
		t.Errorf("%s has a subscription %s, which is not to be there", d.Name, key)
	}
}

func (want *Subscription) check(t *testing.T, topic string, sub store.Subscription, pending []store.Loaded, messages map[string]Message) {
	t.Helper()
	info, what := sub.Info(), topic+" "+sub.Info().Key()
	if info.ClientID.String() != want.ClientID || info.SubscriptionName.String() != want.Name || info.NoLocal != want.NoLocal {
		t.Errorf("%s is %v, want %v", what, info, want)
	}
	if info.Selector.IsNull() != (want.Selector == nil) || want.Selector != nil && info.Selector.String() != *want.Selector {
		t.Errorf("%s has the selector %v, want %v", what, info.Selector, want.Selector)
	}
	if info.Subscribed == nil || info.Subscribed.String() != want.SubscribedDestination {
		t.Errorf("%s is for %v, want %s", what, info.Subscribed, want.SubscribedDestination)
	}
	var ids []string
	for _, l := range pending {
		id := l.Message.ID.String()
		ids = append(ids, id)
		if m := messages[id]; m != nil {
			compare(t, what, m, l.Message)
		}
	}
	exact := want.PendingIDsAfterRebuild
	if exact == nil {
		exact = want.PendingIDs
	}
	if got, want := slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(exact)); !slices.Equal(got, want) {
		t.Errorf("%s has pending\n%v, want\n%v", what, got, want)
	}
}

// checkPrepared compares prepared transactions. Java lists one for each store that has a part of it.
func (f *Fixture) checkPrepared(t *testing.T, prepared []store.Prepared) {
	t.Helper()
	left := map[string]int{}
	for _, want := range f.Contents.PreparedTransactions {
		id := fmt.Sprint(want.FormatID, want.GlobalTransactionID, want.BranchQualifier)
		for _, m := range want.Messages {
			left[id+" adds "+m["destination"].(string)+" "+m["messageId"].(string)]++
		}
		for _, a := range want.Acks {
			left[id+" removes "+a.Destination+" "+a.LastMessageID]++
		}
		left[id] = 1
	}
	for _, p := range prepared {
		id := fmt.Sprint(p.ID.Format, hex.EncodeToString(p.ID.Global), hex.EncodeToString(p.ID.Branch))
		left[id]--
		for _, a := range p.Added {
			left[id+" adds "+a.Destination.String()+" "+a.Message.ID.String()]--
		}
		for _, r := range p.Removed {
			left[id+" removes "+r.Destination.String()+" "+r.Ack.Last.String()]--
		}
	}
	for what, n := range left {
		if n != 0 {
			t.Errorf("prepared transaction %s: %d too few", what, n)
		}
	}
}

// compare compares a message with what the manifest tells of it. Names that describe does not know are about the inside of properties and bodies, of which
// the bytes are compared as a whole.
func compare(t *testing.T, what string, want Message, m *message.Message) {
	t.Helper()
	got, err := describe(m)
	if err != nil {
		t.Errorf("%s: %s: %v", what, want["messageId"], err)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if value, known := got[name]; known && fmt.Sprint(value) != fmt.Sprint(want[name]) {
			t.Errorf("%s: %s has %s %v, want %v", what, want["messageId"], name, value, want[name])
		}
	}
	for name, value := range got {
		if _, told := want[name]; !told && want["destination"] != nil && value != "" && value != nil {
			t.Errorf("%s: %s has %s %v, want none", what, want["messageId"], name, value)
		}
	}
}

var kinds = map[message.Kind]string{message.KindPlain: "message", message.KindBytes: "bytes", message.KindMap: "map",
	message.KindObject: "object", message.KindStream: "stream", message.KindText: "text", message.KindBlob: "blob"}

// describe tells of a message what the manifest does.
func describe(m *message.Message) (map[string]any, error) {
	d := map[string]any{
		"messageId": m.ID.String(), "kind": kinds[m.Kind], "destination": m.Destination.String(), "persistent": m.Persistent, "priority": m.Priority,
		"expiration": m.Expiration, "timestamp": m.Timestamp, "brokerInTime": m.BrokerIn, "redeliveryCounter": m.Redeliveries,
		"correlationId": m.CorrelationID.String(), "type": m.Type.String(), "groupId": m.GroupID.String(), "userId": m.UserID.String(),
		"producerId": m.Producer.String(), "compressed": m.Compressed,
	}
	if m.OriginalDestination != nil {
		d["originalDestination"] = m.OriginalDestination.String()
	}
	if m.ReplyTo != nil {
		d["replyTo"] = m.ReplyTo.String()
	}
	if !m.GroupID.IsNull() {
		d["groupSequence"] = m.GroupSequence
	}
	if m.Content != nil {
		d["contentLength"], d["contentSha256"] = len(m.Content), sum(m.Content)
	}
	if m.Properties != nil {
		d["marshalledPropertiesLength"], d["marshalledPropertiesSha256"] = len(m.Properties), sum(m.Properties)
	}
	return d, describeBody(d, m)
}

// describeBody tells of texts and bytes what is in them, decompressed.
func describeBody(d map[string]any, m *message.Message) error {
	const short, shortBytes = 400, 256
	switch m.Kind {
	case message.KindText:
		text, err := m.TextBody()
		if err != nil || text.IsNull() {
			return err
		}
		if n := len(utf16.Encode([]rune(text.String()))); n > short {
			d["textLength"], d["textSha256"] = n, sum([]byte(text.String()))
		} else {
			d["text"] = text.String()
		}
	case message.KindBytes:
		b, err := m.Plain(message.DefaultInflateLimit)
		if err != nil {
			return err
		}
		if len(b) > shortBytes {
			d["bytesLength"], d["bytesSha256"] = len(b), sum(b)
		} else {
			d["bytes"] = hex.EncodeToString(b)
		}
	}
	return nil
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// ParseLines decodes lines of JSON. Numbers stay text, since some are beyond what a float holds.
func ParseLines(t *testing.T, lines []string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for _, text := range lines {
		d := json.NewDecoder(bytes.NewReader([]byte(strings.TrimSpace(text))))
		d.UseNumber()
		var m map[string]any
		if err := d.Decode(&m); err != nil {
			t.Fatalf("%v in %q", err, text)
		}
		all = append(all, m)
	}
	return all
}
