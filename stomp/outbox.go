package stomp

import (
	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/stomp/frame"
)

// item is one thing to send.
type item struct {
	kind     itemKind
	dispatch broker.Dispatch
	text     string // of a failure: what went wrong
	receipt  string // of a receipt, and of the command that failed where it asked for one
	headers  []pair // of connected
}

// pair is a header to send.
type pair struct{ name, value string }

// itemKind is what an item is.
type itemKind uint8

const (
	delivery  itemKind = iota // a message for a subscription, or the end of what a browser sees
	receipt                   // RECEIPT
	failed                    // ERROR
	connected                 // CONNECTED
	heartBeat                 // a line end
)

// encode appends an item's frame. Who calls it holds the outbox, so that what a subscription was sent is known in the order in which it was.
func (c *conn) encode(to []byte, i *item) ([]byte, error) {
	v := frame.Version(c.written.Load())
	switch i.kind {
	case receipt:
		to = frame.AppendHeader(frame.AppendCommand(to, "RECEIPT"), v, "receipt-id", i.receipt)
		return frame.AppendBody(to, nil), nil
	case failed:
		return appendError(to, v, i), nil
	case connected:
		to = frame.AppendCommand(to, "CONNECTED")
		for _, p := range i.headers {
			to = append(append(append(append(to, p.name...), ':'), p.value...), '\n')
		}
		return frame.AppendBody(to, nil), nil
	case heartBeat:
		return append(to, '\n'), nil
	}
	return c.encodeDelivery(to, v, &i.dispatch), nil
}

// appendError appends an ERROR frame.
func appendError(to []byte, v frame.Version, i *item) []byte {
	to = frame.AppendCommand(to, "ERROR")
	to = append(to, "content-type:text/plain\n"...)
	if i.receipt != "" {
		to = frame.AppendHeader(to, v, "receipt-id", i.receipt)
	}
	to = frame.AppendHeader(to, v, "message", i.text)
	return frame.AppendBody(to, []byte(i.text))
}

// encodeDelivery appends a MESSAGE frame, and nothing when the subscription has ended or has nothing in common with the message any more.
func (c *conn) encodeDelivery(to []byte, v frame.Version, d *broker.Dispatch) []byte {
	s := c.subscribed.byConsumer(d.Consumer)
	if s == nil {
		return to
	}
	if d.Message == nil {
		if !s.browser {
			return to
		}
		return c.appendBrowserEnd(to, v, s)
	}
	to = c.appendMessage(to, v, s, d)
	if s.mode == ackAuto {
		c.acks.encoded(s, d.Message.ID)
	}
	return to
}

// appendBrowserEnd appends the frame that tells a browser that it has seen all.
func (c *conn) appendBrowserEnd(to []byte, v frame.Version, s *subscription) []byte {
	to = frame.AppendCommand(to, "MESSAGE")
	to = frame.AppendHeader(to, v, "subscription", s.id)
	to = append(to, "browser:end\nmessage-id:0\n"...)
	to = frame.AppendHeader(to, v, "destination", c.destinations.nameOf(s.destination))
	return frame.AppendBody(to, nil)
}

// answer tells the client that its command is done, where it asked for a receipt, or that it failed.
func (c *conn) answer(receiptID string, err error) {
	switch {
	case err != nil:
		c.out.Put(c.failed(receiptID, err))
	case receiptID != "":
		c.out.Put(item{kind: receipt, receipt: receiptID})
	}
}

// answerLater does something whose end the store tells, and answers then.
func (c *conn) answerLater(receiptID, what string, do func(whenDone func(error)) error) {
	var whenDone func(error)
	if receiptID != "" {
		c.waiting.Add(1)
		whenDone = func(err error) {
			defer c.waiting.Done()
			if err != nil {
				c.handler.log.Error(what+" of "+c.remote+" was not stored", "error", err)
				c.out.Send(c.failed(receiptID, err))
				return
			}
			c.out.Send(item{kind: receipt, receipt: receiptID})
		}
	}
	if err := do(whenDone); err != nil {
		if whenDone != nil {
			c.waiting.Done()
		}
		c.answer(receiptID, err)
	}
}

// destinationOf is the destination that a message came to the subscription by.
func destinationOf(m *message.Message) message.Destination {
	if m.Destination == nil {
		return message.Destination{}
	}
	return *m.Destination
}
