package wire

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"goactivemq/activemq/message"
)

// TestStoreRecords reads and writes records as the original's stores keep them.
func TestStoreRecords(t *testing.T) {
	codec, err := NewStoreCodec(11)
	if err != nil {
		t.Fatal(err)
	}
	seen, causes := map[string]int{}, 0
	eachLine(t, filepath.Join(vectorsDir(), "v11.jsonl.gz"), func(line int, v *vector) {
		if v.Cache || v.Tight || v.StackTrace && hasStack(v.Fields) {
			return
		}
		record := unhex(v.Hex)
		var again []byte
		var err error
		switch {
		case v.Type == "SubscriptionInfo":
			var s *message.SubscriptionInfo
			if s, err = codec.Subscription(record); err == nil {
				again, err = codec.AppendSubscription([]byte("x"), s)
			}
		case v.Type == "MessageAck":
			var a *message.Ack
			if a, err = codec.Ack(record); err == nil && a.Cause != nil {
				causes++
			}
			if err == nil {
				again, err = codec.AppendAck([]byte("x"), a)
			}
		case strings.HasPrefix(v.Type, "ActiveMQ") && strings.HasSuffix(v.Type, "Message"):
			var m *message.Message
			if m, err = codec.Message(record); err == nil {
				again, err = codec.AppendMessage([]byte("x"), m)
			}
		default:
			return
		}
		seen[v.Type]++
		if err != nil || string(again) != "x"+string(record) {
			t.Errorf("line %d, %s: %x, %v, want %x", line, v.Type, again, err, record)
		}
	})
	if len(seen) != 9 || causes == 0 {
		t.Errorf("records of %v, %d with a cause, want 9 types and some", seen, causes)
	}
}

// hasStack tells whether an exception lies anywhere in the fields.
func hasStack(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		if v["stack"] != nil {
			return true
		}
		for _, e := range v {
			if hasStack(e) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, hasStack)
	}
	return false
}

func TestStoreRecordsRefused(t *testing.T) {
	for _, version := range []int{0, 5, 13} {
		if _, err := NewStoreCodec(version); err == nil {
			t.Errorf("version %d", version)
		}
	}
	codec, err := NewStoreCodec(6)
	if err != nil {
		t.Fatal(err)
	}
	good, err := codec.AppendMessage(nil, &message.Message{Kind: message.KindText})
	if err != nil {
		t.Fatal(err)
	}
	for name, record := range map[string][]byte{"empty": {}, "cut off": good[:len(good)-1], "size alone": {0, 0, 0, 0}, "longer": append(good[:len(good):len(good)], 0)} {
		if m, err := codec.Message(record); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
	if a, err := codec.Ack(good); err == nil {
		t.Errorf("a message is read as %+v", a)
	}
	if m, err := codec.Message(good); err != nil || !reflect.DeepEqual(m, &message.Message{Kind: message.KindText}) {
		t.Errorf("afterwards: %+v, %v", m, err)
	}
}
