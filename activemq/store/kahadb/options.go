package kahadb

import (
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/vfs"
)

// Sync says when completed writes are synced to the disk (journalDiskSyncStrategy).
type Sync int

// The strategies.
const (
	Always   Sync = iota // before a completion is called
	Periodic             // every SyncInterval; a crash of the machine may lose what was completed since
	Never                // when a file is full and at Close; the system writes when it likes
)

// Preallocation says how a new journal file gets its full size (preallocationScope, preallocationStrategy).
type Preallocation int

// The ways to preallocate.
const (
	PreallocateSparse Preallocation = iota // a hole (SPARSE_FILE)
	PreallocateZeros                       // zeros (ZEROS, CHUNKED_ZEROS, OS_KERNEL_COPY)
	PreallocateNone                        // not at all (preallocationScope NONE)
)

// Recovered says what becomes of prepared XA transactions found at Open (purgeRecoveredXATransactionStrategy).
type Recovered int

// The strategies.
const (
	KeepRecovered Recovered = iota
	CommitRecovered
	RollbackRecovered
)

// Options are what a store is opened with. Zero values of numbers stand for the original's defaults, which are given below; a negative interval
// means never.
type Options struct {
	Directory      string
	IndexDirectory string // Directory
	FS             vfs.FS // the operating system's
	Codec          store.Codec

	// OpenWireVersion is that of Codec, to be remembered for StoredVersion: 11.
	OpenWireVersion int

	Log *slog.Logger // slog.Default

	// Unlocked leaves the directory's lock alone: another lock keeps other brokers away, or the operator says that there are none.
	Unlocked bool

	// LockKeepAlive is how often to make sure that the lock is still held; the store fails with store.ErrLockLost when it is not. 0: never.
	LockKeepAlive time.Duration

	// OnFailure, where not nil, is called once when a write or sync failed. It must not block.
	OnFailure func(error)

	MaxFileLength int64 // 32 MB
	MaxBatch      int64 // 4 MB
	Sync          Sync
	SyncInterval  time.Duration // 1 s

	CheckpointInterval time.Duration // 5 s
	CleanupInterval    time.Duration // 30 s
	CleanupOnStop      bool

	// EnableAckCompaction lets cleanups that found nothing to remove write acks once more, so that files are not kept only for
	// the acks in them. CompactAcksAfterNoGC is after how many: 10.
	EnableAckCompaction  bool
	CompactAcksAfterNoGC int

	ArchiveDataLogs  bool
	DirectoryArchive string // Directory/data-archive

	ChecksumJournalFiles        bool
	CheckForCorruptJournalFiles bool
	IgnoreMissingJournalFiles   bool
	ForceRecoverIndex           bool
	Preallocation               Preallocation
	PurgeRecoveredXA            Recovered

	// IndexCache is how many bytes of the index are kept in memory: 16 MB.
	IndexCache int64

	// Prioritized tells whether messages of a destination are to be kept in the order of their priority. The store only passes
	// it on to a Java broker that may read the journal later. nil: none is.
	Prioritized func(message.Destination) bool

	// Now is the clock; nil: the system's.
	Now func() time.Time
}

// Defaults returns the original's defaults.
func Defaults(directory string, codec store.Codec) Options {
	return Options{Directory: directory, Codec: codec, CleanupOnStop: true, ChecksumJournalFiles: true, EnableAckCompaction: true}
}

// complete fills in what is not set.
func (o *Options) complete() error {
	if o.Directory == "" {
		return fmt.Errorf("kahadb: no directory")
	}
	def(&o.IndexDirectory, o.Directory)
	def(&o.DirectoryArchive, filepath.Join(o.Directory, "data-archive"))
	def(&o.OpenWireVersion, 11)
	def(&o.MaxFileLength, 32<<20)
	def(&o.MaxBatch, 4<<20)
	def(&o.SyncInterval, time.Second)
	def(&o.CheckpointInterval, 5*time.Second)
	def(&o.CleanupInterval, 30*time.Second)
	def(&o.CompactAcksAfterNoGC, 10)
	def(&o.IndexCache, 16<<20)
	if o.FS == nil {
		o.FS = vfs.OS{}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Prioritized == nil {
		o.Prioritized = func(message.Destination) bool { return false }
	}
	if o.SyncInterval < 0 {
		o.Sync = Never
	}
	if o.MaxFileLength < 1024 || o.MaxFileLength > math.MaxInt32 {
		return fmt.Errorf("kahadb: journalMaxFileLength %d, want 1024 to %d", o.MaxFileLength, math.MaxInt32)
	}
	return nil
}

// def gives an option that is not set its default.
func def[T comparable](option *T, value T) {
	var zero T
	if *option == zero {
		*option = value
	}
}
