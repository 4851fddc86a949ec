package policy

import "goactivemq/activemq/message"

// DeadLetter says what becomes of messages that expired, cannot be processed, or are discarded because a consumer is slow.
type DeadLetter struct {
	Discard              bool // drop all of them
	Individual           bool // a dead letter queue for each destination
	Queue                message.Destination
	QueuePrefix          string // of individual ones
	TopicPrefix          string
	QueueSuffix          string
	TopicSuffix          string
	UseQueueForQueue     bool
	UseQueueForTopic     bool
	PerDurable           bool // one for each durable subscription
	ProcessExpired       bool
	ProcessNonPersistent bool
	Expiration           int64  // milliseconds that a dead letter lives; 0: for ever
	Audit                *Audit // knows the dead letters that there were already; nil: nobody asks
}

// Wants tells whether a message is to be kept as a dead letter. expired says that its time has run out.
func (d *DeadLetter) Wants(m *message.Message, expired bool) bool {
	return !d.Discard && (m.Persistent || d.ProcessNonPersistent) && (!expired || d.ProcessExpired)
}

// QueueFor returns where a dead letter from that destination goes. subscription is the key of the durable subscription that it was for, "" for none.
func (d *DeadLetter) QueueFor(from message.Destination, subscription string) message.Destination {
	if !d.Individual {
		return d.Queue
	}
	prefix, suffix, asQueue := d.QueuePrefix, d.QueueSuffix, d.UseQueueForQueue
	if from.IsTopic() {
		prefix, suffix, asQueue = d.TopicPrefix, d.TopicSuffix, d.UseQueueForTopic
	}
	name := prefix + from.Name
	if d.PerDurable && subscription != "" {
		name += "." + subscription
	}
	to := message.Destination{Kind: message.Topic, Name: name + suffix}
	if asQueue {
		to.Kind = message.Queue
	}
	return to
}

// DefaultDeadLetterQueue is where dead letters go unless a policy says otherwise.
const DefaultDeadLetterQueue = "ActiveMQ.DLQ"
