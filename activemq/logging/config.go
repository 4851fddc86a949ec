package logging

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// plan is what a configuration file says, in either syntax.
type plan struct {
	loggers   map[string]*rule // by name; the root is the empty name
	appenders map[string]appender
}

// rule is the configuration of one logger.
type rule struct {
	level    slog.Level
	leveled  bool // level was given; without it the ancestor's counts
	additive bool // the ancestors' appenders get the records too
	refs     []reference
}

// reference names an appender from a logger.
type reference struct {
	appender  string
	threshold slog.Level
}

// appender is the configuration of one output.
type appender struct {
	kind      kind
	pattern   string
	threshold slog.Level

	file rolling // of a file
}

// kind is what an appender writes to.
type kind int

const (
	kindUnserved kind = iota // known to log4j only
	kindNone                 // meant to drop everything
	kindConsole
	kindFile
)

// The stock patterns, the same in all releases.
const (
	consolePattern = "%5p | %m%n"
	filePattern    = "%d | %-5p | %m | %c | %t%n%throwable{full}"
)

// quiet are the loggers that the stock files set to WARN.
var quiet = []string{
	"org.apache.activemq.spring", "org.apache.activemq.web.handler", "org.springframework", "org.apache.xbean",
	"org.eclipse.jetty",
}

// auditLogger is the name under which operations of administrators are logged.
const auditLogger = "org.apache.activemq.audit"

// defaults is the stock configuration of the releases from 5.17 on.
func defaults(data string) plan {
	file := func(name, pattern string) appender {
		path := filepath.Join(data, name)
		return appender{kind: kindFile, pattern: pattern, threshold: LevelAll, file: rolling{
			path: path, pattern: path + ".%i", sizeMax: 1 << 20, backups: 7, newestLast: true, append: true,
		}}
	}
	c := plan{
		loggers: map[string]*rule{
			"": {level: LevelInfo, leveled: true, additive: true, refs: []reference{
				{appender: "Console", threshold: LevelInfo}, {appender: "RollingFile", threshold: LevelAll},
			}},
			auditLogger: {level: LevelInfo, leveled: true, refs: []reference{{appender: "AuditLog", threshold: LevelAll}}},
		},
		appenders: map[string]appender{
			"Console":     {kind: kindConsole, pattern: consolePattern, threshold: LevelAll},
			"RollingFile": file("activemq.log", filePattern),
			"AuditLog":    file("audit.log", "%-5p | %m | %t%n"),
		},
	}
	for _, name := range quiet {
		c.loggers[name] = &rule{level: LevelWarn, leveled: true, additive: true}
	}
	return c
}

// consoleOnly is the configuration while no log is open.
func consoleOnly() plan {
	return plan{
		loggers: map[string]*rule{
			"": {level: LevelInfo, leveled: true, additive: true, refs: []reference{{"console", LevelInfo}}},
		},
		appenders: map[string]appender{"console": {kind: kindConsole, pattern: consolePattern, threshold: LevelInfo}},
	}
}

// clone copies what SetLevel may change.
func (c plan) clone() plan {
	loggers := map[string]*rule{}
	for name, r := range c.loggers {
		copied := *r
		loggers[name] = &copied
	}
	return plan{loggers: loggers, appenders: maps.Clone(c.appenders)}
}

// open opens the appenders that a logger uses.
func (c plan) open(console io.Writer) (map[string]*output, error) {
	used := map[string]bool{}
	for _, r := range c.loggers {
		for _, ref := range r.refs {
			used[ref.appender] = true
		}
	}
	outputs := map[string]*output{}
	for name, a := range c.appenders {
		if !used[name] || a.kind == kindNone || a.kind == kindUnserved {
			continue
		}
		compiled, _ := compileLayout(a.pattern) // load has reported what is wrong with it
		o := &output{layout: compiled, threshold: a.threshold}
		if a.kind == kindConsole {
			o.sink = consoleSink{console}
		} else {
			file, err := openRolling(a.file)
			if err != nil {
				_ = closeAll(outputs)
				return nil, err
			}
			o.sink = file
		}
		outputs[name] = o
	}
	if root := c.loggers[""]; root != nil {
		for _, ref := range root.refs {
			if o := outputs[ref.appender]; o != nil {
				if file, ok := o.sink.(*rollingFile); ok {
					file.catchCrashes()
					break
				}
			}
		}
	}
	return outputs, nil
}

// consoleSink writes to the standard output, which is not the log's to close.
type consoleSink struct{ io.Writer }

func (s consoleSink) write(_ *event, line []byte) error {
	_, err := s.Write(line)
	return err
}

func (consoleSink) close() error { return nil }

// load finds and reads the configuration. It always returns a usable one; warnings tell what was wrong with the file.
func load(o Options) (plan, []string) {
	data := o.Properties["activemq.data"]
	path := find(o)
	if path == "" {
		return defaults(data), nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return defaults(data), []string{fmt.Sprintf("log configuration: %v; using the defaults", err)}
	}
	if filepath.Ext(path) != ".properties" {
		return defaults(data), []string{fmt.Sprintf("%s: only log configurations in properties syntax are read; using the defaults", path)}
	}
	file := source{path: path, properties: o.Properties}
	if file.entries, err = readProperties(path, text); err != nil {
		return defaults(data), []string{fmt.Sprintf("%v; using the defaults", err)} // a log must open
	}
	var c plan
	switch {
	case file.isLog4j1():
		c = file.log4j1()
	default:
		c = file.log4j2()
	}
	if !c.rootGoesSomewhere() {
		file.warn(property{line: 1}, "the root logger has no appender that is served here; using the defaults")
		c = defaults(data)
	}
	for name, a := range c.appenders {
		_, warnings := compileLayout(a.pattern)
		for _, warning := range warnings {
			file.warnings = append(file.warnings, fmt.Sprintf("%s: appender %s: %s", path, name, warning))
		}
	}
	return c, file.warnings
}

// rootGoesSomewhere tells whether the configuration is of any use: silence must be asked for by name.
func (c plan) rootGoesSomewhere() bool {
	root := c.loggers[""]
	return root != nil && slices.ContainsFunc(root.refs, func(ref reference) bool {
		return c.appenders[ref.appender].kind != kindUnserved
	})
}

// find returns the configuration file: the one that a property names, else the newest kind that lies in Conf.
func find(o Options) string {
	for _, property := range []string{"log4j2.configurationFile", "log4j.configurationFile", "log4j.configuration"} {
		if name := o.Properties[property]; name != "" {
			name = strings.TrimPrefix(name, "file:")
			if strings.HasPrefix(name, "//") {
				name = strings.TrimPrefix(name, "//")
			}
			if _, err := os.Stat(name); err != nil && !filepath.IsAbs(name) {
				name = filepath.Join(o.Conf, name)
			}
			return name
		}
	}
	for _, name := range []string{"log4j2.properties", "log4j2.xml", "log4j.properties", "log4j.xml"} {
		path := filepath.Join(o.Conf, name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}
