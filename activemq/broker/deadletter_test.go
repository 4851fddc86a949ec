package broker_test

import (
	"testing"
	"time"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
)

// TestDeadLetter looks at what a dead letter tells of the message that it was.
func TestDeadLetter(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		x := f.consume(a, "x", "Q")
		expiring := f.newMessage(a, "Q", "1")
		expiring.Expiration = time.Now().Add(time.Minute).UnixMilli()
		until := expiring.Expiration
		expiring.CorrelationID = message.T("c")
		properties, err := message.AppendMap(nil, message.Map{{Name: "own", Value: int32(7)}})
		f.must(err)
		expiring.Properties = properties
		f.must(f.sendOne(a, expiring))
		f.must(f.sendOne(a, f.transient(a, "Q", "2")))
		f.want(x, "1 2")

		cause := &message.Throwable{Class: message.T("java.lang.Throwable"), Message: message.T("no good")}
		poison := &message.Ack{Consumer: &x.id, Kind: message.Poison, First: f.ids["1"], Last: f.ids["2"], Cause: cause}
		f.must(a.conn.Ack(poison, nil))
		f.settle()
		got := f.consume(a, "dead", policy.DefaultDeadLetterQueue)
		letters := got.take()
		if len(letters) != 2 {
			f.Fatalf("%d dead letters, want 2", len(letters))
		}
		wants := []message.Map{
			{{Name: "own", Value: int32(7)}, {Name: "originalExpiration", Value: until}, {Name: "dlqDeliveryFailureCause", Value: "java.lang.Throwable: no good"}},
			{{Name: "originalDeliveryMode", Value: "NON_PERSISTENT"}, {Name: "dlqDeliveryFailureCause", Value: "java.lang.Throwable: no good"}},
		}
		for i, want := range wants {
			m := letters[i].Message
			for _, p := range want {
				if v, ok := m.Property(p.Name); !ok || v != p.Value {
					f.Errorf("letter %d: property %s is %v, want %v", i+1, p.Name, v, p.Value)
				}
			}
			if !m.Persistent || m.Expiration != 0 || m.Destination.Name != policy.DefaultDeadLetterQueue || m.OriginalDestination == nil || m.OriginalDestination.Name != "Q" {
				f.Errorf("letter %d: persistent %v, expiration %d, to %v from %v", i+1, m.Persistent, m.Expiration, m.Destination, m.OriginalDestination)
			}
		}
		if letters[0].Message.CorrelationID != message.T("c") || expiring.Destination.Name != "Q" || expiring.Expiration != until {
			f.Error("the letter lost something, or the message itself was changed")
		}
	}, policies(func(e *policy.Entry) { e.DeadLetter.ProcessNonPersistent = true }))
}
