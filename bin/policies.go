package main

import (
	"fmt"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/config"
	"goactivemq/activemq/message"
)

// destination puts a configured destination into the broker's terms.
func destination(d config.Destination) (message.Destination, error) {
	kinds := map[string]message.DestinationKind{
		"queue": message.Queue, "topic": message.Topic, "temp-queue": message.TempQueue, "temp-topic": message.TempTopic,
	}
	kind, ok := kinds[string(d.Kind)]
	if !ok {
		return message.Destination{}, fmt.Errorf("destination %q is of kind %q, want queue or topic", d.Name, d.Kind)
	}
	return message.Destination{Kind: kind, Name: d.Name}, nil
}

// policies puts the configured policies into the broker's terms.
func policies(m *config.PolicyMap) *policy.Map {
	fallback := policy.Default()
	if m == nil {
		return policy.NewMap(nil, fallback)
	}
	if m.DefaultEntry != nil {
		fallback = entry(m.DefaultEntry, fallback.Pattern)
	}
	var entries []policy.Entry
	for _, e := range m.Entries {
		whole, err := destination(e.Destination)
		if err != nil {
			continue // the reader has refused what is no destination
		}
		for _, part := range whole.Parts() {
			entries = append(entries, entry(e, part))
		}
	}
	return policy.NewMap(entries, fallback)
}

// entry puts one policyEntry into the broker's terms.
func entry(e *config.PolicyEntry, pattern message.Destination) policy.Entry {
	p := policy.Default()
	p.Pattern = pattern
	p.MemoryLimit = int64(e.MemoryLimit)
	p.ProducerFlowControl = e.ProducerFlowControl
	p.Prioritized = e.PrioritizedMessages
	p.MaxPageSize = e.MaxPageSize
	p.ExpirePeriod = e.ExpireMessagesPeriod.Duration()
	p.PersistRedelivered = e.PersistJMSRedelivered
	p.GCInactive = e.GCInactiveDestinations
	p.InactiveBeforeGC = e.InactiveTimeoutBeforeGC.Duration()
	p.StrictOrder = e.StrictOrderDispatch
	switch s := e.PendingMessageLimitStrategy.(type) {
	case *config.ConstantPendingMessageLimit:
		p.MaxPendingPerTopic = s.Limit
	case *config.PrefetchRatePendingMessageLimit:
		p.PrefetchRatePending = s.Multiplier
	}
	p.Consumers = consumers(e)
	p.Recovery = recovery(e.SubscriptionRecoveryPolicy)
	p.AlwaysRetroactive = e.AlwaysRetroactive
	p.DeadLetter = deadLetter(e.DeadLetterStrategy, p.DeadLetter)
	return p
}

// recovery puts a subscription recovery policy into the broker's terms.
func recovery(s config.SubscriptionRecoveryPolicy) policy.Recovery {
	switch s := s.(type) {
	case *config.LastImageRecovery:
		return policy.Recovery{Kind: policy.RecoverLast}
	case *config.FixedCountRecovery:
		return policy.Recovery{Kind: policy.RecoverCount, Count: s.MaximumSize}
	case *config.FixedSizedRecovery:
		return policy.Recovery{Kind: policy.RecoverBytes, Bytes: s.MaximumSize}
	case *config.TimedRecovery:
		return policy.Recovery{Kind: policy.RecoverTime, Duration: s.RecoverDuration.Duration()}
	case *config.RetainedRecovery:
		return recovery(s.Wrapped)
	}
	return policy.Recovery{}
}

// deadLetter puts a dead letter strategy into the broker's terms.
func deadLetter(s config.DeadLetterStrategy, d policy.DeadLetter) policy.DeadLetter {
	common := func(c config.DeadLetters) {
		d.ProcessExpired, d.ProcessNonPersistent = c.ProcessExpired, c.ProcessNonPersistent
		d.Expiration = int64(c.Expiration)
	}
	switch s := s.(type) {
	case *config.SharedDeadLetter:
		common(s.DeadLetters)
		if q, err := destination(s.Queue); err == nil {
			d.Queue = q
		}
	case *config.IndividualDeadLetter:
		common(s.DeadLetters)
		d.Individual = true
		d.QueuePrefix, d.QueueSuffix = s.QueuePrefix, s.QueueSuffix
		d.TopicPrefix, d.TopicSuffix = s.TopicPrefix, s.TopicSuffix
		d.UseQueueForQueue, d.UseQueueForTopic = s.UseQueueForQueueMessages, s.UseQueueForTopicMessages
	case *config.DiscardingDeadLetter:
		common(s.DeadLetters)
		d.Discard = true
	}
	return d
}
