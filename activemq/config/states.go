package config

import (
	"slices"
	"strings"
	"sync"
)

// Support tells what becomes of a setting or of an element.
type Support string

const (
	Served Support = "served"     // the broker acts on it
	Inert  Support = "no effect"  // read and checked; it has no meaning without a Java virtual machine, or governs what is done in another way here
	Known  Support = "not served" // the original has it, this version does not: a warning, and an error where warnings are not wanted
)

// acted has, by element, the settings that this broker acts on. Whoever makes a setting effective adds it here, and nowhere else; an element that is
// no key is not served at all. brokerService is another name of broker.
var acted = map[string][]string{
	"broker": {
		"brokerName", "brokerId", "useLocalHostBrokerName", "dataDirectory", "dataDirectoryFile", "persistent", "persistenceAdapter",
		"tmpDataDirectory", "deleteAllMessagesOnStartup", "storeOpenWireVersion", "advisorySupport", "anonymousProducerAdvisorySupport", "enableMessageExpirationOnActiveDurableSubs",
		"populateJMSXUserID",
		"schedulerSupport", "schedulerDirectory", "schedulerDirectoryFile", "maxSchedulerRepeatAllowed",
		"transportConnectors", "destinationPolicy", "destinations", "plugins", "systemUsage", "managementContext", "shutdownHooks",
		"destinationInterceptors", "useVirtualTopics", "useMirroredQueues", "useTempMirroredQueues",
		"schedulePeriodForDestinationPurge", "maxPurgedDestinationsPerSweep", "sslContext",
	},
	"virtualDestinationInterceptor": {"virtualDestinations"},
	"virtualTopic": {
		"name", "prefix", "postfix", "selectorAware", "local", "transactedSend", "dropOnResourceLimit", "setOriginalDestination",
	},
	"compositeQueue":                   {"name", "forwardTo", "forwardOnly", "sendWhenNotMatched"},
	"compositeTopic":                   {"name", "forwardTo", "forwardOnly", "sendWhenNotMatched"},
	"filteredDestination":              {"queue", "topic", "destination", "selector"},
	"mirroredQueue":                    {"prefix", "postfix"},
	"destinationPathSeparatorPlugin":   {"pathSeparator"},
	"virtualSelectorCacheBrokerPlugin": {"persistFile", "persistInterval", "singleSelectorPerDestination", "ignoreWildcardSelectors"},
	"cachedMessageGroupMapFactory":     {"cacheSize"},
	"simpleMessageGroupMapFactory":     {},
	"messageGroupHashBucketFactory":    {"bucketCount"},
	"managementContext":                {},
	"transportConnector":               {"name", "uri"},
	"sslContext": {
		"keyStore", "keyStoreType", "keyStorePassword", "keyStoreKeyPassword", "trustStore", "trustStoreType", "trustStorePassword", "crlPath", "protocol",
	},

	"policyMap": {"policyEntries", "entries", "defaultEntry"},
	"policyEntry": {
		"queue", "topic", "tempQueue", "tempTopic", "destination", "memoryLimit", "producerFlowControl", "prioritizedMessages", "maxPageSize",
		"expireMessagesPeriod", "maxExpirePageSize", "persistJMSRedelivered", "strictOrderDispatch", "deadLetterStrategy", "pendingMessageLimitStrategy",
		"subscriptionRecoveryPolicy", "alwaysRetroactive",
		"allConsumersExclusiveByDefault", "useConsumerPriority", "consumersBeforeDispatchStarts", "timeBeforeDispatchStarts", "messageGroupMapFactory",
		"messageGroupMapFactoryType", "gcInactiveDestinations", "gcWithNetworkConsumers", "inactiveTimeoutBeforeGC", "inactiveTimoutBeforeGC",
		"minimumMessageSize", "sendFailIfNoSpace", "sendFailIfNoSpaceAfterTimeout",
		"blockedProducerWarningInterval", "cursorMemoryHighWaterMark", "storeUsageHighWaterMark", "maxDestinations", "maxBrowsePageSize",
		"queuePrefetch", "queueBrowserPrefetch", "topicPrefetch", "durableTopicPrefetch", "usePrefetchExtension", "allowTempDestinationStealing",
		"messageEvictionStrategy", "dispatchPolicy", "slowConsumerStrategy", "advisoryForConsumed", "advisoryForDelivery", "advisoryForDispatched",
		"advisoryForDiscardingMessages", "advisoryForFastProducers", "advisoryForSlowConsumers", "advisoryWhenFull", "sendAdvisoryIfNoConsumers",
		"includeBodyForAdvisory", "pendingQueuePolicy",
	},
	"storeCursor":                   {},
	"fileQueueCursor":               {},
	"vmQueueCursor":                 {},
	"simpleDispatchPolicy":          {},
	"roundRobinDispatchPolicy":      {},
	"strictOrderDispatchPolicy":     {},
	"priorityDispatchPolicy":        {},
	"priorityNetworkDispatchPolicy": {},
	"clientIdFilterDispatchPolicy":  {"ptpClientId", "ptpSuffix"},

	"oldestMessageEvictionStrategy":                   {"evictExpiredMessagesHighWatermark", "expiryCheckEnabled"},
	"oldestMessageWithLowestPriorityEvictionStrategy": {"evictExpiredMessagesHighWatermark", "expiryCheckEnabled"},
	"uniquePropertyMessageEvictionStrategy":           {"evictExpiredMessagesHighWatermark", "expiryCheckEnabled", "propertyName"},

	"abortSlowConsumerStrategy": {"abortConnection", "checkPeriod", "maxSlowCount", "maxSlowDuration", "ignoreNetworkConsumers"},
	"abortSlowAckConsumerStrategy": {
		"abortConnection", "checkPeriod", "maxSlowCount", "maxSlowDuration", "ignoreNetworkConsumers", "maxTimeSinceLastAck", "ignoreIdleConsumers",
	},
	"lastImageSubscriptionRecoveryPolicy":       {},
	"fixedCountSubscriptionRecoveryPolicy":      {"maximumSize"},
	"fixedSizedSubscriptionRecoveryPolicy":      {"maximumSize"},
	"timedSubscriptionRecoveryPolicy":           {"recoverDuration"},
	"noSubscriptionRecoveryPolicy":              {},
	"retainedMessageSubscriptionRecoveryPolicy": {"wrapped"},
	"constantPendingMessageLimitStrategy":       {"limit"},
	"prefetchRatePendingMessageLimitStrategy":   {"multiplier"},
	"sharedDeadLetterStrategy": {
		"processExpired", "processNonPersistent", "expiration", "enableAudit", "maxAuditDepth", "maxProducersToAudit", "deadLetterQueue",
	},
	"individualDeadLetterStrategy": {
		"processExpired", "processNonPersistent", "expiration", "enableAudit", "maxAuditDepth", "maxProducersToAudit", "destinationPerDurableSubscriber",
		"queuePrefix", "queueSuffix", "topicPrefix", "topicSuffix", "useQueueForQueueMessages", "useQueueForTopicMessages",
	},
	"discarding": {"processExpired", "processNonPersistent", "expiration"},

	"timeStampingBrokerPlugin":         {"zeroExpirationOverride", "ttlCeiling", "futureOnly", "processNetworkMessages"},
	"forcePersistencyModeBrokerPlugin": {"persistenceFlag"},
	"discardingDLQBrokerPlugin":        {"dropAll", "dropTemporaryQueues", "dropTemporaryTopics", "dropOnly", "reportInterval"},
	"loggingBrokerPlugin": {
		"logAll", "logConnectionEvents", "logSessionEvents", "logConsumerEvents", "logProducerEvents", "logTransactionEvents", "logInternalEvents",
		"perDestinationLogger",
	},
	"statisticsBrokerPlugin":   {},
	"connectionDotFilePlugin":  {"file"},
	"destinationDotFilePlugin": {"file"},
	"traceBrokerPathPlugin":    {"stampProperty"},
	"redeliveryPlugin":         {"redeliveryPolicyMap", "sendToDlqIfMaxRetriesExceeded", "fallbackToDeadLetter"},
	"redeliveryPolicyMap":      {"redeliveryPolicyEntries", "entries", "defaultEntry"},
	"redeliveryPolicy": {
		"queue", "topic", "tempQueue", "tempTopic", "destination", "maximumRedeliveries", "initialRedeliveryDelay", "redeliveryDelay",
		"maximumRedeliveryDelay", "useExponentialBackOff", "backOffMultiplier", "useCollisionAvoidance", "collisionAvoidancePercent",
	},

	"systemUsage":       {"memoryUsage", "storeUsage", "tempUsage", "jobSchedulerUsage", "sendFailIfNoSpace", "sendFailIfNoSpaceAfterTimeout"},
	"memoryUsage":       {"limit", "percentOfJvmHeap"},
	"storeUsage":        {"limit"},
	"tempUsage":         {"limit"},
	"jobSchedulerUsage": {"limit"},

	"memoryPersistenceAdapter": {},
	"mKahaDB": {
		"directory", "filteredPersistenceAdapters", "journalMaxFileLength", "journalWriteBatchSize", "checkForCorruption", "useLock", "lockKeepAlivePeriod",
		"locker",
	},
	"filteredKahaDB": {"queue", "topic", "tempQueue", "tempTopic", "destination", "perDestination", "persistenceAdapter"},
	"kahaDB": {
		"directory", "directoryArchive", "indexDirectory", "journalMaxFileLength", "journalMaxWriteBatchSize", "journalDiskSyncStrategy",
		"journalDiskSyncInterval", "enableJournalDiskSyncs", "preallocationScope", "preallocationStrategy", "checksumJournalFiles",
		"checkForCorruptJournalFiles", "ignoreMissingJournalfiles", "checkpointInterval", "cleanupInterval", "cleanupOnStop", "archiveDataLogs",
		"forceRecoverIndex", "concurrentStoreAndDispatchQueues", "purgeRecoveredXATransactionStrategy", "locker", "databaseLockedWaitDelay",
		"enableAckCompaction", "compactAcksAfterNoGC", "useLock", "lockKeepAlivePeriod", "maxFailoverProducersToTrack",
	},
	"shared-file-locker": {"failIfLocked", "lockAcquireSleepInterval"},

	"simpleAuthenticationPlugin": {"users", "userPasswords", "anonymousAccessAllowed"},
	"authenticationUser":         {"username", "password"},
	"runtimeConfigurationPlugin": {"checkPeriod"},

	"queue": {"physicalName"}, "topic": {"physicalName"}, "tempQueue": {"physicalName"}, "tempTopic": {"physicalName"},
}

// inert has what is read and checked, and changes nothing here: the reason, the elements (* for all) and the settings (* for the whole element).
var inert = []struct{ why, elements, names string }{
	{"Java's objects, which the original puts there itself", "*",
		"brokerService adminConnectionContext next executor parent limiter usageManager scheduledThreadPoolExecutor taskRunnerFactory lockable " +
			"jobSchedulerStore tempStore percentUsage"},
	{"Java's objects, which the original puts there itself", "broker",
		"adminView brokerContext brokerObjectName regionBroker destinationFactory services startException producerSystemUsage consumerSystemUsage " +
			"persistenceTaskRunnerFactory"},
	{"Java's objects, which the original puts there itself", "transportConnector", "brokerInfo discoveryAgent server"},
	{"Java's objects, which the original puts there itself", "memoryUsage", "usage portion"},
	{"Java's objects, which the original puts there itself", "tempUsage storeUsage jobSchedulerUsage", "store"},
	{"Java's objects, which the original puts there itself", "systemUsage", "adapter"},
	{"Java's objects, which the original puts there itself", "tempQueue tempTopic", "connection connectionId sequenceId"},
	{"Java's objects, which the original puts there itself", "queue topic tempQueue tempTopic", "properties"},
	{"Java's objects, which the original puts there itself", "kahaDB", "dataFileFactory transactionIdTransformer"},
	{"Java's threads", "broker", "dedicatedTaskRunner virtualThreadTaskRunner taskRunnerPriority persistenceThreadPriority"},
	{"Java's threads", "taskRunnerFactory", "*"},
	{"Java's management server: the console and Jolokia serve the same", "broker", "useJmx mbeanInvocationTimeout"},
	{"Java's management server: the console and Jolokia serve the same", "managementContext",
		"createConnector connectorHost connectorPort connectorPath rmiServerPort useMBeanServer createMBeanServer findTigerMbeanServer MBeanServer " +
			"environment server"},
	{"the broker sets it", "managementContext kahaDB mKahaDB memoryPersistenceAdapter jdbcPersistenceAdapter journalPersistenceAdapter", "brokerName"},
	{"the command starts the broker in any case, in the original, too", "broker", "start"},
	{"signals always stop the broker in good order", "broker", "useShutdownHook"},
	{"errors are always logged", "broker", "useLoggingForShutdownErrors"},
	{"subscriptions cost no memory while nobody is there", "broker", "keepDurableSubsActive"},
	{"of the pure master and slave pairs that release 5.8 dropped", "broker",
		"passiveSlave shutdownOnMasterFailure shutdownOnSlaveFailure waitForSlave waitForSlaveTimeout"},
	{"queues dispatch without a thread of their own", "policyEntry", "optimizedDispatch"},
	{"a queue's front is in memory, the rest in the store", "policyEntry", "useCache"},
	{"a message is read from the store when a consumer can take it", "policyEntry", "lazyDispatch"},
	{"a message is only ever kept in one form", "policyEntry", "reduceMemoryFootprint"},
	{"the store finds out by itself when waiting for an acknowledgement pays", "policyEntry", "doOptimzeMessageStorage optimizeMessageStoreInFlightLimit"},
	{"no message comes twice from the store", "policyEntry", "sendDuplicateFromStoreToDLQ"},
	{"the statistics cost nothing extra", "policyEntry", "useTopicSubscriptionInflightStats"},
	{"what waits for a topic consumer always waits in memory", "policyEntry", "pendingSubscriberPolicy"},
	{"what does not fit into memory always waits on disk", "policyEntry", "pendingDurableSubscriberPolicy"},
	{"what does not fit into memory always waits on disk", "storeDurableSubscriberCursor", "useCache"},
	{"what has the highest priority is always the next", "storeDurableSubscriberCursor", "immediatePriorityDispatch"},
	{"the destination's policy decides", "vmCursor fileCursor vmDurableCursor fileDurableSubscriberCursor storeDurableSubscriberCursor", "*"},
	{"the original's management shows it", "abortSlowConsumerStrategy abortSlowAckConsumerStrategy", "name"},
	{"for clients", "redeliveryPolicy", "preDispatchCheck"},
	{"follows from sendFailIfNoSpace", "systemUsage", "sendFailIfNoSpaceExplicitySet"},
	{"for messages only", "systemUsage memoryUsage storeUsage tempUsage jobSchedulerUsage shared-file-locker", "name"},
	{"Java's index: the one here has files of its own", "kahaDB",
		"indexCacheSize indexWriteBatchSize indexLFUEvictionFactor useIndexLFRUEviction enableIndexDiskSyncs enableIndexPageCaching " +
			"enableIndexRecoveryFile enableIndexWriteAsync archiveCorruptedIndex"},
	{"all destinations get a message at once: nobody waits for the disk in between", "virtualTopic compositeQueue compositeTopic", "concurrentSend"},
	{"each destination always gets a copy", "compositeQueue compositeTopic mirroredQueue", "copyMessage"},
	{"no names of groups are kept", "messageGroupHashBucketFactory", "cacheSize"},
	{"a journal file of transactions goes as soon as nothing needs it", "mKahaDB", "journalCleanupInterval"},
	{"a store that fails always stops the broker", "kahaDB mKahaDB", "stopOnError"},
	{"the last message of each producer is all that is remembered", "kahaDB", "failoverProducersAuditDepth"},
	{"there always is one", "memoryPersistenceAdapter", "createTransactionStore"},
	{"nothing is written", "memoryPersistenceAdapter", "directory useExternalMessageReferences"},
	{"nothing is sent there", "discarding", "deadLetterQueue enableAudit maxAuditDepth maxProducersToAudit"},
	{"the broker sets it",
		"lastImageSubscriptionRecoveryPolicy fixedCountSubscriptionRecoveryPolicy fixedSizedSubscriptionRecoveryPolicy timedSubscriptionRecoveryPolicy " +
			"noSubscriptionRecoveryPolicy retainedMessageSubscriptionRecoveryPolicy", "broker"},
	{"a topic has a buffer of its own, which only its consumers read", "fixedSizedSubscriptionRecoveryPolicy", "useSharedBuffer buffer"},
	{"a Java class", "authorizationMap authorizationEntry tempDestinationAuthorizationEntry cachedLDAPAuthorizationMap", "groupClass"},
	{"it holds for all temporary destinations", "tempDestinationAuthorizationEntry", "queue topic tempQueue tempTopic destination"},
	{"Java's key managers", "sslContext",
		"keyStoreAlgorithm trustStoreAlgorithm provider secureRandom secureRandomAlgorithm keyManagers trustManagers SSLContext currentSslContext"},
	{"an object for clients in Java", "connectionFactory xaConnectionFactory pooledConnectionFactory pooledConnectionFactoryBean xaPooledConnectionFactory " +
		"prefetchPolicy activationSpec managedConnectionFactory resourceAdapter", "*"},
	{"an object of Java's broker that no file needs", "defaultUsageCapacity usageCapacity usage queueDispatchSelector simpleDispatchSelector", "*"},
}

// state is what becomes of a setting, and why where nothing does.
type state struct {
	support Support
	why     string
}

// states has all that is not Known, by element and setting; the setting "" is the element itself.
var states = sync.OnceValue(func() map[[2]string]state {
	out := map[[2]string]state{}
	for element, names := range acted {
		out[[2]string{element, ""}] = state{support: Served}
		for _, n := range names {
			out[[2]string{element, n}] = state{support: Served}
		}
	}
	for _, i := range inert {
		elements := strings.Fields(i.elements)
		if i.elements == "*" {
			elements = schema().elementNames()
		}
		for _, element := range elements {
			for _, n := range inertNames(schema().elements[element], i.names) {
				if key := [2]string{element, n}; i.elements != "*" || out[key].support == "" {
					out[key] = state{Inert, i.why}
				}
			}
		}
	}
	return out
})

// inertNames lists those of the names that an element has, or all and the element itself for *.
func inertNames(e *schemaElement, names string) []string {
	if names == "*" {
		return append(e.propertyNames(), "")
	}
	return slices.DeleteFunc(strings.Fields(names), func(n string) bool { return e.properties[n] == nil })
}

// stateOf returns what becomes of a setting, or of an element where name is "".
func stateOf(element, name string) state {
	if element == "brokerService" {
		element = "broker"
	}
	if s, ok := states()[[2]string{element, name}]; ok {
		return s
	}
	return state{support: Known}
}
