// Package spool keeps on disk what has no room in memory and does not outlive the broker: first in, first out. A spool is a row of files, written at
// the end and read from the front; a file that is read through is deleted, and so is whatever an earlier run left.
//
//	file     NAME-N.spool, N from 1
//	record   +---------------+-------------+
//	         | size:uint32   | size bytes  |     big-endian
//	         +---------------+-------------+
//
// Nothing is ever synced: after a crash there is nothing to recover. A record is in one file as a whole.
package spool

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"goactivemq/activemq/vfs"
)

const (
	suffix     = ".spool"
	headSize   = 4
	bufferSize = 64 << 10

	// fileSize is how large a file gets, at least, before the next one begins: what has been read of it takes up its place until then.
	fileSize = 8 << 20
)

// Directory is where spools are.
type Directory struct {
	fs   vfs.FS
	path string
	last atomic.Int64 // number of the last spool made
}

// Open makes the directory and deletes what an earlier run left in it.
func Open(fs vfs.FS, path string) (*Directory, error) {
	if err := fs.MkdirAll(path); err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	files, err := fs.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name, suffix) {
			if err := fs.Remove(filepath.Join(path, f.Name)); err != nil {
				return nil, fmt.Errorf("spool: %w", err)
			}
		}
	}
	return &Directory{fs: fs, path: path}, nil
}

// New makes an empty spool. It has no file before the first record.
func (d *Directory) New() *Spool {
	return &Spool{directory: d, name: strconv.FormatInt(d.last.Add(1), 10)}
}

// Spool is one row of records. Its methods are called one at a time.
type Spool struct {
	directory *Directory
	name      string
	files     []*file // the first is read from, the last is written to
	made      int     // files, ever
	count     int     // records in it
}

// file is one file of a spool.
type file struct {
	path    string
	file    vfs.File
	written int64  // bytes in it
	read    int64  // bytes of it that are read
	buffer  []byte // behind written, of the last file only
	ahead   []byte // read from the disk and not asked for: what follows read
}

// Len returns the number of records.
func (s *Spool) Len() int { return s.count }

// Append puts a record at the end.
func (s *Spool) Append(record []byte) error {
	f, err := s.last()
	if err != nil {
		return err
	}
	f.buffer = binary.BigEndian.AppendUint32(f.buffer, uint32(len(record)))
	f.buffer = append(f.buffer, record...)
	s.count++
	if len(f.buffer) < bufferSize {
		return nil
	}
	if err := f.flush(); err != nil {
		f.buffer = f.buffer[:len(f.buffer)-headSize-len(record)]
		s.count--
		return err
	}
	return nil
}

// last returns the file to write to.
func (s *Spool) last() (*file, error) {
	if n := len(s.files); n > 0 && s.files[n-1].written < fileSize {
		return s.files[n-1], nil
	}
	if n := len(s.files); n > 0 {
		if err := s.files[n-1].flush(); err != nil {
			return nil, err
		}
	}
	path := filepath.Join(s.directory.path, fmt.Sprintf("%s-%d%s", s.name, s.made+1, suffix))
	opened, err := s.directory.fs.Open(path, true)
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	s.made++
	f := &file{path: path, file: opened}
	s.files = append(s.files, f)
	return f, nil
}

// flush writes what is in the buffer.
func (f *file) flush() error {
	if len(f.buffer) == 0 {
		return nil
	}
	if _, err := f.file.WriteAt(f.buffer, f.written); err != nil {
		return fmt.Errorf("spool: %s at %d: %w", f.path, f.written, err)
	}
	f.written += int64(len(f.buffer))
	f.buffer = f.buffer[:0]
	return nil
}

// ErrEmpty is returned by Next when there is no record.
var ErrEmpty = errors.New("spool: empty")

// Next takes the first record out. The bytes are the caller's. After an error the rest of the file that cannot be read is given up, and lost tells how
// many records went with it.
func (s *Spool) Next() (record []byte, lost int, err error) {
	if s.count == 0 {
		return nil, 0, ErrEmpty
	}
	f := s.files[0]
	record, err = f.next()
	if err != nil {
		return nil, s.giveUp(), err
	}
	s.count--
	if f.read == f.written && len(f.buffer) == 0 && (len(s.files) > 1 || s.count == 0) {
		s.drop()
	}
	return record, 0, nil
}

// next reads the next record.
func (f *file) next() ([]byte, error) {
	head, err := f.take(headSize)
	if err != nil {
		return nil, err
	}
	size := int64(binary.BigEndian.Uint32(head))
	if size > f.written+int64(len(f.buffer))-f.read {
		return nil, fmt.Errorf("spool: %s at %d: a record of %d bytes, want at most %d", f.path, f.read-headSize, size, f.written-f.read)
	}
	record, err := f.take(size)
	if err != nil {
		return nil, err
	}
	return append(make([]byte, 0, size), record...), nil
}

// take returns the next n bytes, which are good until the next call.
func (f *file) take(n int64) ([]byte, error) {
	if f.read+n > f.written {
		if err := f.flush(); err != nil {
			return nil, err
		}
	}
	if int64(len(f.ahead)) < n {
		chunk := make([]byte, min(max(n, bufferSize), f.written-f.read))
		if int64(len(chunk)) < n {
			return nil, fmt.Errorf("spool: %s at %d: %d bytes, want %d", f.path, f.read, len(chunk), n)
		}
		if _, err := f.file.ReadAt(chunk, f.read); err != nil {
			return nil, fmt.Errorf("spool: %s at %d: %w", f.path, f.read, err)
		}
		f.ahead = chunk
	}
	taken := f.ahead[:n]
	f.ahead = f.ahead[n:]
	f.read += n
	return taken, nil
}

// drop deletes the first file. One that cannot be deleted now, for whatever reason, is deleted at the next start.
func (s *Spool) drop() {
	f := s.files[0]
	s.files = s.files[1:]
	f.file.Close()
	s.directory.fs.Remove(f.path)
}

// giveUp drops everything, as it is not known where the next record begins, and returns how many records are lost.
func (s *Spool) giveUp() int {
	lost := s.count
	s.Discard()
	return lost
}

// Discard empties the spool and deletes its files.
func (s *Spool) Discard() {
	for len(s.files) > 0 {
		s.drop()
	}
	s.count = 0
}
