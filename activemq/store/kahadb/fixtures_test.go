package kahadb

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/vfs"
)

// fixture is a store directory that a Java broker wrote.
type fixture struct {
	dir      string
	manifest struct {
		Options struct {
			JournalMaxFileLength int64
		}
		Contents struct {
			Destinations []struct {
				Name          string
				Count         int
				MessageIDs    []string
				Messages      []struct{ MessageID string }
				Subscriptions []struct {
					ClientID, Name         string
					PendingCount           int
					PendingIDsAfterRebuild []string
				}
			}
			PreparedTransactions []struct {
				FormatID                             int32
				GlobalTransactionID, BranchQualifier string
				Messages                             []struct{ MessageID string }
				Acks                                 []struct{ LastMessageID string }
			}
			ScheduledJobs []fixtureJob
		}
	}
	expect []string // the lines of expect.tsv
	mem    *vfs.Mem
}

// openFixture copies a fixture into memory, without Java's index: what the journal holds is what counts.
func openFixture(t *testing.T, name string) *fixture {
	t.Helper()
	root := os.Getenv("STORE_FIXTURES")
	if root == "" {
		root = "../../../../shared/store/fixtures"
	}
	dir := filepath.Join(root, name)
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("no fixtures of the original's at %s (set STORE_FIXTURES)", root)
	}
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{dir: dir, mem: vfs.NewMem()}
	if err := json.Unmarshal(text, &f.manifest); err != nil {
		t.Fatal(err)
	}
	for _, e := range []string{"expect.tsv", "expect.tsv.gz"} {
		if b, err := os.ReadFile(filepath.Join(dir, e)); err == nil {
			f.expect = readLines(t, b, strings.HasSuffix(e, ".gz"))
		}
	}
	f.unpack(t, filepath.Join(dir, "store.tgz"), "store/")
	return f
}

func readLines(t *testing.T, b []byte, zipped bool) []string {
	t.Helper()
	var r io.Reader = strings.NewReader(string(b))
	if zipped {
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	}
	var lines []string
	for s := bufio.NewScanner(r); s.Scan(); {
		lines = append(lines, s.Text())
	}
	return lines
}

// unpack puts the files below a folder of an archive into the directory "data".
func (f *fixture) unpack(t *testing.T, name, folder string) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg || !strings.HasPrefix(h.Name, folder) {
			continue
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out, err := f.mem.Open(filepath.Join("data", strings.TrimPrefix(h.Name, folder)), true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.WriteAt(b, 0); err != nil {
			t.Fatal(err)
		}
		if err := out.Sync(); err != nil {
			t.Fatal(err)
		}
	}
}

func (f *fixture) options() Options {
	o := testOptions(f.mem)
	o.MaxFileLength = f.manifest.Options.JournalMaxFileLength
	if v, err := StoredVersion(f.mem, "data"); err == nil {
		o.OpenWireVersion = v
	}
	return o
}

// ids pages through all messages and returns their ids, which the test's codec leaves to the tickets.
func (h *harness) ids(p pager) []string {
	h.t.Helper()
	var ids []string
	after := int64(0)
	for {
		page, err := p.Page(after, 100, 1<<20)
		if err != nil {
			h.t.Fatal(err)
		}
		if len(page) == 0 {
			return ids
		}
		for _, m := range page {
			after = m.Entry.Sequence
			ids = append(ids, m.Entry.Ticket.(string))
		}
	}
}

// sameSet compares without order, in which Java lists by priority.
func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// check compares the store with what Java reads from the fixture. Java leaves out messages whose ack is prepared.
func (f *fixture) check(t *testing.T, h *harness) {
	t.Helper()
	hidden := map[string]bool{}
	for _, p := range h.Prepared() {
		for _, r := range p.Removed {
			hidden[r.Subscription+" "+r.Entry.Ticket.(string)] = true
		}
	}
	visible := func(key string, ids []string) []string {
		return slices.DeleteFunc(ids, func(id string) bool { return hidden[key+" "+id] })
	}
	for _, d := range f.manifest.Contents.Destinations {
		name := message.ParseDestination(d.Name, message.Queue)
		if name.IsQueue() {
			want := d.MessageIDs
			for _, m := range d.Messages {
				want = append(want, m.MessageID)
			}
			got := visible("", h.ids(h.queue(name.Name)))
			if !sameSet(got, want) {
				t.Errorf("%v holds %d messages %v, want %d %v", name, len(got), got, len(want), want)
			}
			continue
		}
		subs := map[string]store.Subscription{}
		for _, s := range h.topic(name.Name).Subscriptions() {
			subs[s.(*subscription).key] = s
		}
		for _, want := range d.Subscriptions {
			key := want.ClientID + ":" + want.Name
			s := subs[key]
			if s == nil {
				t.Errorf("%v has no subscription %s", name, key)
				continue
			}
			delete(subs, key)
			got := h.ids(s)
			if len(got) != s.Pending() {
				t.Errorf("%v %s: pages hold %d, %d pending", name, key, len(got), s.Pending())
			}
			if got = visible(key, got); !sameSet(got, want.PendingIDsAfterRebuild) {
				t.Errorf("%v %s: pending %v, want %v", name, key, got, want.PendingIDsAfterRebuild)
			}
		}
		for key := range subs {
			t.Errorf("%v has a subscription %s, which is not to be there", name, key)
		}
	}
	if got, want := len(h.Prepared()), len(f.manifest.Contents.PreparedTransactions); got != want {
		t.Errorf("%d prepared transactions, want %d", got, want)
	}
}

func TestFixtures(t *testing.T) {
	for _, name := range []string{"basic", "durables", "xa-prepared", "many-files", "large", "crash", "torn"} {
		t.Run(name, func(t *testing.T) {
			f := openFixture(t, "kahadb-"+name)
			for _, way := range []string{"as Java left it", "again", "rebuilt"} {
				o := f.options()
				o.ForceRecoverIndex = way == "rebuilt"
				h := open(t, o)
				f.check(t, h)
				h.close()
				if t.Failed() {
					t.Fatal(way)
				}
			}
			if _, err := f.mem.Stat("data/db.data"); err == nil {
				t.Error("Java's index is still there")
			}
		})
	}
}

// TestMidflip is about a byte that changed in a file that is not the last.
func TestMidflip(t *testing.T) {
	f := openFixture(t, "kahadb-midflip")
	o := f.options()
	o.CheckForCorruptJournalFiles = true
	if s, err := Open(o); err == nil {
		s.Close()
		t.Fatal("opened a damaged journal")
	} else if !strings.Contains(err.Error(), "db-1.log") {
		t.Errorf("error %q does not name the file", err)
	}
	o.IgnoreMissingJournalFiles = true
	h := open(t, o)
	f.check(t, h)
	h.close()
}

// TestCrashFixture holds what clients of the killed Java broker were told.
func TestCrashFixture(t *testing.T) {
	f := openFixture(t, "kahadb-crash")
	h := open(t, f.options())
	held := map[string]bool{}
	for _, d := range h.Destinations() {
		for _, id := range h.ids(h.queue(d.Name)) {
			held[d.String()+" "+id] = true
		}
	}
	h.close()
	acked := map[string]bool{}
	committed := int64(0) // the number of the last message in CRASH.3, whose sender used transactions
	for _, line := range f.expect {
		switch fields := strings.Split(line, "\t"); fields[0] {
		case "acked":
			acked[fields[1]+" "+fields[2]] = true
		case "committed":
			n, err := strconv.ParseInt(fields[2], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			committed = max(committed, n+1)
		}
	}
	compared := 0
	for _, line := range f.expect {
		fields := strings.Split(line, "\t")
		if fields[0] != "sent" || fields[1] == "queue://CRASH.3" && message.ParseID(fields[2]).ProducerSequence > committed {
			continue
		}
		compared++
		if m := fields[1] + " " + fields[2]; !held[m] && !acked[m] {
			t.Errorf("%s is lost", m)
		}
	}
	if compared == 0 {
		t.Error("nothing was compared")
	}
}
