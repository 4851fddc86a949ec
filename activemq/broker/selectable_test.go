package broker_test

import (
	"fmt"
	"testing"

	"goactivemq/activemq/message"
)

// TestSelectors shows what of a message selectors see, by consumers of a topic that each want something of it.
func TestSelectors(t *testing.T) {
	selectors := []struct {
		selector string
		want     bool
	}{
		{"JMSDestination = 'topic://T'", true},
		{"JMSReplyTo = 'queue://R'", true},
		{"JMSType = 'news'", true},
		{"JMSDeliveryMode = 'NON_PERSISTENT'", true},
		{"JMSDeliveryMode = 'PERSISTENT'", false},
		{"JMSPriority = 7 AND JMSTimestamp = 1700000000000 AND JMSExpiration = 0", true},
		{"JMSMessageID = 'ID:a:1:1:1'", true},
		{"JMSCorrelationID = 'c' AND JMSXGroupID = 'g' AND JMSXGroupSeq = 3", true},
		{"JMSXUserID = 'user'", true},
		{"JMSXDeliveryCount = 1 AND JMSRedelivered = FALSE", true},
		{"JMSXProducerTXID IS NULL", true},
		{"JMSActiveMQBrokerInTime > 0", true},
		{"color = 'blue' AND size BETWEEN 3 AND 5 AND letter = 'x' AND NOT sold", true},
		{"color = 'red'", false},
		{"absent = 1", false},
		{"absent IS NULL", true},
	}
	over(t, func(f *fixture) {
		a := f.connect("a")
		var consumers []*consumer
		for i, c := range selectors {
			consumers = append(consumers, f.consume(a, fmt.Sprint(i), "topic://T", func(i *message.ConsumerInfo) { i.Selector = message.T(c.selector) }))
		}
		m := f.transient(a, "topic://T", "1")
		m.ReplyTo, m.Type, m.Priority, m.Timestamp = message.NewQueue("R"), message.T("news"), 7, 1_700_000_000_000
		m.CorrelationID, m.GroupID, m.GroupSequence, m.UserID = message.T("c"), message.T("g"), 3, message.T("user")
		properties, err := message.AppendMap(nil, message.Map{
			{Name: "color", Value: "blue"}, {Name: "size", Value: int64(4)}, {Name: "letter", Value: message.Char('x')}, {Name: "sold", Value: false},
		})
		f.must(err)
		m.Properties = properties
		f.must(f.sendOne(a, m))
		for i, s := range consumers {
			if got := f.show(s.take()) == "1"; got != selectors[i].want {
				f.Errorf("%s lets the message through: %v, want %v", selectors[i].selector, got, selectors[i].want)
			}
		}
	})
}
