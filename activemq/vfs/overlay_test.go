package vfs

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand"
	"testing"
)

// TestOverlay does the same at random to an overlay of a file and to a plain one, and wants them alike and the file below untouched.
func TestOverlay(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	original := make([]byte, 3*overlayBlock+100)
	rng.Read(original)
	base, plain := NewMem(), NewMem()
	for _, m := range []*Mem{base, plain} {
		if err := WriteFile(m, "d", "d/f", original); err != nil {
			t.Fatal(err)
		}
	}
	over := NewOverlay(base)
	a, err1 := over.Open("d/f", false)
	b, err2 := plain.Open("d/f", false)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	for range 400 {
		at, part := rng.Int63n(5*overlayBlock), make([]byte, rng.Intn(2*overlayBlock))
		rng.Read(part)
		if rng.Intn(4) == 0 {
			err1, err2 = a.Truncate(at), b.Truncate(at)
		} else {
			_, err1 = a.WriteAt(part, at)
			_, err2 = b.WriteAt(part, at)
		}
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		at, got, want := rng.Int63n(5*overlayBlock), make([]byte, overlayBlock+1), make([]byte, overlayBlock+1)
		n1, err1 := a.ReadAt(got, at)
		n2, err2 := b.ReadAt(want, at)
		if n1 != n2 || !bytes.Equal(got[:n1], want[:n1]) || errors.Is(err1, io.EOF) != errors.Is(err2, io.EOF) {
			t.Fatalf("at %d: read %d, %v, want %d, %v", at, n1, err1, n2, err2)
		}
	}
	if err := errors.Join(over.Rename("d/f", "d/g"), over.Remove("d/g")); err != nil {
		t.Fatal(err)
	}
	if _, err := over.Open("d/f", false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was renamed opens: %v", err)
	}
	if data, err := ReadFile(base, "d/f"); err != nil || !bytes.Equal(data, original) {
		t.Errorf("the file below has changed, %v", err)
	}
	if err := over.Close(); err != nil {
		t.Error(err)
	}
}
