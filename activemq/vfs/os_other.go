//go:build !linux

package vfs

import "os"

// datasync writes a file's data and what is needed to read it again.
func datasync(f *os.File) error { return f.Sync() }
