package protocols

import "syscall"

// sysFD is a descriptor in the form that the syscall package takes.
func sysFD(fd uintptr) syscall.Handle { return syscall.Handle(fd) }
