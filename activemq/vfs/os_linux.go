package vfs

import (
	"os"
	"syscall"
)

// datasync writes a file's data and what is needed to read it again.
func datasync(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if err != syscall.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
