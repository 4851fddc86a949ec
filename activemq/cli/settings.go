package cli

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Settings is what the command line and the environment say about the broker to run. Paths are absolute and clean.
type Settings struct {
	Home string // the installation
	Base string // the instance; Home where there is one only
	Conf string // activemq.xml and its companions
	Data string // stores, log, pid file
	Tmp  string

	// URI tells where the broker's configuration is: xbean:activemq.xml, xbean:file:PATH. See ConfigFile.
	URI string

	// Properties are the system properties: -Dname=value, and the activemq.* and java.* names that the original sets.
	// ${name} in configuration files means these first, the environment second.
	Properties map[string]string

	// MaxHeap is the heap size in bytes that -Xmx named, the base of percentages of memory; 0 when none was named.
	MaxHeap int64

	// Reload has a value when somebody asks the running broker to read its configuration again.
	Reload <-chan struct{}

	// Validation says how to answer the command "validate".
	Validation Validation

	process processSettings
}

// processSettings are about the process around the broker.
type processSettings struct {
	pidFile  pidFile
	output   string        // file for standard output and error of a daemon
	user     string        // account to run as; empty: no change
	startMax time.Duration // how long "start" waits
	killMax  time.Duration // how long "stop" waits before it kills
}

// defaultURI is the configuration when the command names none: the file of that name in Conf.
const defaultURI = "xbean:activemq.xml"

// newSettings fills in what was left open, in the original's order: property, environment, default.
func newSettings(a arguments, env func(string) string) (Settings, error) {
	program, err := os.Executable()
	if err != nil {
		return Settings{}, fmt.Errorf("the program's own path is unknown: %w", err)
	}
	s := Settings{URI: defaultURI, Properties: a.properties, MaxHeap: a.heapMax, Validation: a.validation}
	paths := []struct {
		target          *string
		property, name  string
		otherwise, leaf string
	}{
		{&s.Home, "activemq.home", "ACTIVEMQ_HOME", filepath.Dir(program), ".."},
		{&s.Base, "activemq.base", "ACTIVEMQ_BASE", "", ""},
		{&s.Conf, "activemq.conf", "ACTIVEMQ_CONF", "", "conf"},
		{&s.Data, "activemq.data", "ACTIVEMQ_DATA", "", "data"},
		{&s.Tmp, "java.io.tmpdir", "ACTIVEMQ_TMP", "", "tmp"},
	}
	for i, p := range paths {
		otherwise := p.otherwise
		switch {
		case i == 1:
			otherwise = s.Home
		case i > 1:
			otherwise = s.Base
		}
		path := cmp.Or(a.properties[p.property], env(p.name), filepath.Join(otherwise, p.leaf))
		if *p.target, err = filepath.Abs(path); err != nil {
			return s, fmt.Errorf("%s %q: %w", p.name, path, err)
		}
		if a.properties[p.property] == "" {
			a.properties[p.property] = *p.target
		}
	}
	if len(a.operands) > 0 && a.command != "stop" {
		s.URI = a.operands[0]
	}
	s.process = processSettings{
		pidFile:  pidFile{path: cmp.Or(env("ACTIVEMQ_PIDFILE"), filepath.Join(s.Data, "activemq.pid")), data: s.Data},
		output:   cmp.Or(env("ACTIVEMQ_OUT"), os.DevNull),
		user:     env("ACTIVEMQ_USER"),
		startMax: seconds(env("ACTIVEMQ_START_MAXSECONDS"), 60),
		killMax:  seconds(env("ACTIVEMQ_KILL_MAXSECONDS"), 30),
	}
	return s, nil
}

// seconds reads a number of seconds, otherwise when text is none.
func seconds(text string, otherwise int) time.Duration {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		n = otherwise
	}
	return time.Duration(n) * time.Second
}

// ConfigFile is the file that URI names. "xbean:NAME" means the file NAME where the command was called, else in Conf:
// the original looks for a file first and on its class path, which starts with Conf, second.
func (s Settings) ConfigFile() (string, error) {
	name, ok := strings.CutPrefix(s.URI, "xbean:")
	if !ok && !strings.HasPrefix(s.URI, "file:") && !strings.HasSuffix(s.URI, ".xml") {
		return "", fmt.Errorf("configuration %q: want xbean:file:PATH or xbean:NAME", s.URI)
	}
	name, _, _ = strings.Cut(name, "?")
	if path, ok := strings.CutPrefix(name, "file:"); ok {
		if unescaped, err := url.PathUnescape(path); err == nil {
			path = unescaped
		}
		if strings.HasPrefix(path, "//") { // file:///path, file://path
			path = strings.TrimPrefix(path, "//")
		}
		return filepath.Abs(path)
	}
	if _, err := os.Stat(name); err == nil || filepath.IsAbs(name) {
		return filepath.Abs(name)
	}
	return filepath.Join(s.Conf, name), nil
}
