package broker_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
)

// advised switches advisories on.
func advised(o *broker.Options) { o.Advisories = true }

// advisories lists what came for a listener: topic, data and the count where there is one.
func (f *fixture) advisories(s *consumer) []string {
	f.Helper()
	f.settle()
	var all []string
	for _, d := range s.take() {
		m := d.Message
		text := strings.TrimPrefix(m.Destination.Name, message.AdvisoryPrefix) + ": "
		switch v := m.Data.(type) {
		case *message.DestinationInfo:
			text += [...]string{"added ", "removed "}[v.Operation] + v.Destination.String()
		case *message.ConnectionInfo:
			text += "connected " + v.ClientID.String() + " from " + v.ClientIP.String() + v.Password.String()
		case *message.ProducerInfo:
			text += "producer " + v.Producer.String()
		case *message.ConsumerInfo:
			text += "consumer " + v.Consumer.String()
		case *message.RemoveInfo:
			text += fmt.Sprintf("gone %v", v.Object)
		default:
			text += fmt.Sprintf("%T", v)
		}
		for _, name := range []string{"producerCount", "consumerCount"} {
			if n, ok := m.Property(name); ok {
				text += fmt.Sprintf(", %v left", n)
			}
		}
		if m.Type != message.T("Advisory") {
			text += ", of type " + m.Type.String()
		}
		if v, _ := m.Property("originBrokerName"); v != "localhost" {
			text += fmt.Sprintf(", of broker %v", v)
		}
		all = append(all, text)
	}
	return all
}

// wantAdvisories fails the test unless just these came, in any order where sorted.
func (f *fixture) wantAdvisories(s *consumer, want ...string) {
	f.Helper()
	got := f.advisories(s)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		f.Errorf("%s got\n  %s\nwant\n  %s", s.name, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestAdvisories(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		queues := f.consume(a, "queues", "topic://ActiveMQ.Advisory.Queue")
		temps := f.consume(a, "temps", "topic://ActiveMQ.Advisory.TempQueue,topic://ActiveMQ.Advisory.TempTopic")
		consumers := f.consume(a, "consumers", "topic://ActiveMQ.Advisory.Consumer.Queue.Q")
		producers := f.consume(a, "producers", "topic://ActiveMQ.Advisory.Producer.>")
		connections := f.consume(a, "connections", "topic://ActiveMQ.Advisory.Connection")
		f.wantAdvisories(connections, "Connection: connected a from tcp://a:1")

		b := f.connect("b")
		f.wantAdvisories(connections, "Connection: connected b from tcp://b:1")
		x := f.consume(b, "x", "Q")
		f.wantAdvisories(queues, "Queue: added queue://Q")
		f.wantAdvisories(consumers, "Consumer.Queue.Q: consumer ID:b:1:1, 1 left")
		y := f.consume(b, "y", "Q")
		b.conn.RemoveConsumer(x.id, message.NoneDelivered)
		f.wantAdvisories(consumers, "Consumer.Queue.Q: consumer ID:b:1:2, 2 left", "Consumer.Queue.Q: gone ID:b:1:1, 1 left")

		p := &message.ProducerID{Connection: "ID:b", Session: 1, Value: 1}
		for range 2 { // the second time changes nothing
			f.must(b.conn.AddProducer(&message.ProducerInfo{Producer: p, Destination: message.NewQueue("Q")}))
		}
		f.wantAdvisories(producers, "Producer.Queue.Q: producer ID:b:1:1, 1 left", "Producer.Queue.Q: producer ID:b:1:1, 1 left")
		b.conn.RemoveProducer(*p)
		f.wantAdvisories(producers, "Producer.Queue.Q: gone ID:b:1:1, 0 left")

		f.must(b.conn.AddDestination(message.Destination{Kind: message.TempQueue, Name: "ID:b:1"}))
		f.must(b.conn.AddDestination(message.Destination{Kind: message.TempTopic, Name: "ID:b:2"}))
		f.wantAdvisories(temps, "TempQueue: added temp-queue://ID:b:1", "TempTopic: added temp-topic://ID:b:2")
		b.conn.Close()
		f.wantAdvisories(temps, "TempQueue: removed temp-queue://ID:b:1", "TempTopic: removed temp-topic://ID:b:2")
		f.wantAdvisories(consumers, "Consumer.Queue.Q: gone "+y.id.String()+", 0 left")
		f.wantAdvisories(connections, "Connection: gone ID:b")
		f.must(a.conn.RemoveDestination(*message.NewQueue("Q"), nil))
		f.wantAdvisories(queues, "Queue: removed queue://Q")
	}, advised)
}

// TestAdvisoriesReplayed shows that a new listener, and it alone, is told what is there already.
func TestAdvisoriesReplayed(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		f.consume(a, "x", "Q")
		f.must(a.conn.AddProducer(&message.ProducerInfo{Producer: &message.ProducerID{Connection: "ID:a", Session: 1, Value: 1}, Destination: message.NewTopic("T")}))
		first := f.consume(a, "first", "topic://ActiveMQ.Advisory.Queue,topic://ActiveMQ.Advisory.Topic")
		f.wantAdvisories(first, "Queue: added queue://Q", "Topic: added topic://T")
		ends := f.consume(a, "ends", "topic://ActiveMQ.Advisory.Consumer.>,topic://ActiveMQ.Advisory.Producer.Topic.T")
		f.wantAdvisories(ends, "Consumer.Queue.Q: consumer ID:a:1:1, 1 left", "Producer.Topic.T: producer ID:a:1:1, 1 left")
		all := f.consume(a, "all", "topic://ActiveMQ.Advisory.>")
		f.wantAdvisories(all, "Queue: added queue://Q", "Topic: added topic://T", "Connection: connected a from tcp://a:1", "MasterBroker: <nil>",
			"Consumer.Queue.Q: consumer ID:a:1:1, 1 left", "Producer.Topic.T: producer ID:a:1:1, 1 left")
		f.wantAdvisories(first)
		f.wantAdvisories(ends)
	}, advised)
}

// TestAdvisoriesOff shows that nobody is told anything when they are switched off.
func TestAdvisoriesOff(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		all := f.consume(a, "all", "topic://ActiveMQ.Advisory.>")
		f.consume(a, "x", "Q")
		f.wantAdvisories(all)
	})
}
