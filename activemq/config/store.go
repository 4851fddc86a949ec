package config

import (
	"slices"
	"strings"
)

// PersistenceAdapter is a store: *KahaDB or *MemoryStore, or *Unserved.
type PersistenceAdapter interface{ persistenceAdapter() }

func (*KahaDB) persistenceAdapter()      {}
func (*MemoryStore) persistenceAdapter() {}

// KahaDB is <kahaDB>.
type KahaDB struct {
	Source `element:"kahaDB"`

	Directory        string `xml:"directory" default:"KahaDB"`
	DirectoryArchive string `xml:"directoryArchive"` // unset: data-archive in Directory

	JournalMaxFileLength        Bytes  `xml:"journalMaxFileLength" default:"32mb"`
	JournalMaxWriteBatchSize    Bytes  `xml:"journalMaxWriteBatchSize" default:"4mb"`
	JournalDiskSyncStrategy     string `xml:"journalDiskSyncStrategy" default:"ALWAYS"` // ALWAYS, PERIODIC or NEVER; EnableJournalDiskSyncs has gone into it
	JournalDiskSyncInterval     Millis `xml:"journalDiskSyncInterval" default:"1000"`
	EnableJournalDiskSyncs      bool   `xml:"enableJournalDiskSyncs" default:"true"`
	PreallocationScope          string `xml:"preallocationScope" default:"ENTIRE_JOURNAL"`
	PreallocationStrategy       string `xml:"preallocationStrategy" default:"SPARSE_FILE"`
	ChecksumJournalFiles        bool   `xml:"checksumJournalFiles" default:"true"`
	CheckForCorruptJournalFiles bool   `xml:"checkForCorruptJournalFiles"`
	IgnoreMissingJournalFiles   bool   `xml:"ignoreMissingJournalfiles"`

	CheckpointInterval            Millis `xml:"checkpointInterval" default:"5000"`
	CleanupInterval               Millis `xml:"cleanupInterval" default:"30000"`
	CleanupOnStop                 bool   `xml:"cleanupOnStop" default:"true"`
	ArchiveDataLogs               bool   `xml:"archiveDataLogs"`
	ArchiveCorruptedIndex         bool   `xml:"archiveCorruptedIndex"`
	EnableAckCompaction           bool   `xml:"enableAckCompaction" default:"true"`
	CompactAcksAfterNoGC          int    `xml:"compactAcksAfterNoGC" default:"10"`
	CompactAcksIgnoresStoreGrowth bool   `xml:"compactAcksIgnoresStoreGrowth"`
	ForceRecoverIndex             bool   `xml:"forceRecoverIndex"`

	ConcurrentStoreAndDispatchQueues    bool   `xml:"concurrentStoreAndDispatchQueues" default:"true"`
	ConcurrentStoreAndDispatchTopics    bool   `xml:"concurrentStoreAndDispatchTopics"`
	MaxAsyncJobs                        int    `xml:"maxAsyncJobs" default:"10000"`
	FailoverProducersAuditDepth         int    `xml:"failoverProducersAuditDepth" default:"2048"`
	MaxFailoverProducersToTrack         int    `xml:"maxFailoverProducersToTrack" default:"64"`
	PurgeRecoveredXATransactionStrategy string `xml:"purgeRecoveredXATransactionStrategy" default:"NEVER"` // NEVER, COMMIT or ROLLBACK
	EnableSubscriptionStatistics        bool   `xml:"enableSubscriptionStatistics"`

	UseLock                 bool    `xml:"useLock" default:"true"`
	LockKeepAlivePeriod     Millis  `xml:"lockKeepAlivePeriod"`
	DatabaseLockedWaitDelay int     `xml:"databaseLockedWaitDelay"` // milliseconds; unset: the locker's
	Locker                  element `xml:"locker"`                  // *SharedFileLocker, *Unserved, or nil: the former with its defaults
	StopOnError             bool    `xml:"stopOnError"`
	BrokerName              string  `xml:"brokerName"`

	// The index here has files of its own beside the journal, so that the shape of Java's does not matter.
	IndexDirectory          string  `xml:"indexDirectory"`
	IndexCacheSize          int     `xml:"indexCacheSize" default:"10000"`
	IndexWriteBatchSize     int     `xml:"indexWriteBatchSize" default:"1000"`
	IndexLFUEvictionFactor  float64 `xml:"indexLFUEvictionFactor" default:"0.2"`
	UseIndexLFRUEviction    bool    `xml:"useIndexLFRUEviction"`
	EnableIndexDiskSyncs    bool    `xml:"enableIndexDiskSyncs" default:"true"`
	EnableIndexPageCaching  bool    `xml:"enableIndexPageCaching" default:"true"`
	EnableIndexRecoveryFile bool    `xml:"enableIndexRecoveryFile" default:"true"`
	EnableIndexWriteAsync   bool    `xml:"enableIndexWriteAsync"`
}

// complete settles the two settings for syncing, of which the one set last counts.
func (k *KahaDB) complete(c *context) {
	c.constantFold(&k.Source, "journalDiskSyncStrategy", &k.JournalDiskSyncStrategy, "ALWAYS", "PERIODIC", "NEVER")
	c.constantFold(&k.Source, "purgeRecoveredXATransactionStrategy", &k.PurgeRecoveredXATransactionStrategy, "NEVER", "COMMIT", "ROLLBACK")
	if k.overrides("enableJournalDiskSyncs", "journalDiskSyncStrategy") {
		k.JournalDiskSyncStrategy = "NEVER"
		if k.EnableJournalDiskSyncs {
			k.JournalDiskSyncStrategy = "ALWAYS"
		}
	}
	k.EnableJournalDiskSyncs = k.JournalDiskSyncStrategy == "ALWAYS"
}

// constant checks a setting that takes one of a few words.
func (c *context) constant(s *Source, name string, field *string, words ...string) {
	if !slices.Contains(words, *field) {
		c.errorf(s.Place(name), "%s is %q, want one of %s", name, *field, strings.Join(words, ", "))
	}
}

// constantFold is for settings that the original takes in any case; the field has capitals afterwards.
func (c *context) constantFold(s *Source, name string, field *string, words ...string) {
	if word := strings.ToUpper(strings.TrimSpace(*field)); slices.Contains(words, word) {
		*field = word
	}
	c.constant(s, name, field, words...)
}

// MemoryStore is <memoryPersistenceAdapter>: nothing outlives the broker.
type MemoryStore struct {
	Source `element:"memoryPersistenceAdapter"`

	CreateTransactionStore       bool   `xml:"createTransactionStore"`
	UseExternalMessageReferences bool   `xml:"useExternalMessageReferences"`
	Directory                    string `xml:"directory"`
	BrokerName                   string `xml:"brokerName"`
}

// SharedFileLocker is <shared-file-locker>: a lock on a file keeps a second broker off the store.
type SharedFileLocker struct {
	Source `element:"shared-file-locker"`

	Directory                string `xml:"directory" default:"KahaDB"` // unset: the store's
	FailIfLocked             bool   `xml:"failIfLocked"`
	LockAcquireSleepInterval Millis `xml:"lockAcquireSleepInterval" default:"10000"`
	Name                     string `xml:"name"`
}
