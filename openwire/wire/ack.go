package wire

import "goactivemq/activemq/message"

var messageAck = only("MessageAck", typeMessageAck, walkMessageAck)

func walkMessageAck(w *walker, a *message.Ack) {
	walkCommand(w, &a.Command)
	cached(w, destination, &a.Destination)
	cached(w, transactionID, &a.Transaction)
	cached(w, consumerID, &a.Consumer)
	w.int8((*int8)(&a.Kind))
	nested(w, messageID, &a.First)
	nested(w, messageID, &a.Last)
	w.int32(&a.Count)
	if w.since(7) {
		throwable(w, &a.Cause)
	}
}

// ProducerAck tells a producer with a window that the broker has taken in so many bytes of its messages.
type ProducerAck struct {
	message.Command
	Producer *message.ProducerID
	Size     int32
}

func walkProducerAck(w *walker, a *ProducerAck) {
	walkCommand(w, &a.Command)
	nested(w, producerID, &a.Producer)
	w.int32(&a.Size)
}
