package openwire

import (
	"fmt"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
	"goactivemq/protocols"
)

// item is one thing to send: an answer without content to the command of that number, a message for a consumer, or any command.
type item struct {
	answer   bool
	number   int32
	dispatch broker.Dispatch
	command  any
}

// outbox is what a connection has to send, with what turns it into frames.
type outbox struct {
	protocols.Outbox[item]
	encoder  *wire.Encoder
	response wire.Response
	delivery wire.MessageDispatch
	copy     message.Message
}

// encode appends an item's frame to to.
func (o *outbox) encode(to []byte, i *item) ([]byte, error) {
	var frame any
	switch {
	case i.answer:
		o.response.CorrelationID = i.number
		frame = &o.response
	case i.command != nil:
		frame = i.command
	default:
		frame = o.frameOf(&i.dispatch)
	}
	to, err := o.encoder.Append(to, frame)
	if err != nil && i.dispatch.Message != nil {
		return nil, fmt.Errorf("message %s from %s cannot be sent to consumer %s of this client: %w",
			i.dispatch.Message.ID, i.dispatch.Message.Destination, i.dispatch.Consumer, err)
	}
	return to, err
}

// frameOf puts a message into the frame of its delivery. The message itself belongs to others too and stays as it is: what only this delivery
// knows goes into a copy.
func (o *outbox) frameOf(d *broker.Dispatch) *wire.MessageDispatch {
	f := &o.delivery
	f.Consumer, f.Destination, f.Message, f.Redeliveries = d.Consumer, nil, nil, d.Redeliveries
	if d.Message != nil {
		o.copy = *d.Message
		o.copy.BrokerOut = time.Now().UnixMilli()
		o.copy.Redeliveries = d.Redeliveries
		o.copy.GroupFirst = d.GroupFirst
		f.Destination, f.Message = d.From, &o.copy
		if f.Destination == nil {
			f.Destination = d.Message.Destination
		}
	}
	return f
}
