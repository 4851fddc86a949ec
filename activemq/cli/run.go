package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// run runs the broker in this process until a signal ends it, with the log open around it. A second signal ends the
// process at once. ready is called at most once.
func (c *call) run(ready func()) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // back to the default: the next signal kills

	c.banner()
	defer func() {
		if reason := recover(); reason != nil {
			slog.Error(fmt.Sprintf("panic: %v\n%s", reason, debug.Stack()))
			err = fmt.Errorf("panic: %v", reason)
		}
	}()
	accepting := false
	err = c.program.Run(ctx, c.settings, func() {
		if !accepting {
			accepting = true
			ready()
		}
	})
	if err == nil && !accepting && ctx.Err() == nil {
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
