package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/config"
	"goactivemq/activemq/logging"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store/kahadb"
	"goactivemq/activemq/store/mkahadb"
	"goactivemq/activemq/vfs"
	"goactivemq/openwire/wire"
)

// kahaLogger is the logger under which the original tells about its KahaDB.
const kahaLogger = "org.apache.activemq.store.kahadb.MessageDatabase"

// openKahaDB opens a KahaDB directory.
func (s *openStore) openKahaDB(ctx context.Context, c *config.Broker, k *config.KahaDB, log *slog.Logger, standBy func(string)) error {
	o, err := kahaOptions(c, k, k.Directory, policies(c.DestinationPolicy))
	if err != nil {
		return err
	}
	l := kahaLock(k)
	o.Unlocked, o.LockKeepAlive = !k.UseLock, k.LockKeepAlivePeriod.Duration()
	log.Info("Using Persistence Adapter: KahaDBPersistenceAdapter[" + o.Directory + "]")
	var opened *kahadb.Store
	err = l.wait(ctx, o.Directory, standBy, func() (err error) {
		opened, err = kahadb.Open(o)
		return err
	})
	if err != nil {
		return err
	}
	s.Store, s.failing = opened, opened
	s.beforeDispatch = !k.ConcurrentStoreAndDispatchQueues
	return nil
}

// openMultiKahaDB opens several KahaDB directories as one store.
func (s *openStore) openMultiKahaDB(ctx context.Context, c *config.Broker, m *config.MultiKahaDB, log *slog.Logger, standBy func(string)) error {
	directory, err := filepath.Abs(m.Directory)
	if err != nil {
		return fmt.Errorf("%s: %w", m.At, err)
	}
	o := mkahadb.Options{
		Directory: directory, Log: logging.Logger(kahaLogger), Unlocked: !m.UseLock, LockKeepAlive: m.LockKeepAlivePeriod.Duration(),
		Outcomes: kahadb.Options{
			MaxFileLength:               int64(m.JournalMaxFileLength),
			MaxBatch:                    int64(m.JournalWriteBatchSize),
			ChecksumJournalFiles:        true,
			CheckForCorruptJournalFiles: m.CheckForCorruption,
			IgnoreMissingJournalFiles:   !m.CheckForCorruption,
		},
	}
	policies := policies(c.DestinationPolicy)
	for _, f := range m.Filters {
		k := f.PersistenceAdapter.(*config.KahaDB) // the reader has refused all else
		filter := mkahadb.Filter{PerDestination: f.PerDestination}
		if f.Destination.Kind != "" {
			if filter.Destination, err = destination(f.Destination); err != nil {
				return fmt.Errorf("%s: %w", f.At, err)
			}
		}
		if k.Set("directory") {
			if filter.Directory, err = filepath.Abs(k.Directory); err != nil {
				return fmt.Errorf("%s: %w", k.At, err)
			}
		}
		filter.Options = func(directory string) (kahadb.Options, error) { return kahaOptions(c, k, directory, policies) }
		o.Filters = append(o.Filters, filter)
		// One store for all sides of the broker: the strictest of its parts counts.
		s.beforeDispatch = s.beforeDispatch || !k.ConcurrentStoreAndDispatchQueues
	}
	log.Info("Using Persistence Adapter: MultiKahaDBPersistenceAdapter[" + directory + "]")
	var opened *mkahadb.Store
	err = multiLock(m).wait(ctx, directory, standBy, func() (err error) {
		opened, err = mkahadb.Open(o)
		return err
	})
	if err != nil {
		return err
	}
	s.Store, s.failing = opened, opened
	return nil
}

// storeVersion returns the OpenWire version of a directory's records: its own where it has one, which never changes, and otherwise the one that
// the configuration asks for.
func storeVersion(c *config.Broker, o kahadb.Options) (int, error) {
	index := o.IndexDirectory
	if index == "" {
		index = o.Directory
	}
	version, err := kahadb.StoredVersion(vfs.OS{}, index)
	if err != nil || version != 0 {
		return version, err
	}
	return c.StoreOpenWireVersion, nil
}

// kahaOptions puts the configuration of a KahaDB into the store's terms.
func kahaOptions(c *config.Broker, k *config.KahaDB, directory string, policies *policy.Map) (kahadb.Options, error) {
	directory, err := filepath.Abs(directory)
	if err != nil {
		return kahadb.Options{}, fmt.Errorf("%s: %w", k.At, err)
	}
	o := kahadb.Options{
		Directory:                   directory,
		IndexDirectory:              k.IndexDirectory,
		Log:                         logging.Logger(kahaLogger),
		MaxFileLength:               int64(k.JournalMaxFileLength),
		MaxBatch:                    int64(k.JournalMaxWriteBatchSize),
		Sync:                        map[string]kahadb.Sync{"ALWAYS": kahadb.Always, "PERIODIC": kahadb.Periodic, "NEVER": kahadb.Never}[k.JournalDiskSyncStrategy],
		SyncInterval:                k.JournalDiskSyncInterval.Duration(),
		CheckpointInterval:          orNever(k.CheckpointInterval.Duration()),
		CleanupInterval:             orNever(k.CleanupInterval.Duration()),
		CleanupOnStop:               k.CleanupOnStop,
		ArchiveDataLogs:             k.ArchiveDataLogs,
		DirectoryArchive:            k.DirectoryArchive,
		ChecksumJournalFiles:        k.ChecksumJournalFiles,
		CheckForCorruptJournalFiles: k.CheckForCorruptJournalFiles,
		IgnoreMissingJournalFiles:   k.IgnoreMissingJournalFiles,
		EnableAckCompaction:         k.EnableAckCompaction,
		CompactAcksAfterNoGC:        k.CompactAcksAfterNoGC,
		ForceRecoverIndex:           k.ForceRecoverIndex,
		Preallocation:               preallocation(k),
		PurgeRecoveredXA:            map[string]kahadb.Recovered{"COMMIT": kahadb.CommitRecovered, "ROLLBACK": kahadb.RollbackRecovered}[k.PurgeRecoveredXATransactionStrategy],
		Prioritized:                 func(d message.Destination) bool { return policies.For(d).Prioritized },
	}
	if o.OpenWireVersion, err = storeVersion(c, o); err != nil {
		return o, err
	}
	if o.Codec, err = wire.NewStoreCodec(o.OpenWireVersion); err != nil {
		return o, fmt.Errorf("%s: %w", c.Place("storeOpenWireVersion"), err)
	}
	return o, nil
}

// orNever turns the original's 0, which switches a task off, into the store's word for that.
func orNever(d time.Duration) time.Duration {
	if d == 0 {
		return -1
	}
	return d
}

// preallocation returns how new journal files get their size.
func preallocation(k *config.KahaDB) kahadb.Preallocation {
	switch {
	case k.PreallocationScope == "NONE":
		return kahadb.PreallocateNone
	case k.PreallocationStrategy == "SPARSE_FILE":
		return kahadb.PreallocateSparse
	}
	return kahadb.PreallocateZeros
}
