// Package broker runs a whole broker as a process of its own, for the black-box tests beside it: our binary, or the
// original one, from a configuration text, on free loopback ports, in a scratch directory.
//
//	b := broker.Start(t, broker.Config{XML: text})   // waits until the broker accepts connections
//	b.URL()                                          // tcp://127.0.0.1:PORT for an OpenWire client
//	b.Kill(); b.Restart()                            // as a power cut would, then again on the same data and ports
//
// In the text @name@ stands for a free port; @openwire@ is the one that the tests talk to. A test package calls Main from
// its TestMain. GOACTIVEMQ_BINARY names a binary or launcher to test instead of one built from this checkout,
// GOACTIVEMQ_TEST_JAVA=1 runs ActiveMQ 5.17 instead of it: a test must hold there too before its verdict about ours counts.
package broker

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"goactivemq/test/peers"
)

// The time limits of the harness. The start may include the recovery of a large journal.
const (
	startLimit = 90 * time.Second
	stopLimit  = 60 * time.Second
	failLimit  = 30 * time.Second
)

// Config says what to run.
type Config struct {
	XML   string            // activemq.xml; @name@ stands for a free port
	Files map[string]string // more files of the conf directory, by name
	Env   []string          // added to the environment, KEY=VALUE
	Java  bool              // run the original, whatever the tests run against
}

// Broker is a broker process on a data directory, running or not. It serves one goroutine at a time.
type Broker struct {
	t       testing.TB
	dir     string
	env     []string
	java    bool
	ports   map[string]int
	process *process

	// Original has the next start run the original, whatever the environment says: on the same data, as somebody does who goes back.
	Original bool

	// Startup is the time from the latest start of the process until it accepted a connection.
	Startup time.Duration
}

// Java reports whether the tests run against the original broker.
func Java() bool { return os.Getenv("GOACTIVEMQ_TEST_JAVA") == "1" }

// Stand lays out a broker's directory and configuration without starting it.
func Stand(t testing.TB, c Config) *Broker {
	t.Helper()
	b := &Broker{t: t, dir: t.TempDir(), env: c.Env, java: c.Java || Java(), ports: map[string]int{}}
	for _, sub := range []string{"conf", "data", "tmp"} {
		if err := os.MkdirAll(filepath.Join(b.dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range c.Files {
		b.write(name, b.fillPorts(text))
	}
	b.write("activemq.xml", b.fillPorts(c.XML))
	t.Cleanup(func() {
		b.Kill()
		if t.Failed() {
			t.Logf("the broker's log ends:\n%s", tail(b.Log(), 6000))
		}
	})
	return b
}

// Start lays out a broker and starts it. The test's end kills it.
func Start(t testing.TB, c Config) *Broker {
	t.Helper()
	b := Stand(t, c)
	b.Restart()
	return b
}

var portMark = regexp.MustCompile(`@([a-z0-9]+)@`)

// fillPorts replaces each @name@ by the port of that name, chosen at its first appearance.
func (b *Broker) fillPorts(text string) string {
	return portMark.ReplaceAllStringFunc(text, func(mark string) string {
		name := strings.Trim(mark, "@")
		if b.ports[name] == 0 {
			b.ports[name] = FreePort(b.t)
		}
		return fmt.Sprint(b.ports[name])
	})
}

func (b *Broker) write(name, text string) {
	b.t.Helper()
	path := filepath.Join(b.dir, "conf", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// command is the process to start: ours in the foreground, or the original through its runner.
func (b *Broker) command() *exec.Cmd {
	b.t.Helper()
	xml := filepath.Join(b.dir, "conf", "activemq.xml")
	var cmd *exec.Cmd
	if b.java || b.Original {
		cmd = exec.Command(peers.Shared(b.t, "tools", "java-broker"), b.dir, xml)
	} else {
		cmd = exec.Command(executable(b.t), "console", "xbean:file:"+xml)
	}
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "ACTIVEMQ_HOME="+b.dir, "ACTIVEMQ_BASE="+b.dir, "ACTIVEMQ_CONF="+b.dir+"/conf",
		"ACTIVEMQ_DATA="+b.Data(), "ACTIVEMQ_TMP="+b.dir+"/tmp", "ACTIVEMQ_PIDFILE="+b.dir+"/activemq.pid")
	cmd.Env = append(cmd.Env, b.env...)
	return cmd
}

// Restart starts the process, on the data that an earlier one left, and returns when it accepts connections.
// A process that ends before that fails the test, with its output.
func (b *Broker) Restart() {
	b.t.Helper()
	if b.process != nil {
		b.t.Fatal("the broker is running already")
	}
	begin := time.Now()
	p, err := launch(b.command(), b.logFile())
	if err != nil {
		b.t.Fatal(err)
	}
	b.process = p
	accepted := Poll(startLimit, func() bool { return p.ended() || Accepts(b.Addr()) })
	b.Startup = time.Since(begin)
	if p.ended() {
		b.process = nil
		b.t.Fatalf("the broker ended at its start with status %d:\n%s", p.status(), tail(b.Log(), 6000))
	}
	if !accepted {
		b.t.Fatalf("the broker does not accept connections after %v", startLimit)
	}
}

// Fails runs a broker that should not start until the process ends, and returns its exit status and its output.
// One that does not end fails the test.
func (b *Broker) Fails() (status int, output string) {
	b.t.Helper()
	from := len(b.Log())
	p, err := launch(b.command(), b.logFile())
	if err != nil {
		b.t.Fatal(err)
	}
	defer p.kill()
	if !Poll(failLimit, p.ended) {
		b.t.Fatalf("the broker still runs after %v, want a failure:\n%s", failLimit, tail(b.Log(), 3000))
	}
	return p.status(), b.Log()[from:]
}

// Kill ends the process group with SIGKILL, as a crash would. It does nothing when no process runs.
func (b *Broker) Kill() {
	if b.process != nil {
		b.process.kill()
		b.process = nil
	}
}

// Stop asks the process to end and waits until it has.
func (b *Broker) Stop() {
	b.t.Helper()
	p := b.process
	if p == nil {
		return
	}
	p.terminate()
	if !Poll(stopLimit, p.ended) {
		b.t.Errorf("the broker still runs %v after SIGTERM", stopLimit)
	}
	b.Kill()
}

// Running reports whether the process that was started is still there.
func (b *Broker) Running() bool { return b.process != nil && !b.process.ended() }

// Addr is host:port of the connector that the configuration gives @openwire@.
func (b *Broker) Addr() string { return b.AddrOf("openwire") }

// AddrOf is host:port of the port that the configuration calls @name@.
func (b *Broker) AddrOf(name string) string { return fmt.Sprintf("127.0.0.1:%d", b.ports[name]) }

// URL is the broker's address as an OpenWire client spells it.
func (b *Broker) URL() string { return "tcp://" + b.Addr() }

// Data is the data directory.
func (b *Broker) Data() string { return filepath.Join(b.dir, "data") }

// Memory is the resident memory of the process in bytes, now and at its highest.
func (b *Broker) Memory() (now, peak int64) {
	b.t.Helper()
	if b.process == nil {
		b.t.Fatal("no broker runs")
	}
	now, peak, err := b.process.memory()
	if err != nil {
		b.t.Skip("resident memory is not known here: ", err)
	}
	return now, peak
}

// Log is what the broker has printed so far, all its starts together.
func (b *Broker) Log() string {
	text, err := os.ReadFile(b.logFile())
	if err != nil && !os.IsNotExist(err) {
		b.t.Error(err)
	}
	return string(text)
}

func (b *Broker) logFile() string { return filepath.Join(b.dir, "out.log") }

// tail is the end of a text, from a line's beginning.
func tail(text string, max int) string {
	if len(text) <= max {
		return text
	}
	text = text[len(text)-max:]
	return text[strings.IndexByte(text, '\n')+1:]
}
