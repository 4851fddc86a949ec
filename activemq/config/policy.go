package config

// PolicyMap is <policyMap>: settings of destinations by name pattern.
type PolicyMap struct {
	Source `element:"policyMap"`

	Entries      []*PolicyEntry `xml:"policyEntries|entries"`
	DefaultEntry *PolicyEntry   `xml:"defaultEntry"` // for what no entry matches
}

// complete refuses what the original does: an entry without a name has no place in its tree.
func (m *PolicyMap) complete(c *context) {
	for _, e := range m.Entries {
		if e.Destination.Kind == "" {
			c.errorf(e.At, "policyEntry names no destination, want queue or topic")
		}
	}
}

// PolicyEntry is <policyEntry>. Times are in milliseconds where the type does not say.
type PolicyEntry struct {
	Source `element:"policyEntry"`

	Destination Destination `xml:"queue|topic|tempQueue|tempTopic|destination"`

	MemoryLimit                    Bytes  `xml:"memoryLimit"` // 0: the broker's
	ProducerFlowControl            bool   `xml:"producerFlowControl" default:"true"`
	BlockedProducerWarningInterval Millis `xml:"blockedProducerWarningInterval" default:"30000"`
	SendFailIfNoSpace              bool   `xml:"sendFailIfNoSpace"`                          // unset: the system usage's
	SendFailIfNoSpaceAfterTimeout  Millis `xml:"sendFailIfNoSpaceAfterTimeout" default:"-1"` // unset: the system usage's
	CursorMemoryHighWaterMark      int    `xml:"cursorMemoryHighWaterMark" default:"70"`     // percent
	StoreUsageHighWaterMark        int    `xml:"storeUsageHighWaterMark" default:"100"`      // percent
	MinimumMessageSize             int64  `xml:"minimumMessageSize" default:"1024"`          // bytes that a message counts for at least
	MaxDestinations                int    `xml:"maxDestinations" default:"-1"`               // -1: no limit

	QueuePrefetch        int `xml:"queuePrefetch" default:"1000"`
	TopicPrefetch        int `xml:"topicPrefetch" default:"32767"`
	DurableTopicPrefetch int `xml:"durableTopicPrefetch" default:"100"`
	QueueBrowserPrefetch int `xml:"queueBrowserPrefetch" default:"500"`
	MaxPageSize          int `xml:"maxPageSize" default:"200"`
	MaxBrowsePageSize    int `xml:"maxBrowsePageSize" default:"400"`
	MaxExpirePageSize    int `xml:"maxExpirePageSize" default:"400"`

	ExpireMessagesPeriod    Millis `xml:"expireMessagesPeriod" default:"30000"` // 0: never look for expired messages
	GCInactiveDestinations  bool   `xml:"gcInactiveDestinations"`
	GCWithNetworkConsumers  bool   `xml:"gcWithNetworkConsumers"`
	InactiveTimeoutBeforeGC Millis `xml:"inactiveTimeoutBeforeGC|inactiveTimoutBeforeGC" default:"60000"`

	PrioritizedMessages            bool `xml:"prioritizedMessages"`
	StrictOrderDispatch            bool `xml:"strictOrderDispatch"`
	OptimizedDispatch              bool `xml:"optimizedDispatch"`
	LazyDispatch                   bool `xml:"lazyDispatch"`
	UseCache                       bool `xml:"useCache" default:"true"`
	UseConsumerPriority            bool `xml:"useConsumerPriority" default:"true"`
	UsePrefetchExtension           bool `xml:"usePrefetchExtension" default:"true"`
	AllConsumersExclusiveByDefault bool `xml:"allConsumersExclusiveByDefault"`
	AlwaysRetroactive              bool `xml:"alwaysRetroactive"`
	ConsumersBeforeDispatchStarts  int  `xml:"consumersBeforeDispatchStarts"`
	TimeBeforeDispatchStarts       int  `xml:"timeBeforeDispatchStarts"`

	PersistJMSRedelivered             bool   `xml:"persistJMSRedelivered"`
	ReduceMemoryFootprint             bool   `xml:"reduceMemoryFootprint"`
	OptimizeMessageStore              bool   `xml:"doOptimzeMessageStorage" default:"true"`
	OptimizeMessageStoreInFlightLimit int    `xml:"optimizeMessageStoreInFlightLimit" default:"10"`
	EnableAudit                       bool   `xml:"enableAudit" default:"true"`
	MaxProducersToAudit               int    `xml:"maxProducersToAudit" default:"64"`
	MaxAuditDepth                     int    `xml:"maxAuditDepth" default:"10000"`
	MaxQueueAuditDepth                int    `xml:"maxQueueAuditDepth" default:"10000"`
	MessageGroupMapFactoryType        string `xml:"messageGroupMapFactoryType" default:"cached"` // cached, simple or bucket, with options behind a "?"
	AllowTempDestinationStealing      bool   `xml:"allowTempDestinationStealing"`

	AdvisoryForConsumed               bool `xml:"advisoryForConsumed"`
	AdvisoryForDelivery               bool `xml:"advisoryForDelivery"`
	AdvisoryForDispatched             bool `xml:"advisoryForDispatched"`
	AdvisoryForDiscardingMessages     bool `xml:"advisoryForDiscardingMessages"`
	AdvisoryForFastProducers          bool `xml:"advisoryForFastProducers"`
	AdvisoryForSlowConsumers          bool `xml:"advisoryForSlowConsumers"`
	AdvisoryWhenFull                  bool `xml:"advisoryWhenFull"`
	IncludeBodyForAdvisory            bool `xml:"includeBodyForAdvisory"`
	SendAdvisoryIfNoConsumers         bool `xml:"sendAdvisoryIfNoConsumers"`
	SendDuplicateFromStoreToDLQ       bool `xml:"sendDuplicateFromStoreToDLQ"`
	UseTopicSubscriptionInflightStats bool `xml:"useTopicSubscriptionInflightStats" default:"true"`
	AdvancedMessageStatisticsEnabled  bool `xml:"advancedMessageStatisticsEnabled"`
	AdvancedNetworkStatisticsEnabled  bool `xml:"advancedNetworkStatisticsEnabled"`

	DeadLetterStrategy          DeadLetterStrategy          `xml:"deadLetterStrategy" default:"<sharedDeadLetterStrategy>"`
	MessageGroupMapFactory      MessageGroups               `xml:"messageGroupMapFactory"`      // nil: MessageGroupMapFactoryType tells
	PendingMessageLimitStrategy PendingMessageLimitStrategy `xml:"pendingMessageLimitStrategy"` // nil: no limit
	SubscriptionRecoveryPolicy  SubscriptionRecoveryPolicy  `xml:"subscriptionRecoveryPolicy"`  // nil: nothing but retained messages
	DispatchPolicy              DispatchPolicy              `xml:"dispatchPolicy"`              // nil: in the order in which consumers came
	MessageEvictionStrategy     MessageEvictionStrategy     `xml:"messageEvictionStrategy"`     // nil: the oldest goes
	SlowConsumerStrategy        SlowConsumerStrategy        `xml:"slowConsumerStrategy"`        // nil: nothing but a word in the log
	PendingQueuePolicy          QueueCursor                 `xml:"pendingQueuePolicy"`
	PendingSubscriberPolicy     *SubscriberCursor           `xml:"pendingSubscriberPolicy"`
	PendingDurablePolicy        DurableSubscriberCursor     `xml:"pendingDurableSubscriberPolicy"`
}

// PendingMessageLimitStrategy says how many messages may wait for a slow topic consumer beyond its prefetch: a
// *ConstantPendingMessageLimit or a *PrefetchRatePendingMessageLimit, or *Unserved.
type PendingMessageLimitStrategy interface{ pendingMessageLimitStrategy() }

// ConstantPendingMessageLimit is <constantPendingMessageLimitStrategy>.
type ConstantPendingMessageLimit struct {
	Source `element:"constantPendingMessageLimitStrategy"`

	Limit int `xml:"limit" default:"-1"` // -1: no limit
}

// PrefetchRatePendingMessageLimit is <prefetchRatePendingMessageLimitStrategy>.
type PrefetchRatePendingMessageLimit struct {
	Source `element:"prefetchRatePendingMessageLimitStrategy"`

	Multiplier float64 `xml:"multiplier" default:"0.5"` // of the consumer's prefetch
}

func (*ConstantPendingMessageLimit) pendingMessageLimitStrategy()     {}
func (*PrefetchRatePendingMessageLimit) pendingMessageLimitStrategy() {}
