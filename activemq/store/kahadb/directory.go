package kahadb

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"goactivemq/activemq/store/filelock"
	"goactivemq/activemq/vfs"
)

// directory is a locked directory with a journal in it: what the stores for messages and for jobs have in common. How the journal's end is found
// is in tail.go.
type directory struct {
	options Options
	fs      vfs.FS
	lock    *filelock.Lock // nil: without one
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
	if d.options.Unlocked {
		return nil
	}
	var err error
	if d.lock, err = filelock.Open(d.fs, d.options.Directory, d.options.Now()); err != nil {
		return fmt.Errorf("kahadb: %w", err)
	}
	return nil
}

// release closes the journal's files and gives the lock back.
func (d *directory) release() error {
	var err error
	if d.files != nil {
		err = d.files.close()
	}
	if d.lock != nil {
		err = errors.Join(err, d.lock.Close())
	}
	return err
}

// goOn makes the journal go on at its end, where bad parts of its last file are mended first, and the rest of a torn write goes.
func (d *directory) goOn(end position, bad []stretch, torn bool) error {
	if err := d.journal.open(end, bad, torn); err != nil {
		return fmt.Errorf("kahadb: %w", err)
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
