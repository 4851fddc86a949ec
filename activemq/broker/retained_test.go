package broker_test

import (
	"testing"

	"goactivemq/activemq/message"
)

// TestRetainedMark looks at the properties that those there already and those that come later see. Names and values are those of the original's
// RetainedMessageSubscriptionRecoveryPolicy, which MQTT's side relies on.
func TestRetainedMark(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		x := f.consume(a, "x", "topic://T")
		m := f.newMessage(a, "topic://T", "1")
		var err error
		m.Properties, err = message.AppendMap(nil, message.Map{{Name: "own", Value: int32(7)}, {Name: "ActiveMQ.Retain", Value: true}})
		f.must(err)
		sent := string(m.Properties)
		f.must(f.sendOne(a, m))
		f.settle()
		if string(m.Properties) != sent {
			f.Error("the message itself was changed")
		}
		f.wantProperties(x, message.Map{{Name: "own", Value: int32(7)}}, "ActiveMQ.Retain", "ActiveMQ.Retained")
		y := f.consume(a, "y", "topic://T", func(i *message.ConsumerInfo) { i.Retroactive = true })
		f.wantProperties(y, message.Map{{Name: "own", Value: int32(7)}, {Name: "ActiveMQ.Retained", Value: true}}, "ActiveMQ.Retain")
	})
}

// wantProperties fails the test unless one message came for the consumer, with these properties and without those named behind.
func (f *fixture) wantProperties(s *consumer, want message.Map, absent ...string) {
	f.Helper()
	f.settle()
	got := s.take()
	if len(got) != 1 {
		f.Fatalf("%s got %d messages, want 1", s.name, len(got))
	}
	for _, p := range want {
		if v, ok := got[0].Message.Property(p.Name); !ok || v != p.Value {
			f.Errorf("%s: property %s is %v, want %v", s.name, p.Name, v, p.Value)
		}
	}
	for _, name := range absent {
		if v, ok := got[0].Message.Property(name); ok {
			f.Errorf("%s: property %s is %v, want none", s.name, name, v)
		}
	}
}
