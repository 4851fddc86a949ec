package openwire

import (
	"fmt"
	"strings"
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
)

// BenchmarkConnection passes non-persistent messages from one client through a queue to another, as fast as a window of prefetch lets
// them, with what the original's client does: no answer to a message, an acknowledgement for each half of the prefetch. The allocations are those of
// both clients and the broker; those of the clients are told apart by BenchmarkClient.
func BenchmarkConnection(b *testing.B) {
	for _, size := range []int{100, 1 << 10, 64 << 10} {
		b.Run(fmt.Sprintf("%d bytes", size), func(b *testing.B) {
			s := serve(b, "", nil)
			from, to := s.connect("from"), s.connect("to")
			queue := message.NewQueue("Q")
			const prefetch = 1000
			consumer := to.consumer(1, queue, prefetch)
			producer := from.producer(1, queue, 0)
			m := text(producer, 0, queue, strings.Repeat("x", size))
			b.ReportAllocs()
			b.SetBytes(int64(size))
			credit := make(chan struct{}, 2*prefetch)
			sent := make(chan struct{})
			go func() {
				defer close(sent)
				var out []byte
				for i := range b.N {
					credit <- struct{}{}
					m.ID.ProducerSequence = int64(i + 1)
					m.CommandID++
					var err error
					if out, err = from.encoder.Append(out, m); err != nil {
						b.Error(err)
						return
					}
					if len(out) > 16<<10 || i == b.N-1 || len(credit) == cap(credit) {
						from.write(out)
						out = out[:0]
					}
				}
			}()
			receive(b, to, consumer, queue, prefetch, func() { <-credit })
			<-sent
		})
	}
}

// receive takes in b.N messages and acknowledges them.
func receive(b *testing.B, c *client, consumer *message.ConsumerID, queue *message.Destination, prefetch int, each func()) {
	ack := &message.Ack{Destination: queue, Consumer: consumer, Kind: message.Standard}
	for i := range b.N {
		f, err := c.next()
		if err != nil {
			b.Fatal(err)
		}
		d, ok := f.(*wire.MessageDispatch)
		if !ok {
			b.Fatalf("got %s", show(f))
		}
		if got := d.Message.ID.ProducerSequence; got != int64(i+1) {
			b.Fatalf("message %d came, want %d", got, i+1)
		}
		if ack.Count++; ack.First == nil {
			ack.First = d.Message.ID
		}
		if ack.Count == int32(prefetch/2) || i == b.N-1 {
			ack.Last = d.Message.ID
			c.tell(ack)
			ack.First, ack.Count = nil, 0
		}
		each()
	}
}

// BenchmarkAnswered sends messages one by one, each when the one before is answered: what a message costs in latency.
func BenchmarkAnswered(b *testing.B) {
	s := serve(b, "", nil)
	c := s.connect("c")
	topic := message.NewTopic("T") // nobody listens: nothing is kept
	m := text(c.producer(1, topic, 0), 0, topic, strings.Repeat("x", 1<<10))
	b.ReportAllocs()
	for i := range b.N {
		m.ID.ProducerSequence = int64(i + 1)
		c.ok(m)
	}
}

// BenchmarkClient is what the clients of BenchmarkConnection allocate by themselves for a message of 1 KB, without sockets and broker.
func BenchmarkClient(b *testing.B) {
	settings := wire.Settings{Version: 12, Tight: true, Cache: true, CacheSize: 1024}
	encoder, writer, reader := wire.NewEncoder(settings), wire.NewEncoder(settings), wire.NewDecoder(settings)
	queue := message.NewQueue("Q")
	producer := &message.ProducerID{Connection: "c", Session: 1, Value: 1}
	m := text(producer, 0, queue, strings.Repeat("x", 1<<10))
	d := &wire.MessageDispatch{Consumer: &message.ConsumerID{Connection: "c", Session: 1, Value: 1}, Destination: queue, Message: m}
	b.ReportAllocs()
	var out []byte
	for i := range b.N {
		m.ID.ProducerSequence = int64(i + 1)
		var err error
		if out, err = encoder.Append(out[:0], m); err != nil {
			b.Fatal(err)
		}
		frame, err := writer.Append(nil, d)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := reader.Decode(frame[4:]); err != nil {
			b.Fatal(err)
		}
	}
}
