//go:build unix

package vfs

import (
	"os"
	"syscall"
)

// lockRecord takes a POSIX record lock on all of f: the kind that Java's FileChannel.tryLock takes.
func lockRecord(f *os.File) error {
	lock := syscall.Flock_t{Type: syscall.F_WRLCK}
	switch err := syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &lock); err {
	case nil:
		return nil
	case syscall.EACCES, syscall.EAGAIN:
		return ErrLocked
	default:
		return os.NewSyscallError("fcntl", err)
	}
}
