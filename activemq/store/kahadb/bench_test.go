package kahadb

import (
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

func benchOptions(b *testing.B) Options {
	o := Defaults(b.TempDir(), rawCodec{})
	o.Log, o.CleanupOnStop = slog.New(slog.DiscardHandler), false
	return o
}

// BenchmarkAppend sends messages of 1 KB and waits for each, from so many goroutines with a queue each.
func BenchmarkAppend(b *testing.B) {
	for _, sync := range []Sync{Always, Never} {
		for _, producers := range []int{1, 16} {
			b.Run(fmt.Sprintf("sync=%d/producers=%d", sync, producers), func(b *testing.B) {
				o := benchOptions(b)
				o.Sync = sync
				h := open(b, o)
				defer h.close()
				b.ReportAllocs()
				b.ResetTimer()
				appendFrom(h, producers, b.N)
			})
		}
	}
}

func appendFrom(h *harness, producers, n int) {
	var all sync.WaitGroup
	for p := range producers {
		all.Go(func() {
			q := h.queue(fmt.Sprint("Q", p))
			m := &message.Message{Priority: 4, Content: make([]byte, 900)}
			done := make(chan error)
			for i := range n/producers + 1 {
				c := *m
				c.ID = testID(int64(i))
				var e store.Entry
				q.Append(&e, &c, nil, func(err error) { done <- err })
				q.Admit(&e)
				<-done
			}
		})
	}
	all.Wait()
}

// BenchmarkStream sends without waiting for each, as an asynchronous producer does: what an append costs beside the write.
func BenchmarkStream(b *testing.B) {
	o := benchOptions(b)
	o.Sync = Never
	h := open(b, o)
	defer h.close()
	q := h.queue("Q")
	m := &message.Message{Priority: 4, Content: make([]byte, 900), ID: testID(1)}
	done := make(chan struct{}, 1000)
	for range cap(done) {
		done <- struct{}{}
	}
	complete := func(error) { done <- struct{}{} }
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		<-done
		var e store.Entry
		q.Append(&e, m, nil, complete)
		q.Admit(&e)
	}
}

// BenchmarkThrough sends messages of 1 KB, and removes each when it is stored: the life of a message with a consumer that keeps up.
func BenchmarkThrough(b *testing.B) {
	o := benchOptions(b)
	o.Sync = Never
	h := open(b, o)
	defer h.close()
	q := h.queue("Q")
	m := &message.Message{Priority: 4, Content: make([]byte, 900), ID: testID(1)}
	stored, removed := make(chan *store.Entry, 1000), make(chan struct{}, 1000)
	gone := func(error) { removed <- struct{}{} }
	go func() {
		for e := range stored {
			q.Remove(e, nil, nil, gone)
		}
	}()
	for range cap(removed) {
		removed <- struct{}{}
	}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		<-removed
		e := &store.Entry{}
		q.Append(e, m, nil, func(error) { stored <- e })
		q.Admit(e)
	}
	for range cap(removed) {
		<-removed
	}
	close(stored)
}

// fill makes a store with n messages of 1 KB pending.
func fill(b *testing.B, o Options, n int) {
	h := open(b, o)
	q := h.queue("Q")
	gate := make(chan struct{}, 1000)
	for i := range n {
		gate <- struct{}{}
		var e store.Entry
		q.Append(&e, &message.Message{ID: testID(int64(i)), Priority: 4, Content: make([]byte, 900)}, nil, func(error) { <-gate })
		q.Admit(&e)
	}
	h.close()
}

const million = 1_000_000

// BenchmarkOpen opens a store with a million messages: with its index, and from the journal alone. It tells the heap in use.
func BenchmarkOpen(b *testing.B) {
	o := benchOptions(b)
	o.Sync = Never
	fill(b, o, million)
	for _, rebuild := range []bool{false, true} {
		b.Run(fmt.Sprintf("rebuild=%v", rebuild), func(b *testing.B) {
			o.ForceRecoverIndex = rebuild
			for range b.N {
				h := open(b, o)
				if n, _ := h.queue("Q").Pending(); n != million {
					b.Fatalf("%d messages, want %d", n, million)
				}
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(m.HeapAlloc)/1e6, "MB")
				h.close()
			}
		})
	}
	b.Run("page", func(b *testing.B) {
		o.ForceRecoverIndex = false
		h := open(b, o)
		defer h.close()
		q := h.queue("Q")
		b.ReportAllocs()
		after := int64(0)
		for n := 0; n < b.N; {
			page, err := q.Page(after, 200, 1<<20)
			if err != nil {
				b.Fatal(err)
			}
			if len(page) == 0 {
				after = 0
				continue
			}
			n += len(page)
			after = page[len(page)-1].Entry.Sequence
		}
	})
}
