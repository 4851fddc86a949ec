package wire

import "goactivemq/activemq/message"

// The records that the original's first journal kept, with messages and acknowledgements between them.

// JournalTopicAck is a durable subscription's acknowledgement.
type JournalTopicAck struct {
	Destination      *message.Destination
	Message          *message.ID
	MessageSequence  int64
	SubscriptionName message.Text
	ClientID         message.Text
	Transaction      *message.TransactionID
}

func walkJournalTopicAck(w *walker, j *JournalTopicAck) {
	nested(w, destination, &j.Destination)
	nested(w, messageID, &j.Message)
	w.int64(&j.MessageSequence)
	w.text(&j.SubscriptionName)
	w.text(&j.ClientID)
	nested(w, transactionID, &j.Transaction)
}

// JournalQueueAck is a queue consumer's acknowledgement.
type JournalQueueAck struct {
	Destination *message.Destination
	Ack         *message.Ack
}

func walkJournalQueueAck(w *walker, j *JournalQueueAck) {
	nested(w, destination, &j.Destination)
	nested(w, messageAck, &j.Ack)
}

// JournalTrace is a note for whoever reads the journal.
type JournalTrace struct{ Message message.Text }

func walkJournalTrace(w *walker, j *JournalTrace) { w.text(&j.Message) }

// JournalTransaction is the outcome of a transaction.
type JournalTransaction struct {
	Transaction *message.TransactionID
	Type        int8
	WasPrepared bool
}

func walkJournalTransaction(w *walker, j *JournalTransaction) {
	nested(w, transactionID, &j.Transaction)
	w.int8(&j.Type)
	w.flag(&j.WasPrepared)
}
