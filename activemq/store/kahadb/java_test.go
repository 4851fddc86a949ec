package kahadb_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/kahadb"
	"goactivemq/activemq/store/storetest"
	"goactivemq/openwire/wire"
)

// listing is what there is in a store, by name, as both sides tell it.
type listing struct {
	Queues        map[string][]string // message ids, sorted
	Subscriptions map[string]int      // messages pending
	Prepared      int
}

// TestJavaReads has the original's store code list directories that we wrote.
func TestJavaReads(t *testing.T) {
	java := newJava(t)
	for _, small := range []bool{false, true} {
		t.Run(fmt.Sprint("small files ", small), func(t *testing.T) {
			dir := t.TempDir()
			want := writeStore(t, dir, small)
			for _, option := range []string{"", "--forceIndex", "--corruptCheck"} {
				got := java.list(t, dir, small, option)
				// Java leaves out the message of which the removal is prepared.
				hidden := storetest.NewMessage(message.Destination{}, preparedRemoval, 0).ID.String()
				got.Queues["queue://JAVA.A"] = slices.Sorted(slices.Values(append(got.Queues["queue://JAVA.A"], hidden)))
				compare(t, "Java "+option, got, want)
			}
		})
	}
}

// TestJavaAndBack opens what Java did to a directory of ours.
func TestJavaAndBack(t *testing.T) {
	java := newJava(t)
	dir := t.TempDir()
	want := writeStore(t, dir, true)
	java.run(t, dir, true, "")
	if _, err := os.Stat(filepath.Join(dir, "db.data")); err != nil {
		t.Fatalf("Java made no index: %v", err)
	}
	s := openStore(t, dir, true)
	compare(t, "back from Java", list(t, s), want)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "db.data")); err == nil {
		t.Error("Java's index was left")
	}
}

// compare tells where two listings differ first.
func compare(t *testing.T, what string, got, want listing) {
	t.Helper()
	if !slices.Equal(slices.Sorted(maps.Keys(got.Queues)), slices.Sorted(maps.Keys(want.Queues))) {
		t.Errorf("%s: other queues than ours", what)
	}
	for name, ids := range want.Queues {
		for _, id := range ids {
			if !slices.Contains(got.Queues[name], id) {
				t.Errorf("%s: %s is without %s", what, name, id)
				break
			}
		}
		if len(got.Queues[name]) != len(ids) {
			t.Errorf("%s: %s holds %d messages, want %d", what, name, len(got.Queues[name]), len(ids))
		}
	}
	if !maps.Equal(got.Subscriptions, want.Subscriptions) {
		t.Errorf("%s: subscriptions %v, want %v", what, got.Subscriptions, want.Subscriptions)
	}
	if got.Prepared != want.Prepared {
		t.Errorf("%s: %d prepared transactions, want %d", what, got.Prepared, want.Prepared)
	}
}

const (
	smallFile       = 64 << 10
	preparedRemoval = 284 // the message of which a prepared transaction has the removal
)

func openStore(t *testing.T, dir string, small bool) *kahadb.Store {
	t.Helper()
	codec, err := wire.NewStoreCodec(11)
	if err != nil {
		t.Fatal(err)
	}
	o := kahadb.Defaults(dir, codec)
	o.Log = slog.New(slog.DiscardHandler)
	if small {
		o.MaxFileLength = smallFile
	}
	s, err := kahadb.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// writer fills a store.
type writer struct {
	t *testing.T
	s *kahadb.Store
	n int
}

func (w *writer) add(l store.Log, d message.Destination, tx store.Transaction) *store.Entry {
	w.n++
	e := &store.Entry{}
	m := storetest.NewMessage(d, w.n, 300+w.n%700)
	l.Append(e, m, tx, nil)
	if tx == nil {
		l.Admit(e)
	}
	return e
}

// do waits for an operation.
func (w *writer) do(f func(store.Completion)) {
	w.t.Helper()
	done := make(chan error, 1)
	f(func(err error) { done <- err })
	if err := <-done; err != nil {
		w.t.Fatal(err)
	}
}

// flush waits until all so far is written.
func (w *writer) flush() {
	w.t.Helper()
	if err := w.s.Checkpoint(); err != nil {
		w.t.Fatal(err)
	}
}

func xa(n byte) *message.TransactionID {
	return &message.TransactionID{XA: true, Format: -5, Global: []byte{1, 2, n}, Branch: []byte{0xff, n}}
}

// writeStore makes a store with a bit of everything, and returns what it holds.
func writeStore(t *testing.T, dir string, small bool) listing {
	t.Helper()
	w := &writer{t: t, s: openStore(t, dir, small)}
	a, odd := *message.NewQueue("JAVA.A"), *message.NewQueue("odd name/ünï\U0001F600")
	qa, err := w.s.OpenQueue(a)
	if err != nil {
		t.Fatal(err)
	}
	qo, err := w.s.OpenQueue(odd)
	if err != nil {
		t.Fatal(err)
	}
	var entries []*store.Entry
	for range 300 {
		entries = append(entries, w.add(qa, a, nil))
	}
	w.flush()
	for i, e := range entries[:250] {
		if i%50 != 7 || i < 100 {
			qa.Remove(e, nil, nil, nil)
		}
	}
	for range 5 {
		w.add(qo, odd, nil)
	}
	w.flush()
	m, err := qa.Load(entries[290])
	if err != nil {
		t.Fatal(err)
	}
	again := *m
	again.Redeliveries = 3
	qa.Update(entries[290], &again)
	w.topics()
	w.transactions(qa, a, entries[280:285])
	w.flush()
	want := list(t, w.s)
	want.Prepared = 1
	if err := w.s.Close(); err != nil {
		t.Fatal(err)
	}
	return want
}

func (w *writer) topics() {
	d := *message.NewTopic("JAVA.T")
	topic, err := w.s.OpenTopic(d)
	if err != nil {
		w.t.Fatal(err)
	}
	var subs []store.Subscription
	for _, name := range []string{"all", "some", "gone"} {
		info := &message.SubscriptionInfo{ClientID: message.T("client"), SubscriptionName: message.T(name), Destination: &d, Subscribed: &d}
		w.do(func(done store.Completion) {
			sub, err := topic.Subscribe(info, false, done)
			if err != nil {
				w.t.Fatal(err)
			}
			subs = append(subs, sub)
		})
	}
	var entries []*store.Entry
	for range 20 {
		entries = append(entries, w.add(topic, d, nil))
	}
	w.flush()
	for i, e := range entries {
		if i%3 == 0 {
			subs[1].Remove(e, &message.Ack{Kind: message.Unmatched, Destination: &d, Last: storetest.NewMessage(d, 1, 0).ID}, nil, nil)
		}
		if i < 4 {
			subs[0].Remove(e, nil, nil, nil)
		}
	}
	w.do(func(done store.Completion) { topic.Unsubscribe(subs[2], done) })
}

func (w *writer) transactions(q store.Queue, d message.Destination, victims []*store.Entry) {
	local := func(n int64) *message.TransactionID {
		return &message.TransactionID{Connection: &message.ConnectionID{Value: "ID:java-test-1"}, Value: n}
	}
	for i, id := range []*message.TransactionID{local(1), local(2), xa(1), xa(2), local(3)} {
		tx := w.s.Begin(id)
		e := w.add(q, d, tx)
		q.Remove(victims[i], nil, tx, nil)
		switch i {
		case 0, 2: // committed
			if id.XA {
				w.do(tx.Prepare)
			}
			w.do(tx.Commit)
			q.Admit(e)
			q.Drop(victims[i])
			tx.Finish()
		case 1: // rolled back
			w.do(tx.Rollback)
			tx.Finish()
		case 3: // prepared
			w.do(tx.Prepare)
		} // and one that stays open
	}
}

// list lists a store of ours. Messages of which the removal is prepared count, as they do in Java's counters.
func list(t *testing.T, s store.Store) listing {
	t.Helper()
	l := listing{Queues: map[string][]string{}, Subscriptions: map[string]int{}, Prepared: len(s.Prepared())}
	for _, d := range s.Destinations() {
		if d.IsTopic() {
			topic, err := s.OpenTopic(d)
			if err != nil {
				t.Fatal(err)
			}
			for _, sub := range topic.Subscriptions() {
				l.Subscriptions[d.String()+" "+sub.Info().Key()] = sub.Pending()
			}
			continue
		}
		q, err := s.OpenQueue(d)
		if err != nil {
			t.Fatal(err)
		}
		page, err := q.Page(0, 1<<20, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		ids := []string{}
		for _, m := range page {
			ids = append(ids, m.Message.ID.String())
		}
		slices.Sort(ids)
		l.Queues[d.String()] = ids
	}
	return l
}

// javaReader runs the original's store code.
type javaReader struct{ classPath string }

// newJava compiles the program that lists a store with the original's code, or skips the test.
func newJava(t *testing.T) javaReader {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a JVM")
	}
	tools := "../../../../shared/store/tools"
	if fixtures := os.Getenv("STORE_FIXTURES"); fixtures != "" {
		tools = filepath.Join(fixtures, "..", "tools")
	}
	source := filepath.Join(tools, "ReadBack.java")
	if _, err := os.Stat(source); err != nil {
		t.Skipf("no ReadBack.java in %s (set STORE_FIXTURES)", tools)
	}
	jars, err := filepath.Glob("/usr/share/activemq/lib/*.jar")
	if err != nil || len(jars) == 0 {
		t.Skip("the original is not installed in /usr/share/activemq")
	}
	if _, err := exec.LookPath("javac"); err != nil {
		t.Skip("no javac")
	}
	optional, err := filepath.Glob("/usr/share/activemq/lib/optional/*.jar")
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	path := strings.Join(append(jars, optional...), ":")
	if b, err := exec.Command("javac", "-nowarn", "-d", out, "-cp", path, source).CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, b)
	}
	return javaReader{out + ":" + path}
}

// run lists a directory, which Java changes by that, and returns what it printed.
func (j javaReader) run(t *testing.T, dir string, small bool, option string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.json")
	args := []string{"-cp", j.classPath, "ReadBack", "kahadb", dir, "--out", out}
	if small {
		args = append(args, "--journalMaxFileLength", fmt.Sprint(smallFile))
	}
	if option != "" {
		args = append(args, option)
	}
	if b, err := exec.Command("java", args...).CombinedOutput(); err != nil {
		t.Fatalf("java: %v\n%s", err, b)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// list lists a copy of a directory. It knows of prepared acks, and leaves those messages out.
func (j javaReader) list(t *testing.T, dir string, small bool, option string) listing {
	t.Helper()
	clone := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(clone, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	var told struct {
		Destinations []struct {
			Name          string
			Messages      []struct{ MessageID string }
			Subscriptions []struct {
				ClientID, Name string
				PendingCount   int
			}
		}
		PreparedTransactions []struct{}
	}
	b := j.run(t, clone, small, option)
	if err := json.Unmarshal(b, &told); err != nil {
		t.Fatal(err)
	}
	l := listing{Queues: map[string][]string{}, Subscriptions: map[string]int{}, Prepared: len(told.PreparedTransactions)}
	for _, d := range told.Destinations {
		if strings.HasPrefix(d.Name, "queue:") {
			ids := []string{}
			for _, m := range d.Messages {
				ids = append(ids, m.MessageID)
			}
			slices.Sort(ids)
			l.Queues[d.Name] = ids
		}
		for _, s := range d.Subscriptions {
			l.Subscriptions[d.Name+" "+s.ClientID+":"+s.Name] = s.PendingCount
		}
	}
	return l
}
