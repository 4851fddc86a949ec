package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// pidFile names the process that serves a data directory: its number in decimal and a line feed.
//
// A number alone proves little. After a crash it may belong to anybody, in a container even to the process that asks.
// So a process counts only if its command line shows a broker, of ours or Java's (the one that this installation may
// have run before), and no other data directory.
type pidFile struct {
	path string
	data string
}

// errRunning is returned by claim when a broker runs already.
var errRunning = errors.New("a broker runs already")

// read returns the number in the file; 0 and no error when there is no file.
func (f pidFile) read() (int, error) {
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	trimmed := strings.TrimSpace(string(text))
	if trimmed == "" {
		return 0, fmt.Errorf("Pidfile '%s' exists but contains no pid", f.path)
	}
	pid, err := strconv.Atoi(trimmed)
	if err != nil || pid <= 0 {
		return 0, fmt.Errorf("Pidfile '%s' exists but contains no pid: %.20q", f.path, trimmed)
	}
	return pid, nil
}

// running returns the number of the running broker's process, or 0. A file that cannot be read counts as no broker; the
// error tells.
func (f pidFile) running() (int, error) {
	pid, err := f.read()
	if err != nil || pid == 0 || pid == os.Getpid() || !f.serves(commandLine(pid)) {
		return 0, err
	}
	return pid, nil
}

// serves tells whether a process with this command line is a broker on the file's data directory.
func (f pidFile) serves(command []string) bool {
	if len(command) == 0 {
		return false
	}
	self, err := os.Executable()
	name := filepath.Base(command[0])
	broker := name == "activemqd" || err == nil && name == filepath.Base(self)
	for _, arg := range command[1:] {
		if strings.HasSuffix(arg, "activemq.jar") || strings.HasPrefix(arg, "org.apache.activemq.") {
			broker = true
		}
		if data, ok := strings.CutPrefix(arg, "-Dactivemq.data="); ok {
			if data, err := filepath.Abs(data); err == nil && data != f.data {
				return false
			}
		}
	}
	return broker
}

// claim writes pid into the file unless a running broker holds it. Of several callers at a time one succeeds: the file
// appears under its name with the number in it.
func (f pidFile) claim(pid int) error {
	draft := pidFile{path: fmt.Sprintf("%s.%d", f.path, pid)}
	if err := draft.pass(pid); err != nil {
		return err
	}
	for {
		err := os.Link(draft.path, f.path)
		if err == nil {
			return draft.remove()
		}
		if !errors.Is(err, fs.ErrExist) { // a file system without links
			return os.Rename(draft.path, f.path)
		}
		if running, _ := f.running(); running != 0 {
			return errors.Join(errRunning, draft.remove())
		}
		if err := f.remove(); err != nil {
			return errors.Join(err, draft.remove())
		}
	}
}

// pass hands a claimed file on to another process, in one step for those who read it.
func (f pidFile) pass(pid int) error {
	draft := fmt.Sprintf("%s.%d.new", f.path, pid)
	if err := os.WriteFile(draft, []byte(strconv.Itoa(pid)+"\n"), 0o644); err != nil {
		return err
	}
	return os.Rename(draft, f.path)
}

// release removes the file if pid still holds it.
func (f pidFile) release(pid int) error {
	if held, err := f.read(); err != nil || held != pid {
		return err
	}
	return f.remove()
}

func (f pidFile) remove() error {
	if err := os.Remove(f.path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// commandLine returns the arguments of a process, program first; none when it is not there or a zombie.
func commandLine(pid int) []string {
	if _, err := os.Stat("/proc/self/cmdline"); err != nil {
		return listedCommandLine(pid)
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || len(text) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
}

// listedCommandLine asks ps, for systems without /proc. Where arguments with blanks end is lost.
func listedCommandLine(pid int) []string {
	text, err := exec.Command("ps", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return nil
	}
	return strings.Fields(string(text))
}

// signalProcess sends a signal to a process by number; one that is gone already is no error.
func signalProcess(pid int, s syscall.Signal) error {
	if err := syscall.Kill(pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("pid %d: %w", pid, err)
	}
	return nil
}
