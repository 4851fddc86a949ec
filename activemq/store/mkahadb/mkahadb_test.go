package mkahadb_test

import (
	"errors"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/mkahadb"
	"goactivemq/activemq/store/storetest"
	"goactivemq/activemq/vfs"
)

var (
	big   = *message.NewQueue("BIG.A")
	small = *message.NewQueue("SMALL.B")
)

func open(t testing.TB, fs vfs.FS, filters []mkahadb.Filter) *mkahadb.Store {
	t.Helper()
	s, err := mkahadb.Open(options(t, fs, filters...))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func shut(t testing.TB, s store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func queueOf(t testing.TB, s store.Store, d message.Destination) store.Queue {
	t.Helper()
	q, err := s.OpenQueue(d)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// numbers lists what a queue holds, by the numbers of storetest's messages.
func numbers(t testing.TB, s store.Store, d message.Destination) []int64 {
	t.Helper()
	page, err := queueOf(t, s, d).Page(0, 1<<20, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	var all []int64
	for _, l := range page {
		all = append(all, l.Message.ID.ProducerSequence)
	}
	return all
}

// await does something and waits until it is done.
func await(do func(store.Completion)) error {
	done := make(chan error, 1)
	do(func(err error) { done <- err })
	return <-done
}

func local(n int) *message.TransactionID {
	return &message.TransactionID{Connection: &message.ConnectionID{Value: "ID:test-1"}, Value: int64(n)}
}

// ledger is what a run of transactions was told: of each the numbers of its messages, and whether it is committed.
type ledger struct {
	mu        sync.Mutex
	committed map[int]bool
	told      map[int]bool // at the crash
	left      int          // operations of the file system until the crash
	after     *vfs.Mem
}

// transactOnce sends message n to both queues in one transaction, and takes what is oldest out of both.
func (l *ledger) transactOnce(t *testing.T, s store.Store, n int, inStore map[message.Destination][]*store.Entry) error {
	tx := s.Begin(local(n))
	taken := map[message.Destination]*store.Entry{}
	added := map[message.Destination]*store.Entry{}
	for _, d := range []message.Destination{big, small} {
		q, e := queueOf(t, s, d), &store.Entry{}
		q.Append(e, storetest.NewMessage(d, n, 100), tx, nil)
		added[d] = e
		if len(inStore[d]) > 3 {
			taken[d] = inStore[d][0]
			inStore[d] = inStore[d][1:]
			q.Remove(taken[d], nil, tx, nil)
		}
	}
	if err := await(tx.Commit); err != nil {
		return err
	}
	for d, e := range added {
		queueOf(t, s, d).Admit(e)
		inStore[d] = append(inStore[d], e)
	}
	for d, e := range taken {
		queueOf(t, s, d).Drop(e)
	}
	tx.Finish()
	l.mu.Lock()
	l.committed[n] = true
	l.mu.Unlock()
	return nil
}

// TestCrash stops the machine at every operation of the file system, and wants of transactions over two stores that both have them or none.
func TestCrash(t *testing.T) {
	const transactions = 8
	for stopAt, crashed := 1, true; crashed; stopAt++ {
		mem := vfs.NewMem()
		l := &ledger{committed: map[int]bool{}, left: stopAt}
		fault := &vfs.Fault{FS: mem, Check: func(vfs.Op, string, int64, int) error {
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.left--; l.left == 0 {
				l.after = mem.Crash(rand.New(rand.NewSource(int64(stopAt))))
				l.told = map[int]bool{}
				for n := range l.committed {
					l.told[n] = true
				}
			}
			return nil
		}}
		s := open(t, fault, special)
		inStore := map[message.Destination][]*store.Entry{}
		for n := 1; n <= transactions; n++ {
			if err := l.transactOnce(t, s, n, inStore); err != nil {
				t.Fatal(err)
			}
		}
		shut(t, s)
		if crashed = l.after != nil; crashed {
			l.check(t, stopAt)
		}
		if t.Failed() {
			return
		}
	}
}

func (l *ledger) check(t *testing.T, stopAt int) {
	t.Helper()
	s := open(t, l.after, special)
	defer shut(t, s)
	inBig, inSmall := numbers(t, s, big), numbers(t, s, small)
	if !slices.Equal(inBig, inSmall) {
		t.Errorf("stopped at operation %d: %v holds %v, %v holds %v", stopAt, big, inBig, small, inSmall)
	}
	last := 0
	for n := range l.told {
		last = max(last, n)
	}
	if last > 0 && (len(inBig) == 0 || int(inBig[len(inBig)-1]) < last) {
		t.Errorf("stopped at operation %d: transaction %d was committed, and there is %v", stopAt, last, inBig)
	}
	if len(s.Prepared()) > 0 {
		t.Errorf("stopped at operation %d: left prepared: %v", stopAt, s.Prepared())
	}
}

// TestPreparedOverStores has an XA transaction over two stores, which is one when it is found prepared.
func TestPreparedOverStores(t *testing.T) {
	for _, commit := range []bool{true, false} {
		t.Run(fmt.Sprint("commit ", commit), func(t *testing.T) {
			fs := vfs.NewMem()
			s := open(t, fs, special)
			id := &message.TransactionID{XA: true, Format: 7, Global: []byte("g"), Branch: []byte("b")}
			tx := s.Begin(id)
			for _, d := range []message.Destination{big, small} {
				queueOf(t, s, d).Append(&store.Entry{}, storetest.NewMessage(d, 1, 10), tx, nil)
			}
			if err := await(tx.Prepare); err != nil {
				t.Fatal(err)
			}
			killed := fs.Copy()
			shut(t, s)

			s = open(t, killed, special)
			found := s.Prepared()
			if len(found) != 1 || found[0].ID.Key() != id.Key() || len(found[0].Added) != 2 {
				t.Fatalf("found %+v, want one transaction that adds two messages", found)
			}
			end, want := found[0].Transaction.Rollback, 0
			if commit {
				end, want = found[0].Transaction.Commit, 1
			}
			if err := await(end); err != nil {
				t.Fatal(err)
			}
			for i := range found[0].Added {
				if a := &found[0].Added[i]; commit {
					queueOf(t, s, a.Destination).Admit(&a.Entry)
				}
			}
			found[0].Transaction.Finish()
			shut(t, s)
			s = open(t, killed, special)
			defer shut(t, s)
			if a, b := len(numbers(t, s, big)), len(numbers(t, s, small)); a != want || b != want || len(s.Prepared()) > 0 {
				t.Errorf("%d and %d messages and %d prepared, want %d and %d and none", a, b, len(s.Prepared()), want, want)
			}
		})
	}
}

// TestOneStoreEach has a store for each destination, which goes with it, and one for a filter, which stays; no folder is opened twice.
func TestOneStoreEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := vfs.NewMem()
		s := open(t, fs, special)
		for i, d := range []message.Destination{big, small, *message.NewQueue("SMALL.C"), *message.NewQueue("BIG.B")} {
			q, e := queueOf(t, s, d), &store.Entry{}
			if err := await(func(done store.Completion) { q.Append(e, storetest.NewMessage(d, i, 10), nil, done) }); err != nil {
				t.Fatal(err)
			}
			q.Admit(e)
		}
		folders := func(want ...string) {
			t.Helper()
			if got, err := fs.Folders("data"); err != nil || !slices.Equal(got, want) {
				t.Errorf("folders %v, %v, want %v", got, err, want)
			}
		}
		folders("queue#3a#2f#2fBIG.#3e", "queue#3a#2f#2fSMALL.B", "queue#3a#2f#2fSMALL.C", "txStore")
		for _, d := range []message.Destination{big, small} {
			if err := await(func(done store.Completion) { s.RemoveDestination(d, done) }); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		folders("queue#3a#2f#2fBIG.#3e", "queue#3a#2f#2fSMALL.C", "txStore")
		if err := await(func(done store.Completion) { // as if it had never been
			queueOf(t, s, small).Append(&store.Entry{}, storetest.NewMessage(small, 9, 10), nil, done)
		}); err != nil {
			t.Fatal(err)
		}
		shut(t, s)
		s = open(t, fs, special)
		defer shut(t, s)
		if got := numbers(t, s, *message.NewQueue("BIG.B")); !slices.Equal(got, []int64{3}) {
			t.Errorf("BIG.B holds %v, want 3", got)
		}
		if got := s.Destinations(); len(got) != 3 {
			t.Errorf("destinations %v, want BIG.B, SMALL.B and SMALL.C", got)
		}
	})
}

func TestNoFilter(t *testing.T) {
	s := open(t, vfs.NewMem(), []mkahadb.Filter{{Destination: *message.NewQueue("BIG.>")}})
	defer shut(t, s)
	if _, err := s.OpenQueue(small); err == nil || !strings.Contains(err.Error(), "no filteredKahaDB is for queue://SMALL.B") {
		t.Errorf("open returns %v, want an error that says what is missing", err)
	}
	if _, err := mkahadb.Open(options(t, vfs.NewMem(), mkahadb.Filter{}, mkahadb.Filter{})); err == nil {
		t.Error("two filters for the same are taken")
	}
}

func TestLocked(t *testing.T) {
	fs := vfs.NewMem()
	s := open(t, fs, one)
	if _, err := mkahadb.Open(options(t, fs, one...)); !errors.Is(err, store.ErrLocked) {
		t.Errorf("a second open returns %v, want %v", err, store.ErrLocked)
	}
	shut(t, s)
	shut(t, open(t, fs, one))
}

// TestLockLost wants that nothing is written any more when another broker may have the lock.
func TestLockLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := vfs.NewMem()
		o := options(t, fs, each...)
		o.LockKeepAlive = time.Second
		s, err := mkahadb.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		q := queueOf(t, s, small)
		if err := fs.Remove("data/lock"); err != nil {
			t.Fatal(err)
		}
		<-s.Failed()
		if !errors.Is(s.Err(), store.ErrLockLost) {
			t.Errorf("failed with %v, want %v", s.Err(), store.ErrLockLost)
		}
		synctest.Wait()
		err = await(func(done store.Completion) { q.Append(&store.Entry{}, storetest.NewMessage(small, 1, 10), nil, done) })
		if !errors.Is(err, store.ErrLockLost) {
			t.Errorf("append completes with %v, want %v", err, store.ErrLockLost)
		}
		if err := s.Close(); !errors.Is(err, store.ErrLockLost) {
			t.Errorf("close returns %v, want %v", err, store.ErrLockLost)
		}
	})
}
