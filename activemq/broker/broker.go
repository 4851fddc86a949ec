// Package broker is the engine: connections, destinations, subscriptions, dispatch and transactions, for all protocols.
//
// A protocol calls [Broker.Connect] and then the methods of [Connection]; what the broker sends comes through the [Peer]
// that it gave. The path of a message is send.go, queue.go or topic.go, dispatch.go, and back through ack.go.
//
// # Locks
//
// In this order, and none is held while a socket is written or a sync is waited for:
//
//	Broker.mu        the registries: connections, destinations, durable subscriptions, XA transactions
//	Queue.mu,        what is pending there and who consumes it; reading a page from the store happens under it
//	Topic.mu
//	Subscription.mu  credit and what is in flight
//	the peer's own   its queue of things to write
//
// No goroutine holds the locks of two queues or topics at a time. Completions of the store come without locks.
package broker

import (
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/broker/virtual"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Options says how a broker is to be. Zero values are not defaults unless said so.
type Options struct {
	Name          string
	ID            string // "ID:host-port-time-0:1"
	URL           string // where clients find it, for advisories
	DataDirectory string

	Store      store.Store
	Persistent bool // false: Store keeps for as long as the process lives
	Policies   *policy.Map

	Virtual       *virtual.Rules         // nil: no virtual destinations
	SelectorCache *virtual.SelectorCache // nil: none

	// PathSeparator has characters that separate the parts of a destination's name as the dot does, "" for none.
	PathSeparator string

	// PurgeInterval is how often destinations are looked for that nobody uses and that their policies want to go, 0 for never; PurgeMax how
	// many go at a time, 0 for any number.
	PurgeInterval time.Duration
	PurgeMax      int

	Scheduler Scheduler // nil: messages that ask for a later time are sent at once

	MemoryLimit, StoreLimit, TempLimit int64 // bytes, 0: none
	SchedulerLimit                     int64
	SendFailIfNoSpace                  bool
	SendFailIfNoSpaceAfter             time.Duration

	Advisories         bool
	AnonymousProducers bool // advisories tell about producers without a destination, too

	// StoreBeforeDispatch keeps a queue's messages from consumers until the disk has them (kahaDB's
	// concurrentStoreAndDispatchQueues="false").
	StoreBeforeDispatch bool

	// Authenticate checks credentials; nil lets everybody in.
	Authenticate func(user, password string) error

	// Password returns a user's password, for protocols that prove without sending it that both ends know it; nil where nobody knows.
	Password func(user string) (password string, known bool)

	PopulateUserID bool

	// ExpireActiveDurables has messages of durable subscriptions expire also while their clients are there and do not ask for them.
	ExpireActiveDurables bool

	Plugins Plugins

	Spool *Spool // nil: what is not stored waits in memory only

	Log *slog.Logger
	Now func() time.Time // nil: time.Now
}

// Broker is a running broker.
type Broker struct {
	options   Options
	log       *slog.Logger
	policies  atomic.Pointer[policy.Map] // as they are now
	virtual   atomic.Pointer[virtual.Rules]
	started   time.Time
	now       func() time.Time
	memory    *Usage
	storage   *Usage // what the store takes up on disk, as it was a moment ago
	scheduled *Usage // what the scheduler takes up there
	retention retention
	temporary *Usage // what is spooled to disk because memory has no room
	slow      slowConsumers
	flow      flow
	sequence  atomic.Int64 // of messages, as clients see it
	numbers   atomic.Int64 // of connections and subscriptions

	queueChanges atomic.Int64 // counts the queues that were made and ended

	wait    sync.WaitGroup // for what the broker started
	works   works          // those of it that come and go
	commits sync.WaitGroup // for commits that the store has not answered yet
	stop    chan struct{}

	mu sync.Mutex
	// mu guards what follows.
	stopping    bool
	connections map[string]*Connection // by connection id
	clients     map[string]*Connection // by client id
	queues      map[message.Destination]*Queue
	topics      map[message.Destination]*Topic
	patterns    []*Subscription // consumers of names with wildcards
	durables    map[string]*durable
	branches    map[message.TransactionKey]*transaction // XA transactions, of all connections

	totals struct{ enqueued, dequeued, connections atomic.Int64 }
}

// New makes a broker over an open store. It reads what the store holds; nothing is running until Start.
func New(o Options) (*Broker, error) {
	b := &Broker{
		options:     o,
		log:         o.Log,
		now:         o.Now,
		memory:      newUsage("memory", o.MemoryLimit, nil),
		storage:     newUsage("store", o.StoreLimit, nil),
		temporary:   newUsage("temp", o.TempLimit, nil),
		scheduled:   newUsage("jobScheduler", o.SchedulerLimit, nil),
		stop:        make(chan struct{}),
		slow:        newSlowConsumers(),
		connections: map[string]*Connection{},
		clients:     map[string]*Connection{},
		queues:      map[message.Destination]*Queue{},
		topics:      map[message.Destination]*Topic{},
		durables:    map[string]*durable{},
		branches:    map[message.TransactionKey]*transaction{},
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	if b.now == nil {
		b.now = time.Now
	}
	if o.Policies == nil {
		b.options.Policies = policy.NewMap(nil, policy.Default())
	}
	b.policies.Store(b.options.Policies)
	b.virtual.Store(o.Virtual)
	b.started = b.now()
	// Sequences must not come twice for messages that a store kept from an earlier run.
	b.sequence.Store(b.started.UnixMilli() * 1000)
	if err := b.recover(); err != nil {
		return nil, err
	}
	return b, nil
}

// recover takes over what the store holds.
func (b *Broker) recover() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, d := range b.options.Store.Destinations() {
		var err error
		if d == retainedQueue {
			err = b.recoverRetainedLocked()
		} else if d.IsQueue() {
			_, err = b.queueLocked(d)
		} else {
			_, err = b.topicLocked(d)
		}
		if err != nil {
			return err
		}
	}
	return b.recoverPreparedLocked()
}

// Start begins the broker's own work: looking for expired messages, and at what the store takes up.
func (b *Broker) Start() {
	b.wait.Add(1)
	go func() {
		defer b.wait.Done()
		b.lookAfter()
	}()
}

// Close ends all connections and the broker's own work, and waits for both. The store stays open; it belongs to the caller.
func (b *Broker) Close() {
	b.mu.Lock()
	if b.stopping {
		b.mu.Unlock()
		b.wait.Wait()
		return
	}
	b.stopping = true
	var open []*Connection
	for _, c := range b.connections {
		open = append(open, c)
	}
	b.mu.Unlock()
	close(b.stop)
	for _, c := range open {
		c.peer.Close(ErrStopped)
		c.Close()
	}
	b.works.close()
	b.wait.Wait()
	b.commits.Wait()
	for _, q := range b.Queues() {
		q.noteDelivered()
	}
	for _, t := range b.Topics() {
		t.noteDelivered()
	}
}

// after calls f in a while, unless the broker stops before.
func (b *Broker) after(milliseconds int64, f func()) {
	time.AfterFunc(time.Duration(milliseconds)*time.Millisecond, func() {
		select {
		case <-b.stop:
		default:
			f()
		}
	})
}

// millis is the time as messages carry it.
func (b *Broker) millis() int64 { return b.now().UnixMilli() }

// Name returns the broker's name.
func (b *Broker) Name() string { return b.options.Name }

// ID returns the broker's id.
func (b *Broker) ID() string { return b.options.ID }

// Started returns when the broker was made.
func (b *Broker) Started() time.Time { return b.started }

// Options returns what the broker was made with.
func (b *Broker) Options() Options { return b.options }

// Memory returns what messages in memory take up.
func (b *Broker) Memory() *Usage { return b.memory }

// Temporary returns what is spooled to disk because memory has no room for it.
func (b *Broker) Temporary() *Usage { return b.temporary }

// Storage returns what the store takes up on disk, as it was a moment ago.
func (b *Broker) Storage() *Usage { return b.storage }

// Scheduled returns what the scheduler takes up on disk, as it was a moment ago.
func (b *Broker) Scheduled() *Usage { return b.scheduled }

// Totals returns the numbers of messages that came in and went out since the start, and of connections made.
func (b *Broker) Totals() (enqueued, dequeued, connections int64) {
	return b.totals.enqueued.Load(), b.totals.dequeued.Load(), b.totals.connections.Load()
}

// Counts returns how many connections, queues and topics there are.
func (b *Broker) Counts() (connections, queues, topics int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.connections), len(b.queues), len(b.topics)
}

// nextNumber returns a number that nothing else of this run has.
func (b *Broker) nextNumber() int64 { return b.numbers.Add(1) }

// ConnectionID makes an id for a connection of a protocol in which clients make none.
func (b *Broker) ConnectionID() string {
	return b.options.ID + ":" + strconv.FormatInt(b.nextNumber(), 10)
}

// systemID makes an id for what the broker itself sends.
func (b *Broker) systemID() *message.ID {
	return &message.ID{
		Producer:         &message.ProducerID{Connection: b.options.ID, Session: -1, Value: 1},
		ProducerSequence: b.nextNumber(),
		BrokerSequence:   b.sequence.Add(1),
	}
}

// defaultURL is what advisories name as the broker's address when nothing else is known.
func (b *Broker) defaultURL() string {
	if b.options.URL != "" {
		return b.options.URL
	}
	return "vm://" + b.options.Name
}
