// Package cli is the command line of the broker: what "bin/activemq start" and its sister commands do, in the words and
// with the exit codes of Apache ActiveMQ Classic, so that init scripts, monitoring and people's fingers need not learn.
//
// The broker itself is injected as a Program. This package owns the process around it: daemon and foreground runs, the
// pid file, signals, the log, the user it runs as.
//
// Where the original lets "start" return at once and leaves the user to find out from the log, this one waits until the
// broker accepts connections, or says why it never will.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
)

// Program is the broker as the command line sees it.
type Program interface {
	// Run starts a broker by s, calls ready once it accepts connections (or stands by as a slave of a running master,
	// which may last for ever), and blocks until ctx has ended and everything is closed. An error before ready is a
	// failed start. The error's text is shown to the user as it is: one line, no stack.
	Run(ctx context.Context, s Settings, ready func()) error
}

// Exit codes. The original knows these two only.
const (
	exitOK     = 0
	exitFailed = 1
)

// call is one invocation of the command.
type call struct {
	arguments
	settings Settings
	program  Program
	out      io.Writer // what the command has to say
	errOut   io.Writer // reasons of failures
}

// Main runs the command that args name (args without the program's name) and returns the exit code of the process.
// Options meant for Java may come first, ended by "--".
func Main(args []string, out, errOut io.Writer, program Program) int {
	parsed, err := parse(args)
	if err != nil {
		fmt.Fprintf(out, "INFO: %v\n", err)
		printHelp(out)
		return exitFailed
	}
	settings, err := newSettings(parsed, os.Getenv)
	if err != nil {
		fmt.Fprintf(errOut, "ERROR: %v\n", err)
		return exitFailed
	}
	c := &call{arguments: parsed, settings: settings, program: program, out: out, errOut: errOut}
	return c.dispatch()
}

func (c *call) dispatch() int {
	switch {
	case os.Getenv(readyVariable) != "":
		return c.daemon()
	case c.version:
		return c.printVersion()
	case c.help:
		printHelp(c.out)
		return exitOK
	}
	switch c.command {
	case "start":
		return c.start()
	case "console":
		return c.console()
	case "stop":
		return c.stop()
	case "restart":
		return c.restart()
	case "status":
		return c.status()
	case "kill":
		return c.kill()
	case "validate":
		return c.validate()
	case "":
		printHelp(c.out)
		return exitFailed
	}
	if unserved[c.command] {
		return c.fail(fmt.Errorf("%s: not served by this version", c.command))
	}
	fmt.Fprintf(c.out, "INFO: Unknown task: %s\n", c.command)
	printHelp(c.out)
	return exitOK // as the original does, for better or worse
}

// say prints a line of the command's conversation.
func (c *call) say(format string, values ...any) {
	fmt.Fprintf(c.out, format+"\n", values...)
}

// fail prints the reason and returns the exit code for it.
func (c *call) fail(err error) int {
	fmt.Fprintf(c.errOut, "ERROR: %v\n", err)
	return exitFailed
}
