package vfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestMain is also the other process of TestLock.
func TestMain(m *testing.M) {
	if name := os.Getenv("VFS_TEST_LOCK"); name != "" {
		_, err := OS{}.Lock(name)
		fmt.Print(errors.Is(err, ErrLocked))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// systems are those that must behave alike.
func systems(t *testing.T) map[string]FS {
	return map[string]FS{"os": OS{}, "mem": NewMem(), "fault": &Fault{FS: NewMem(), Check: func(Op, string, int64, int) error { return nil }},
		"overlay": NewOverlay(NewMem())}
}

func TestFS(t *testing.T) {
	for name, fsys := range systems(t) {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "a")
			if err := fsys.MkdirAll(dir); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "one")
			if _, err := fsys.Open(path, false); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("open returns %v, want %v", err, fs.ErrNotExist)
			}
			if err := fsys.Remove(path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("remove returns %v, want %v", err, fs.ErrNotExist)
			}
			f, err := fsys.Open(path, true)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.WriteAt([]byte("hello"), 3); err != nil {
				t.Fatal(err)
			}
			b := make([]byte, 10)
			if n, err := f.ReadAt(b, 1); n != 7 || err != io.EOF || string(b[:n]) != "\x00\x00hello" {
				t.Errorf("read %q, %v", b[:n], err)
			}
			if err := errors.Join(f.Truncate(5), f.Truncate(6), f.Sync(), f.Close()); err != nil {
				t.Fatal(err)
			}
			if b, err := ReadFile(fsys, path); string(b) != "\x00\x00\x00he\x00" || err != nil {
				t.Errorf("file holds %q, %v", b, err)
			}
			if err := WriteFile(fsys, dir, filepath.Join(dir, "two"), []byte("22")); err != nil {
				t.Fatal(err)
			}
			if err := fsys.Rename(path, filepath.Join(dir, "two")); err != nil {
				t.Fatal(err)
			}
			if folders, err := fsys.Folders(filepath.Dir(dir)); err != nil || len(folders) != 1 || folders[0] != "a" {
				t.Errorf("there are the folders %v, %v", folders, err)
			}
			list, err := fsys.ReadDir(dir)
			if err != nil || len(list) != 1 || list[0] != (Info{"two", 6}) {
				t.Errorf("directory holds %v, %v", list, err)
			}
			if err := fsys.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
			if _, err := fsys.Stat(filepath.Join(dir, "two")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("stat of what was removed with its directory returns %v", err)
			}
		})
	}
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	other := func() string {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "VFS_TEST_LOCK="+path)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	for name, fsys := range systems(t) {
		t.Run(name, func(t *testing.T) {
			f, err := fsys.Lock(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := fsys.Lock(path); !errors.Is(err, ErrLocked) {
				t.Errorf("a second lock returns %v, want %v", err, ErrLocked)
			}
			if name == "os" && other() != "true" {
				t.Error("another process got the lock")
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			if name == "os" && other() != "false" {
				t.Error("another process did not get the lock that was given back")
			}
			f, err = fsys.Lock(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestCrash wants of every crash that it keeps what was synced, and of many that they keep and lose what was not.
func TestCrash(t *testing.T) {
	m := NewMem()
	f, err := m.Open("d/f", true)
	if err != nil {
		t.Fatal(err)
	}
	write := func(b byte, at int64) {
		t.Helper()
		if _, err := f.WriteAt([]byte{b}, at); err != nil {
			t.Fatal(err)
		}
	}
	write('a', 0)
	if err := errors.Join(f.Sync(), m.SyncDir("d")); err != nil {
		t.Fatal(err)
	}
	write('b', 0)
	write('c', sectorSize)
	write('d', 2*sectorSize)
	if err := m.Rename("d/f", "d/g"); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	rng := rand.New(rand.NewSource(1))
	for range 300 {
		after := m.Crash(rng)
		name := "d/f"
		b, err := ReadFile(after, name)
		if err != nil {
			name = "d/g"
			b, err = ReadFile(after, name)
		}
		if err != nil || len(b) == 0 || b[0] != 'a' && b[0] != 'b' {
			t.Fatalf("%s holds %q, %v", name, b, err)
		}
		state := name + string(b[:1])
		for at := sectorSize; at < len(b); at += sectorSize {
			state += string(b[at : at+1])
		}
		seen[state] = true
	}
	for _, state := range []string{"d/fa", "d/ga", "d/fb", "d/fbcd", "d/fa\x00d", "d/gac"} {
		if !seen[state] {
			t.Errorf("no crash left %q", state)
		}
	}
	if b, err := ReadFile(m, "d/g"); err != nil || b[0] != 'b' {
		t.Errorf("the crash changed the original: %q, %v", b, err)
	}
}

func TestFault(t *testing.T) {
	var asked []Op
	failing := Op("")
	f := &Fault{FS: NewMem(), Check: func(op Op, path string, _ int64, _ int) error {
		asked = append(asked, op)
		if op == failing {
			return syscall.EIO
		}
		return nil
	}}
	file, err := f.Open("x", true)
	if err != nil {
		t.Fatal(err)
	}
	for op, do := range map[Op]func() error{
		OpOpen:     func() error { _, err := f.Open("y", true); return err },
		OpRemove:   func() error { return f.Remove("x") },
		OpRename:   func() error { return f.Rename("x", "z") },
		OpMkdir:    func() error { return f.MkdirAll("d") },
		OpSyncDir:  func() error { return f.SyncDir("d") },
		OpRead:     func() error { _, err := file.ReadAt(make([]byte, 1), 0); return err },
		OpWrite:    func() error { _, err := file.WriteAt([]byte{1}, 0); return err },
		OpTruncate: func() error { return file.Truncate(9) },
		OpSync:     func() error { return file.Sync() },
	} {
		failing, asked = op, nil
		if err := do(); !errors.Is(err, syscall.EIO) || len(asked) != 1 || asked[0] != op {
			t.Errorf("%s returns %v after asking %v", op, err, asked)
		}
	}
	if size, err := file.Size(); size != 0 || err != nil {
		t.Errorf("size %d, %v: something was done", size, err)
	}
}
