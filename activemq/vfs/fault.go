package vfs

// Op is an operation of a file system or file.
type Op string

// The operations that Fault asks about.
const (
	OpOpen     Op = "open"
	OpRemove   Op = "remove"
	OpRename   Op = "rename"
	OpMkdir    Op = "mkdir"
	OpSyncDir  Op = "syncdir"
	OpRead     Op = "read"
	OpWrite    Op = "write"
	OpTruncate Op = "truncate"
	OpSync     Op = "sync"
)

// Fault passes everything on to FS after it asked Check, whose error it returns instead of doing it. Check may be called by many
// goroutines at once; offset and length are 0 where an operation has none.
type Fault struct {
	FS
	Check func(op Op, path string, offset int64, length int) error
}

// Open asks, then opens.
func (f *Fault) Open(name string, create bool) (File, error) {
	if err := f.Check(OpOpen, name, 0, 0); err != nil {
		return nil, err
	}
	file, err := f.FS.Open(name, create)
	if err != nil {
		return nil, err
	}
	return &faultFile{file, f, name}, nil
}

// Remove asks, then removes.
func (f *Fault) Remove(name string) error {
	if err := f.Check(OpRemove, name, 0, 0); err != nil {
		return err
	}
	return f.FS.Remove(name)
}

// RemoveAll asks, then removes.
func (f *Fault) RemoveAll(dir string) error {
	if err := f.Check(OpRemove, dir, 0, 0); err != nil {
		return err
	}
	return f.FS.RemoveAll(dir)
}

// Rename asks about the new name, then renames.
func (f *Fault) Rename(from, to string) error {
	if err := f.Check(OpRename, to, 0, 0); err != nil {
		return err
	}
	return f.FS.Rename(from, to)
}

// MkdirAll asks, then makes the directory.
func (f *Fault) MkdirAll(dir string) error {
	if err := f.Check(OpMkdir, dir, 0, 0); err != nil {
		return err
	}
	return f.FS.MkdirAll(dir)
}

// SyncDir asks, then syncs.
func (f *Fault) SyncDir(dir string) error {
	if err := f.Check(OpSyncDir, dir, 0, 0); err != nil {
		return err
	}
	return f.FS.SyncDir(dir)
}

// faultFile is a file of a Fault.
type faultFile struct {
	File
	fault *Fault
	name  string
}

func (f *faultFile) ReadAt(to []byte, offset int64) (int, error) {
	if err := f.fault.Check(OpRead, f.name, offset, len(to)); err != nil {
		return 0, err
	}
	return f.File.ReadAt(to, offset)
}

func (f *faultFile) WriteAt(from []byte, offset int64) (int, error) {
	if err := f.fault.Check(OpWrite, f.name, offset, len(from)); err != nil {
		return 0, err
	}
	return f.File.WriteAt(from, offset)
}

func (f *faultFile) Truncate(size int64) error {
	if err := f.fault.Check(OpTruncate, f.name, size, 0); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

func (f *faultFile) Sync() error {
	if err := f.fault.Check(OpSync, f.name, 0, 0); err != nil {
		return err
	}
	return f.File.Sync()
}
