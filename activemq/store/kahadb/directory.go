package kahadb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"goactivemq/activemq/store"
	"goactivemq/activemq/vfs"
)

// lockName is the file by which one broker keeps others, Java's too, away.
const lockName = "lock"

// directory is a locked directory with a journal in it: what the stores for messages and for jobs have in common. How the journal's end is found
// is in recover.go.
type directory struct {
	options Options
	fs      vfs.FS
	lock    vfs.File
	files   *files
	journal *journal
}

// acquire makes the directories and takes the lock.
func (d *directory) acquire() error {
	for _, dir := range []string{d.options.Directory, d.options.IndexDirectory} {
		if err := d.fs.MkdirAll(dir); err != nil {
			return fmt.Errorf("kahadb: %w", err)
		}
	}
	path := filepath.Join(d.options.Directory, lockName)
	lock, err := d.fs.Lock(path)
	if errors.Is(err, vfs.ErrLocked) {
		return fmt.Errorf("kahadb: %s: %w", path, store.ErrLocked)
	}
	if err != nil {
		return fmt.Errorf("kahadb: %w", err)
	}
	// Java keeps the time of the last lock in the file.
	now := binary.BigEndian.AppendUint64(nil, uint64(d.options.Now().UnixMilli()))
	if _, err := lock.WriteAt(now, 0); err != nil {
		return errors.Join(fmt.Errorf("kahadb: %s: %w", path, err), lock.Close())
	}
	d.lock = lock
	return nil
}

// release closes the journal's files and gives the lock back.
func (d *directory) release() error {
	var err error
	if d.files != nil {
		err = d.files.close()
	}
	return errors.Join(err, d.lock.Close())
}

// goOn makes the journal go on at its end, where bad parts of its last file are mended first, and the rest of a torn write goes.
func (d *directory) goOn(end position, bad []stretch, torn bool) error {
	if err := d.journal.open(end); err != nil {
		return fmt.Errorf("kahadb: %w", err)
	}
	if torn {
		if err := d.journal.cut(); err != nil {
			return fmt.Errorf("kahadb: %w", err)
		}
	}
	for _, b := range bad {
		if err := d.journal.mend(b); err != nil {
			return fmt.Errorf("kahadb: %w", err)
		}
	}
	return nil
}

// removeIndex removes the index that a Java broker left, before anything is written that it does not know.
func (d *directory) removeIndex(in string, names []string) error {
	for _, name := range names {
		path := filepath.Join(in, name)
		switch err := d.fs.Remove(path); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return fmt.Errorf("kahadb: %w", err)
		default:
			d.options.Log.Info("removed the index of a Java broker, which makes a new one from the journal when it needs it", "file", path)
		}
	}
	return nil
}
