package logging

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"goactivemq/test/peers"
)

// write puts a file into a directory and returns its path.
func write(t *testing.T, directory, name, text string) string {
	t.Helper()
	path := filepath.Join(directory, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestStockLine: without a configuration, the layout is that of all releases.
func TestStockLine(t *testing.T) {
	data := t.TempDir()
	var console bytes.Buffer
	log := open(t, Options{Conf: data, Properties: map[string]string{"activemq.data": data}, Console: &console})
	log.Logger("org.apache.activemq.broker.TransportConnector").Info("Connector openwire started")
	log.Logger("org.apache.activemq.spring.X").Info("too quiet to be seen")
	log.Logger(auditLogger).Info("admin called purge()", ThreadKey, "qtp-1")

	line := strings.TrimSpace(read(t, filepath.Join(data, "activemq.log")))
	date, rest, _ := strings.Cut(line, " | ")
	if len(date) != len("2024-01-31 13:05:09,123") || date[10] != ' ' || date[19] != ',' {
		t.Errorf("date %q, want one like 2024-01-31 13:05:09,123", date)
	}
	if want := "INFO  | Connector openwire started | org.apache.activemq.broker.TransportConnector | main"; rest != want {
		t.Errorf("got  %q\nwant %q", rest, want)
	}
	if got, want := console.String(), " INFO | Connector openwire started\n"; got != want {
		t.Errorf("console %q, want %q", got, want)
	}
	if got, want := read(t, filepath.Join(data, "audit.log")), "INFO  | admin called purge() | qtp-1\n"; got != want {
		t.Errorf("audit log %q, want %q", got, want)
	}
}

// TestShippedConfiguration: the file that a release ships says what the defaults say.
func TestShippedConfiguration(t *testing.T) {
	got, warnings := load(Options{
		Conf: filepath.Join(peers.Root(t), "conf"), Properties: map[string]string{"activemq.data": "/data"},
	})
	if want := defaults("/data"); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for _, warning := range warnings {
		t.Error(warning)
	}
}

// TestRecords: how slog's records become lines.
func TestRecords(t *testing.T) {
	const layout = "rootLogger=TRACE, c\nappender.c.type=Console\nappender.c.layout.pattern=%p|%m|%c|%t%n\n"
	cases := []struct {
		name string
		log  func(l *slog.Logger)
		want string
	}{
		{"attributes", func(l *slog.Logger) { l.Info("m", "a", 1, "b", "x y", "c", "", "d", errors.New("boom")) },
			`INFO|m a=1 b="x y" c="" d=boom|a.b|main` + "\n"},
		{"groups", func(l *slog.Logger) { l.WithGroup("g").With("a", 1).Info("m", slog.Group("h", "b", 2)) },
			"INFO|m g.a=1 g.h.b=2|a.b|main\n"},
		{"thread and logger of With", func(l *slog.Logger) { l.With(ThreadKey, "t", LoggerKey, "x.y").Warn("m") }, "WARN|m|x.y|t\n"},
		{"thread and logger of a record", func(l *slog.Logger) { l.Error("m", ThreadKey, "t", LoggerKey, "x.y") }, "ERROR|m|x.y|t\n"},
		{"stack", func(l *slog.Logger) { l.Error("m", StackKey, "one\n\ttwo\n") }, "ERROR|m|a.b|main\none\n\ttwo\n"},
		{"forged line", func(l *slog.Logger) { l.Info("m\nINFO|forged|x|y\r", "k\n", "v\nw", ThreadKey, "\x1b[2J") },
			`INFO|m\nINFO|forged|x|y\r k\n="v\nw"|a.b|\x1b[2J` + "\n"},
		{"unusual level", func(l *slog.Logger) { l.Log(t.Context(), LevelFatal, "m"); l.Log(t.Context(), LevelTrace, "n") },
			"FATAL|m|a.b|main\nTRACE|n|a.b|main\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			conf := t.TempDir()
			write(t, conf, "log4j2.properties", layout)
			var console bytes.Buffer
			c.log(open(t, Options{Conf: conf, Console: &console}).Logger("a.b"))
			if got := console.String(); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestConfiguration reads both syntaxes; the console shows which records passed.
func TestConfiguration(t *testing.T) {
	cases := []struct {
		name, file, text string
		want             string // of the records of try, those that came through
	}{
		{"log4j 1", "log4j.properties", `
log4j.rootLogger=INFO, console
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.Layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern=%c{1}:%p%n
log4j.logger.org.apache.activemq.store=DEBUG
log4j.logger.org.apache.activemq.broker=WARN
`, "activemq:INFO broker:WARN store:DEBUG kahadb:DEBUG"},
		{"log4j 1, threshold and additivity", "log4j.properties", `
log4j.rootCategory = DEBUG , console
log4j.appender.console = org.apache.log4j.ConsoleAppender
log4j.appender.console.threshold = info
log4j.appender.console.layout.ConversionPattern = %c{1}:%p%n
log4j.category.org.apache.activemq.store = TRACE , other
log4j.additivity.org.apache.activemq.store = false
log4j.appender.other = org.apache.log4j.varia.NullAppender
`, "activemq:INFO broker:INFO broker:WARN"},
		{"log4j 2", "log4j2.properties", `
rootLogger.level = info
rootLogger.appenderRef.stdout.ref = STDOUT
appender.console.type = Console
appender.console.name = STDOUT
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %c{1}:%p%n
logger.store.name = org.apache.activemq.store
logger.store.level = ${level}
logger.broker.name = org.apache.activemq.broker
logger.broker.level = ${sys:broker.level:-WARN}
property.level = debug
`, "activemq:INFO broker:WARN store:DEBUG kahadb:DEBUG"},
		{"log4j 2, short form, thresholds", "log4j2.properties", `
appenders = c
appender.c.type = Console
appender.c.name = C
appender.c.filter.f.type = ThresholdFilter
appender.c.filter.f.level = DEBUG
appender.c.layout.pattern = %c{1}:%p%n
rootLogger = TRACE
rootLogger.appenderRef.c.ref = C
rootLogger.appenderRef.c.filter.threshold.type = ThresholdFilter
rootLogger.appenderRef.c.filter.threshold.level = WARN
logger.kahadb = TRACE, C
logger.kahadb.name = org.apache.activemq.store.kahadb
logger.kahadb.additivity = false
`, "broker:WARN kahadb:DEBUG"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			conf := t.TempDir()
			write(t, conf, c.file, c.text)
			var console bytes.Buffer
			log := open(t, Options{Conf: conf, Console: &console})
			log.Logger("org.apache.activemq").Info("m")
			log.Logger("org.apache.activemq.broker").Info("m")
			log.Logger("org.apache.activemq.broker").Warn("m")
			log.Logger("org.apache.activemq.store").Debug("m")
			log.Logger("org.apache.activemq.store.kahadb").Debug("m")
			log.Logger("org.apache.activemq.store.kahadb").Log(t.Context(), LevelTrace, "m")
			got := strings.Join(strings.Fields(console.String()), " ")
			if strings.Contains(c.want, "TRACE") != strings.Contains(got, "TRACE") || got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestMistakes: a broken configuration is a warning that names file and line, and the log works.
func TestMistakes(t *testing.T) {
	const appender = "appender.c.type=Console\nappender.c.layout.pattern=%p %m%n\nrootLogger.appenderRef.c.ref=c\n"
	cases := []struct{ name, file, text, warning string }{
		{"no appender", "log4j2.properties", "rootLogger.level=INFO\n", "log4j2.properties:1: the root logger has no appender"},
		{"no level", "log4j2.properties", appender + "rootLogger.level=LOUD\n", `log4j2.properties:4: "LOUD" is not a level; using INFO`},
		{"unknown appender", "log4j2.properties", appender + "rootLogger.appenderRef.x.ref=Nowhere\n", `properties:4: there is no appender "Nowhere"`},
		{"unknown class", "log4j.properties", "log4j.rootLogger=INFO, s\nlog4j.appender.s=org.apache.log4j.net.SyslogAppender\n",
			`log4j.properties:2: appender class "org.apache.log4j.net.SyslogAppender" is not served here`},
		{"size", "log4j2.properties", appender + "appender.f.type=RollingFile\nappender.f.policies.s.type=SizeBasedTriggeringPolicy\nappender.f.policies.s.size=big\n",
			`log4j2.properties:6: "big" is not a file size; using 10485760 bytes`},
		{"pattern", "log4j2.properties", appender + "appender.c.layout.pattern=%p %m%style{x}{red}%n", `appender c: layout: conversion "%style{x}{red}"`},
		{"xml", "log4j2.xml", "<Configuration/>", "log4j2.xml: only log configurations in properties syntax are read"},
		{"junk", "log4j2.properties", "\x00\xff\\", "the root logger has no appender"},
		{"empty", "log4j.properties", "", "the root logger has no appender"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			conf := t.TempDir()
			write(t, conf, c.file, c.text)
			var console bytes.Buffer
			log := open(t, Options{Conf: conf, Properties: map[string]string{"activemq.data": t.TempDir()}, Console: &console})
			log.Logger("a").Info("still here")
			if got := console.String(); !strings.Contains(got, "WARN") || !strings.Contains(got, c.warning) || !strings.Contains(got, "still here") {
				t.Errorf("console %q, want the warning %q and the line", got, c.warning)
			}
		})
	}
}

// TestNamedConfiguration: a property that names no file is a warning too.
func TestNamedConfiguration(t *testing.T) {
	data := t.TempDir()
	named := write(t, data, "mine.properties", "log4j.rootLogger=DEBUG, c\nlog4j.appender.c=org.apache.log4j.ConsoleAppender\n")
	cases := []struct{ value, want string }{
		{"file:" + named, "m\n"},
		{"file://" + named, "m\n"},
		{"mine.properties", "m\n"}, // on the class path, so in Conf
		{"file:" + named + ".not", "no such file or directory; using the defaults"},
	}
	for _, c := range cases {
		var console bytes.Buffer
		properties := map[string]string{"activemq.data": data, "log4j.configuration": c.value}
		open(t, Options{Conf: data, Properties: properties, Console: &console}).Logger("a").Debug("m")
		if !strings.Contains(console.String(), c.want) {
			t.Errorf("%s: console %q, want %q in it", c.value, &console, c.want)
		}
	}
}

// TestUnwritable: without its file the log does not open, and the one that was open stays.
func TestUnwritable(t *testing.T) {
	data := t.TempDir()
	var console bytes.Buffer
	log := open(t, Options{Conf: data, Properties: map[string]string{"activemq.data": data}, Console: &console})
	file := write(t, data, "file", "")
	err := log.Open(Options{Conf: data, Properties: map[string]string{"activemq.data": file}, Console: &console})
	if err == nil || !strings.Contains(err.Error(), "log file: ") || !strings.Contains(err.Error(), file) {
		t.Errorf("got error %v, want one that names %s", err, file)
	}
	log.Logger("a").Info("still here")
	if text := read(t, filepath.Join(data, "activemq.log")); !strings.Contains(text, "still here") {
		t.Errorf("the log of before holds %q", text)
	}
}

func TestSetLevel(t *testing.T) {
	conf := t.TempDir()
	write(t, conf, "log4j2.properties", "rootLogger=INFO, c\nappender.c.type=Console\nappender.c.layout.pattern=%m%n\n")
	var console bytes.Buffer
	options := Options{Conf: conf, Console: &console}
	log := open(t, options)
	child := log.Logger("a.b")
	child.Debug("1")
	log.SetLevel("a", LevelDebug)
	child.Debug("2")
	log.SetLevel("", LevelOff)
	child.Debug("3")
	log.Logger("x").Error("4")
	if level := log.Level("a.b.c"); level != LevelDebug {
		t.Errorf("level %v, want DEBUG from a", level)
	}
	if err := log.Open(options); err != nil {
		t.Fatal(err)
	}
	child.Debug("5")
	child.Info("6")
	if got, want := strings.Fields(console.String()), []string{"2", "3", "6"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestConcurrentLogging: no line is lost or torn while many write, the file rolls and levels change.
func TestConcurrentLogging(t *testing.T) {
	conf, data := t.TempDir(), t.TempDir()
	write(t, conf, "log4j.properties", `
log4j.rootLogger=INFO, f
log4j.appender.f=org.apache.log4j.RollingFileAppender
log4j.appender.f.file=${activemq.data}/log
log4j.appender.f.maxFileSize=1KB
log4j.appender.f.maxBackupIndex=1000
log4j.appender.f.layout.ConversionPattern=%m%n
`)
	log := open(t, Options{Conf: conf, Properties: map[string]string{"activemq.data": data}})
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for range 100 {
				log.Logger("a").Info("0123456789")
				log.SetLevel("b", LevelDebug)
			}
		})
	}
	writers.Wait()
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(data, "log*"))
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, file := range files {
		text := read(t, file)
		lines += strings.Count(text, "0123456789\n")
		if rest := strings.ReplaceAll(text, "0123456789\n", ""); rest != "" {
			t.Errorf("%s holds %q besides whole lines", file, rest)
		}
	}
	if lines != 800 {
		t.Errorf("%d lines, want 800", lines)
	}
}

// TestRealConfigurations opens every log4j file that was collected from installations. What is not served must be a
// warning with file and line; stock files give none.
func TestRealConfigurations(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(peers.Shared(t, "config", "corpus"), "log4j__*.properties"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data := t.TempDir()
			t.Chdir(data) // relative file names must not land in the checkout
			c, warnings := load(Options{Properties: map[string]string{
				"log4j.configuration": file, "activemq.data": data, "activemq.base": data, "activemq.home": data,
			}})
			if c.loggers[""] == nil || len(c.loggers[""].refs) == 0 {
				t.Error("the root logger goes nowhere")
			}
			for _, warning := range warnings {
				if strings.Contains(file, "assembly-src-release-conf") || !strings.HasPrefix(warning, file+":") {
					t.Error(warning)
				} else {
					t.Log(strings.TrimPrefix(warning, file))
				}
			}
		})
	}
}
