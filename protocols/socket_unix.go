//go:build !windows && !linux

package protocols

// sysFD is a descriptor in the form that the syscall package takes.
func sysFD(fd uintptr) int { return int(fd) }
