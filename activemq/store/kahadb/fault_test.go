package kahadb

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"goactivemq/activemq/store"
	"goactivemq/activemq/vfs"
)

// TestFailure breaks the disk under the store, operation by operation, and wants that everything afterwards fails, and that what was
// completed before is there when the disk is back.
func TestFailure(t *testing.T) {
	cases := []struct {
		name   string
		op     vfs.Op
		suffix string
		err    error
	}{
		{"write", vfs.OpWrite, ".log", syscall.ENOSPC},
		{"sync", vfs.OpSync, ".log", syscall.EIO},
		{"new file", vfs.OpOpen, "db-2.log", syscall.ENOSPC},
		{"preallocation", vfs.OpTruncate, "db-2.log", syscall.ENOSPC},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			mem := vfs.NewMem()
			var broken atomic.Bool
			o := testOptions(&vfs.Fault{FS: mem, Check: func(op vfs.Op, path string, _ int64, _ int) error {
				if broken.Load() && op == c.op && strings.HasSuffix(path, c.suffix) {
					return &fs.PathError{Op: string(op), Path: path, Err: c.err}
				}
				return nil
			}})
			h := open(t, o)
			q := h.queue("A")
			var want []int64
			for range 10 {
				h.send(q, 100)
				want = append(want, h.n)
			}
			broken.Store(true)
			failAppend(t, h, q, c.err)
			<-h.Failed()
			if !errors.Is(h.Err(), c.err) {
				t.Errorf("failed with %v, want %v", h.Err(), c.err)
			}
			broken.Store(false)
			failAppend(t, h, q, c.err) // never go on after a failed sync
			if err := h.Checkpoint(); err == nil {
				t.Error("a checkpoint was made")
			}
			if err := h.Store.Close(); !errors.Is(err, c.err) {
				t.Errorf("close returns %v, want %v", err, c.err)
			}
			o.FS = mem
			h = open(t, o)
			if got := h.numbers(h.queue("A")); !slices.Equal(got[:len(want)], want) {
				t.Errorf("holds %v, want %v first", got, want)
			}
			h.close()
		})
	}
}

// failAppend appends messages until one fails, which it must as soon as a file is full.
func failAppend(t *testing.T, h *harness, q store.Queue, want error) {
	t.Helper()
	done := make(chan error)
	for range 100 {
		h.n++
		var e store.Entry
		// A store that failed completes at once.
		go q.Append(&e, testMessage(h.n, 1000), nil, func(err error) { done <- err })
		if err := <-done; err != nil {
			if !errors.Is(err, want) {
				t.Fatalf("append completes with %v, want %v", err, want)
			}
			return
		}
	}
	t.Fatal("nothing failed")
}

func TestIndexFailure(t *testing.T) {
	mem := vfs.NewMem()
	var broken atomic.Bool
	o := testOptions(&vfs.Fault{FS: mem, Check: func(op vfs.Op, path string, _ int64, _ int) error {
		if broken.Load() && strings.Contains(path, indexName) {
			return syscall.EIO
		}
		return nil
	}})
	h := open(t, o)
	h.send(h.queue("A"), 10)
	broken.Store(true)
	if err := h.Checkpoint(); !errors.Is(err, syscall.EIO) {
		t.Fatalf("checkpoint returns %v, want %v", err, syscall.EIO)
	}
	<-h.Failed()
	if err := h.Store.Close(); err == nil {
		t.Error("close does not tell")
	}
	o.FS = mem
	h = open(t, o)
	h.expect(h.queue("A"), 1)
	h.close()
}

// TestDamagedIndex flips each of many bytes of the index files: what the store holds must not change.
func TestDamagedIndex(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	h := open(t, o)
	q := h.queue("A")
	for range 30 {
		h.send(q, 10)
	}
	h.close()
	for _, name := range []string{metaName, indexName} {
		info, err := mem.Stat(filepath.Join("data", name))
		if err != nil {
			t.Fatal(err)
		}
		for at := int64(0); at < info.Size; at += 1 + info.Size/60 {
			o.FS = mem.Copy()
			f, err := o.FS.Open(filepath.Join("data", name), false)
			if err != nil {
				t.Fatal(err)
			}
			b := make([]byte, 1)
			if _, err := f.ReadAt(b, at); err != nil {
				t.Fatal(err)
			}
			b[0] ^= 0x41
			if _, err := f.WriteAt(b, at); err != nil {
				t.Fatal(err)
			}
			h := open(t, o)
			if got := h.numbers(h.queue("A")); len(got) != 30 {
				t.Fatalf("%s at %d: %d messages, want 30", name, at, len(got))
			}
			h.close()
		}
	}
}

// TestTornTail cuts the journal at every length within its last batches: what is left is a prefix, and the store goes on from there.
func TestTornTail(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	h := open(t, o)
	q := h.queue("A")
	var ends []int64
	for range 4 {
		h.send(q, 60)
		ends = append(ends, h.journal.end.offset())
	}
	h.close()
	for cut := ends[1]; cut < ends[3]; cut++ {
		o.FS, o.ForceRecoverIndex, o.IgnoreMissingJournalFiles = mem.Copy(), cut%2 == 0, false
		f, err := o.FS.Open("data/db-1.log", false)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.Truncate(cut), f.Truncate(o.MaxFileLength)); err != nil {
			t.Fatal(err)
		}
		whole := 0 // batches that are; they end in a zero byte, as what is cut off reads
		for whole < len(ends) && ends[whole]-1 <= cut {
			whole++
		}
		want := []int64{1, 2, 3, 4}[:whole]
		if !o.ForceRecoverIndex && whole < len(ends) {
			// The index was written when the journal was longer: these are no torn writes.
			var damage *store.Corruption
			if s, err := Open(o); !errors.As(err, &damage) || !strings.HasSuffix(damage.File, "db-1.log") {
				t.Fatalf("cut at %d: open returns %v, %v, want a corruption of db-1.log", cut, s, err)
			}
			o.IgnoreMissingJournalFiles = true
		}
		h := open(t, o)
		h.n = 10
		h.expect(h.queue("A"), want...)
		h.send(h.queue("A"), 5)
		h.close()
		h = open(t, o)
		h.expect(h.queue("A"), append(slices.Clone(want), 11)...)
		h.close()
	}
}

// TestMissingFile takes away a journal file with messages in it.
func TestMissingFile(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	h := open(t, o)
	q := h.queue("A")
	for range 60 {
		h.send(q, 600)
	}
	h.close()
	if err := mem.Remove("data/db-2.log"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(o); err == nil || !strings.Contains(err.Error(), "db-2.log") || !strings.Contains(err.Error(), "queue://A") {
		t.Fatalf("open returns %v, want an error that tells the file and the queue", err)
	}
	o.IgnoreMissingJournalFiles = true
	h = open(t, o)
	got := h.numbers(h.queue("A"))
	if len(got) >= 60 || len(got) < 20 || got[0] != 1 || got[len(got)-1] != 60 {
		t.Errorf("holds %v", got)
	}
	h.close()
}

func TestUndecodable(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	o.ChecksumJournalFiles = false
	h := open(t, o)
	q := h.queue("A")
	for range 40 {
		h.send(q, 600)
	}
	h.close()
	f, err := mem.Open("data/db-1.log", false)
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 16<<10)
	if _, err := f.ReadAt(b, 0); err != nil {
		t.Fatal(err)
	}
	// The second batch's record is made to tell a command that there is not.
	second := int64(strings.Index(string(b[batchHead:]), batchMagic)) + 2*batchHead
	if _, err := f.WriteAt([]byte{99}, second+recordHead); err != nil {
		t.Fatal(err)
	}
	o.ForceRecoverIndex = true
	_, err = Open(o)
	var damage *store.Corruption
	if !errors.As(err, &damage) || damage.Offset != second || !strings.HasSuffix(damage.File, "db-1.log") {
		t.Fatalf("open returns %v, want a corruption of db-1.log at %d", err, second)
	}
	o.IgnoreMissingJournalFiles = true
	h = open(t, o)
	if got := h.numbers(h.queue("A")); len(got) != 39 || got[1] != 3 {
		t.Errorf("holds %v, want all but 2", got)
	}
	h.close()
}

func TestLocked(t *testing.T) {
	o := testOptions(vfs.OS{})
	o.Directory = filepath.Join(t.TempDir(), "made", "by us")
	h := open(t, o)
	if _, err := Open(o); !errors.Is(err, store.ErrLocked) {
		t.Errorf("a second open returns %v, want %v", err, store.ErrLocked)
	}
	h.close()
	open(t, o).close()
}

func TestUnusableDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o := testOptions(vfs.OS{})
	o.Directory = filepath.Join(file, "data")
	if _, err := Open(o); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("open returns %v, want an error that tells the path", err)
	}
}
