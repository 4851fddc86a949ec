package vfs

import (
	"io"
	"io/fs"
	"math/rand"
	"path/filepath"
	"sort"
	"strings"
	"sync"
)

// sectorSize is what a disk writes whole or not at all.
const sectorSize = 512

// Mem is a file system in memory that knows what of it a crash would leave. The zero value is not ready: use NewMem.
//
// Data is durable after Sync, names after SyncDir; until then Crash keeps some of it and loses the rest. Directories exist
// as soon as they are used.
type Mem struct {
	mu      sync.Mutex
	names   map[string]*memFile
	durable map[string]*memFile // what names was at the last SyncDir
	changes []change            // of names since then
	locks   map[string]bool
}

// change is a creation (file set) or removal (file nil) of a name; a rename is one step of two names.
type change struct {
	names []string
	files []*memFile
}

// NewMem returns an empty file system.
func NewMem() *Mem {
	return &Mem{names: map[string]*memFile{}, durable: map[string]*memFile{}, locks: map[string]bool{}}
}

// memFile is the content of a file: as synced, as it is, and the writes between the two.
type memFile struct {
	synced []byte
	data   []byte
	writes []memWrite
}

// memWrite is an unsynced write, or a change of size where data is nil.
type memWrite struct {
	offset int64
	data   []byte
}

// Crash returns the file system as a crash at this moment might leave it: a prefix of the changes of names, and of each unsynced write any
// of its sectors. rng decides. m itself is not changed.
func (m *Mem) Crash(rng *rand.Rand) *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	names := make(map[string]*memFile, len(m.durable))
	for n, f := range m.durable {
		names[n] = f
	}
	for _, c := range m.changes[:rng.Intn(len(m.changes)+1)] {
		c.apply(names)
	}
	after := NewMem()
	for _, n := range sortedNames(names) {
		f := &memFile{data: names[n].crash(rng)}
		f.synced = append([]byte(nil), f.data...)
		after.names[n], after.durable[n] = f, f
	}
	return after
}

func (c change) apply(names map[string]*memFile) {
	for i, n := range c.names {
		if c.files[i] == nil {
			delete(names, n)
		} else {
			names[n] = c.files[i]
		}
	}
}

func sortedNames(names map[string]*memFile) []string {
	sorted := make([]string, 0, len(names))
	for n := range names {
		sorted = append(sorted, n)
	}
	sort.Strings(sorted)
	return sorted
}

// crash returns what might be left of the file.
func (f *memFile) crash(rng *rand.Rand) []byte {
	data := append([]byte(nil), f.synced...)
	keep := rng.Float64()
	for _, w := range f.writes {
		if w.data == nil {
			data = resize(data, w.offset)
			continue
		}
		for from := 0; from < len(w.data); {
			to := min(len(w.data), from+sectorSize-int((w.offset+int64(from))%sectorSize))
			if rng.Float64() < keep {
				data = overwrite(data, w.data[from:to], w.offset+int64(from))
			}
			from = to
		}
	}
	return data
}

func resize(data []byte, size int64) []byte {
	if size <= int64(len(data)) {
		return data[:size:size]
	}
	return append(data, make([]byte, size-int64(len(data)))...)
}

func overwrite(data, part []byte, offset int64) []byte {
	if end := offset + int64(len(part)); end > int64(len(data)) {
		data = resize(data, end)
	}
	copy(data[offset:], part)
	return data
}

func (m *Mem) change(c change) {
	c.apply(m.names)
	m.changes = append(m.changes, c)
}

// Open opens a file.
func (m *Mem) Open(name string, create bool) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = filepath.Clean(name)
	f := m.names[name]
	if f == nil {
		if !create {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		f = &memFile{}
		m.change(change{[]string{name}, []*memFile{f}})
	}
	return &memHandle{m, f}, nil
}

// Remove deletes a file.
func (m *Mem) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = filepath.Clean(name)
	if m.names[name] == nil {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	m.change(change{[]string{name}, []*memFile{nil}})
	return nil
}

// Rename moves a file.
func (m *Mem) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	from, to = filepath.Clean(from), filepath.Clean(to)
	f := m.names[from]
	if f == nil {
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
	}
	m.change(change{[]string{from, to}, []*memFile{nil, f}})
	return nil
}

// ReadDir lists the files in dir.
func (m *Mem) ReadDir(dir string) ([]Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var files []Info
	for _, n := range sortedNames(m.names) {
		if filepath.Dir(n) == filepath.Clean(dir) {
			files = append(files, Info{filepath.Base(n), int64(len(m.names[n].data))})
		}
	}
	return files, nil
}

// Folders lists the folders in dir that hold files, however deep.
func (m *Mem) Folders(dir string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	inside := filepath.Clean(dir) + string(filepath.Separator)
	for _, n := range sortedNames(m.names) {
		rest, below := strings.CutPrefix(n, inside)
		folder, _, deeper := strings.Cut(rest, string(filepath.Separator))
		if below && deeper && (len(names) == 0 || names[len(names)-1] != folder) {
			names = append(names, folder)
		}
	}
	return names, nil
}

// RemoveAll deletes the files in dir, however deep.
func (m *Mem) RemoveAll(dir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	inside := filepath.Clean(dir) + string(filepath.Separator)
	for _, n := range sortedNames(m.names) {
		if strings.HasPrefix(n, inside) {
			m.change(change{[]string{n}, []*memFile{nil}})
		}
	}
	return nil
}

// Stat describes a file.
func (m *Mem) Stat(name string) (Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.names[filepath.Clean(name)]
	if f == nil {
		return Info{}, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return Info{filepath.Base(name), int64(len(f.data))}, nil
}

// MkdirAll does nothing: directories exist as soon as they are used.
func (m *Mem) MkdirAll(string) error { return nil }

// SyncDir makes all changes of names durable, those in other directories too.
func (m *Mem) SyncDir(string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.changes {
		c.apply(m.durable)
	}
	m.changes = nil
	return nil
}

// Lock opens and locks a file. A crash gives all locks back.
func (m *Mem) Lock(name string) (LockedFile, error) {
	name = filepath.Clean(name)
	m.mu.Lock()
	taken := m.locks[name]
	m.locks[name] = true
	m.mu.Unlock()
	if taken {
		return nil, ErrLocked
	}
	f, err := m.Open(name, true)
	if err != nil {
		return nil, err
	}
	return &memLock{f.(*memHandle), name}, nil
}

// memHandle is an open file.
type memHandle struct {
	fs   *Mem
	file *memFile
}

// memLock is an open file that is locked.
type memLock struct {
	*memHandle
	name string
}

// Held tells whether the file is still the one of its name.
func (l *memLock) Held() error {
	l.fs.mu.Lock()
	defer l.fs.mu.Unlock()
	if l.fs.names[l.name] != l.file {
		return &fs.PathError{Op: "lock", Path: l.name, Err: fs.ErrNotExist}
	}
	return nil
}

func (l *memLock) Close() error {
	l.fs.mu.Lock()
	defer l.fs.mu.Unlock()
	delete(l.fs.locks, l.name)
	return nil
}

func (h *memHandle) ReadAt(to []byte, offset int64) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if offset >= int64(len(h.file.data)) {
		return 0, io.EOF
	}
	n := copy(to, h.file.data[offset:])
	if n < len(to) {
		return n, io.EOF
	}
	return n, nil
}

func (h *memHandle) WriteAt(from []byte, offset int64) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	h.file.writes = append(h.file.writes, memWrite{offset, append([]byte{}, from...)})
	h.file.data = overwrite(h.file.data, from, offset)
	return len(from), nil
}

func (h *memHandle) Truncate(size int64) error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	h.file.writes = append(h.file.writes, memWrite{offset: size})
	h.file.data = resize(h.file.data, size)
	return nil
}

func (h *memHandle) Sync() error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	h.file.synced = replay(h.file.synced, h.file.writes)
	h.file.writes = nil
	return nil
}

// replay applies all writes.
func replay(data []byte, writes []memWrite) []byte {
	for _, w := range writes {
		if w.data == nil {
			data = resize(data, w.offset)
		} else {
			data = overwrite(data, w.data, w.offset)
		}
	}
	return data
}

func (h *memHandle) Size() (int64, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	return int64(len(h.file.data)), nil
}

// Close does nothing: what is not synced stays unsynced.
func (h *memHandle) Close() error { return nil }

// Copy returns the file system as a killed process leaves it: everything as it was written, without locks.
func (m *Mem) Copy() *Mem {
	m.mu.Lock()
	defer m.mu.Unlock()
	after := NewMem()
	for n, f := range m.names {
		c := &memFile{data: append([]byte(nil), f.data...), synced: append([]byte(nil), f.data...)}
		after.names[n], after.durable[n] = c, c
	}
	return after
}
