package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"

	"goactivemq/activemq/logging"
)

// run runs the broker in this process until a signal ends it, with the log open around it. A second signal ends the
// process at once. ready is called at most once.
func (c *call) run(ready func()) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	defer stop()
	context.AfterFunc(ctx, stop)   // back to the default: the next signal kills
	signal.Ignore(syscall.SIGPIPE) // whoever reads standard output may go, the broker stays

	c.banner()
	c.settings.addJavaProperties()
	if err := c.openLog(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, logging.Default.Close()) }()
	defer c.hangups(stop)()
	slog.SetDefault(logging.Logger("org.apache.activemq"))
	defer dumpStacksOnQuit(c.out)()
	c.warnOfIdleOptions()

	err = c.guard(ctx, ready)
	if err != nil {
		logging.Logger("org.apache.activemq.broker.BrokerService").Error("Failed to run the broker: " + err.Error())
	}
	return err
}

// openLog opens the log, or has it read its configuration again.
func (c *call) openLog() error {
	return logging.Default.Open(logging.Options{Conf: c.settings.Conf, Properties: c.settings.Properties, Console: c.out})
}

// endings are the signals that end the broker. What the caller ignores stays ignored: nohup, a shell's background.
func endings() []os.Signal {
	signals := []os.Signal{syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGINT) {
		signals = append(signals, syscall.SIGINT)
	}
	return signals
}

// guard runs the program and turns what goes wrong beyond its error into one.
func (c *call) guard(ctx context.Context, ready func()) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			slog.Error(fmt.Sprintf("panic: %v", reason), logging.StackKey, string(debug.Stack()))
			err = fmt.Errorf("panic: %v", reason)
		}
	}()
	var accepting atomic.Bool
	err = c.program.Run(ctx, c.settings, func() {
		if accepting.CompareAndSwap(false, true) {
			ready()
		}
	})
	if err == nil && !accepting.Load() && ctx.Err() == nil {
		err = errors.New("the broker ended before it accepted connections")
	}
	return err
}

// banner prints where things are, as the original does before it starts.
func (c *call) banner() {
	c.say("ACTIVEMQ_HOME: %s", c.settings.Home)
	c.say("ACTIVEMQ_BASE: %s", c.settings.Base)
	c.say("ACTIVEMQ_CONF: %s", c.settings.Conf)
	c.say("ACTIVEMQ_DATA: %s", c.settings.Data)
	c.say("Loading message broker from: %s", c.settings.URI)
}

// dumpStacksOnQuit makes "kill -QUIT" print all stacks and go on, as with Java; Go's own answer would end the process.
// The function returned ends that and waits.
func dumpStacksOnQuit(out io.Writer) (end func()) {
	quit := make(chan os.Signal, 1)
	signal.Notify(quit, syscall.SIGQUIT)
	var running sync.WaitGroup
	running.Go(func() {
		for range quit {
			stacks := make([]byte, 16<<20)
			fmt.Fprintf(out, "%s\n", stacks[:runtime.Stack(stacks, true)])
		}
	})
	return func() {
		signal.Stop(quit)
		close(quit)
		running.Wait()
	}
}
