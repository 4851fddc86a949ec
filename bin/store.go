package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/config"
	"goactivemq/activemq/logging"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/kahadb"
	"goactivemq/activemq/store/memory"
	"goactivemq/activemq/vfs"
	"goactivemq/openwire/wire"
)

// The loggers under which the original tells about its stores.
const (
	kahaLogger   = "org.apache.activemq.store.kahadb.MessageDatabase"
	lockerLogger = "org.apache.activemq.store.SharedFileLocker"
)

// openStore is the broker's store, with what the broker has to know about it.
type openStore struct {
	store.Store
	kaha           *kahadb.Store // nil: another store
	beforeDispatch bool          // messages are to be on disk before a consumer gets them
	version        int           // the OpenWire version of its records
}

// open opens the store that the configuration asks for. It waits while another broker has it.
func (s *openStore) open(ctx context.Context, c *config.Broker, log *slog.Logger, ready func()) error {
	switch adapter := c.PersistenceAdapter.(type) {
	case *config.MemoryStore:
		log.Info("Using Persistence Adapter: MemoryPersistenceAdapter")
		s.Store = memory.New()
		return nil
	case *config.KahaDB:
		return s.openKahaDB(ctx, c, adapter, log, ready)
	}
	return fmt.Errorf("the store %T is not served by this version: use kahaDB", c.PersistenceAdapter)
}

// openKahaDB opens a KahaDB directory.
func (s *openStore) openKahaDB(ctx context.Context, c *config.Broker, k *config.KahaDB, log *slog.Logger, ready func()) error {
	o, err := kahaOptions(k, policies(c.DestinationPolicy))
	if err != nil {
		return err
	}
	if o.OpenWireVersion, err = storeVersion(c, o); err != nil {
		return err
	}
	if o.Codec, err = wire.NewStoreCodec(o.OpenWireVersion); err != nil {
		return fmt.Errorf("%s: %w", c.Place("storeOpenWireVersion"), err)
	}
	log.Info("Using Persistence Adapter: KahaDBPersistenceAdapter[" + o.Directory + "]")
	opened, err := openUnlocked(ctx, k, o, ready)
	if err != nil {
		return err
	}
	s.Store, s.kaha = opened, opened
	s.version = o.OpenWireVersion
	s.beforeDispatch = !k.ConcurrentStoreAndDispatchQueues
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

// openUnlocked opens the directory as soon as no other broker has it locked.
func openUnlocked(ctx context.Context, k *config.KahaDB, o kahadb.Options, ready func()) (*kahadb.Store, error) {
	wait, failIfLocked := lockWait(k)
	for waiting := false; ; waiting = true {
		opened, err := kahadb.Open(o)
		if !errors.Is(err, store.ErrLocked) || failIfLocked {
			return opened, err
		}
		lock := filepath.Join(o.Directory, "lock")
		if !waiting {
			logging.Logger(lockerLogger).Info("Database " + lock + " is locked by another server. This broker is now in slave mode waiting a lock to be acquired")
			ready()
		}
		logging.Logger(lockerLogger).Debug(fmt.Sprintf("Database %s is locked... waiting %d seconds for the database to be unlocked.", lock, int(wait.Seconds())))
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// lockWait returns how often to try for the lock, and whether not to wait for it at all.
func lockWait(k *config.KahaDB) (time.Duration, bool) {
	const waitDefault = 10 * time.Second
	if l, ok := k.Locker.(*config.SharedFileLocker); ok {
		return max(l.LockAcquireSleepInterval.Duration(), time.Millisecond), l.FailIfLocked
	}
	if k.DatabaseLockedWaitDelay > 0 {
		return time.Duration(k.DatabaseLockedWaitDelay) * time.Millisecond, false
	}
	return waitDefault, false
}

// kahaOptions puts the configuration of a KahaDB into the store's terms.
func kahaOptions(k *config.KahaDB, policies *policy.Map) (kahadb.Options, error) {
	directory, err := filepath.Abs(k.Directory)
	if err != nil {
		return kahadb.Options{}, fmt.Errorf("%s: %w", k.At, err)
	}
	return kahadb.Options{
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
	}, nil
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

// empty removes all that the store holds.
func (s *openStore) empty() error {
	for _, p := range s.Prepared() {
		p.Transaction.Rollback(func(error) {})
		p.Transaction.Finish()
	}
	for _, d := range s.Destinations() {
		done := make(chan error, 1)
		s.RemoveDestination(d, func(err error) { done <- err })
		if err := <-done; err != nil {
			return fmt.Errorf("deleteAllMessagesOnStartup: %s: %w", d, err)
		}
	}
	return nil
}

// failed returns a channel that is closed when the store cannot go on, nil for a store that always can.
func (s *openStore) failed() <-chan struct{} {
	if s.kaha == nil {
		return nil
	}
	return s.kaha.Failed()
}

// close closes the store, if it was opened.
func (s *openStore) close() error {
	if s.Store == nil {
		return nil
	}
	return s.Store.Close()
}
