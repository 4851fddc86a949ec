package vfs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// OS is the operating system's file system.
type OS struct{}

// Open opens a file for reading and writing.
func (OS) Open(name string, create bool) (File, error) {
	flag := os.O_RDWR
	if create {
		flag |= os.O_CREATE
	}
	f, err := os.OpenFile(name, flag, 0o644)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

// Remove deletes a file.
func (OS) Remove(name string) error { return os.Remove(name) }

// Rename moves a file.
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// ReadDir lists the files in dir.
func (OS) ReadDir(dir string) ([]Info, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []Info
	for _, e := range entries {
		info, err := e.Info()
		switch {
		case errors.Is(err, os.ErrNotExist): // removed since
		case err != nil:
			return nil, err
		case !info.IsDir():
			files = append(files, Info{e.Name(), info.Size()})
		}
	}
	return files, nil
}

// Folders lists the folders in dir.
func (OS) Folders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// RemoveAll deletes dir with all that is in it.
func (OS) RemoveAll(dir string) error { return os.RemoveAll(dir) }

// Stat describes a file.
func (OS) Stat(name string) (Info, error) {
	info, err := os.Stat(name)
	if err != nil {
		return Info{}, err
	}
	return Info{info.Name(), info.Size()}, nil
}

// MkdirAll makes dir and its parents.
func (OS) MkdirAll(dir string) error { return os.MkdirAll(dir, 0o755) }

// SyncDir makes changes of dir durable.
func (OS) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// osFile is an *os.File whose Sync leaves out what only stat would tell (times).
type osFile struct{ *os.File }

func (f osFile) Sync() error { return datasync(f.File) }

func (f osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// held are the files locked by this process, by absolute path: the system's record locks do not exclude their own process, and
// closing any descriptor of a file drops them.
var held = struct {
	sync.Mutex
	paths map[string]bool
}{paths: map[string]bool{}}

// Lock opens and locks a file.
func (o OS) Lock(name string) (LockedFile, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(dir, filepath.Base(path))
	}
	held.Lock()
	defer held.Unlock()
	if held.paths[path] {
		return nil, ErrLocked
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := lockRecord(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	held.paths[path] = true
	return &lockedFile{osFile{f}, path}, nil
}

// lockedFile gives its lock back when it is closed.
type lockedFile struct {
	osFile
	path string
}

// Held looks for the file under its name, and takes the lock once more: a lock that is there stays, and one that was lost comes back or is somebody else's.
func (l *lockedFile) Held() error {
	there, err := os.Stat(l.path)
	if err != nil {
		return err
	}
	ours, err := l.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(there, ours) {
		return fmt.Errorf("%s: another file has taken its place", l.path)
	}
	return lockRecord(l.File)
}

func (l *lockedFile) Close() error {
	held.Lock()
	defer held.Unlock()
	delete(held.paths, l.path)
	return l.osFile.Close()
}
