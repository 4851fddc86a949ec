package wire

import "goactivemq/activemq/message"

var (
	connectionID = only("ConnectionId", typeConnectionID, walkConnectionID).cachedAs(connectionIDKey)
	sessionID    = only("SessionId", typeSessionID, walkSessionID).cachedAs(sessionIDKey)
	consumerID   = only("ConsumerId", typeConsumerID, walkConsumerID).cachedAs(consumerIDKey)
	producerID   = only("ProducerId", typeProducerID, walkProducerID).cachedAs(producerIDKey)
	brokerID     = only("BrokerId", typeBrokerID, walkBrokerID).cachedAs(brokerIDKey)
	messageID    = only("MessageId", typeMessageID, walkMessageID)
)

func walkConnectionID(w *walker, id *message.ConnectionID) {
	w.name(&id.Value)
}

func walkSessionID(w *walker, id *message.SessionID) {
	w.name(&id.Connection)
	w.int64(&id.Value)
}

func walkConsumerID(w *walker, id *message.ConsumerID) {
	w.name(&id.Connection)
	w.int64(&id.Session)
	w.int64(&id.Value)
}

func walkProducerID(w *walker, id *message.ProducerID) {
	w.name(&id.Connection)
	w.int64(&id.Value)
	w.int64(&id.Session)
}

func walkBrokerID(w *walker, id *message.BrokerID) {
	w.name(&id.Value)
}

// walkMessageID has the field that came last in front.
func walkMessageID(w *walker, id *message.ID) {
	if w.since(10) {
		w.text(&id.TextView)
	}
	cached(w, producerID, &id.Producer)
	w.int64(&id.ProducerSequence)
	w.int64(&id.BrokerSequence)
}
