package spool

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"goactivemq/activemq/vfs"
)

// files returns how many files the directory has.
func files(t *testing.T, fs vfs.FS) int {
	t.Helper()
	all, err := fs.ReadDir("tmp")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// TestOrder writes and reads records of all sizes in turns, over several files, and compares them with a queue in memory.
func TestOrder(t *testing.T) {
	fs := vfs.NewMem()
	d, err := Open(fs, "tmp")
	if err != nil {
		t.Fatal(err)
	}
	s := d.New()
	random := rand.New(rand.NewPCG(1, 2))
	var model [][]byte
	most := 0
	for step := range 4000 {
		if random.IntN(1000) < 800-step/8 {
			record := make([]byte, []int{0, 1, 100, 5000, 300_000}[random.IntN(5)])
			for i := range min(len(record), 8) {
				record[i] = byte(random.Uint32())
			}
			if err := s.Append(record); err != nil {
				t.Fatal(err)
			}
			model = append(model, record)
			most = max(most, files(t, fs))
			continue
		}
		record, lost, err := s.Next()
		if len(model) == 0 {
			if !errors.Is(err, ErrEmpty) {
				t.Fatalf("step %d: an empty spool gives %v", step, err)
			}
			continue
		}
		if err != nil || lost != 0 || !bytes.Equal(record, model[0]) {
			t.Fatalf("step %d: got %d bytes, %v, want %d", step, len(record), err, len(model[0]))
		}
		if model = model[1:]; s.Len() != len(model) {
			t.Fatalf("step %d: %d records, want %d", step, s.Len(), len(model))
		}
	}
	for range model {
		if _, _, err := s.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if n := files(t, fs); n != 0 || most < 3 {
		t.Errorf("%d files are left of %d, want none of several", n, most)
	}
}

// TestLeftovers shows that a start deletes what an earlier run left, and nothing else: Java's broker has files there, too.
func TestLeftovers(t *testing.T) {
	fs := vfs.NewMem()
	d, err := Open(fs, "tmp")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.New().Append(make([]byte, bufferSize)); err != nil {
		t.Fatal(err)
	}
	if _, err := fs.Open("tmp/tmpDB.data", true); err != nil {
		t.Fatal(err)
	}
	if n := files(t, fs); n != 2 {
		t.Fatalf("%d files, want 2", n)
	}
	if _, err := Open(fs, "tmp"); err != nil {
		t.Fatal(err)
	}
	if n := files(t, fs); n != 1 {
		t.Errorf("%d files after the start, want Java's", n)
	}
}

// TestFullDisk shows that a record which cannot be written is refused, and all before it can be read.
func TestFullDisk(t *testing.T) {
	full := false
	broken := errors.New("no space left on device")
	fs := &vfs.Fault{FS: vfs.NewMem(), Check: func(op vfs.Op, _ string, _ int64, _ int) error {
		if full && op == vfs.OpWrite {
			return broken
		}
		return nil
	}}
	d, err := Open(fs, "tmp")
	if err != nil {
		t.Fatal(err)
	}
	s := d.New()
	if err := s.Append([]byte("first")); err != nil {
		t.Fatal(err)
	}
	full = true
	if err := s.Append(make([]byte, bufferSize)); !errors.Is(err, broken) || s.Len() != 1 {
		t.Errorf("a full disk takes a record: %v, %d in the spool", err, s.Len())
	}
	full = false
	if record, _, err := s.Next(); err != nil || string(record) != "first" {
		t.Errorf("got %q, %v, want the first record", record, err)
	}
}
