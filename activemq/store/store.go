// Package store is the contract between the broker and what keeps its messages: KahaDB, LevelDB, a database, or memory. It
// knows no format; each implementation has a folder of its own, and storetest runs one suite over all of them.
//
// # What a store promises
//
// A Completion that is called with nil means: this is on disk and synced, or as near to it as the store's configuration
// asks. What was completed is there after the process was killed at any moment.
//
// # The life of an entry
//
// An addition has two steps, so that the order of a destination is the broker's to decide and nothing becomes visible before
// it may:
//
//	Append     journals the message; the entry has a position but no place in its destination yet
//	Admit      gives it the next sequence number: it is pending, and Page returns it from now on
//	Remove     journals that it was consumed, and takes it out
//
// Outside transactions the broker usually admits right after Append, before the disk has answered, and a message that is
// removed before its record was written need not be written at all: both completions are then called at once. In a
// transaction Append and Remove only journal. After the commit is durable the broker admits what was added, calls Drop for
// what was removed, and Finish; after a rollback it calls Finish only.
//
// # Concurrency
//
// The broker calls the methods of one Queue, Topic or Subscription one at a time, under the lock of that destination; calls for different
// destinations come at the same time. No method waits for the disk except Page, Load, Delivering, Open… and Close. Completions are called exactly once, on any
// goroutine, never while a lock of the store is held and never from within the call that they were given to unless they fail or
// complete immediately; they must not block.
package store

import (
	"goactivemq/activemq/message"
)

// Completion tells how a journalled operation ended. It must not block. A nil Completion means that nobody waits: the
// operation is written soon, but no sync is made for it alone.
type Completion func(error)

// Entry is a store's handle for one stored message. The broker keeps it beside the message and gives it back; it is
// comparable to nothing and must not be copied while a write is under way.
type Entry struct {
	// Sequence is the place in the destination, from 1, given by Admit in growing order. 0: not admitted.
	Sequence int64

	// Position and Length tell where the record lies. Their meaning is the store's own.
	Position int64
	Length   int32

	// Ticket is the store's own, for a write under way.
	Ticket any
}

// Loaded is a stored message read back.
type Loaded struct {
	Entry   Entry
	Message *message.Message
}

// Store keeps messages, durable subscriptions and transactions.
type Store interface {
	// Destinations lists what the store knows, in no order.
	Destinations() []message.Destination

	// OpenQueue returns the contents of a queue, which is made when the store does not know it.
	OpenQueue(d message.Destination) (Queue, error)

	// OpenTopic is OpenQueue for topics.
	OpenTopic(d message.Destination) (Topic, error)

	// RemoveDestination drops a destination with all it holds. Its Queue or Topic is of no use afterwards.
	RemoveDestination(d message.Destination, done Completion)

	// Begin opens the store's side of a transaction that is not open yet.
	Begin(id *message.TransactionID) Transaction

	// Prepared returns the XA transactions that were prepared and not ended when the store was last closed or killed.
	// Their removed entries are in their destinations still; the broker withholds them. The result is made at Open and
	// does not change; the broker reads it once.
	Prepared() []Prepared

	// Throttle blocks while more than a few megabytes wait to be written, so that producers that wait for no answer cannot outrun the
	// disk. It is called without locks, before a message is appended.
	Throttle()

	// Usage returns the bytes that the store takes up.
	Usage() int64

	// Close writes what is waiting and closes the store. It waits. No other call may be under way.
	Close() error
}

// Transaction is the store's side of a transaction: operations journalled in its name take effect all together or not at all.
type Transaction interface {
	// Prepare makes the operations so far durable, to be committed or rolled back later, by another connection or after
	// a restart.
	Prepare(done Completion)

	// Commit makes the operations durable. When done was called with nil, the caller admits and drops the transaction's entries
	// and then calls Finish.
	Commit(done Completion)

	// Rollback gives the operations up. Their entries are of no use afterwards; nothing needs to be called but Finish.
	Rollback(done Completion)

	// Finish tells the store that the caller has applied the outcome. Until then the journal keeps what the transaction needs.
	Finish()
}

// Prepared is an XA transaction found prepared when the store was opened.
type Prepared struct {
	ID          *message.TransactionID
	Transaction Transaction
	Added       []PreparedAdd
	Removed     []PreparedRemove
}

// PreparedAdd is a message that a prepared transaction adds. Message.Destination says where.
type PreparedAdd struct {
	Destination message.Destination
	Loaded
}

// PreparedRemove is an acknowledgement in a prepared transaction. Entry.Sequence is the place of the message in its destination, 0 when
// it is not there any more (two transactions may claim the same message, as Java clients send it).
type PreparedRemove struct {
	Destination  message.Destination
	Subscription string // SubscriptionInfo.Key of a durable subscription, "" for a queue
	Entry        Entry
	Ack          *message.Ack // nil where the store did not keep it
}

// Log is what queues and topics have in common.
type Log interface {
	// Append journals m and fills e. tx may be nil. m must not change any more; the store reads it before it returns.
	Append(e *Entry, m *message.Message, tx Transaction, done Completion)

	// Admit gives an appended entry the next sequence number.
	Admit(e *Entry)

	// Load reads an admitted message back. It may wait for the disk.
	Load(e *Entry) (*message.Message, error)
}

// Queue is the stored part of a queue.
type Queue interface {
	Log

	// Remove journals that e was consumed. Outside a transaction the entry is gone at once; inside one it goes with Drop. ack may be nil.
	Remove(e *Entry, ack *message.Ack, tx Transaction, done Completion)

	// Drop takes e out after the commit of the transaction in which it was removed.
	Drop(e *Entry)

	// Update replaces the stored form of an admitted message (its redelivery count); its place stays.
	Update(e *Entry, m *message.Message)

	// Page reads up to limit messages whose sequence is greater than after, in order, and stops early once it has read bytes
	// bytes. It may wait for the disk. What cannot be read is left out and told in the error, which then comes with the rest of the page.
	Page(after int64, limit, bytes int) ([]Loaded, error)

	// Pending returns the number of admitted messages and the sum of their record lengths.
	Pending() (count int, bytes int64)

	// Delivering notes that messages of the queue are going to be given to consumers, so that MaybeDelivered can tell after an
	// unclean stop, and returns when that is noted. Only the first call since Open costs anything. It is called without locks.
	Delivering()

	// Delivered notes, before the store is closed, that messages up to that sequence were delivered and not acknowledged.
	Delivered(to int64)

	// MaybeDelivered returns the greatest sequence that may have been delivered in an earlier run, 0 when none was: what Delivered noted, or
	// after a run with consumers that was killed, the last of all. Messages up to it are to carry the redelivered mark.
	MaybeDelivered() int64
}

// Topic is the stored part of a topic: messages are kept as long as a durable subscription needs them.
type Topic interface {
	Log

	// Subscriptions returns the durable subscriptions kept, in no order.
	Subscriptions() []Subscription

	// Subscribe keeps a new durable subscription. It gets what is admitted from now on; a retroactive one also what the topic still
	// holds for others. A subscription of that key must not exist.
	Subscribe(info *message.SubscriptionInfo, retroactive bool, done Completion) (Subscription, error)

	// Unsubscribe ends a durable subscription; messages that only it needed go with it.
	Unsubscribe(s Subscription, done Completion)
}

// Subscription is the stored part of a durable subscription: which messages of its topic it has not acknowledged. All
// subscriptions of a topic are guarded by the topic's lock.
type Subscription interface {
	Info() *message.SubscriptionInfo

	// Remove journals that the subscription is done with e (with an ack of kind Unmatched: that its selector did not match).
	Remove(e *Entry, ack *message.Ack, tx Transaction, done Completion)

	// Drop is Queue.Drop for the subscription.
	Drop(e *Entry)

	// Page is Queue.Page for what the subscription has pending.
	Page(after int64, limit, bytes int) ([]Loaded, error)

	// Pending returns the number of messages pending.
	Pending() int

	// Delivering, Delivered and MaybeDelivered are Queue's.
	Delivering()
	Delivered(to int64)
	MaybeDelivered() int64
}

// Codec turns the nouns that stores keep into bytes and back. The stores of this project keep OpenWire's loose form with its
// four-byte size in front, in a version that never changes for a store once it was made. Decoded messages alias the bytes they were decoded from.
type Codec interface {
	AppendMessage(to []byte, m *message.Message) ([]byte, error)
	Message(from []byte) (*message.Message, error)
	AppendAck(to []byte, a *message.Ack) ([]byte, error)
	Ack(from []byte) (*message.Ack, error)
	AppendSubscription(to []byte, s *message.SubscriptionInfo) ([]byte, error)
	Subscription(from []byte) (*message.SubscriptionInfo, error)
}
