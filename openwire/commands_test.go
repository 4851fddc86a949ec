package openwire

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
)

// TestHollow sends every command with nothing in it, and with ids that hold nothing, from a client that is logged in. Each is answered, or ends the
// connection with a reason; none meets a bug.
func TestHollow(t *testing.T) {
	s := serve(t, "", nil)
	id, connection := &message.ID{}, &message.ConnectionID{}
	consumer, producer := &message.ConsumerID{}, &message.ProducerID{}
	destination := &message.Destination{Kind: message.Queue}
	local, xa := &message.TransactionID{}, &message.TransactionID{XA: true}
	commands := []any{
		&message.SessionInfo{}, &message.SessionInfo{Session: &message.SessionID{}},
		&message.ProducerInfo{}, &message.ProducerInfo{Producer: producer}, &message.ProducerInfo{Producer: producer, Destination: destination},
		&message.ConsumerInfo{}, &message.ConsumerInfo{Consumer: consumer}, &message.ConsumerInfo{Destination: destination},
		&message.ConsumerInfo{Consumer: consumer, Destination: destination},
		&message.ConsumerInfo{Consumer: consumer, Destination: message.NewQueue("Q"), Prefetch: -1},
		&message.ConsumerInfo{Consumer: consumer, Destination: message.NewQueue("Q"), Browser: true, Prefetch: -1},
		&message.ConsumerInfo{Consumer: consumer, Destination: message.NewQueue("Q"), SubscriptionName: message.T("s")},
		&message.ConsumerInfo{Consumer: consumer, Destination: message.NewTopic("T"), SubscriptionName: message.T("")},
		&message.ConsumerInfo{Consumer: consumer, Destination: message.NewTopic("T"), Browser: true, SubscriptionName: message.T("s")},
		&message.Ack{}, &message.Ack{Consumer: consumer}, &message.Ack{Kind: 77}, &message.Ack{Consumer: consumer, Last: id, Kind: -1},
		&message.Ack{Consumer: consumer, First: id, Last: id, Count: -5}, &message.Ack{Consumer: consumer, Transaction: local}, &message.Ack{Transaction: xa},
		&message.RemoveInfo{}, &message.RemoveInfo{Object: &message.SessionID{}}, &message.RemoveInfo{Object: consumer}, &message.RemoveInfo{Object: producer},
		&message.RemoveInfo{Object: connection}, &message.RemoveInfo{Object: destination}, &message.RemoveInfo{Object: id},
		&message.DestinationInfo{}, &message.DestinationInfo{Destination: destination}, &message.DestinationInfo{Destination: destination, Operation: 1},
		&message.DestinationInfo{Destination: message.NewQueue("Q"), Operation: 9},
		&message.DestinationInfo{Destination: &message.Destination{Kind: message.TempQueue, Name: message.NullName}},
		&message.RemoveSubscriptionInfo{}, &wire.MessagePull{}, &wire.MessagePull{Consumer: consumer}, &wire.ConsumerControl{}, &wire.ConsumerControl{Consumer: consumer},
		&wire.ConsumerControl{Consumer: consumer, Close: true}, &wire.ConnectionControl{}, &wire.ControlCommand{}, &wire.FlushCommand{},
		&message.BrokerInfo{}, &message.BrokerInfo{Peers: []*message.BrokerInfo{nil, {}}}, &wire.BrokerSubscriptionInfo{},
		&wire.BrokerSubscriptionInfo{Subscriptions: []*message.ConsumerInfo{nil}},
		&wire.ExceptionResponse{}, &wire.ExceptionResponse{Exception: &message.Throwable{}}, &wire.ConnectionError{}, &wire.DataResponse{},
		&wire.DataArrayResponse{Data: []any{nil, connection}}, &wire.IntegerResponse{}, &wire.ProducerAck{}, &wire.MessageDispatch{},
		&wire.MessageDispatch{Message: &message.Message{Kind: message.KindPlain}}, &wire.MessageDispatchNotification{}, &wire.DiscoveryEvent{},
		&wire.PartialCommand{}, &wire.LastPartialCommand{}, &wire.ReplayCommand{}, &wire.JournalQueueAck{}, &wire.JournalTopicAck{}, &wire.JournalTrace{},
		&wire.JournalTransaction{}, &wire.NetworkBridgeFilter{}, connection, consumer, producer, id, local, xa, destination, &message.SubscriptionInfo{}, &message.BrokerID{},
	}
	for step := wire.TransactionStep(-1); step <= 8; step++ {
		for _, tx := range []*message.TransactionID{nil, local, xa, {Connection: connection}} {
			commands = append(commands, &wire.TransactionInfo{Transaction: tx, Step: step})
		}
	}
	for kind := message.KindPlain; kind <= message.KindBlob; kind++ {
		for _, m := range []message.Message{
			{}, {ID: id}, {Destination: destination}, {ID: id, Destination: destination}, {ID: id, Destination: message.NewQueue("Q")},
			{ID: &message.ID{Producer: producer}, Destination: message.NewQueue("Q"), Content: []byte{1}, Properties: []byte{0xff}, Compressed: true},
			{ID: id, Destination: message.NewTopic("T,queue://Q,,"), Transaction: local, Priority: -7, Expiration: -1},
			{ID: id, Destination: message.NewQueue(","), Transaction: xa}, {ID: id, Destination: message.NewQueue(">"), Persistent: true},
			{ID: id, Destination: message.NewTopic("ActiveMQ.Advisory.Connection"), Data: connection},
		} {
			m.Kind = kind
			commands = append(commands, &m)
		}
	}
	watcher := s.connect("watcher") // on whom all falls that gets through
	for i, d := range []*message.Destination{message.NewQueue("Q"), message.NewTopic(">"), {Kind: message.Queue}} {
		watcher.send(watcher.numbered(&message.ConsumerInfo{Consumer: &message.ConsumerID{Connection: "watcher", Session: 1, Value: int64(i)}, Destination: d,
			Prefetch: 30000, Selector: message.T("a = 1 OR NOT (b LIKE 'x%') OR JMSPriority > 3 OR JMSMessageID IS NULL")}, false))
	}
	for i, command := range commands {
		for _, answer := range []bool{true, false} {
			c := s.connect(fmt.Sprintf("c%d %t", i, answer))
			func() {
				defer func() { recover() }() // those without a number go as they are
				c.numbered(command, answer)
			}()
			c.send(command)
			c.end()
		}
	}
	if log := s.log.text(); strings.Contains(log, "a bug ended") {
		t.Errorf("a bug: %s", log[strings.Index(log, "a bug ended"):])
	}
	watcher.ok(&wire.FlushCommand{})
}

// TestHollowLogin refuses logins without ids, and lets the client try again on the same connection.
func TestHollowLogin(t *testing.T) {
	s := serve(t, "", nil)
	c := greeted(t, s)
	id, client := &message.ConnectionID{Value: "c"}, message.T("c")
	for _, info := range []*message.ConnectionInfo{
		{}, {ClientID: client}, {Connection: &message.ConnectionID{}, ClientID: client}, {Connection: &message.ConnectionID{Value: message.NullName}, ClientID: client},
		{Connection: id}, {Connection: id, ClientID: message.T("")},
	} {
		r, ok := c.ask(info).(*wire.ExceptionResponse)
		if !ok {
			t.Fatalf("%s is not refused", show(info))
		}
		told(t, r.Exception, "javax.jms.InvalidClientIDException", "")
	}
	c.login("c")
	c.ok(&wire.FlushCommand{})
}

// TestProducerWindow tells a producer with a window of the bytes of each message for whose answer it does not wait: the body, the properties and
// the 1,024 bytes that the original reckons for the rest.
func TestProducerWindow(t *testing.T) {
	c := serve(t, "", nil).connect("c")
	queue := message.NewQueue("Q")
	with, without := c.producer(1, queue, 100000), c.producer(2, queue, 0)
	m := text(with, 1, queue, "12345")
	m.Properties = []byte{0, 0, 0, 0}
	c.tell(m)
	if a := await[*wire.ProducerAck](c); *a.Producer != *with || a.Size != 1024+4+5+4 {
		t.Errorf("got %s, want %d bytes for %s", show(a), 1024+4+5+4, with)
	}
	c.ok(text(with, 2, queue, "x"))
	c.tell(text(without, 1, queue, "x"))
	c.ok(&wire.FlushCommand{})
	if left := c.end(); len(left) > 0 {
		t.Errorf("came besides: %s", show(left))
	}
}

// TestConsumerControl gives a consumer a larger prefetch, and ends it.
func TestConsumerControl(t *testing.T) {
	c := serve(t, "", nil).connect("c")
	queue := message.NewQueue("Q")
	producer := c.producer(1, queue, 0)
	for i := range int64(3) {
		c.ok(text(producer, i, queue, fmt.Sprint(i)))
	}
	consumer := c.consumer(1, queue, 1)
	got := func(want string, by *message.ConsumerID) {
		t.Helper()
		if d := await[*wire.MessageDispatch](c); bodyOf(t, d) != want || *d.Consumer != *by {
			t.Errorf("got %s, want %s for %s", show(d), want, by)
		}
	}
	got("0", consumer)
	c.ok(&wire.ConsumerControl{Consumer: consumer, Prefetch: 2})
	got("1", consumer)
	if len(c.waiting) > 0 {
		t.Errorf("came besides: %s", show(c.waiting))
	}
	c.ok(&wire.ConsumerControl{Consumer: consumer, Close: true})
	other := c.consumer(2, queue, 10)
	for i := range 3 {
		got(fmt.Sprint(i), other)
	}
}

// TestFanOut gives each message of a topic to several connections at once. They share it, and what each delivery adds is its own.
func TestFanOut(t *testing.T) {
	const subscribers, messages = 4, 500
	s := serve(t, "", nil)
	topic := message.NewTopic("T")
	var wait sync.WaitGroup
	for i := range subscribers {
		c := s.connect(fmt.Sprint("subscriber", i))
		consumer := c.consumer(1, topic, messages)
		wait.Add(1)
		go func() {
			defer wait.Done()
			for n := range int64(messages) {
				f, err := c.next()
				d, ok := f.(*wire.MessageDispatch)
				if err != nil || !ok || *d.Consumer != *consumer || d.Message.ID.ProducerSequence != n || d.Message.BrokerOut < d.Message.BrokerIn {
					t.Errorf("%v, %v, want message %d for %s", err, f, n, consumer)
					return
				}
			}
		}()
	}
	c := s.connect("producer")
	producer := c.producer(1, topic, 0)
	for n := range int64(messages) {
		c.tell(text(producer, n, topic, "x"))
	}
	wait.Wait()
}
