package broker

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// process is a child in a process group of its own. A goroutine waits for it and closes done.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// launch starts cmd with both outputs appended to a file.
func launch(cmd *exec.Cmd, logFile string) (*process, error) {
	out, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer out.Close() // the child has its own
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = ownGroup()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		_ = cmd.Wait() // its verdict is in cmd.ProcessState
	}()
	return p, nil
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// status is the exit status after the end, -1 when a signal ended the process.
func (p *process) status() int {
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}

// terminate asks the child to end.
func (p *process) terminate() { _ = syscall.Kill(p.cmd.Process.Pid, syscall.SIGTERM) }

// kill ends the whole group and waits for the child. It sends nothing to one that has ended: its number may be another's.
func (p *process) kill() {
	if !p.ended() {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	}
	<-p.done
}

// memory sums VmRSS and VmHWM, in bytes, over the child and what it started.
func (p *process) memory() (now, peak int64, err error) {
	for _, pid := range family(p.cmd.Process.Pid) {
		file, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			return 0, 0, err
		}
		lines := bufio.NewScanner(file)
		for lines.Scan() {
			field := strings.Fields(lines.Text())
			if len(field) < 2 || field[0] != "VmRSS:" && field[0] != "VmHWM:" {
				continue
			}
			kib, err := strconv.ParseInt(field[1], 10, 64)
			if err != nil {
				file.Close()
				return 0, 0, fmt.Errorf("%s: %w", lines.Text(), err)
			}
			if field[0] == "VmRSS:" {
				now += kib << 10
			} else {
				peak += kib << 10
			}
		}
		file.Close()
		if err := lines.Err(); err != nil {
			return 0, 0, err
		}
	}
	return now, peak, nil
}

// family is pid and its descendants, as far as /proc tells: one that ends meanwhile is left out.
func family(pid int) []int {
	all := []int{pid}
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is well formed
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		for _, field := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				all = append(all, family(child)...)
			}
		}
	}
	return all
}
