package protocols

import (
	"syscall"
	"unsafe"
)

// readNow reads from a socket that does not block. The raw call tells the runtime nothing: it must be short, and is.
func readNow(fd uintptr, to []byte) (int, syscall.Errno) {
	return rawCall(syscall.SYS_READ, fd, to)
}

// writeNow writes to a socket that does not block.
func writeNow(fd uintptr, from []byte) (int, syscall.Errno) {
	return rawCall(syscall.SYS_WRITE, fd, from)
}

// rawCall makes the call again as long as a signal interrupts it.
func rawCall(call, fd uintptr, b []byte) (int, syscall.Errno) {
	for {
		n, _, errno := syscall.RawSyscall(call, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
		if errno == 0 {
			return int(n), 0
		}
		if errno != syscall.EINTR {
			return 0, errno
		}
	}
}

// wakeFrom has a socket wake whoever waits for it from that many bytes on, and tells whether that can be had.
func wakeFrom(fd uintptr, bytes int) bool {
	return syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVLOWAT, bytes) == nil
}
