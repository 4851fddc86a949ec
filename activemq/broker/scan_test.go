package broker_test

import (
	"os"
	"runtime"
	"strconv"
	"testing"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
)

// scanMessages is how many messages TestScan has wait: GOACTIVEMQ_SCAN or 100,000.
func scanMessages(t *testing.T) int {
	text := os.Getenv("GOACTIVEMQ_SCAN")
	if text == "" {
		return 100_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 10_000 {
		t.Fatalf("GOACTIVEMQ_SCAN=%q, want a number of messages, 10,000 or more", text)
	}
	return n
}

// TestScan has a long backlog wait, one in a thousand of which a consumer wants. It gets all of those in their order, while another one takes what
// comes first, and the memory that the queue takes up stays within bounds.
func TestScan(t *testing.T) {
	n := scanMessages(t)
	kind := "kahadb"
	if n > 100_000 {
		kind = "disk"
	}
	bubble(t, kind, func(f *fixture) { playScan(f, n) }, func(o *broker.Options) { o.MemoryLimit = 64 << 20 })
}

const wantedOne = 1000 // in so many

func playScan(f *fixture, n int) {
	p := f.connect("p")
	for i := 1; i <= n; i++ {
		f.must(p.conn.Send(numbered(f, p, i), nil))
	}
	f.settle()
	idle := f.connect("idle")
	f.consume(idle, "stuck", "Q", func(i *message.ConsumerInfo) { i.Prefetch = 7 })
	f.consume(idle, "none", "Q", func(i *message.ConsumerInfo) { i.Selector = message.T("number < 0") })
	few := f.connect("few")
	wanted := f.consume(few, "wanted", "Q", func(i *message.ConsumerInfo) {
		i.Prefetch, i.Selector = 5, message.T("number % 1000 = 0")
	})
	all := f.connect("all")
	first := f.consume(all, "first", "Q", func(i *message.ConsumerInfo) { i.Prefetch = 1 })
	next, taken, peak := wantedOne, 0, int64(0)
	for next <= n {
		f.settle()
		peak = max(peak, f.broker.Memory().Used())
		got := wanted.take()
		if len(got) == 0 {
			f.Fatalf("the consumer waits for number %d and nothing comes", next)
		}
		for _, d := range got {
			if number := numberOf(f, d.Message); number != next {
				f.Fatalf("number %d came, want %d", number, next)
			}
			next += wantedOne
			f.must(f.ack(wanted, message.Individual, "", "", d.Message.ID))
		}
		for _, d := range first.take() {
			taken++
			f.must(f.ack(first, message.Individual, "", "", d.Message.ID))
		}
	}
	if most := int64(8 << 20); peak > most {
		f.Errorf("the queue took up %d bytes of memory, want at most %d", peak, most)
	}
	if want := n / wantedOne / 5; taken < want {
		f.Errorf("the other consumer got %d messages meanwhile, want %d or more", taken, want)
	}
	var heap runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&heap)
	f.Logf("%d messages: at most %d kB in memory, heap of %d MB at the end", n, peak>>10, heap.HeapAlloc>>20)
	arrives(f, p, wanted, n)
	f.ruined = n > 100_000 // to consume all the rest would take too long
}

// arrives sends on, and wants the consumer to get what it wants of that at once, and what another left behind.
func arrives(f *fixture, p *client, wanted *consumer, n int) {
	for i := n + 1; i <= n+2*wantedOne; i++ {
		f.must(p.conn.Send(numbered(f, p, i), nil))
	}
	f.settle()
	got := wanted.take()
	if len(got) != 2 || numberOf(f, got[0].Message) != n+wantedOne || numberOf(f, got[1].Message) != n+2*wantedOne {
		f.Errorf("of those that came later the consumer got %d, want 2", len(got))
	}
	wanted.client.conn.Close()
	again := f.consume(f.connect("again"), "again", "Q", func(i *message.ConsumerInfo) { i.Selector = message.T("number % 1000 = 0") })
	f.settle()
	for _, d := range again.take() {
		if d.Redeliveries != 1 {
			f.Errorf("number %d came again with a count of %d, want 1", numberOf(f, d.Message), d.Redeliveries)
		}
		f.must(f.ack(again, message.Individual, "", "", d.Message.ID))
	}
}

// numbered makes a message with a number to select by.
func numbered(f *fixture, c *client, number int) *message.Message {
	producer := &message.ProducerID{Connection: c.id, Session: 1, Value: 1}
	properties, err := message.AppendMap(nil, message.Map{{Name: "number", Value: int64(number)}})
	f.must(err)
	return &message.Message{
		Kind: message.KindText, Producer: producer, Destination: message.NewQueue("Q"), Priority: message.DefaultPriority, Persistent: true,
		ID: &message.ID{Producer: producer, ProducerSequence: int64(number)}, Properties: properties, Content: message.TextContent("x"),
	}
}

// numberOf returns the number of a message.
func numberOf(f *fixture, m *message.Message) int {
	v, _ := m.Property("number")
	n, ok := v.(int64)
	if !ok {
		f.Fatalf("a message without its number: %v", v)
	}
	return int(n)
}
