package main

import (
	"fmt"
	"math"

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
	p.MinimumSize = e.MinimumMessageSize
	p.ProducerFlowControl = e.ProducerFlowControl
	p.SendFail = policy.SendFail{Set: e.Set("sendFailIfNoSpace"), Now: e.SendFailIfNoSpace, Wait: e.SendFailIfNoSpaceAfterTimeout.Duration()}
	p.BlockedWarning = e.BlockedProducerWarningInterval.Duration()
	p.CursorHighWater, p.StoreHighWater = e.CursorMemoryHighWaterMark, e.StoreUsageHighWaterMark
	p.MaxDestinations = e.MaxDestinations
	_, inMemory := e.PendingQueuePolicy.(*config.MemoryQueueCursor)
	p.Spools = !inMemory
	p.Prefetch = policy.Prefetch{Set: true, Queue: e.QueuePrefetch, Browser: e.QueueBrowserPrefetch, Topic: e.TopicPrefetch, Durable: e.DurableTopicPrefetch}
	p.PrefetchExtended = e.UsePrefetchExtension
	p.ShareTemporary = e.AllowTempDestinationStealing
	p.MaxExpirePage = e.MaxExpirePageSize
	if e.Set("maxBrowsePageSize") {
		p.MaxBrowse = e.MaxBrowsePageSize // the original's default hides what browsers look for
	}
	p.Prioritized = e.PrioritizedMessages
	p.MaxPageSize = e.MaxPageSize
	p.ExpirePeriod = e.ExpireMessagesPeriod.Duration()
	p.PersistRedelivered = e.PersistJMSRedelivered
	p.GCInactive = e.GCInactiveDestinations
	p.InactiveBeforeGC = e.InactiveTimeoutBeforeGC.Duration()
	p.StrictOrder = e.StrictOrderDispatch
	switch s := e.PendingMessageLimitStrategy.(type) {
	case *config.ConstantPendingMessageLimit:
		p.Pending = policy.Pending{Limited: true, Constant: s.Limit}
	case *config.PrefetchRatePendingMessageLimit:
		p.Pending = policy.Pending{Limited: true, Rate: s.Multiplier}
	}
	p.Eviction = eviction(e.MessageEvictionStrategy, p.Eviction)
	p.Dispatch = dispatch(e.DispatchPolicy)
	p.Slow = slow(e.SlowConsumerStrategy)
	p.AdvisoryForConsumed, p.AdvisoryForDelivery, p.AdvisoryForDispatched = e.AdvisoryForConsumed, e.AdvisoryForDelivery, e.AdvisoryForDispatched
	p.AdvisoryForDiscarding, p.AdvisoryForFastProducers = e.AdvisoryForDiscardingMessages, e.AdvisoryForFastProducers
	p.AdvisoryForSlowConsumers, p.AdvisoryWhenFull = e.AdvisoryForSlowConsumers, e.AdvisoryWhenFull
	p.AdvisoryNoConsumers, p.AdvisoryBody = e.SendAdvisoryIfNoConsumers, e.IncludeBodyForAdvisory
	p.Consumers = consumers(e)
	p.Recovery = recovery(e.SubscriptionRecoveryPolicy)
	p.AlwaysRetroactive = e.AlwaysRetroactive
	p.DeadLetter = deadLetter(e.DeadLetterStrategy, p.DeadLetter)
	return p
}

// eviction puts a message eviction strategy into the broker's terms.
func eviction(s config.MessageEvictionStrategy, e policy.Eviction) policy.Eviction {
	common := func(c config.Eviction) {
		if e.ExpiredFrom = c.EvictExpiredHighWatermark; !c.ExpiryCheckEnabled {
			e.ExpiredFrom = math.MaxInt
		}
	}
	switch s := s.(type) {
	case *config.OldestEviction:
		common(s.Eviction)
	case *config.LowestPriorityEviction:
		common(s.Eviction)
		e.Kind = policy.EvictLowestPriority
	case *config.UniquePropertyEviction:
		common(s.Eviction)
		e.Kind, e.Property = policy.EvictSameProperty, s.PropertyName
	}
	return e
}

// dispatch puts a dispatch policy into the broker's terms.
func dispatch(s config.DispatchPolicy) policy.Dispatch {
	switch s := s.(type) {
	case *config.RoundRobinDispatch:
		return policy.Dispatch{Kind: policy.DispatchRoundRobin}
	case *config.PriorityDispatch:
		return policy.Dispatch{Kind: policy.DispatchByPriority}
	case *config.PriorityNetworkDispatch:
		return policy.Dispatch{Kind: policy.DispatchByNetwork}
	case *config.ClientIDFilterDispatch:
		return policy.Dispatch{Kind: policy.DispatchByClient, Property: s.ClientIDProperty, Suffix: s.TopicSuffix}
	}
	return policy.Dispatch{}
}

// slow puts a strategy for slow consumers into the broker's terms.
func slow(s config.SlowConsumerStrategy) policy.Slow {
	common := func(c config.AbortSlow) policy.Slow {
		return policy.Slow{
			Abort: true, AbortConnection: c.AbortConnection, CheckPeriod: c.CheckPeriod.Duration(),
			MaxCount: c.MaxSlowCount, MaxDuration: c.MaxSlowDuration.Duration(), IgnoreNetwork: c.IgnoreNetworkConsumers,
		}
	}
	switch s := s.(type) {
	case *config.AbortSlowConsumer:
		return common(s.AbortSlow)
	case *config.AbortSlowAckConsumer:
		byAck := common(s.AbortSlow)
		byAck.ByAck, byAck.SinceAck, byAck.IgnoreIdle = true, s.MaxTimeSinceLastAck.Duration(), s.IgnoreIdleConsumers
		return byAck
	}
	return policy.Slow{}
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
		d.Audit = nil
		if c.EnableAudit {
			d.Audit = policy.NewAudit(c.MaxAuditDepth, c.MaxProducersToAudit)
		}
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
		d.PerDurable = s.DestinationPerDurableSubscriber
		d.UseQueueForQueue, d.UseQueueForTopic = s.UseQueueForQueueMessages, s.UseQueueForTopicMessages
	case *config.DiscardingDeadLetter:
		common(s.DeadLetters)
		d.Discard = true
	}
	return d
}
