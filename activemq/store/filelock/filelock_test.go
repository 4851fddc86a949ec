package filelock

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"goactivemq/activemq/store"
	"goactivemq/activemq/vfs"
)

// moment is 2026-11-21 01:02:03.456 UTC, and stamp what a Java broker would write into the file then.
var (
	moment = time.UnixMilli(1795222923456)
	stamp  = "\x00\x00\x01\xa1\xfb\x9f\xe8\xc0"
)

func open(t *testing.T, dir string) *Lock {
	t.Helper()
	l, err := Open(vfs.OS{}, dir, moment)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func TestOpen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	l := open(t, dir)
	if b, err := os.ReadFile(filepath.Join(dir, "lock")); err != nil || string(b) != stamp {
		t.Errorf("the file holds %q, %v, want %q", b, err, stamp)
	}
	if _, err := Open(vfs.OS{}, dir, moment); !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a second lock returns %v, want %v and the path", err, store.ErrLocked)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
}

func TestCheck(t *testing.T) {
	for name, lose := range map[string]func(l *Lock) error{
		"removed": func(l *Lock) error { return os.Remove(l.path) },
		"replaced": func(l *Lock) error {
			return errors.Join(os.Rename(l.path, l.path+".old"), os.WriteFile(l.path, []byte(stamp), 0o644))
		},
		// Through the open file: this process would give the lock back with any other file of that name that it closes.
		"written": func(l *Lock) error { _, err := l.file.WriteAt([]byte("another."), 0); return err },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := open(t, dir)
			if err := l.Check(); err != nil {
				t.Fatalf("a lock that is held: %v", err)
			}
			if err := lose(l); err != nil {
				t.Fatal(err)
			}
			if err := l.Check(); !errors.Is(err, store.ErrLockLost) || !strings.Contains(err.Error(), dir) {
				t.Errorf("check returns %v, want %v and the path", err, store.ErrLockLost)
			}
		})
	}
}

func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := vfs.NewMem()
		l, err := Open(fs, "data", moment)
		if err != nil {
			t.Fatal(err)
		}
		var lost []error
		l.Watch(time.Second, func(err error) { lost = append(lost, err) })
		time.Sleep(2500 * time.Millisecond)
		if err := fs.Remove("data/lock"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(lost) > 0 {
			t.Errorf("told between two periods: %v", lost)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if len(lost) != 1 || !errors.Is(lost[0], store.ErrLockLost) {
			t.Errorf("told %v, want %v once", lost, store.ErrLockLost)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
}
