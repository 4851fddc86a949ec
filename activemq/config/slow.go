package config

// MessageEvictionStrategy says which of a slow topic consumer's messages go when there are too many: one of the types below, or *Unserved.
type MessageEvictionStrategy interface{ messageEvictionStrategy() }

// Eviction are the settings that all of them have.
type Eviction struct {
	EvictExpiredHighWatermark int  `xml:"evictExpiredMessagesHighWatermark" default:"1000"` // from as many on, expired messages go first
	ExpiryCheckEnabled        bool `xml:"expiryCheckEnabled" default:"true"`
}

// OldestEviction is <oldestMessageEvictionStrategy>.
type OldestEviction struct {
	Source `element:"oldestMessageEvictionStrategy"`
	Eviction
}

// LowestPriorityEviction is <oldestMessageWithLowestPriorityEvictionStrategy>.
type LowestPriorityEviction struct {
	Source `element:"oldestMessageWithLowestPriorityEvictionStrategy"`
	Eviction
}

// UniquePropertyEviction is <uniquePropertyMessageEvictionStrategy>: of those with the same value of a property only the latest stays.
type UniquePropertyEviction struct {
	Source `element:"uniquePropertyMessageEvictionStrategy"`
	Eviction

	PropertyName string `xml:"propertyName"`
}

func (*OldestEviction) messageEvictionStrategy()         {}
func (*LowestPriorityEviction) messageEvictionStrategy() {}
func (*UniquePropertyEviction) messageEvictionStrategy() {}

// SlowConsumerStrategy says what becomes of slow consumers: an *AbortSlowConsumer or an *AbortSlowAckConsumer, or *Unserved.
type SlowConsumerStrategy interface{ slowConsumerStrategy() }

// AbortSlow are the settings that both have.
type AbortSlow struct {
	Name                   string    `xml:"name"`
	AbortConnection        bool      `xml:"abortConnection"` // else the consumer only
	CheckPeriod            Millis    `xml:"checkPeriod" default:"30000"`
	MaxSlowCount           int64     `xml:"maxSlowCount" default:"-1"`       // how often it may have become slow; -1: that does not count
	MaxSlowDuration        Millis    `xml:"maxSlowDuration" default:"30000"` // how long it may be slow; -1: that does not count
	IgnoreNetworkConsumers bool      `xml:"ignoreNetworkConsumers" default:"true"`
	Broker                 *Unserved `xml:"brokerService"`
}

// AbortSlowConsumer is <abortSlowConsumerStrategy>: a consumer is slow that lets messages wait.
type AbortSlowConsumer struct {
	Source `element:"abortSlowConsumerStrategy"`
	AbortSlow
}

// AbortSlowAckConsumer is <abortSlowAckConsumerStrategy>: a consumer is slow that does not acknowledge.
type AbortSlowAckConsumer struct {
	Source `element:"abortSlowAckConsumerStrategy"`
	AbortSlow

	MaxTimeSinceLastAck Millis `xml:"maxTimeSinceLastAck" default:"30000"`
	IgnoreIdleConsumers bool   `xml:"ignoreIdleConsumers" default:"true"` // those that have nothing to acknowledge
}

func (*AbortSlowConsumer) slowConsumerStrategy()    {}
func (*AbortSlowAckConsumer) slowConsumerStrategy() {}
