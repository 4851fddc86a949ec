package stomp

import (
	"strconv"
	"strings"

	"goactivemq/activemq/message"
	"goactivemq/stomp/frame"
)

// How much may be in flight to a client that does not say, by what it subscribes to: the original's figures.
const (
	queuePrefetch   = 1000
	topicPrefetch   = 32767
	durablePrefetch = 100
	browserPrefetch = 500
)

// handleSubscribe adds a subscription.
func (c *conn) handleSubscribe(f *frame.Frame, receiptID string) error {
	id := f.Get("id")
	if id == nil && c.version != frame.V10 {
		return wrong("SUBSCRIBE received without a subscription id!")
	}
	name := f.Get("destination")
	if name == nil {
		return wrong("Invalid empty or 'null' Destination header")
	}
	d, err := c.destinations.parse(name)
	if err != nil {
		return err
	}
	info, err := c.consumerInfo(f, d)
	if err != nil {
		return err
	}
	s := &subscription{
		id: string(id), hasID: id != nil, destination: *d, consumer: info.Consumer,
		mode: ackModes[f.Text("ack")], browser: info.Browser, transformation: f.Text("transformation"),
	}
	c.subscribed.add(s)
	prefetch := info.Prefetch
	if receiptID != "" {
		info.Prefetch = 0 // nothing is sent before the receipt
	}
	if _, err := c.session.AddConsumer(info); err != nil {
		c.subscribed.remove(s)
		return err
	}
	if receiptID != "" {
		c.answer(receiptID, nil)
		c.session.SetPrefetch(*info.Consumer, prefetch)
	}
	return nil
}

// consumerInfo puts a SUBSCRIBE into the broker's terms.
func (c *conn) consumerInfo(f *frame.Frame, d *message.Destination) (*message.ConsumerInfo, error) {
	c.consumers++
	info := &message.ConsumerInfo{
		Consumer:    &message.ConsumerID{Connection: c.id.Value, Session: -1, Value: c.consumers},
		Destination: d, DispatchAsync: true, Prefetch: topicPrefetch, ClientID: message.T(c.clientID),
	}
	switch {
	case d.IsQueue():
		info.Prefetch = queuePrefetch
	case f.Has("activemq.subscriptionName"):
		info.Prefetch = durablePrefetch
	}
	if f.Text("browser") == "true" {
		if c.version == frame.V10 {
			return nil, wrong("Queue Browser feature only valid for Stomp v1.1+ clients!")
		}
		info.Browser, info.Prefetch = true, browserPrefetch
	}
	if selector := f.Get("selector"); selector != nil {
		// Every property that came by STOMP is a string.
		info.Selector = message.T("convert_string_expressions:" + string(selector))
	}
	for _, h := range f.Headers {
		if option, ok := strings.CutPrefix(string(h.Name), "activemq."); ok {
			c.setOption(info, option, string(h.Value))
		}
	}
	if d.IsQueue() && !info.SubscriptionName.IsNull() {
		return nil, wrong("Invalid Subscription: cannot durably subscribe to a Queue destination!")
	}
	return info, nil
}

// setOption takes over what a header activemq.name says. One that is unknown, or cannot be read, is without effect, as in the original; here the
// log tells.
func (c *conn) setOption(info *message.ConsumerInfo, name, value string) {
	var err error
	number := func(to *int32) {
		var n int64
		if n, err = strconv.ParseInt(strings.TrimSpace(value), 10, 32); err == nil {
			*to = int32(n)
		}
	}
	truth := func(to *bool) { *to = strings.EqualFold(strings.TrimSpace(value), "true") }
	switch name {
	case "prefetchSize":
		number(&info.Prefetch)
		info.Prefetch = max(info.Prefetch, 0)
	case "maximumPendingMessageLimit":
		number(&info.MaxPending)
	case "priority":
		n := int32(info.Priority)
		number(&n)
		info.Priority = int8(min(max(n, -128), 127))
	case "exclusive":
		truth(&info.Exclusive)
	case "retroactive":
		truth(&info.Retroactive)
	case "noLocal":
		truth(&info.NoLocal)
	case "dispatchAsync":
		truth(&info.DispatchAsync)
	case "subscriptionName", "subcriptionName":
		info.SubscriptionName = message.T(value)
	default:
		c.handler.log.Debug("header activemq."+name+" of SUBSCRIBE has no effect", "client", c.remote)
	}
	if err != nil {
		c.handler.log.Warn("header activemq."+name+" of SUBSCRIBE has no effect: "+strconv.Quote(value)+" is no number", "client", c.remote)
	}
}
