package management

import (
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/test/peers"
)

// client is a connection that does what Java's client does, as far as counters see it.
type client struct {
	*broker.Connection
	id       string
	sequence int64

	mu sync.Mutex
	// mu guards what follows.
	got []*message.Message
}

// Dispatch notes what comes.
func (c *client) Dispatch(d broker.Dispatch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d.Message != nil {
		c.got = append(c.got, d.Message)
	}
}

// Close has nothing to close.
func (c *client) Close(error) {}
func (c *client) Flush()      {}

// connect opens a connection of that client id.
func connect(t *testing.T, b *broker.Broker, id string) *client {
	t.Helper()
	c := &client{id: id}
	opened, err := b.Connect(&message.ConnectionInfo{Connection: &message.ConnectionID{Value: id}, ClientID: message.T(id)}, c, "tcp://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	c.Connection = opened
	return c
}

// produce adds a producer of one destination.
func (c *client) produce(t *testing.T, d message.Destination, number int64) {
	t.Helper()
	if err := c.AddProducer(&message.ProducerInfo{Producer: &message.ProducerID{Connection: c.id, Session: 1, Value: number}, Destination: &d}); err != nil {
		t.Fatal(err)
	}
}

// send sends count messages, each changed before.
func (c *client) send(t *testing.T, d message.Destination, count int, change func(*message.Message)) {
	t.Helper()
	producer := &message.ProducerID{Connection: c.id, Session: 1, Value: 1}
	for range count {
		c.sequence++
		m := &message.Message{
			Kind: message.KindText, ID: &message.ID{Producer: producer, ProducerSequence: c.sequence}, Producer: producer, Destination: &d, Priority: 4,
		}
		if change != nil {
			change(m)
		}
		if err := c.Send(m, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// consumer makes the id of a consumer.
func (c *client) consumer(number int64) *message.ConsumerID {
	return &message.ConsumerID{Connection: c.id, Session: 1, Value: number}
}

// consume adds a consumer.
func (c *client) consume(t *testing.T, d message.Destination, number int64, prefetch int32, browser bool) {
	t.Helper()
	if _, err := c.AddConsumer(&message.ConsumerInfo{Consumer: c.consumer(number), Destination: &d, Prefetch: prefetch, Browser: browser}); err != nil {
		t.Fatal(err)
	}
}

// take acknowledges the oldest messages that came.
func (c *client) take(t *testing.T, d message.Destination, number int64, kind message.AckKind, count int) {
	t.Helper()
	c.mu.Lock()
	taken := c.got[:count]
	if kind == message.Standard {
		c.got = c.got[count:]
	}
	c.mu.Unlock()
	ack := &message.Ack{Kind: kind, Destination: &d, Consumer: c.consumer(number), First: taken[0].ID, Last: taken[count-1].ID, Count: int32(count)}
	if err := c.Ack(ack, nil); err != nil {
		t.Fatal(err)
	}
}

// TestGolden does the first steps of the recorded workload and compares the counters with the original's after each. Not compared is
// TotalEnqueueCount: the original counts advisories that nobody hears, which this broker does not make.
func TestGolden(t *testing.T) {
	m, b, _ := start(t, broker.Options{Persistent: true, MemoryLimit: 64 << 20, StoreLimit: 512 << 20, TempLimit: 256 << 20})
	golden := readGolden(t)
	queue := func(name string) message.Destination {
		return message.Destination{Kind: message.Queue, Name: "GOLD." + name}
	}
	q1, q2, q3 := queue("Q1"), queue("Q2"), queue("Q3")
	persistent := func(m *message.Message) { m.Persistent = true }

	prod := connect(t, b, "gold-prod")
	prod.produce(t, q1, 1)
	prod.send(t, q1, 10, persistent)
	golden.compare(t, m, "q1-send")

	prod.produce(t, q2, 2)
	prod.send(t, q2, 10, nil)
	golden.compare(t, m, "q2-send")

	cons := connect(t, b, "gold-cons")
	cons.consume(t, q2, 1, 1, false)
	for range 6 {
		cons.take(t, q2, 1, message.Standard, 1)
	}
	golden.compare(t, m, "q2-consume6")

	cons.RemoveConsumer(*cons.consumer(1), message.NoneDelivered)
	cons.got = nil
	golden.compare(t, m, "q2-close")

	prod.produce(t, q3, 3)
	prod.send(t, q3, 5, persistent)
	cons.consume(t, q3, 2, 3, false)
	cons.take(t, q3, 2, message.Delivered, 2)
	golden.compare(t, m, "q3-inflight")

	cons.take(t, q3, 2, message.Standard, 2)
	golden.compare(t, m, "q3-ack")
}

// recording is the part of the recorded workload that is compared: attributes by bean, by step.
type recording map[string]map[string]map[string]any

func readGolden(t *testing.T) recording {
	t.Helper()
	text, err := os.ReadFile(peers.Shared(t, "console", "golden-mbeans.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Steps []struct {
			ID       string
			Counters map[string]map[string]any
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	steps := recording{}
	for _, s := range file.Steps {
		steps[s.ID] = s.Counters
	}
	return steps
}

// compare compares the model with the recording after a step.
func (r recording) compare(t *testing.T, m *Model, step string) {
	t.Helper()
	got := map[string]any{"broker": m.Broker()}
	for _, v := range m.Destinations(Queue) {
		got["Queue:"+v.Name] = v
	}
	want := r[step]
	if want["broker"] == nil {
		t.Fatalf("%s was not recorded", step)
	}
	delete(want["broker"], "TotalEnqueueCount")
	for bean, attributes := range want {
		text, err := json.Marshal(got[bean])
		if err != nil {
			t.Fatal(err)
		}
		var ours map[string]any
		if err := json.Unmarshal(text, &ours); err != nil {
			t.Fatal(err)
		}
		for name, value := range attributes {
			if mine, known := ours[name]; known && mine != value {
				t.Errorf("%s: %s of %s is %v, want %v", step, name, bean, mine, value)
			}
		}
		if ours == nil && strings.HasPrefix(bean, "Queue:") {
			t.Errorf("%s: there is no %s", step, bean)
		}
	}
}
