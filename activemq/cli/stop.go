package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// runningPid returns the running broker's process number, or 0, and says so when the pid file is unusable.
func (c *call) runningPid() int {
	pid, err := c.settings.process.pidFile.running()
	if err != nil {
		c.say("ERROR: %v", err)
	}
	return pid
}

func (c *call) status() int {
	pid := c.runningPid()
	if pid == 0 {
		c.say("ActiveMQ not running")
		return exitFailed
	}
	c.say("ActiveMQ is running (pid '%d')", pid)
	return exitOK
}

// stop asks the broker to end and waits for it. One that does not end in time is killed. The original asks through JMX
// first; here the signal says it all.
func (c *call) stop() int {
	pidFile, limit := c.settings.process.pidFile, c.settings.process.killMax
	pid := c.runningPid()
	if pid == 0 {
		if _, err := os.Lstat(pidFile.path); errors.Is(err, fs.ErrNotExist) {
			c.say("ActiveMQ not running")
			return exitOK
		}
		c.say("ERROR: No or outdated process id in '%s'", pidFile.path)
		c.say("")
		c.say("INFO: Removing %s", pidFile.path)
		if err := pidFile.remove(); err != nil {
			c.fail(err)
		}
		return exitFailed
	}
	if err := signalProcess(pid, syscall.SIGTERM); err != nil {
		return c.fail(err)
	}
	c.say("INFO: Waiting at least %d seconds for regular process termination of pid '%d' : ", int(limit/time.Second), pid)
	if c.waitForEnd(pid, limit) {
		c.say(" FINISHED")
		return c.exitAfter(pidFile.release(pid))
	}
	c.say("")
	c.say("INFO: Regular shutdown not successful,  sending SIGKILL to process")
	return c.kill()
}

// The process of somebody else's child cannot be waited for, only looked at.
const lookEvery = 20 * time.Millisecond

// waitForEnd returns true once the process has ended, false after limit. It prints a dot every second.
func (c *call) waitForEnd(pid int, limit time.Duration) bool {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	dot := time.NewTicker(time.Second)
	defer dot.Stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for len(commandLine(pid)) > 0 {
		select {
		case <-look.C:
		case <-dot.C:
			fmt.Fprint(c.out, ".")
		case <-deadline.C:
			return len(commandLine(pid)) == 0
		}
	}
	return true
}

// kill ends the broker without asking it. Its store recovers at the next start, as after a loss of power.
func (c *call) kill() int {
	pidFile := c.settings.process.pidFile
	pid := c.runningPid()
	if pid == 0 {
		c.say("INFO: not running, nothing to do")
		return exitOK
	}
	c.say("INFO: sending SIGKILL to pid '%d'", pid)
	if err := signalProcess(pid, syscall.SIGKILL); err != nil {
		return c.fail(err)
	}
	return c.exitAfter(pidFile.remove())
}

// restart stops the broker if one runs, starts it and shows its status. A broker that cannot be stopped is not started
// again.
func (c *call) restart() int {
	if c.runningPid() != 0 {
		if code := c.stop(); code != exitOK {
			return code
		}
		c.say("")
	}
	if code := c.start(); code != exitOK {
		return code
	}
	return c.status()
}

func (c *call) exitAfter(err error) int {
	if err != nil {
		return c.fail(err)
	}
	return exitOK
}
