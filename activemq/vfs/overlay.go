package vfs

import (
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Overlay shows the files of another file system and keeps all that is changed in memory, so that a store can be opened as a broker would open it and
// stays as it is on the disk. Only locks are taken there, and what is written into a locked file.
type Overlay struct {
	base FS

	mu    sync.Mutex
	files map[string]*overlayFile // that were opened or renamed, by clean name; nil: removed
}

// NewOverlay returns an overlay of base.
func NewOverlay(base FS) *Overlay { return &Overlay{base: base, files: map[string]*overlayFile{}} }

// overlayBlock is how much is copied for a write.
const overlayBlock = 64 << 10

// overlayFile is a file with the blocks of it that were written.
type overlayFile struct {
	mu     sync.Mutex
	below  File  // nil: the file is new
	whole  int64 // as much of below is to be seen
	size   int64
	blocks map[int64][]byte // by number, each of overlayBlock bytes
}

// Open opens a file, or makes one in memory.
func (o *Overlay) Open(name string, create bool) (File, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	name = filepath.Clean(name)
	f, known := o.files[name]
	if f != nil {
		return overlayHandle{f}, nil
	}
	f = &overlayFile{blocks: map[int64][]byte{}}
	if !known {
		below, err := o.base.Open(name, false)
		if err == nil {
			f.below = below
			f.size, err = below.Size()
			f.whole = f.size
		}
		if err != nil && !(create && errors.Is(err, fs.ErrNotExist)) {
			return nil, err
		}
	} else if !create {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	o.files[name] = f
	return overlayHandle{f}, nil
}

// Remove hides a file.
func (o *Overlay) Remove(name string) error {
	if _, err := o.Stat(name); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.files[filepath.Clean(name)] = nil
	return nil
}

// RemoveAll hides all files in dir, however deep.
func (o *Overlay) RemoveAll(dir string) error {
	files, err := o.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		err = errors.Join(err, o.Remove(filepath.Join(dir, f.Name)))
	}
	folders, e := o.Folders(dir)
	for _, f := range folders {
		e = errors.Join(e, o.RemoveAll(filepath.Join(dir, f)))
	}
	return errors.Join(err, e)
}

// Rename moves a file.
func (o *Overlay) Rename(from, to string) error {
	if _, err := o.Open(from, false); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	from, to = filepath.Clean(from), filepath.Clean(to)
	o.files[from], o.files[to] = nil, o.files[from]
	return nil
}

// ReadDir lists the files in dir.
func (o *Overlay) ReadDir(dir string) ([]Info, error) {
	files, err := o.base.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	files = slices.DeleteFunc(files, func(f Info) bool {
		_, known := o.files[filepath.Join(dir, f.Name)]
		return known
	})
	for name, f := range o.files {
		if f != nil && filepath.Dir(name) == filepath.Clean(dir) {
			files = append(files, Info{filepath.Base(name), f.length()})
		}
	}
	slices.SortFunc(files, func(a, b Info) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

// Folders lists the folders in dir. Those that are empty now are still there.
func (o *Overlay) Folders(dir string) ([]string, error) {
	names, err := o.base.Folders(dir)
	o.mu.Lock()
	defer o.mu.Unlock()
	inside := filepath.Clean(dir) + string(filepath.Separator)
	for name, f := range o.files {
		rest, below := strings.CutPrefix(name, inside)
		if folder, _, deeper := strings.Cut(rest, string(filepath.Separator)); f != nil && below && deeper {
			names = append(names, folder)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// Stat describes a file.
func (o *Overlay) Stat(name string) (Info, error) {
	o.mu.Lock()
	f, known := o.files[filepath.Clean(name)]
	o.mu.Unlock()
	switch {
	case f != nil:
		return Info{filepath.Base(name), f.length()}, nil
	case known:
		return Info{}, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return o.base.Stat(name)
}

// MkdirAll does nothing: directories exist as soon as they are used.
func (o *Overlay) MkdirAll(string) error { return nil }

// SyncDir does nothing.
func (o *Overlay) SyncDir(string) error { return nil }

// Lock locks the file itself.
func (o *Overlay) Lock(name string) (LockedFile, error) { return o.base.Lock(name) }

// Close closes the files that were opened.
func (o *Overlay) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var err error
	for _, f := range o.files {
		if f != nil && f.below != nil {
			err = errors.Join(err, f.below.Close())
		}
	}
	return err
}

func (f *overlayFile) length() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.size
}

// block returns the block of that number to be written to.
func (f *overlayFile) block(n int64) ([]byte, error) {
	if b := f.blocks[n]; b != nil {
		return b, nil
	}
	b := make([]byte, overlayBlock)
	if err := f.readBelow(b, n*overlayBlock); err != nil {
		return nil, err
	}
	f.blocks[n] = b
	return b, nil
}

// readBelow reads what the base has; behind its end there are zeros.
func (f *overlayFile) readBelow(b []byte, offset int64) error {
	if f.below == nil || offset >= f.whole {
		return nil
	}
	_, err := f.below.ReadAt(b[:min(int64(len(b)), f.whole-offset)], offset)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return err
}

// overlayHandle is an open file.
type overlayHandle struct{ *overlayFile }

func (h overlayHandle) ReadAt(to []byte, offset int64) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for n < len(to) && offset < h.size {
		at := offset % overlayBlock
		part := to[n:min(int64(len(to)), int64(n)+min(overlayBlock-at, h.size-offset))]
		if b := h.blocks[offset/overlayBlock]; b != nil {
			copy(part, b[at:])
		} else {
			clear(part)
			if err := h.readBelow(part, offset); err != nil {
				return n, err
			}
		}
		n, offset = n+len(part), offset+int64(len(part))
	}
	if n < len(to) {
		return n, io.EOF
	}
	return n, nil
}

func (h overlayHandle) WriteAt(from []byte, offset int64) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for n < len(from) {
		b, err := h.block(offset / overlayBlock)
		if err != nil {
			return n, err
		}
		k := copy(b[offset%overlayBlock:], from[n:])
		n, offset = n+k, offset+int64(k)
	}
	h.size = max(h.size, offset)
	return n, nil
}

func (h overlayHandle) Truncate(size int64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if size < h.size {
		last := size / overlayBlock
		b, err := h.block(last)
		if err != nil {
			return err
		}
		clear(b[size%overlayBlock:])
		for n := range h.blocks {
			if n > last {
				delete(h.blocks, n)
			}
		}
		h.whole = min(h.whole, size)
	}
	h.size = size
	return nil
}

func (h overlayHandle) Sync() error { return nil }

func (h overlayHandle) Size() (int64, error) { return h.length(), nil }

func (h overlayHandle) Close() error { return nil }
