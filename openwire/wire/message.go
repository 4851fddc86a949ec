package wire

import "goactivemq/activemq/message"

// anyMessage is the shape of a field that can hold a message of any kind.
var anyMessage = &shape[message.Message]{
	ref: "Message",
	id:  messageType,
	make: func(id byte) *message.Message {
		m := &message.Message{Kind: message.Kind(id)}
		if messageType(m) == typeNull {
			return nil
		}
		return m
	},
	walk: walkMessage,
}

// messageType returns the type of a message's kind, typeNull for a kind that there is not.
func messageType(m *message.Message) byte {
	if m.Kind < message.KindPlain || m.Kind > message.KindBlob {
		return typeNull
	}
	return byte(m.Kind)
}

// walkMessage walks a message of any kind; m.Kind is set. What later versions added stands behind the rest, but before what belongs
// to the kind.
func walkMessage(w *walker, m *message.Message) {
	walkCommand(w, &m.Command)
	cached(w, producerID, &m.Producer)
	cached(w, destination, &m.Destination)
	cached(w, transactionID, &m.Transaction)
	cached(w, destination, &m.OriginalDestination)
	nested(w, messageID, &m.ID)
	cached(w, transactionID, &m.OriginalTransaction)
	w.text(&m.GroupID)
	w.int32(&m.GroupSequence)
	w.text(&m.CorrelationID)
	w.flag(&m.Persistent)
	w.int64(&m.Expiration)
	w.int8(&m.Priority)
	nested(w, destination, &m.ReplyTo)
	w.int64(&m.Timestamp)
	w.text(&m.Type)
	w.sequence(&m.Content)
	w.sequence(&m.Properties)
	anything(w, &m.Data)
	cached(w, consumerID, &m.TargetConsumer)
	w.flag(&m.Compressed)
	w.int32(&m.Redeliveries)
	array(w, brokerID, &m.BrokerPath)
	w.int64(&m.Arrival)
	w.text(&m.UserID)
	w.flag(&m.ReceivedByDFB)
	if w.since(2) {
		w.flag(&m.Droppable)
	}
	if w.since(3) {
		array(w, brokerID, &m.Cluster)
		w.int64(&m.BrokerIn)
		w.int64(&m.BrokerOut)
	}
	if w.since(10) {
		w.flag(&m.GroupFirst)
	}
	if m.Kind == message.KindBlob {
		w.text(&m.BlobURL)
		w.text(&m.BlobMIMEType)
		w.flag(&m.BlobDeletedByUs)
	}
}

// MessageDispatch gives a message to a consumer. Without a message it ends a browse, or says that a pull found nothing.
type MessageDispatch struct {
	message.Command
	Consumer     *message.ConsumerID
	Destination  *message.Destination
	Message      *message.Message
	Redeliveries int32
}

func walkMessageDispatch(w *walker, d *MessageDispatch) {
	walkCommand(w, &d.Command)
	cached(w, consumerID, &d.Consumer)
	cached(w, destination, &d.Destination)
	nested(w, anyMessage, &d.Message)
	w.int32(&d.Redeliveries)
}

// MessageDispatchNotification told a slave broker what its master dispatched. Nobody sends it any more.
type MessageDispatchNotification struct {
	message.Command
	Consumer         *message.ConsumerID
	Destination      *message.Destination
	DeliverySequence int64
	Message          *message.ID
}

func walkMessageDispatchNotification(w *walker, d *MessageDispatchNotification) {
	walkCommand(w, &d.Command)
	cached(w, consumerID, &d.Consumer)
	cached(w, destination, &d.Destination)
	w.int64(&d.DeliverySequence)
	nested(w, messageID, &d.Message)
}

// MessagePull asks for one message on behalf of a consumer with prefetch 0.
type MessagePull struct {
	message.Command
	Consumer      *message.ConsumerID
	Destination   *message.Destination
	Timeout       int64 // milliseconds; -1: do not wait, 0: wait for ever
	CorrelationID message.Text
	Message       *message.ID
}

func walkMessagePull(w *walker, p *MessagePull) {
	walkCommand(w, &p.Command)
	cached(w, consumerID, &p.Consumer)
	cached(w, destination, &p.Destination)
	w.int64(&p.Timeout)
	if w.since(3) {
		w.text(&p.CorrelationID)
		nested(w, messageID, &p.Message)
	}
}
