//go:build !linux

package protocols

import (
	"errors"
	"syscall"
)

// readNow reads from a socket that does not block.
func readNow(fd uintptr, to []byte) (int, syscall.Errno) {
	return again(func() (int, error) { return syscall.Read(sysFD(fd), to) })
}

// writeNow writes to a socket that does not block.
func writeNow(fd uintptr, from []byte) (int, syscall.Errno) {
	return again(func() (int, error) { return syscall.Write(sysFD(fd), from) })
}

// again makes a call again as long as a signal interrupts it.
func again(call func() (int, error)) (int, syscall.Errno) {
	for {
		n, err := call()
		var errno syscall.Errno
		if err == nil {
			return n, 0
		}
		if !errors.As(err, &errno) {
			errno = syscall.EIO
		}
		if errno != syscall.EINTR {
			return 0, errno
		}
	}
}

// wakeFrom tells that the systems that this is built for do not all wake only those who wait.
func wakeFrom(uintptr, int) bool { return false }
