// Package logging is the broker's log: log/slog in front, the original's files, layout and configuration behind.
//
// Operators keep their log4j2.properties (releases from 5.17 on) or log4j.properties (before), and whatever reads
// activemq.log finds the lines it knows:
//
//	2024-01-31 13:05:09,123 | INFO  | Connector openwire started | org.apache.activemq.broker.TransportConnector | main
//
// A logger has a Java class name of the original where operators search for one. Three attributes of a record are not
// printed as key=value: LoggerKey names the logger, ThreadKey the last column, StackKey is text for the lines below.
// So a package that must not import this one writes slog.With("logger", "org.apache…") and gets the same result.
//
// Lines are written at once and in order: what was logged before a crash is in the file. A logging goroutine waits for
// the operating system to take one line, never for the disk.
package logging

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Attributes with a place of their own in the layout.
const (
	LoggerKey = "logger" // the logger's name, which decides on levels and appenders
	ThreadKey = "thread" // what the original shows as the thread: a connection, a task; "main" without it
	StackKey  = "stack"  // text of several lines, printed below the line
)

// Log is a set of loggers and the appenders they write to. All methods may be called at any time from any goroutine.
type Log struct {
	mu      sync.Mutex
	loggers map[string]*logger // every name ever asked for
	config  plan
	outputs map[string]*output
	console io.Writer
}

// logger is a name with what the configuration makes of it now.
type logger struct {
	name  string
	route atomic.Pointer[route]
}

// route is where a logger's records go: those at level and above, to all targets. It is never changed, only replaced.
type route struct {
	level   slog.Level
	targets []target
}

// target is an output seen from a logger: it may have a threshold of its own.
type target struct {
	*output
	threshold slog.Level
}

// Default is the log of the process. Before it is opened it writes to standard error.
var Default = New()

// Logger returns the named logger of the process.
func Logger(name string) *slog.Logger { return Default.Logger(name) }

// New returns a log that writes INFO and above to standard error, in the layout of the original's console.
func New() *Log {
	l := &Log{loggers: map[string]*logger{}, console: os.Stderr}
	l.apply(consoleOnly(), nil)
	return l
}

// Options say where a log finds its configuration.
type Options struct {
	Conf       string            // directory with log4j2.properties or log4j.properties
	Properties map[string]string // system properties, for ${sys:name} and to name another configuration file
	Console    io.Writer         // standard output; nil: nothing is printed
}

// Open reads the configuration and opens the files it names. Loggers handed out before follow. What the configuration
// has wrong becomes a warning in the log, with the original's default in its place; only a log file that cannot be
// written is an error.
//
// Called again, it reads the configuration anew.
func (l *Log) Open(o Options) error {
	c, warnings := load(o)
	l.mu.Lock()
	if l.console = o.Console; l.console == nil {
		l.console = io.Discard
	}
	old := l.outputs
	outputs, err := c.open(l.console)
	if err == nil {
		l.apply(c, outputs)
	}
	l.mu.Unlock()
	if err != nil {
		return err
	}
	for _, warning := range warnings {
		l.Logger("org.apache.activemq.logging").Warn(warning)
	}
	return closeAll(old)
}

// Close closes the files. What is logged afterwards goes to standard error.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.outputs
	l.console = os.Stderr
	l.apply(consoleOnly(), nil)
	return errors.Join(closeAll(old), debug.SetCrashOutput(nil, debug.CrashOptions{}))
}

func closeAll(outputs map[string]*output) error {
	var errs []error
	for _, o := range outputs {
		errs = append(errs, o.close())
	}
	return errors.Join(errs...)
}

// Logger returns the logger of a name, the same each time.
func (l *Log) Logger(name string) *slog.Logger {
	return slog.New(&handler{log: l, logger: l.logger(name), thread: "main"})
}

func (l *Log) logger(name string) *logger {
	l.mu.Lock()
	defer l.mu.Unlock()
	known, ok := l.loggers[name]
	if !ok {
		name = strings.Clone(name)
		known = &logger{name: name}
		known.route.Store(l.config.route(name, l.outputs))
		l.loggers[name] = known
	}
	return known
}

// SetLevel changes the level of a logger and of all below it that have none of their own, until the configuration is
// read again. The empty name is the root.
func (l *Log) SetLevel(name string, level slog.Level) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.config.clone()
	if c.loggers[name] == nil {
		c.loggers[name] = &rule{additive: true}
	}
	c.loggers[name].level, c.loggers[name].leveled = level, true
	l.apply(c, l.outputs)
}

// Level returns the level that a logger works at.
func (l *Log) Level(name string) slog.Level { return l.logger(name).route.Load().level }

// apply makes all loggers follow a configuration. The caller holds the lock or is alone.
func (l *Log) apply(c plan, outputs map[string]*output) {
	if outputs == nil {
		outputs, _ = c.open(l.console) // a console opens no file, so nothing can fail
	}
	l.config, l.outputs = c, outputs
	for name, known := range l.loggers {
		known.route.Store(c.route(name, outputs))
	}
}

// route finds what a configuration makes of a logger: the level of the nearest ancestor that has one; the appenders of
// all ancestors up to the first that is not additive.
func (c plan) route(name string, outputs map[string]*output) *route {
	r := &route{level: LevelInfo}
	leveled, additive := false, true
	for ancestor := name; ; ancestor = parent(ancestor) {
		if rule := c.loggers[ancestor]; rule != nil {
			if rule.leveled && !leveled {
				r.level, leveled = rule.level, true
			}
			for _, ref := range rule.refs {
				o := outputs[ref.appender]
				known := slices.ContainsFunc(r.targets, func(t target) bool { return t.output == o })
				if o != nil && additive && !known {
					r.targets = append(r.targets, target{o, max(ref.threshold, o.threshold)})
				}
			}
			additive = additive && rule.additive
		}
		if ancestor == "" {
			return r
		}
	}
}

// parent is the name above: org.apache of org.apache.activemq; the root is the empty name.
func parent(name string) string {
	dot := strings.LastIndexByte(name, '.')
	return name[:max(dot, 0)]
}

// complain reports trouble of the log itself, which can only go to standard error.
func complain(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "log: "+format+"\n", values...)
}
