// Package filelock keeps a store to one broker at a time: with the file "lock" in its directory, which Java's SharedFileLocker locks in the same
// way (POSIX record locks), so that brokers of either kind on one shared directory are master and slave.
package filelock

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"goactivemq/activemq/store"
	"goactivemq/activemq/vfs"
)

// Name is the file in the directory of a store.
const Name = "lock"

// Lock is a lock that was taken.
type Lock struct {
	path  string
	file  vfs.LockedFile
	stamp []byte // what the file holds: milliseconds of the moment it was locked, as int64

	stop     chan struct{}
	watching sync.WaitGroup
	once     sync.Once
	closed   error
}

// Open locks a directory, which is made when it is missing. It returns store.ErrLocked at once while another broker has it.
func Open(fs vfs.FS, directory string, now time.Time) (*Lock, error) {
	if err := fs.MkdirAll(directory); err != nil {
		return nil, err
	}
	path := filepath.Join(directory, Name)
	file, err := fs.Lock(path)
	if errors.Is(err, vfs.ErrLocked) {
		return nil, fmt.Errorf("%s: %w", path, store.ErrLocked)
	}
	if err != nil {
		return nil, err
	}
	l := &Lock{path: path, file: file, stop: make(chan struct{})}
	l.stamp = binary.BigEndian.AppendUint64(nil, uint64(now.UnixMilli()))
	if _, err := file.WriteAt(l.stamp, 0); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	return l, nil
}

// Check tells how the lock was lost, nil while it is there. A file that is locked again and holds another time was somebody else's in between.
func (l *Lock) Check() error {
	err := l.file.Held()
	if err == nil {
		b := make([]byte, len(l.stamp))
		if _, err = l.file.ReadAt(b, 0); err == nil && !bytes.Equal(b, l.stamp) {
			err = errors.New("another broker has written to it")
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %w", l.path, store.ErrLockLost, err)
	}
	return nil
}

// Watch checks the lock at each period and calls lost once, when it is gone.
func (l *Lock) Watch(period time.Duration, lost func(error)) {
	l.watching.Go(func() {
		t := time.NewTicker(period)
		defer t.Stop()
		for {
			select {
			case <-l.stop:
				return
			case <-t.C:
			}
			if err := l.Check(); err != nil {
				lost(err)
				return
			}
		}
	})
}

// Close gives the lock back.
func (l *Lock) Close() error {
	l.once.Do(func() {
		close(l.stop)
		l.watching.Wait()
		l.closed = l.file.Close()
	})
	return l.closed
}
