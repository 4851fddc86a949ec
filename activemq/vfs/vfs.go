// Package vfs is the seam between the stores and the file system. OS is the real one; Mem is one in memory that can crash as a machine
// does when its power goes; Fault makes chosen operations of another one fail.
package vfs

import (
	"errors"
	"io"
)

// ErrLocked is returned by Lock while somebody else, in this process or another, holds the lock.
var ErrLocked = errors.New("locked")

// FS is what a store needs of a file system. Paths are the operating system's. Errors satisfy errors.Is with fs.ErrNotExist and its kin.
type FS interface {
	// Open opens a file for reading and writing, which is made when create is true and it does not exist.
	Open(name string, create bool) (File, error)

	// Remove deletes a file.
	Remove(name string) error

	// Rename moves a file over another one, if there is one. The change is durable after SyncDir.
	Rename(from, to string) error

	// ReadDir lists the files in dir, not its folders, sorted by name.
	ReadDir(dir string) ([]Info, error)

	// Folders lists the names of the folders in dir, sorted. A dir that does not exist has none.
	Folders(dir string) ([]string, error)

	// RemoveAll deletes dir with all that is in it.
	RemoveAll(dir string) error

	// Stat describes a file.
	Stat(name string) (Info, error)

	// MkdirAll makes dir and its parents where they are missing.
	MkdirAll(dir string) error

	// SyncDir makes creations, removals and renames in dir durable.
	SyncDir(dir string) error

	// Lock opens name, which is made when missing, and locks it against other processes, Java's among them, and against other callers
	// in this one. Closing the file ends the lock. It returns ErrLocked at once when the lock is taken.
	Lock(name string) (LockedFile, error)
}

// LockedFile is a file that is open and locked.
type LockedFile interface {
	File

	// Held tells how the lock was lost, nil while it is there. Locks get lost when the file is removed or replaced, or its file system forgets them.
	Held() error
}

// File is an open file. All methods may be called at the same time.
type File interface {
	io.ReaderAt
	io.WriterAt

	// Truncate changes the size; what is added reads as zeros and takes no space where the file system knows holes.
	Truncate(size int64) error

	// Sync makes the data written so far durable, and the size with it.
	Sync() error

	Size() (int64, error)
	Close() error
}

// Info describes a file.
type Info struct {
	Name string // without its directory
	Size int64
}

// WriteFile replaces name by a file that holds data, so that after a crash either the old or the new content is there. name is in dir.
func WriteFile(fs FS, dir, name string, data []byte) error {
	temporary := name + ".tmp"
	f, err := fs.Open(temporary, true)
	if err != nil {
		return err
	}
	if err = f.Truncate(0); err == nil {
		_, err = f.WriteAt(data, 0)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := fs.Rename(temporary, name); err != nil {
		return err
	}
	return fs.SyncDir(dir)
}

// ReadFile returns the content of name, of which the caller knows that it fits in memory.
func ReadFile(fs FS, name string) ([]byte, error) {
	f, err := fs.Open(name, false)
	if err != nil {
		return nil, err
	}
	size, err := f.Size()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	data := make([]byte, size)
	n, err := f.ReadAt(data, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return data[:n], errors.Join(err, f.Close())
}
