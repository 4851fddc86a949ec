package broker

import "syscall"

// ownGroup puts a child into a process group of its own, and lets the kernel kill it when the test process dies of a
// timeout, which runs no cleanup.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
