package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// A daemon is this same program, started with the same command line in a session of its own, and told by the
// environment that file descriptor 3 is a pipe to whoever waits for it. It writes "ready" and closes the pipe, or closes
// it after the reason why it never will be.
const (
	readyVariable = "ACTIVEMQ_READY_FD"
	readyFD       = 3
	readyWord     = "ready"
)

// start runs the broker as a daemon and returns when it accepts connections.
func (c *call) start() int {
	if pid := c.runningPid(); pid != 0 {
		c.say("INFO: Process with pid '%d' is already running", pid)
		return exitOK
	}
	c.say("INFO: Starting - inspect logfiles specified in logging.properties and log4j2.properties to get details")
	owner, err := c.owner()
	if err != nil {
		return c.fail(err)
	}
	if err := c.makeData(owner); err != nil {
		return c.fail(err)
	}
	// The claim comes before the daemon: of two starts at a time the second must find the first, not start a broker
	// that fails on the locked store.
	pidFile := c.settings.process.pidFile
	if err := pidFile.claim(os.Getpid()); errors.Is(err, errRunning) {
		c.say("INFO: Process with pid '%d' is already running", c.runningPid())
		return exitOK
	} else if err != nil {
		return c.fail(err)
	}
	child, answer, err := c.spawn(owner)
	if err != nil {
		return c.fail(errors.Join(err, pidFile.remove()))
	}
	defer answer.Close()
	if err := errors.Join(pidFile.pass(child.Process.Pid), owner.own(pidFile.path)); err != nil {
		return c.fail(errors.Join(err, child.Process.Kill(), pidFile.remove()))
	}
	if reason := c.await(child, answer); reason != nil {
		return c.fail(errors.Join(reason, pidFile.release(child.Process.Pid)))
	}
	return exitOK
}

// spawn starts the daemon and returns it with the end of the pipe on which it answers.
func (c *call) spawn(owner *owner) (*exec.Cmd, *os.File, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	output, err := os.OpenFile(c.settings.process.output, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return nil, nil, fmt.Errorf("ACTIVEMQ_OUT: %w", err)
	}
	defer output.Close()
	answer, tell, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer tell.Close()

	// The command line is the one of the launcher's making: ps shows what it always showed, and status reads the data
	// directory from it.
	child := exec.Command(program)
	child.Args = append(child.Args, c.javaOptions...)
	child.Args = append(child.Args, "--")
	child.Args = append(child.Args, c.rest...)
	child.Env = append(os.Environ(), fmt.Sprintf("%s=%d", readyVariable, readyFD))
	child.Stdout, child.Stderr = output, output
	child.ExtraFiles = []*os.File{tell} // the first becomes file descriptor 3
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if owner != nil {
		c.say("INFO: changing to user '%s' to run the broker", owner.name)
		child.SysProcAttr.Credential = owner.credential()
		child.Env = append(child.Env, owner.environment()...)
	}
	if err := child.Start(); err != nil {
		answer.Close()
		return nil, nil, fmt.Errorf("%s: %w", program, err)
	}
	return child, answer, nil
}

// await reads the daemon's answer. A broker that is slow to recover its store is left to itself after a while, as the
// original leaves every broker.
func (c *call) await(child *exec.Cmd, answer *os.File) error {
	pid, limit := child.Process.Pid, c.settings.process.startMax
	if err := answer.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(answer, 64<<10))
	switch said := strings.TrimSpace(string(text)); {
	case said == readyWord:
		c.say("INFO: pidfile created : '%s' (pid '%d')", c.settings.process.pidFile.path, pid)
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.say("INFO: pidfile created : '%s' (pid '%d')", c.settings.process.pidFile.path, pid)
		c.say("INFO: The broker does not accept connections yet after %v, it goes on starting in the background", limit)
		return nil
	case said != "":
		_ = child.Wait() // it has told its reason; its exit code adds nothing
		return errors.New(said)
	default:
		if err := child.Wait(); err != nil {
			return fmt.Errorf("the broker ended before it accepted connections: %w", err)
		}
		return errors.New("the broker ended before it accepted connections")
	}
}

// daemon runs the broker in the process that stays, whichever command started it.
func (c *call) daemon() int {
	os.Unsetenv(readyVariable) // for this process alone
	syscall.CloseOnExec(readyFD)
	answer := os.NewFile(readyFD, "ready")
	defer answer.Close()
	pidFile := c.settings.process.pidFile
	err := c.run(func() {
		fmt.Fprintln(answer, readyWord)
		answer.Close()
	})
	if err != nil {
		fmt.Fprintln(answer, err) // nobody listens once ready was said
		c.fail(err)
	}
	if released := pidFile.release(os.Getpid()); released != nil {
		c.fail(released)
	}
	if err != nil {
		return exitFailed
	}
	return exitOK
}

// console runs the broker in the foreground, in this very process: whoever started it can signal and measure it. Ended by
// a signal it returns 0, where java has 143 or 130: service managers take both for a regular end.
func (c *call) console() int {
	if pid := c.runningPid(); pid != 0 {
		c.say("ERROR: ActiveMQ is already running")
		return exitFailed
	}
	owner, err := c.owner()
	if err != nil {
		return c.fail(err)
	}
	if err := c.makeData(owner); err != nil {
		return c.fail(err)
	}
	pidFile := c.settings.process.pidFile
	c.say("INFO: Starting in foreground, this is just for debugging purposes (stop process by pressing CTRL+C)")
	c.say("INFO: Creating pidfile %s", pidFile.path)
	if err := pidFile.claim(os.Getpid()); errors.Is(err, errRunning) {
		c.say("ERROR: ActiveMQ is already running")
		return exitFailed
	} else if err != nil {
		return c.fail(err)
	}
	if owner != nil {
		c.say("INFO: changing to user '%s' to run the broker", owner.name)
		if err := errors.Join(owner.own(pidFile.path), owner.become()); err != nil {
			return c.fail(errors.Join(err, pidFile.remove()))
		}
	}
	err = errors.Join(c.run(func() {}), pidFile.release(os.Getpid()))
	if err != nil {
		return c.fail(err)
	}
	return exitOK
}

// makeData makes the data directory where it is missing; the broker's user must be able to write it.
func (c *call) makeData(owner *owner) error {
	if _, err := os.Stat(c.settings.Data); err == nil {
		return nil
	}
	if err := os.MkdirAll(c.settings.Data, 0o755); err != nil {
		return err
	}
	return owner.own(c.settings.Data)
}
