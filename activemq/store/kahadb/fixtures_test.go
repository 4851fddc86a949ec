package kahadb_test

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/kahadb"
	"goactivemq/activemq/store/mkahadb"
	"goactivemq/activemq/store/storetest/captured"
	"goactivemq/activemq/vfs"
	"goactivemq/openwire/wire"
)

// fixtureOptions are those that a fixture was written with, and a log of what the store has to say.
func fixtureOptions(t *testing.T, f *captured.Fixture, fs vfs.FS, directory string) (kahadb.Options, *bytes.Buffer) {
	t.Helper()
	version, err := kahadb.StoredVersion(fs, directory)
	if err != nil {
		t.Fatal(err)
	}
	if version == 0 {
		version = 11 // the index is gone
	}
	codec, err := wire.NewStoreCodec(version)
	if err != nil {
		t.Fatal(err)
	}
	o := kahadb.Defaults(directory, codec)
	said := &bytes.Buffer{}
	o.FS, o.OpenWireVersion, o.Log = fs, version, slog.New(slog.NewTextHandler(said, nil))
	o.MaxFileLength = f.Options.JournalMaxFileLength
	return o, said
}

// openFixture opens a store of either kind.
func openFixture(t *testing.T, f *captured.Fixture, fs vfs.FS, change func(*kahadb.Options)) (store.Store, error) {
	t.Helper()
	if f.StoreType == "kahadb" {
		o, _ := fixtureOptions(t, f, fs, "data")
		change(&o)
		return kahadb.Open(o)
	}
	options := func(directory string) (kahadb.Options, error) {
		o, _ := fixtureOptions(t, f, fs, directory)
		change(&o)
		return o, nil
	}
	return mkahadb.Open(mkahadb.Options{Directory: "data", FS: fs, Log: slog.New(slog.DiscardHandler),
		Filters: []mkahadb.Filter{{PerDestination: true, Options: options}}, Outcomes: kahadb.Defaults("", nil)})
}

// TestFixtures opens what Java brokers wrote and wants all that their own code finds in it: as Java left it, without Java's index, once more with the
// index of ours, and with that made anew. Where a check of all files finds damage, the manifest tells what is left without the damaged part.
func TestFixtures(t *testing.T) {
	for _, f := range captured.All(t, "kahadb", "mkahadb") {
		t.Run(f.Name, func(t *testing.T) {
			left := vfs.NewMem()
			f.Unpack(t, "store", left, "data")
			pass := func(o *kahadb.Options) { o.CheckForCorruptJournalFiles = true }
			if s, err := openFixture(t, f, left.Copy(), pass); err == nil {
				closeStore(t, s)
			} else {
				pass = func(o *kahadb.Options) { o.CheckForCorruptJournalFiles, o.IgnoreMissingJournalFiles = true, true }
			}
			bare := left.Copy()
			removeIndexes(t, bare, "data")
			for way, fs := range map[string]*vfs.Mem{"as Java left it": left, "without the index": bare} {
				for _, again := range []string{"", ", again", ", made anew"} {
					s, err := openFixture(t, f, fs, func(o *kahadb.Options) {
						pass(o)
						o.ForceRecoverIndex = again == ", made anew"
					})
					if err != nil {
						t.Fatalf("%s%s: %v", way, again, err)
					}
					f.Check(t, s)
					closeStore(t, s)
					if t.Failed() {
						t.Fatal(way + again)
					}
				}
			}
			if left := javaIndexes(t, left, "data"); len(left) > 0 {
				t.Errorf("Java's index is still there, and would be stale: %v", left)
			}
		})
	}
}

func closeStore(t *testing.T, s store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// javaIndexes lists the files of Java's indexes in a directory and the folders in it.
func javaIndexes(t *testing.T, fs vfs.FS, directory string) []string {
	t.Helper()
	folders, err := fs.Folders(directory)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, folder := range append(folders, ".") {
		files, err := fs.ReadDir(filepath.Join(directory, folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if slices.Contains([]string{"db.data", "db.redo", "db.free"}, file.Name) {
				all = append(all, filepath.Join(directory, folder, file.Name))
			}
		}
	}
	return all
}

func removeIndexes(t *testing.T, fs vfs.FS, directory string) {
	t.Helper()
	for _, name := range javaIndexes(t, fs, directory) {
		if err := fs.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}

// named returns a fixture of the shared ones that a test is about.
func named(t *testing.T, name string) *captured.Fixture {
	t.Helper()
	for _, f := range captured.All(t, "kahadb", "mkahadb") {
		if f.Name == name {
			return f
		}
	}
	t.Skipf("there is no fixture %s", name)
	return nil
}

// TestMidflip is about a byte that changed in a file that is not the last. By default such files are not checked, and it is read as it is; a check refuses, and
// names the file and the place.
func TestMidflip(t *testing.T) {
	f := named(t, "kahadb-midflip")
	fs := vfs.NewMem()
	f.Unpack(t, "store", fs, "data")
	o, said := fixtureOptions(t, f, fs.Copy(), "data")
	s, err := kahadb.Open(o)
	if err != nil {
		t.Fatalf("by default: %v", err)
	}
	closeStore(t, s)
	if strings.Contains(said.String(), "Corrupt") {
		t.Errorf("by default: warns, as Java does not: %s", said)
	}
	o, said = fixtureOptions(t, f, fs, "data")
	o.CheckForCorruptJournalFiles = true
	if s, err := kahadb.Open(o); err == nil {
		closeStore(t, s)
		t.Fatal("opened a damaged journal")
	} else if !strings.Contains(err.Error(), "db-1.log") {
		t.Errorf("error %q does not name the file", err)
	}
	if want := "Corrupt journal records found in 'data/db-1.log' between offsets: "; !strings.Contains(said.String(), want) {
		t.Errorf("says %q, want %q", said, want)
	}
}

// TestTornFixture cuts what Java cuts, and says what it drops.
func TestTornFixture(t *testing.T) {
	f := named(t, "kahadb-torn")
	fs := vfs.NewMem()
	f.Unpack(t, "store", fs, "data")
	o, said := fixtureOptions(t, f, fs, "data")
	s, err := kahadb.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	if want := "Corrupt journal records found in 'data/db-3.log' from offset: "; !strings.Contains(said.String(), want) {
		t.Errorf("says %q, want %q", said, want)
	}
}

// TestCrashFixture holds what clients of the killed Java broker were told.
func TestCrashFixture(t *testing.T) {
	f := named(t, "kahadb-crash")
	fs := vfs.NewMem()
	f.Unpack(t, "store", fs, "data")
	o, _ := fixtureOptions(t, f, fs, "data")
	s, err := kahadb.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]bool{}
	for name, ids := range list(t, s).Queues {
		for _, id := range ids {
			held[name+" "+id] = true
		}
	}
	closeStore(t, s)
	lines := f.Lines(t, "expect.tsv")
	acked, committed := outcomesIn(t, lines)
	compared := 0
	for _, line := range lines {
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

// outcomesIn returns what was acknowledged, and the number of the last message that was committed in CRASH.3, whose sender used transactions.
func outcomesIn(t *testing.T, lines []string) (acked map[string]bool, committed int64) {
	t.Helper()
	acked = map[string]bool{}
	for _, line := range lines {
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
	return acked, committed
}

// TestStoredVersionOfJava finds the OpenWire version in Java's index, and keeps it when that is gone.
func TestStoredVersionOfJava(t *testing.T) {
	f := named(t, "kahadb-basic")
	fs := vfs.NewMem()
	f.Unpack(t, "store", fs, "data")
	for _, of := range []string{"Java's index", "ours"} {
		if got, err := kahadb.StoredVersion(fs, "data"); got != 11 || err != nil {
			t.Errorf("version in %s is %d, %v, want 11", of, got, err)
		}
		o, _ := fixtureOptions(t, f, fs, "data")
		s, err := kahadb.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		closeStore(t, s)
	}
}
