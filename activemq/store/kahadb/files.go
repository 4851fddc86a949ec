package kahadb

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"

	"goactivemq/activemq/store"
	"goactivemq/activemq/vfs"
)

// files are the journal's files. Each is opened when it is first used, and stays open unless there are too many. All methods may be called
// at the same time.
type files struct {
	fs  vfs.FS
	dir string

	mu    sync.Mutex
	known map[int32]*dataFile // by number
	open  int
}

// filesOpen is how many files stay open without being used.
const filesOpen = 200

// dataFile is one file of the journal.
type dataFile struct {
	number int32
	size   int64    // as it was found or preallocated; a file may grow beyond
	file   vfs.File // nil until first used
	users  int      // while it is read; a removed file is closed by its last user
	gone   bool
}

// listFiles finds the journal's files in dir. Empty ones are left alone, as the original does.
func listFiles(fs vfs.FS, dir string) (*files, error) {
	infos, err := fs.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	f := &files{fs: fs, dir: dir, known: map[int32]*dataFile{}}
	for _, info := range infos {
		if n, ok := parseFileName(info.Name); ok && info.Size > 0 {
			f.known[n] = &dataFile{number: n, size: info.Size}
		}
	}
	return f, nil
}

// HasJournal tells whether a directory holds journal files.
func HasJournal(fs vfs.FS, directory string) (bool, error) {
	f, err := listFiles(fs, directory)
	return err == nil && len(f.known) > 0, err
}

// numbers returns the numbers of the files, in order.
func (f *files) numbers() []int32 {
	f.mu.Lock()
	defer f.mu.Unlock()
	ns := make([]int32, 0, len(f.known))
	for n := range f.known {
		ns = append(ns, n)
	}
	slices.Sort(ns)
	return ns
}

func (f *files) has(n int32) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.known[n] != nil
}

// bytes returns the sum of the sizes of all files but the one given.
func (f *files) bytes(except int32) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	var sum int64
	for n, d := range f.known {
		if n != except {
			sum += d.size
		}
	}
	return sum
}

// sizeOf returns the size of a file as it was found or made.
func (f *files) sizeOf(n int32) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if d := f.known[n]; d != nil {
		return d.size
	}
	return 0
}

func (f *files) path(n int32) string { return filepath.Join(f.dir, fileName(n)) }

// acquire returns a file opened. The caller gives it back with release.
func (f *files) acquire(n int32) (*dataFile, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	d := f.known[n]
	if d == nil {
		return nil, &store.Corruption{File: f.path(n), Reason: "the file is missing"}
	}
	if d.file == nil {
		file, err := f.fs.Open(f.path(n), false)
		if err != nil {
			return nil, err
		}
		d.file = file
		f.open++
	}
	d.users++
	return d, nil
}

func (f *files) release(d *dataFile) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if d.users--; d.users > 0 || !d.gone && f.open <= filesOpen {
		return nil
	}
	return f.shut(d)
}

// shut closes a file that nobody uses.
func (f *files) shut(d *dataFile) error {
	if d.file == nil {
		return nil
	}
	err := d.file.Close()
	d.file = nil
	f.open--
	return err
}

// create makes file n, preallocated, and returns it acquired.
func (f *files) create(n int32, size int64, how Preallocation) (*dataFile, error) {
	file, err := f.fs.Open(f.path(n), true)
	if err != nil {
		return nil, err
	}
	d := &dataFile{number: n, size: size, file: file, users: 1}
	if err = preallocate(file, size, how); err == nil {
		err = f.fs.SyncDir(f.dir)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", f.path(n), err), file.Close())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if old := f.known[n]; old != nil { // empty, or it would be the current one
		err = f.shut(old)
	}
	f.known[n] = d
	f.open++
	return d, err
}

// remove deletes file n, or moves it to archive where that is not empty.
func (f *files) remove(n int32, archive string) error {
	f.mu.Lock()
	d := f.known[n]
	delete(f.known, n)
	d.gone = true
	var err error
	if d.users == 0 {
		err = f.shut(d)
	}
	f.mu.Unlock()
	if archive != "" {
		return errors.Join(err, f.fs.Rename(f.path(n), filepath.Join(archive, fileName(n))))
	}
	return errors.Join(err, f.fs.Remove(f.path(n)))
}

// close closes all files. None may be in use.
func (f *files) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var err error
	for _, d := range f.known {
		err = errors.Join(err, f.shut(d))
	}
	return err
}

// read fills b from the record or batch at p.
func (f *files) read(b []byte, p position) error {
	d, err := f.acquire(p.file())
	if err != nil {
		return err
	}
	_, err = d.file.ReadAt(b, p.offset())
	if errors.Is(err, io.EOF) {
		err = &store.Corruption{File: f.path(p.file()), Offset: p.offset(), Reason: "the file ends within the record"}
	}
	return errors.Join(err, f.release(d))
}

// preallocateChunk is what is written at once of a file that is filled with zeros.
const preallocateChunk = 1 << 20

// preallocate gives a new file its full size, so that later syncs need not write where its bytes lie.
func preallocate(file vfs.File, size int64, how Preallocation) error {
	switch how {
	case PreallocateNone:
		return nil
	case PreallocateZeros:
		zeros := make([]byte, min(size, preallocateChunk))
		for at := int64(0); at < size; at += int64(len(zeros)) {
			if _, err := file.WriteAt(zeros[:min(size-at, int64(len(zeros)))], at); err != nil {
				return err
			}
		}
	default:
		if err := file.Truncate(size); err != nil {
			return err
		}
		if _, err := file.WriteAt([]byte(endMark), size-int64(len(endMark))); err != nil {
			return err
		}
	}
	_, err := file.WriteAt([]byte(endMark), 0)
	return err
}
