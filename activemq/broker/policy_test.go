package broker_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
)

// controlled is what a broker asked a client to do with its consumers.
type controlled struct {
	*client
	closed []message.ConsumerID
}

func (c *controlled) CloseConsumer(id message.ConsumerID)        { c.closed = append(c.closed, id) }
func (c *controlled) ChangePrefetch(_ message.ConsumerID, _ int) {}

// TestAbortSlowConsumer shows that a topic consumer which lets messages wait too long is asked to close, and closed a second later.
func TestAbortSlowConsumer(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		peer := &controlled{client: &client{f: f, name: "slow", id: "ID:slow", got: map[message.ConsumerID][]broker.Dispatch{}}}
		conn, err := f.broker.Connect(&message.ConnectionInfo{Connection: &message.ConnectionID{Value: "ID:slow"}, ClientID: message.T("slow")}, peer, "tcp://slow:1")
		f.must(err)
		peer.conn = conn
		f.clients["slow"] = peer.client
		f.consume(peer.client, "x", "topic://T", func(i *message.ConsumerInfo) { i.Prefetch = 2 })
		for _, name := range sequenceNames("m", 6) { // two are given, three may wait, and the sixth finds more waiting than it is given
			f.must(f.sendOne(a, f.transient(a, "topic://T", name)))
		}
		f.advance(20 * time.Second)
		f.must(f.sendOne(a, f.transient(a, "topic://T", "late")))
		if len(peer.closed) != 0 {
			f.Fatalf("%v was closed after two checks, want it closed after three", peer.closed)
		}
		f.advance(10*time.Second + 1100*time.Millisecond)
		f.settle()
		if len(peer.closed) != 1 {
			f.Fatalf("%d consumers were asked to close, want the slow one", len(peer.closed))
		}
		if c, _ := f.counters("topic://T"); c.Consumers != 0 {
			f.Errorf("%d consumers, want none a second later", c.Consumers)
		}
	}, policies(func(e *policy.Entry) {
		e.Slow = policy.Slow{Abort: true, CheckPeriod: 10 * time.Second, MaxDuration: 30 * time.Second, MaxCount: -1}
	}))
}

// TestAbortSlowAckConsumer shows that the connection of a consumer which acknowledges nothing is ended, and that one with nothing to acknowledge may stay.
func TestAbortSlowAckConsumer(t *testing.T) {
	over(t, func(f *fixture) {
		a, b, idle := f.connect("a"), f.connect("b"), f.connect("idle")
		f.consume(b, "x", "Q")
		f.consume(idle, "y", "other")
		f.send(a, "Q", "1")
		f.advance(61 * time.Second)
		f.settle()
		if b.closed == nil || !strings.Contains(b.closed.Error(), "Consumers was slow too often (>-1) or too long (>30000)") {
			f.Errorf("the connection is closed with %v, want it closed as too slow", b.closed)
		}
		if idle.closed != nil {
			f.Errorf("the idle connection is closed with %v", idle.closed)
		}
		y := f.consume(a, "y", "Q")
		f.want(y, "1+1")
	}, policies(func(e *policy.Entry) {
		e.Slow = policy.Slow{
			Abort: true, ByAck: true, AbortConnection: true, CheckPeriod: 15 * time.Second, MaxDuration: 30 * time.Second, MaxCount: -1,
			SinceAck: 20 * time.Second, IgnoreIdle: true,
		}
	}))
}

// TestRedeliveryPlugin follows a message that clients give up: delays grow, and it is a dead letter after the last.
func TestRedeliveryPlugin(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		x := f.consume(a, "x", "Q")
		dead := f.consume(a, "dead", policy.DefaultDeadLetterQueue)
		f.send(a, "Q", "1")
		f.want(x, "1")
		for n, delay := range []time.Duration{time.Second, 3 * time.Second, 5 * time.Second} {
			f.must(f.ack(x, message.Poison, "", "1"))
			f.advance(delay - time.Millisecond)
			f.want(x, "")
			f.advance(time.Millisecond)
			f.settle()
			got := x.take()
			if len(got) != 1 || int(got[0].Redeliveries) != n+1 {
				f.Fatalf("after %s: got %s, want the message for the %d. time", delay, f.show(got), n+2)
			}
			if v, _ := got[0].Message.Property("redeliveryDelay"); v != delay.Milliseconds() {
				f.Errorf("redeliveryDelay is %v, want %d", v, delay.Milliseconds())
			}
		}
		f.must(f.ack(x, message.Poison, "", "1"))
		f.settle()
		f.want(dead, "1+3")
		if c, _ := f.counters("Q"); c.Pending != 0 || c.InFlight != 0 || c.Memory != 0 {
			f.Errorf("the queue has %+v, want nothing left", c)
		}

		f.send(a, "topic://other", "2")
		f.send(a, "none", "3")
		y := f.consume(a, "y", "none")
		f.want(y, "3")
		f.must(f.ack(y, message.Poison, "", "3"))
		f.settle()
		f.want(dead, "") // no policy is for it, and without one it is dropped
	}, func(o *broker.Options) {
		o.Plugins.Redeliveries = &policy.Redeliveries{
			Entries:            []policy.Redelivery{{Pattern: *message.NewQueue("Q"), Maximum: 3, Initial: 1000, Delay: 1000, BackOff: 3, MaximumDelay: 5000}},
			DeadLetterInTheEnd: true,
		}
	})
}

// TestDiscardLetters drops dead letters of the destinations that the plugin names.
func TestDiscardLetters(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		dead := f.consume(a, "dead", policy.DefaultDeadLetterQueue)
		for _, queue := range []string{"noise.1", "important"} {
			x := f.consume(a, queue, queue)
			f.send(a, queue, "from "+queue)
			f.want(x, "from "+queue)
			f.must(f.ack(x, message.Poison, "", "from "+queue))
		}
		f.want(dead, "from important")
	}, func(o *broker.Options) {
		o.Plugins.DiscardLetters = &broker.DiscardLetters{Only: []*regexp.Regexp{regexp.MustCompile(`^(?:noise\..*)$`)}}
	})
}

// TestStamp compares what the timestamping plugin makes of messages with what the original's does for the same settings.
func TestStamp(t *testing.T) {
	const now = 1_000_000
	for _, c := range []struct {
		what                          string
		stamp                         policy.Stamp
		timestamp, expiration         int64
		wantTimestamp, wantExpiration int64
		network                       bool
	}{
		{what: "no end", timestamp: 5, wantTimestamp: now},
		{what: "an end", timestamp: 500, expiration: 700, wantTimestamp: now, wantExpiration: now + 200},
		{what: "no timestamp", expiration: 700, wantExpiration: 700},
		{what: "an end for all", stamp: policy.Stamp{TimeToLive: 50}, timestamp: 5, wantTimestamp: now, wantExpiration: now + 50},
		{what: "too long", stamp: policy.Stamp{TimeToLiveMax: 100}, timestamp: 500, expiration: 700, wantTimestamp: now, wantExpiration: now + 100},
		{what: "future only", stamp: policy.Stamp{FutureOnly: true}, timestamp: 2 * now, expiration: 2*now + 10, wantTimestamp: 2 * now, wantExpiration: 2*now + 10},
		{what: "future only, behind", stamp: policy.Stamp{FutureOnly: true}, timestamp: 5, expiration: 10, wantTimestamp: now, wantExpiration: now + 5},
		{what: "from another broker", timestamp: 5, wantTimestamp: 5, network: true},
		{what: "from another broker, too", stamp: policy.Stamp{Network: true}, timestamp: 5, wantTimestamp: now, network: true},
	} {
		m := &message.Message{Timestamp: c.timestamp, Expiration: c.expiration}
		if c.network {
			m.BrokerPath = []*message.BrokerID{{Value: "b"}}
		}
		c.stamp.Set(m, now)
		if m.Timestamp != c.wantTimestamp || m.Expiration != c.wantExpiration {
			t.Errorf("%s: timestamp %d and expiration %d, want %d and %d", c.what, m.Timestamp, m.Expiration, c.wantTimestamp, c.wantExpiration)
		}
	}
}

// TestForcedAndTraced shows the plugins that change every message.
func TestForcedAndTraced(t *testing.T) {
	force := true
	over(t, func(f *fixture) {
		a := f.connect("a")
		x := f.consume(a, "x", "Q")
		f.must(f.sendOne(a, f.transient(a, "Q", "1")))
		f.settle()
		got := x.take()
		if len(got) != 1 || !got[0].Message.Persistent {
			f.Fatalf("got %v, want one persistent message", got)
		}
		if v, _ := got[0].Message.Property("BrokerPath"); v != "localhost" {
			f.Errorf("BrokerPath is %v, want localhost", v)
		}
	}, func(o *broker.Options) { o.Plugins.ForcePersistence, o.Plugins.TracePath = &force, "BrokerPath" })
}

// TestMessageAdvisories has all advisories about messages on, and takes a message each way. The order is that of console/ADVISORIES.md.
func TestMessageAdvisories(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		all := f.consume(a, "all", "topic://ActiveMQ.Advisory.>")
		told := func() []string {
			f.settle()
			var names []string
			for _, d := range all.take() {
				name := strings.TrimPrefix(d.Message.Destination.Name, message.AdvisoryPrefix)
				if strings.HasPrefix(name, "Message") || strings.HasPrefix(name, "Expired") || strings.HasPrefix(name, "NoConsumer") || name == "Queue" {
					names = append(names, name)
				}
			}
			return names
		}
		want := func(what string, want ...string) {
			f.Helper()
			if got := told(); !slices.Equal(got, want) {
				f.Errorf("%s: told\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
			}
		}
		f.must(f.sendOne(a, f.transient(a, "Q", "1")))
		want("nobody there", "Queue", "MessageDelivered.Queue.Q", "NoConsumer.Queue.Q")
		x := f.consume(a, "x", "Q")
		want("dispatch", "MessageDispatched.Queue.Q")
		f.must(f.ack(x, message.Standard, "", "1"))
		want("consumption", "MessageConsumed.Queue.Q")

		f.send(a, "Q", "2")
		want("arrival", "MessageDelivered.Queue.Q", "MessageDispatched.Queue.Q")
		f.must(f.ack(x, message.Poison, "", "2"))
		want("poison", "Queue", "MessageDelivered.Queue.ActiveMQ.DLQ", "MessageDLQd.Queue.Q", "MessageConsumed.Queue.Q")

		a.conn.RemoveConsumer(x.id, message.NoneDelivered)
		m := f.newMessage(a, "Q", "3")
		m.Expiration = time.Now().Add(time.Second).UnixMilli()
		f.must(f.sendOne(a, m))
		told()
		f.advance(time.Minute)
		want("expiry", "MessageDelivered.Queue.ActiveMQ.DLQ", "MessageDLQd.Queue.Q", "Expired.Queue.Q", "MessageConsumed.Queue.Q")
	}, advised, policies(func(e *policy.Entry) {
		e.AdvisoryForConsumed, e.AdvisoryForDelivery, e.AdvisoryForDispatched, e.AdvisoryNoConsumers = true, true, true, true
	}))
}

// TestDiscardAdvisory looks at what is told of a message that a slow consumer loses.
func TestDiscardAdvisory(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		discarded := f.consume(a, "discarded", "topic://ActiveMQ.Advisory.MessageDiscarded.Topic.T")
		slow := f.consume(a, "slow", "topic://ActiveMQ.Advisory.SlowConsumer.Topic.T")
		x := f.consume(a, "x", "topic://T", func(i *message.ConsumerInfo) { i.Prefetch = 2 })
		for _, name := range sequenceNames("m", 7) {
			f.must(f.sendOne(a, f.transient(a, "topic://T", name)))
		}
		f.settle()
		got := discarded.take()
		if len(got) != 1 {
			f.Fatalf("%d advisories, want 1", len(got))
		}
		m := got[0].Message
		for _, p := range (message.Map{
			{Name: "consumerId", Value: x.id.String()}, {Name: "discardedCount", Value: int32(1)},
			{Name: "orignalMessageId", Value: f.ids["m3"].String()}, {Name: "orignalDestination", Value: "topic://T"},
		}) {
			if v, _ := m.Property(p.Name); v != p.Value {
				f.Errorf("%s is %v, want %v", p.Name, v, p.Value)
			}
		}
		if told, ok := m.Data.(*message.Message); !ok || told.Content != nil {
			f.Errorf("the advisory has %v, want the message without its body", m.Data)
		}
		if got := slow.take(); len(got) != 1 {
			f.Errorf("%d advisories about slow consumers, want 1", len(got))
		}
	}, advised, policies(func(e *policy.Entry) {
		e.Pending, e.AdvisoryForDiscarding, e.AdvisoryForSlowConsumers = policy.Pending{Limited: true, Constant: 4}, true, true
	}))
}

// TestWaitingAside shows that a producer which waits for an answer keeps its connection free for the acknowledgement that makes room, and who is told
// to wait for what.
func TestWaitingAside(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		x := f.consume(a, "x", "Q", func(i *message.ConsumerInfo) { i.Prefetch = 1 })
		for _, name := range []string{"1", "2", "3"} {
			f.must(f.sendOne(a, f.transient(a, "Q", name)))
		}
		answers := make(chan error, 2)
		for _, name := range []string{"4", "5"} {
			f.must(a.conn.Send(f.transient(a, "Q", name), func(err error) { answers <- err })) // returns, though there is no room
		}
		f.settle()
		if len(answers) != 0 {
			f.Fatal("a full broker took a message")
		}
		blocked := f.broker.Blocked()
		if len(blocked) != 1 || blocked[0].Producer != "ID:a:1:1" || blocked[0].Remote != "tcp://a:1" || blocked[0].Destination != *message.NewQueue("Q") || blocked[0].Usage != "memory" {
			f.Errorf("blocked are %+v, want the producer of a, by memory", blocked)
		}
		f.want(x, "1")
		f.must(f.ack(x, message.Standard, "", "1"))
		f.must(<-answers)
		f.want(x, "2")
		f.must(f.ack(x, message.Standard, "", "2"))
		f.must(<-answers)
		for _, name := range []string{"3", "4", "5"} {
			f.want(x, name)
			f.must(f.ack(x, message.Standard, "", name))
		}
		if len(f.broker.Blocked()) != 0 {
			f.Errorf("blocked are %+v, want nobody", f.broker.Blocked())
		}
	}, limited(3000))
}

// TestSendFailsByPolicy shows that a destination's own word on waiting goes before the broker's.
func TestSendFailsByPolicy(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		for _, name := range []string{"1", "2", "3"} {
			f.must(f.sendOne(a, f.transient(a, "Q", name)))
		}
		refused := make(chan error, 1)
		f.must(a.conn.Send(f.transient(a, "Q", "4"), func(err error) { refused <- err }))
		f.advance(4999 * time.Millisecond)
		if len(refused) != 0 {
			f.Fatal("the producer was refused before its time")
		}
		f.advance(time.Millisecond)
		f.wantKind(<-refused, broker.LimitReached)
	}, limited(3000), func(o *broker.Options) { o.SendFailIfNoSpace = true }, func(o *broker.Options) {
		e := policy.Default()
		e.SendFail = policy.SendFail{Set: true, Wait: 5 * time.Second}
		o.Policies = policy.NewMap(nil, e)
	})
}

// TestStatistics asks the three questions of the statistics plugin. Names and types are those of console/ADVISORIES.md.
func TestStatistics(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		replies := f.consume(a, "replies", "replies")
		f.consume(a, "x", "Q.1", func(i *message.ConsumerInfo) { i.Prefetch = 1; i.Selector = message.T("JMSPriority > 1") })
		f.send(a, "Q.1", "1", "2")
		ask := func(destination string, properties ...message.Entry) []message.Map {
			f.Helper()
			m := f.transient(a, destination, "")
			m.ReplyTo, m.CorrelationID = message.NewQueue("replies"), message.T("c")
			var err error
			m.Properties, err = message.AppendMap(nil, properties)
			f.must(err)
			f.must(f.sendOne(a, m))
			f.settle()
			var all []message.Map
			for _, d := range replies.take() {
				if d.Message.Type != message.T("Advisory") || d.Message.Kind != message.KindMap {
					f.Errorf("a reply of kind %d and type %s", d.Message.Kind, d.Message.Type)
				}
				body, err := d.Message.MapBody()
				f.must(err)
				all = append(all, body)
			}
			return all
		}
		has := func(what string, got message.Map, want message.Map) {
			f.Helper()
			for _, p := range want {
				if v, ok := got.Get(p.Name); !ok || v != p.Value {
					f.Errorf("%s: %s is %v (%T), want %v (%T)", what, p.Name, v, v, p.Value, p.Value)
				}
			}
		}
		got := ask("ActiveMQ.Statistics.Destination.Q.>", message.Entry{Name: "ActiveMQ.Statistics.Destination.List.End.With.Null", Value: true})
		if len(got) != 2 || len(got[1]) != 0 {
			f.Fatalf("%d replies about destinations, want one and an empty one", len(got))
		}
		has("destination", got[0], message.Map{
			{Name: "brokerName", Value: "localhost"}, {Name: "destinationName", Value: "queue://Q.1"}, {Name: "size", Value: int64(2)},
			{Name: "enqueueCount", Value: int64(2)}, {Name: "dispatchCount", Value: int64(1)}, {Name: "inflightCount", Value: int64(1)},
			{Name: "memoryPercentUsage", Value: int32(0)}, {Name: "consumerCount", Value: int64(1)}, {Name: "averageEnqueueTime", Value: float64(0)},
		})
		got = ask("ActiveMQ.Statistics.Broker")
		if len(got) != 1 || len(got[0]) != 30 {
			f.Fatalf("%d replies about the broker, the first of %d entries, want one of 30", len(got), len(got[0]))
		}
		has("broker", got[0], message.Map{{Name: "brokerId", Value: f.options.ID}, {Name: "storePercentUsage", Value: int32(0)}, {Name: "openwire", Value: ""}})
		got = ask("ActiveMQ.Statistics.Subscription")
		if len(got) != 2 {
			f.Fatalf("%d replies about subscriptions, want 2", len(got))
		}
		for _, g := range got {
			if name, _ := g.Get("destinationName"); name == "Q.1" {
				has("subscription", g, message.Map{{Name: "clientId", Value: "a"}, {Name: "selector", Value: "JMSPriority > 1"}, {Name: "prefetchSize", Value: int32(1)}, {Name: "slowConsumer", Value: false}})
			}
		}
		if got := ask("ActiveMQ.Statistics.Destination.nothing"); len(got) != 0 {
			f.Errorf("%d replies about a destination that is not there", len(got))
		}
	}, func(o *broker.Options) { o.Plugins.Statistics = &broker.Statistics{} })
}
