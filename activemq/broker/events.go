package broker

import (
	"fmt"
	"log/slog"

	"goactivemq/activemq/message"
)

// Events are what the logging plugin writes into the log, in the words that its users grep for. A nil one writes nothing.
type Events struct {
	All, Connections, Sessions, Consumers, Producers, Transactions, Internal bool

	// Logger returns the log for messages sent to a destination, nil where all go to Log.
	Logger func(destination message.Destination) *slog.Logger
	Log    *slog.Logger
}

// connection tells about a connection.
func (e *Events) connection(what string, info *message.ConnectionInfo) {
	if e != nil && (e.All || e.Connections) {
		e.Log.Info(fmt.Sprintf("%s Connection: ConnectionInfo {connectionId = %s, clientId = %s, userName = %s}", what, info.Connection, info.ClientID, info.UserName))
	}
}

// consumer tells about a consumer.
func (e *Events) consumer(what string, info *message.ConsumerInfo) {
	if e != nil && (e.All || e.Consumers) {
		e.Log.Info(fmt.Sprintf("%s Consumer: ConsumerInfo {consumerId = %s, destination = %s, prefetchSize = %d, selector = %s, subscriptionName = %s}",
			what, info.Consumer, info.Destination, info.Prefetch, orNull(info.Selector), orNull(info.SubscriptionName)))
	}
}

// producer tells about a producer.
func (e *Events) producer(what string, info *message.ProducerInfo) {
	if e != nil && (e.All || e.Producers) {
		e.Log.Info(fmt.Sprintf("%s Producer: ProducerInfo {producerId = %s, destination = %s}", what, info.Producer, orNullDestination(info.Destination)))
	}
}

// sent tells about a message that arrives.
func (e *Events) sent(m *message.Message) {
	if e == nil || !e.All && !e.Producers {
		return
	}
	log := e.Log
	if e.Logger != nil {
		log = e.Logger(*m.Destination)
	}
	log.Info("Sending message: " + messageText(m))
}

// dispatched tells about a message on its way to a consumer.
func (e *Events) dispatched(c *message.ConsumerID, m *message.Message) {
	if e != nil && (e.All || e.Internal || e.Consumers) {
		e.Log.Info(fmt.Sprintf("preProcessDispatch: MessageDispatch {consumerId = %s, message = %s}", c, messageText(m)))
	}
}

// acknowledged tells about an acknowledgement.
func (e *Events) acknowledged(client message.Text, ack *message.Ack) {
	if e != nil && (e.All || e.Consumers) {
		text := "Acknowledging message for client ID: " + client.String()
		if ack.Count == 1 {
			text += ", " + ack.Last.String()
		}
		e.Log.Info(text)
	}
}

// transaction tells about a step of a transaction.
func (e *Events) transaction(what string, id *message.TransactionID) {
	if e != nil && (e.All || e.Transactions) {
		e.Log.Info(what + " transaction: " + id.String())
	}
}

// destination tells about a destination.
func (e *Events) destination(what string, d message.Destination) {
	if e != nil && (e.All || e.Internal) {
		e.Log.Info(what + " destination: " + d.String())
	}
}

// dead tells about a message that expired, or goes to its dead letter queue.
func (e *Events) dead(what string, m *message.Message) {
	if e != nil && (e.All || e.Internal) {
		e.Log.Info(what + ": " + messageText(m))
	}
}

// messageText describes a message, without its body.
func messageText(m *message.Message) string {
	if m == nil {
		return "null"
	}
	return fmt.Sprintf("Message {messageId = %s, destination = %s, persistent = %t, priority = %d, expiration = %d, correlationId = %s}",
		m.ID, orNullDestination(m.Destination), m.Persistent, m.Priority, m.Expiration, orNull(m.CorrelationID))
}

// orNull prints a text as Java does.
func orNull(t message.Text) string {
	if t.IsNull() {
		return "null"
	}
	return t.String()
}

// orNullDestination prints a destination as Java does.
func orNullDestination(d *message.Destination) string {
	if d == nil {
		return "null"
	}
	return d.String()
}

// logDead has the logging plugin tell about a dead letter.
func (b *Broker) logDead(l *deadLetter, wanted bool) {
	e := b.options.Plugins.Events
	if l.expired() {
		e.dead("Message has expired", l.delivery.message)
	}
	if wanted {
		e.dead("Sending to DLQ", l.delivery.message)
	}
}
