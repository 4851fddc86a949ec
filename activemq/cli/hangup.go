package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"goactivemq/activemq/logging"
)

// terminal is the one that the process belongs to, whatever its input and output are.
const terminal = "/dev/tty"

// hangups makes SIGHUP mean what it means to daemons: read the configuration again, that of the log here and the broker's by Settings.Reload. A
// terminal that is closed sends the same signal, and ends a broker in the foreground. The function returned ends that and waits.
func (c *call) hangups(stop context.CancelFunc) (end func()) {
	attached := hasTerminal()
	if attached && signal.Ignored(syscall.SIGHUP) {
		return func() {} // nohup
	}
	reload := make(chan struct{}, 1)
	c.settings.Reload = reload
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	var running sync.WaitGroup
	running.Go(func() {
		for range hangup {
			if attached && !hasTerminal() {
				stop()
				continue
			}
			if err := c.openLog(); err != nil {
				logging.Logger("org.apache.activemq.logging").Error(fmt.Sprintf("SIGHUP: the log goes on as it was: %v", err))
			}
			select {
			case reload <- struct{}{}:
			default: // asked for already
			}
		}
	})
	return func() {
		signal.Stop(hangup)
		close(hangup)
		running.Wait()
	}
}

// hasTerminal tells whether there is a terminal that this process belongs to.
func hasTerminal() bool {
	f, err := os.Open(terminal)
	if err != nil {
		return false
	}
	f.Close()
	return true
}
