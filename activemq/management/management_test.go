package management

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store/memory"
)

// start returns a model of a running broker that holds its messages in memory and can be moved in time.
func start(t *testing.T, o broker.Options) (*Model, *broker.Broker, *time.Time) {
	t.Helper()
	now := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	began := now
	o.Name, o.ID, o.Store, o.Now = "golden", "golden-id", memory.New(), func() time.Time { return began }
	b, err := broker.New(o)
	if err != nil {
		t.Fatal(err)
	}
	b.Start()
	t.Cleanup(b.Close)
	return New(b, Options{BrokerVersion: "5.17.2", Now: func() time.Time { return now }}), b, &now
}

func TestBroker(t *testing.T) {
	m, b, now := start(t, broker.Options{
		Persistent: true, DataDirectory: "/data", MemoryLimit: 64 << 20, StoreLimit: 512 << 20, TempLimit: 256 << 20,
	})
	*now = now.Add(28626 * time.Millisecond)
	got := m.Broker()
	want := BrokerView{
		BrokerName: "golden", BrokerId: "golden-id", BrokerVersion: "5.17.2", Uptime: "28.626 seconds", UptimeMillis: 28626,
		Persistent: true, DataDirectory: "/data", MemoryLimit: 67108864, StoreLimit: 536870912, TempLimit: 268435456,
	}
	if got != want {
		t.Errorf("new broker is %+v, want %+v", got, want)
	}
	if name := m.Name(); name != b.Name() {
		t.Errorf("name is %q, want %q", name, b.Name())
	}
}

// TestPercent has a broker with messages that take up a known part of its limits: the memory store counts as the broker does.
func TestPercent(t *testing.T) {
	m, b, _ := start(t, broker.Options{MemoryLimit: 1 << 20, StoreLimit: 2 << 20})
	c := connect(t, b, "c")
	c.send(t, *message.NewQueue("half"), 1, func(m *message.Message) {
		m.Persistent = true
		m.Content = make([]byte, 512<<10)
	})
	if v := m.Broker(); v.MemoryPercentUsage != 50 || v.StorePercentUsage != 25 {
		t.Errorf("memory is used to %d %%, store to %d %%, want 50 and 25", v.MemoryPercentUsage, v.StorePercentUsage)
	}
	q := m.Destinations(Queue)[0]
	if q.MemoryLimit != 1<<20 || q.MemoryPercentUsage != 50 || q.MemoryUsageByteCount < 512<<10 {
		t.Errorf("queue uses %d bytes, %d %% of %d, want 50 %% of the broker's limit", q.MemoryUsageByteCount, q.MemoryPercentUsage, q.MemoryLimit)
	}
}

// TestNoLimit holds that without limits nothing is used up.
func TestNoLimit(t *testing.T) {
	m, b, _ := start(t, broker.Options{})
	connect(t, b, "c").send(t, *message.NewQueue("q"), 3, nil)
	if v := m.Broker(); v.MemoryPercentUsage != 0 || v.StorePercentUsage != 0 || v.TempPercentUsage != 0 {
		t.Errorf("percentages are %d, %d, %d, want 0", v.MemoryPercentUsage, v.StorePercentUsage, v.TempPercentUsage)
	}
}

// TestDestinations holds which kinds are told apart, that they come by name, and whose limit counts.
func TestDestinations(t *testing.T) {
	entry := policy.Default()
	entry.Pattern, entry.MemoryLimit = message.Destination{Kind: message.Queue, Name: "small.>"}, 1<<10
	m, b, _ := start(t, broker.Options{MemoryLimit: 1 << 20, Advisories: true, Policies: policy.NewMap([]policy.Entry{entry}, policy.Default())})
	for _, d := range []message.Destination{
		{Kind: message.Queue, Name: "small.b"}, {Kind: message.Queue, Name: "a"}, {Kind: message.Topic, Name: "t"},
		{Kind: message.Topic, Name: "ActiveMQ.Advisory.Queue"},
	} {
		if err := b.MakeDestination(d); err != nil {
			t.Fatal(err)
		}
	}
	c := connect(t, b, "c")
	for _, d := range []message.Destination{{Kind: message.TempQueue, Name: "ID:c:1"}, {Kind: message.TempTopic, Name: "ID:c:2"}} {
		if err := c.AddDestination(d); err != nil {
			t.Fatal(err)
		}
	}
	type row struct {
		name     string
		advisory bool
		limit    int64
	}
	cases := map[DestinationType][]row{
		Queue:     {{"a", false, 1 << 20}, {"small.b", false, 1 << 10}},
		Topic:     {{"ActiveMQ.Advisory.Queue", true, 1 << 20}, {"t", false, 1 << 20}},
		TempQueue: {{"ID:c:1", false, 1 << 20}},
		TempTopic: {{"ID:c:2", false, 1 << 20}},
	}
	for kind, want := range cases {
		var got []row
		for _, v := range m.Destinations(kind) {
			if v.DestinationType != kind {
				t.Errorf("%s %s is among those of type %s", v.DestinationType, v.Name, kind)
			}
			got = append(got, row{v.Name, v.Advisory, v.MemoryLimit})
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s destinations are %v, want %v", kind, got, want)
		}
	}
}

// TestBusy reads while clients send to new and old queues: counters never run backwards, and in the end they are what was sent.
func TestBusy(t *testing.T) {
	m, b, _ := start(t, broker.Options{MemoryLimit: 64 << 20})
	const queues, messages = 20, 50
	sent, read := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(read)
		var last int64
		for {
			v := m.Broker()
			if v.TotalEnqueueCount < last {
				t.Errorf("%d messages were enqueued, and %d before that", v.TotalEnqueueCount, last)
				return
			}
			last = v.TotalEnqueueCount
			m.Destinations(Queue)
			select {
			case <-sent:
				return
			default:
			}
		}
	}()
	c := connect(t, b, "busy")
	for i := range queues {
		c.send(t, *message.NewQueue("q" + strconv.Itoa(i)), messages, nil)
	}
	close(sent)
	<-read
	if v := m.Broker(); v.TotalEnqueueCount != queues*messages || v.TotalMessageCount != queues*messages {
		t.Errorf("enqueued %d, pending %d, want %d", v.TotalEnqueueCount, v.TotalMessageCount, queues*messages)
	}
	if all := m.Destinations(Queue); len(all) != queues || all[0].QueueSize != messages {
		t.Errorf("%d queues, the first with %d messages, want %d with %d", len(all), all[0].QueueSize, queues, messages)
	}
}
