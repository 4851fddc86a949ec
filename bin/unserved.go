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
		"storeOpenWireVersion", "advisorySupport", "populateJMSXUserID", "useJmx", "useShutdownHook", "rollbackOnlyOnAsyncException", "keepDurableSubsActive",
		"enableStatistics", "transportConnectors", "destinationPolicy", "destinations", "plugins", "systemUsage", "managementContext", "shutdownHooks",
	},
	"transportConnector": {"name", "uri"},
	"policyEntry": {
		"queue", "topic", "tempQueue", "tempTopic", "destination", "memoryLimit", "producerFlowControl", "prioritizedMessages", "maxPageSize",
		"expireMessagesPeriod", "persistJMSRedelivered", "strictOrderDispatch", "deadLetterStrategy", "pendingMessageLimitStrategy", "optimizedDispatch", "useCache",
	},
	"systemUsage": {"memoryUsage", "storeUsage", "tempUsage", "sendFailIfNoSpace", "sendFailIfNoSpaceAfterTimeout"},
	"mKahaDB": {
		"directory", "filteredPersistenceAdapters", "journalMaxFileLength", "journalWriteBatchSize", "checkForCorruption", "useLock", "lockKeepAlivePeriod",
		"locker", "journalCleanupInterval", "stopOnError",
	},
	"filteredKahaDB": {"queue", "topic", "tempQueue", "tempTopic", "destination", "perDestination", "persistenceAdapter"},
	"kahaDB": {
		"directory", "directoryArchive", "journalMaxFileLength", "journalMaxWriteBatchSize", "journalDiskSyncStrategy", "journalDiskSyncInterval",
		"enableJournalDiskSyncs", "preallocationScope", "preallocationStrategy", "checksumJournalFiles", "checkForCorruptJournalFiles",
		"ignoreMissingJournalfiles", "checkpointInterval", "cleanupInterval", "cleanupOnStop", "archiveDataLogs", "forceRecoverIndex",
		"concurrentStoreAndDispatchQueues", "purgeRecoveredXATransactionStrategy", "locker", "databaseLockedWaitDelay", "indexDirectory",
		"enableAckCompaction", "compactAcksAfterNoGC", "useLock", "lockKeepAlivePeriod", "indexCacheSize", "indexWriteBatchSize", "enableIndexDiskSyncs", "enableIndexWriteAsync",
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
	switch k := b.PersistenceAdapter.(type) {
	case *config.KahaDB:
		look("kahaDB", &k.Source)
	case *config.MultiKahaDB:
		look("mKahaDB", &k.Source)
		for _, f := range k.Filters {
			look("filteredKahaDB", &f.Source)
			look("kahaDB", &f.PersistenceAdapter.(*config.KahaDB).Source)
		}
	}
	return warnings
}
