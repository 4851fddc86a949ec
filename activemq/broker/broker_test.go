package broker_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/kahadb"
	"goactivemq/activemq/store/memory"
	"goactivemq/activemq/vfs"
	"goactivemq/openwire/wire"
)

// TestMain fails when a test leaves a goroutine behind.
func TestMain(m *testing.M) {
	code := m.Run()
	if left := leftBehind(); left != "" && code == 0 {
		fmt.Fprintf(os.Stderr, "goroutines left behind:\n\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}

// leftBehind returns the stacks of goroutines that are in this module's code, "" when there are none. Those that are about to end get
// the chance to.
func leftBehind() string {
	var left []string
	for range 100 {
		runtime.Gosched()
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		left = nil
		for i, stack := range strings.Split(string(stacks), "\n\n") {
			if i > 0 && strings.Contains(stack, "goactivemq/") { // the first is this one
				left = append(left, stack)
			}
		}
		if left == nil {
			return ""
		}
	}
	return strings.Join(left, "\n\n")
}

// stores are the kinds of store that every test runs over.
var stores = []string{"memory", "kahadb"}

// fixture is a broker over a store, with the clients that a test connected. It lives in a bubble of testing/synctest: the clock stands
// still until advance moves it, and settle returns when nothing moves any more.
type fixture struct {
	*testing.T
	kind    string
	options broker.Options
	broken  atomic.Pointer[error] // what writes to the store's files fail with
	fs      *vfs.Mem
	store   store.Store
	broker  *broker.Broker

	clients   map[string]*client
	consumers map[string]*consumer
	sequence  int64
	ids       map[string]*message.ID // of the messages sent, by name
	names     map[int64]string       // the names by producer sequence
	ruined    bool                   // the store does not work any more: there is nothing to verify
}

// over runs a test over each kind of store. set changes the broker's options.
func over(t *testing.T, test func(f *fixture), set ...func(*broker.Options)) {
	t.Helper()
	for _, kind := range stores {
		t.Run(kind, func(t *testing.T) { bubble(t, kind, test, set...) })
	}
}

// bubble runs a test over one kind of store.
func bubble(t *testing.T, kind string, test func(f *fixture), set ...func(*broker.Options)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, kind, set...)
		t.Cleanup(f.finish) // also after a failure, as the bubble must be left empty
		test(f)
	})
}

// newFixture starts a broker over an empty store.
func newFixture(t *testing.T, kind string, set ...func(*broker.Options)) *fixture {
	f := &fixture{
		T: t, kind: kind, fs: vfs.NewMem(),
		consumers: map[string]*consumer{}, ids: map[string]*message.ID{}, names: map[int64]string{},
	}
	f.options = broker.Options{Name: "localhost", ID: "ID:test-1-1-0:1", Persistent: true}
	for _, change := range set {
		change(&f.options)
	}
	f.start()
	return f
}

// start opens the store and starts a broker over it.
func (f *fixture) start() {
	f.Helper()
	var err error
	if f.kind == "disk" {
		f.store, err = openDisk(f.TempDir())
	} else {
		f.store, err = openStore(f.kind, &vfs.Fault{FS: f.fs, Check: f.check})
	}
	if err != nil {
		f.Fatalf("open: %v", err)
	}
	f.options.Store = f.store
	if f.broker, err = broker.New(f.options); err != nil {
		f.Fatalf("new: %v", err)
	}
	f.clients = map[string]*client{}
	f.broker.Start()
}

// check fails what writes to files once breakStore was called.
func (f *fixture) check(op vfs.Op, _ string, _ int64, _ int) error {
	if err := f.broken.Load(); err != nil && (op == vfs.OpWrite || op == vfs.OpSync) {
		return *err
	}
	return nil
}

// breakStore has all writes to files fail from now on.
func (f *fixture) breakStore(err error) {
	f.broken.Store(&err)
	f.ruined = true
}

// openStore opens a store of a kind. That of kahadb keeps small files, so that tests see several of them.
func openStore(kind string, fs vfs.FS) (store.Store, error) {
	if kind == "memory" {
		return memory.New(), nil
	}
	codec, err := wire.NewStoreCodec(wire.VersionMax)
	if err != nil {
		return nil, err
	}
	o := kahadb.Defaults("data", codec)
	o.FS, o.Log, o.MaxFileLength = fs, slog.New(slog.DiscardHandler), 64<<10
	s, err := kahadb.Open(o)
	if err != nil {
		return nil, err // not s, which would be a Store that is not nil
	}
	return s, nil
}

// openDisk opens a store of the files that there really are, for more than memory should hold.
func openDisk(directory string) (store.Store, error) {
	codec, err := wire.NewStoreCodec(wire.VersionMax)
	if err != nil {
		return nil, err
	}
	o := kahadb.Defaults(directory, codec)
	o.Log = slog.New(slog.DiscardHandler)
	s, err := kahadb.Open(o)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// settle returns when nothing moves any more.
func (f *fixture) settle() { synctest.Wait() }

// advance moves the clock, and lets happen what is due.
func (f *fixture) advance(d time.Duration) {
	time.Sleep(d) // in the bubble's time, which takes none
	f.settle()
}

// stop ends the broker, and its store as it should be ended.
func (f *fixture) stop() {
	f.Helper()
	f.broker.Close()
	if err := f.store.Close(); err != nil && !f.ruined {
		f.Errorf("close: %v", err)
	}
	f.settle()
}

// restart stops the broker and starts another one over what it left.
func (f *fixture) restart() {
	f.Helper()
	f.stop()
	f.start()
}

// kill starts another broker over what the store's files hold now; what the broker does as it ends comes too late.
func (f *fixture) kill() {
	f.Helper()
	f.settle()
	left := f.fs.Copy()
	f.stop()
	f.fs = left
	f.start()
}

// finish consumes all that is left, stops the broker, and checks that nothing is counted that is not there.
func (f *fixture) finish() {
	f.Helper()
	if !f.Failed() && !f.ruined {
		f.drain()
		f.balanced()
	}
	f.stop()
}

// drain ends all that clients left behind.
func (f *fixture) drain() {
	f.Helper()
	for _, c := range f.clients {
		c.conn.Close()
	}
	f.settle()
	d := f.connect("drain")
	for _, id := range f.broker.Prepared() {
		wait(f, func(done store.Completion) error { return d.conn.Rollback(id, done) })
	}
	for key := range f.durables() {
		client, name, _ := strings.Cut(key, ":")
		owner := f.connect("owner of "+key, client)
		if err := owner.conn.RemoveDurable(message.T(name)); err != nil {
			f.Errorf("durable subscription %s: %v", key, err)
		}
		owner.conn.Close()
	}
	all := f.consume(d, "rest", "queue://>", func(i *message.ConsumerInfo) { i.Prefetch = 1000 })
	for f.settle(); ; f.settle() {
		rest := all.take()
		if len(rest) == 0 {
			break
		}
		for _, got := range rest {
			f.must(f.ack(all, message.Individual, "", "", got.Message.ID))
		}
	}
	d.conn.Close()
	f.settle()
}

// durables returns the keys of the durable subscriptions that the broker's topics have.
func (f *fixture) durables() map[string]bool {
	keys := map[string]bool{}
	for _, d := range f.store.Destinations() {
		if !d.IsTopic() {
			continue
		}
		t, err := f.store.OpenTopic(d)
		if err != nil {
			f.Fatal(err)
		}
		for _, s := range t.Subscriptions() {
			keys[s.Info().Key()] = true
		}
	}
	return keys
}

// balanced checks that no counter counts anything, which holds when nobody is connected and all is consumed.
func (f *fixture) balanced() {
	f.Helper()
	zero := func(what string, n int64) {
		if n != 0 {
			f.Errorf("%s: %d at the end, want 0", what, n)
		}
	}
	zero("memory of the broker", f.broker.Memory().Used())
	connections, _, _ := f.broker.Counts()
	zero("connections", int64(connections))
	check := func(name message.Destination, c broker.Counters) {
		zero("memory of "+name.String(), c.Memory)
		zero("in flight in "+name.String(), c.InFlight)
		zero("pending in "+name.String(), c.Pending)
		zero("consumers of "+name.String(), c.Consumers)
		zero("producers of "+name.String(), c.Producers)
	}
	for _, q := range f.broker.Queues() {
		check(q.Name(), q.Counters())
	}
	for _, t := range f.broker.Topics() {
		check(t.Name(), t.Counters())
	}
}

// counters returns a destination's numbers, where there is one of that name.
func (f *fixture) counters(name string) (c broker.Counters, ok bool) {
	d := message.ParseDestination(name, message.Queue)
	for _, q := range f.broker.Queues() {
		if q.Name() == d {
			return q.Counters(), true
		}
	}
	for _, t := range f.broker.Topics() {
		if t.Name() == d {
			return t.Counters(), true
		}
	}
	return c, false
}

// must fails the test when there is an error.
func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// wantKind fails the test unless err is the broker's error of that kind.
func (f *fixture) wantKind(err error, kind broker.Kind) {
	f.Helper()
	var e *broker.Error
	if !errors.As(err, &e) || e.Kind != kind {
		f.Errorf("error %v, want one of kind %d", err, kind)
	}
}

// wait does what a completion tells the end of, and waits for that.
func wait(f *fixture, do func(store.Completion) error) {
	f.Helper()
	f.must(result(do))
}

// result does what a completion tells the end of, and returns how it ended.
func result(do func(store.Completion) error) error {
	done := make(chan error, 1)
	if err := do(func(err error) { done <- err }); err != nil {
		return err
	}
	return <-done
}

// policies has all queues and topics follow an entry that change makes of the default.
func policies(change func(*policy.Entry)) func(*broker.Options) {
	return func(o *broker.Options) {
		e := policy.Default()
		change(&e)
		o.Policies = policy.NewMap(nil, e)
	}
}
