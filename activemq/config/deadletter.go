package config

// DeadLetterStrategy says what becomes of messages that nobody can consume: a *SharedDeadLetter, an
// *IndividualDeadLetter or a *DiscardingDeadLetter, or *Unserved.
type DeadLetterStrategy interface{ deadLetterStrategy() }

// DeadLetters are the settings that all dead letter strategies have.
type DeadLetters struct {
	ProcessExpired       bool   `xml:"processExpired" default:"true"` // expired messages are dead letters
	ProcessNonPersistent bool   `xml:"processNonPersistent"`          // and so are those that were not stored
	Expiration           Millis `xml:"expiration"`                    // of the dead letter itself, 0: never
	EnableAudit          bool   `xml:"enableAudit" default:"true"`    // leave out duplicates
	MaxAuditDepth        int    `xml:"maxAuditDepth" default:"2048"`
	MaxProducersToAudit  int    `xml:"maxProducersToAudit" default:"64"`
}

// SharedDeadLetter is <sharedDeadLetterStrategy>: one queue for all.
type SharedDeadLetter struct {
	Source `element:"sharedDeadLetterStrategy"`
	DeadLetters

	Queue Destination `xml:"deadLetterQueue" default:"queue://ActiveMQ.DLQ"`
}

// IndividualDeadLetter is <individualDeadLetterStrategy>: a dead letter destination for each.
type IndividualDeadLetter struct {
	Source `element:"individualDeadLetterStrategy"`
	DeadLetters

	QueuePrefix                     string `xml:"queuePrefix" default:"ActiveMQ.DLQ.Queue."`
	QueueSuffix                     string `xml:"queueSuffix"`
	TopicPrefix                     string `xml:"topicPrefix" default:"ActiveMQ.DLQ.Topic."`
	TopicSuffix                     string `xml:"topicSuffix"`
	UseQueueForQueueMessages        bool   `xml:"useQueueForQueueMessages" default:"true"` // else a topic
	UseQueueForTopicMessages        bool   `xml:"useQueueForTopicMessages" default:"true"`
	DestinationPerDurableSubscriber bool   `xml:"destinationPerDurableSubscriber"`
}

// DiscardingDeadLetter is <discarding>: dead letters are dropped.
type DiscardingDeadLetter struct {
	Source `element:"discarding"`
	DeadLetters

	Queue Destination `xml:"deadLetterQueue" default:"queue://ActiveMQ.DLQ"`
}

func (*SharedDeadLetter) deadLetterStrategy()     {}
func (*IndividualDeadLetter) deadLetterStrategy() {}
func (*DiscardingDeadLetter) deadLetterStrategy() {}
