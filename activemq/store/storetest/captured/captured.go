// Package captured reads the store directories that Java brokers wrote, with what Java's own code finds in them, and compares a store of ours with
// that. They lie in the folder that STORE_FIXTURES names, by default among the captured facts beside the checkout; each has a folder with
//
//	store.tgz        the directory
//	manifest.json    the options it was written with, and its contents
//	expect.tsv[.gz]  what the clients of the broker were told
package captured

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"goactivemq/activemq/vfs"
)

// Fixture is a store directory of Java's.
type Fixture struct {
	Name      string
	directory string

	StoreType string
	Options   struct{ JournalMaxFileLength int64 }
	Contents  struct {
		Destinations         []Destination
		PreparedTransactions []Prepared
		ScheduledJobs        []Job
	}
}

// Destination is what a destination holds. Some fixtures tell the ids of the messages only.
type Destination struct {
	Name          string
	Messages      []Message
	MessageIDs    []string
	Subscriptions []Subscription
}

// Message is one message, by the names of the manifest.
type Message map[string]any

// Subscription is a durable subscription and what it has pending.
type Subscription struct {
	ClientID, Name         string
	Selector               *string
	NoLocal                bool
	SubscribedDestination  string
	PendingIDs             []string // as Java lists it
	PendingIDsAfterRebuild []string // what is pending; the same where it is missing
}

// Prepared is what one store has of a prepared XA transaction.
type Prepared struct {
	FormatID                             int32
	GlobalTransactionID, BranchQualifier string
	Messages                             []Message
	Acks                                 []struct{ Destination, LastMessageID string }
}

// Job is a scheduled message.
type Job struct {
	JobID             string
	Cron              string
	Delay, Period     int64
	Repeat            int32
	Start             int64
	NextExecutionText string
	PayloadLength     int
	PayloadSha256     string
}

// All returns the fixtures of some kinds of stores. It fails the test when there is none, and skips it where no facts were captured at all.
func All(t *testing.T, storeTypes ...string) []*Fixture {
	t.Helper()
	root := root(t)
	manifests, err := filepath.Glob(filepath.Join(root, "*", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []*Fixture
	for _, m := range manifests {
		f := &Fixture{directory: filepath.Dir(m), Name: filepath.Base(filepath.Dir(m))}
		d := json.NewDecoder(bytes.NewReader(read(t, m)))
		d.UseNumber()
		if err := d.Decode(f); err != nil {
			t.Fatalf("%s: %v", m, err)
		}
		if slices.Contains(storeTypes, f.StoreType) {
			all = append(all, f)
		}
	}
	if len(all) == 0 {
		t.Fatalf("no fixture of %v in %s", storeTypes, root)
	}
	return all
}

// root returns where the fixtures lie.
func root(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("STORE_FIXTURES"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	for err == nil {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test's directory")
		}
		dir = filepath.Dir(dir)
	}
	facts := os.Getenv("GOACTIVEMQ_SHARED")
	if facts == "" {
		facts = filepath.Join(dir, "..", "shared")
	}
	fixtures := filepath.Join(facts, "store", "fixtures")
	if _, err := os.Stat(fixtures); errors.Is(err, os.ErrNotExist) {
		t.Skipf("captured facts are not here: %v (set STORE_FIXTURES)", err)
	}
	return fixtures
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Lines returns the lines of a file of the fixture, which may be packed; none where it is missing.
func (f *Fixture) Lines(t *testing.T, name string) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(f.directory, name))
	if errors.Is(err, os.ErrNotExist) {
		if b, err = os.ReadFile(filepath.Join(f.directory, name+".gz")); err == nil {
			b, err = unzip(b)
		}
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.FieldsFunc(string(b), func(r rune) bool { return r == '\n' })
}

func unzip(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// Unpack writes the files of a folder of the archive ("store") below a directory, all synced.
func (f *Fixture) Unpack(t *testing.T, folder string, fs vfs.FS, to string) {
	t.Helper()
	packed, err := unzip(read(t, filepath.Join(f.directory, "store.tgz")))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(bytes.NewReader(packed)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		name, inside := strings.CutPrefix(path.Clean(h.Name), folder+"/")
		if h.Typeflag != tar.TypeReg || !inside {
			continue
		}
		if err := write(fs, filepath.Join(to, name), r); err != nil {
			t.Fatal(err)
		}
	}
}

func write(fs vfs.FS, name string, from io.Reader) error {
	b, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	if err := fs.MkdirAll(filepath.Dir(name)); err != nil {
		return err
	}
	file, err := fs.Open(name, true)
	if err != nil {
		return err
	}
	_, err = file.WriteAt(b, 0)
	return errors.Join(err, file.Sync(), file.Close())
}
