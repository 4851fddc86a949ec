package main

import (
	"fmt"
	"slices"

	"goactivemq/activemq/config"
)

// obeyed are the settings that this version acts on, by element. All others are read and checked, and without effect; whoever gives one is told.
var obeyed = map[string][]string{
	"broker": {
		"brokerName", "brokerId", "start", "dataDirectory", "dataDirectoryFile", "persistent", "deleteAllMessagesOnStartup", "persistenceAdapter",
		"schedulerSupport", "schedulerDirectory", "schedulerDirectoryFile", "maxSchedulerRepeatAllowed", "storeOpenWireVersion", "advisorySupport", "populateJMSXUserID", "useJmx", "useShutdownHook", "rollbackOnlyOnAsyncException", "keepDurableSubsActive",
		"enableStatistics", "transportConnectors", "destinationPolicy", "destinations", "plugins", "systemUsage", "managementContext", "shutdownHooks",
	},
	"transportConnector": {"name", "uri"},
	"policyEntry": {
		"queue", "topic", "tempQueue", "tempTopic", "destination", "memoryLimit", "producerFlowControl", "prioritizedMessages", "maxPageSize",
		"expireMessagesPeriod", "persistJMSRedelivered", "strictOrderDispatch", "deadLetterStrategy", "pendingMessageLimitStrategy", "optimizedDispatch", "useCache",
	},
	"systemUsage": {"memoryUsage", "storeUsage", "tempUsage", "jobSchedulerUsage", "sendFailIfNoSpace", "sendFailIfNoSpaceAfterTimeout"},
	"kahaDB": {
		"directory", "directoryArchive", "journalMaxFileLength", "journalMaxWriteBatchSize", "journalDiskSyncStrategy", "journalDiskSyncInterval",
		"enableJournalDiskSyncs", "preallocationScope", "preallocationStrategy", "checksumJournalFiles", "checkForCorruptJournalFiles",
		"ignoreMissingJournalfiles", "checkpointInterval", "cleanupInterval", "cleanupOnStop", "archiveDataLogs", "forceRecoverIndex",
		"concurrentStoreAndDispatchQueues", "purgeRecoveredXATransactionStrategy", "locker", "databaseLockedWaitDelay", "indexDirectory",
		"enableAckCompaction", "compactAcksAfterNoGC", "indexCacheSize", "indexWriteBatchSize", "enableIndexDiskSyncs", "enableIndexWriteAsync",
	},
}

// withoutEffect returns a warning for each setting that the configuration gives and this version does not act on.
func withoutEffect(b *config.Broker) []string {
	var warnings []string
	look := func(element string, s *config.Source) {
		for _, name := range s.Given() {
			if !slices.Contains(obeyed[element], name) {
				warnings = append(warnings, fmt.Sprintf("%s: %s %s is not served by this version and has no effect", s.Place(name), element, name))
			}
		}
	}
	look("broker", &b.Source)
	for _, c := range b.TransportConnectors {
		look("transportConnector", &c.Source)
	}
	if p := b.DestinationPolicy; p != nil {
		for _, e := range p.Entries {
			look("policyEntry", &e.Source)
		}
		if p.DefaultEntry != nil {
			look("policyEntry", &p.DefaultEntry.Source)
		}
	}
	look("systemUsage", &b.SystemUsage.Source)
	if k, ok := b.PersistenceAdapter.(*config.KahaDB); ok {
		look("kahaDB", &k.Source)
	}
	return warnings
}
