package config

// SubscriptionRecoveryPolicy says what a topic keeps for retroactive consumers: one of the types below, or *Unserved.
type SubscriptionRecoveryPolicy interface{ subscriptionRecoveryPolicy() }

// LastImageRecovery is <lastImageSubscriptionRecoveryPolicy>: the last message.
type LastImageRecovery struct {
	Source `element:"lastImageSubscriptionRecoveryPolicy"`
	recoveryBroker
}

// FixedCountRecovery is <fixedCountSubscriptionRecoveryPolicy>: the last so many messages.
type FixedCountRecovery struct {
	Source `element:"fixedCountSubscriptionRecoveryPolicy"`
	recoveryBroker

	MaximumSize int `xml:"maximumSize" default:"100"`
}

// FixedSizedRecovery is <fixedSizedSubscriptionRecoveryPolicy>: as many as fit.
type FixedSizedRecovery struct {
	Source `element:"fixedSizedSubscriptionRecoveryPolicy"`
	recoveryBroker

	MaximumSize     int64     `xml:"maximumSize" default:"65536"` // bytes
	UseSharedBuffer bool      `xml:"useSharedBuffer" default:"true"`
	Buffer          *Unserved `xml:"buffer"`
}

// TimedRecovery is <timedSubscriptionRecoveryPolicy>: those of the last while.
type TimedRecovery struct {
	Source `element:"timedSubscriptionRecoveryPolicy"`
	recoveryBroker

	RecoverDuration Millis `xml:"recoverDuration" default:"60000"`
}

// NoRecovery is <noSubscriptionRecoveryPolicy>.
type NoRecovery struct {
	Source `element:"noSubscriptionRecoveryPolicy"`
	recoveryBroker
}

// RetainedRecovery is <retainedMessageSubscriptionRecoveryPolicy>. All topics retain what publishers wish; this adds the policy that it wraps.
type RetainedRecovery struct {
	Source `element:"retainedMessageSubscriptionRecoveryPolicy"`
	recoveryBroker

	Wrapped SubscriptionRecoveryPolicy `xml:"wrapped"`
}

// recoveryBroker is the setting that all these have in the original because of how it is built.
type recoveryBroker struct {
	Broker *Unserved `xml:"broker"`
}

func (*LastImageRecovery) subscriptionRecoveryPolicy()  {}
func (*FixedCountRecovery) subscriptionRecoveryPolicy() {}
func (*FixedSizedRecovery) subscriptionRecoveryPolicy() {}
func (*TimedRecovery) subscriptionRecoveryPolicy()      {}
func (*NoRecovery) subscriptionRecoveryPolicy()         {}
func (*RetainedRecovery) subscriptionRecoveryPolicy()   {}
