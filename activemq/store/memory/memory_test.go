package memory_test

import (
	"errors"
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/memory"
	"goactivemq/activemq/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, storetest.Harness{
		Forgets: true,
		Place: func(*testing.T) storetest.Place {
			return storetest.Place{Open: func() (store.Store, error) { return memory.New(), nil }}
		},
	})
}

// TestSameMessage shows that the store holds the message itself, and counts its size while it does.
func TestSameMessage(t *testing.T) {
	s := memory.New()
	d := message.Destination{Kind: message.TempQueue, Name: "ID:a-1-2-3:1:1"}
	q, err := s.OpenQueue(d)
	if err != nil {
		t.Fatal(err)
	}
	m := storetest.NewMessage(d, 1, 1000)
	var e store.Entry
	q.Append(&e, m, nil, nil)
	q.Admit(&e)
	page, err := q.Page(0, 1, 1)
	if err != nil || len(page) != 1 || page[0].Message != m {
		t.Errorf("page %v, %v, want the message itself", page, err)
	}
	if n := s.Usage(); n != int64(m.Size()) {
		t.Errorf("usage %d, want %d", n, m.Size())
	}
	q.Remove(&e, nil, nil, nil)
	if n := s.Usage(); n != 0 {
		t.Errorf("usage %d after the last message went, want 0", n)
	}
	if _, err := q.Load(&e); err == nil {
		t.Error("the message was loaded after it was removed")
	}
}

func TestOpenRefuses(t *testing.T) {
	s := memory.New()
	if _, err := s.OpenQueue(*message.NewTopic("A")); err == nil {
		t.Error("a topic was opened as a queue")
	}
	topic, err := s.OpenTopic(*message.NewTopic("A"))
	if err != nil {
		t.Fatal(err)
	}
	info := &message.SubscriptionInfo{ClientID: message.T("c"), SubscriptionName: message.T("s")}
	for i, wantError := range []bool{false, true} {
		var told error
		_, err := topic.Subscribe(info, false, func(err error) { told = err })
		if (err != nil) != wantError || !errors.Is(told, err) {
			t.Errorf("subscribe %d: %v, told %v", i, err, told)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenTopic(*message.NewTopic("A")); !errors.Is(err, store.ErrClosed) {
		t.Errorf("open after Close: %v, want %v", err, store.ErrClosed)
	}
}

// BenchmarkQueue adds and removes with a backlog of 10,000, in the order of a queue.
func BenchmarkQueue(b *testing.B) {
	s := memory.New()
	d := *message.NewQueue("A")
	q, err := s.OpenQueue(d)
	if err != nil {
		b.Fatal(err)
	}
	m := storetest.NewMessage(d, 1, 100)
	backlog := make([]store.Entry, 10_000)
	for i := range backlog {
		q.Append(&backlog[i], m, nil, nil)
		q.Admit(&backlog[i])
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		e := &backlog[i%len(backlog)]
		q.Remove(e, nil, nil, nil)
		*e = store.Entry{}
		q.Append(e, m, nil, nil)
		q.Admit(e)
	}
}
