// Package launcher_test runs the real bin/activemq, around a stand-in for the broker, the way people and init scripts do.
//
// The messages and exit codes are those of the original's launcher.
package launcher_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"goactivemq/test/peers"
)

// limit bounds every command; it is reached only by a test that fails.
const limit = 60 * time.Second

// installation is a home directory with the launcher in it.
type installation struct {
	home string // of the installation
	user string // $HOME
	env  map[string]string
}

// install makes an installation. What runs from it when the test ends is killed.
func install(t *testing.T) *installation {
	t.Helper()
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	i := &installation{home: filepath.Join(base, "active mq"), user: filepath.Join(base, "user"), env: map[string]string{}}
	for _, directory := range []string{"bin", "conf"} {
		if err := os.MkdirAll(filepath.Join(i.home, directory), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(i.user, 0o755); err != nil {
		t.Fatal(err)
	}
	copyFile(t, filepath.Join(peers.Root(t), "bin", "activemq"), i.path("bin/activemq"))
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Link(program, i.path("bin/activemqd")); err != nil { // another file system
		copyFile(t, program, i.path("bin/activemqd"))
	}
	t.Cleanup(func() { i.run(t, "kill") })
	return i
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o755); err != nil {
		t.Fatal(err)
	}
}

func (i *installation) path(name string) string { return filepath.Join(i.home, name) }

// pidFile is the path as the launcher writes it: home's own slash stays.
func (i *installation) pidFile() string { return i.home + "//data/activemq.pid" }

func (i *installation) write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// command prepares a call of the launcher, with nothing of the test's own environment but PATH.
func (i *installation) command(ctx context.Context, script string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, script, args...)
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + i.user, "GORACE=atexit_sleep_ms=0"}
	for name, value := range i.env {
		command.Env = append(command.Env, name+"="+value)
	}
	command.Dir = i.user
	return command
}

// result is what a command printed, on both channels, and its exit code.
type result struct {
	text string
	code int
}

// run runs the launcher to its end. Lines about Debian's own file, which may lie in /etc/default, are left out.
func (i *installation) run(t *testing.T, args ...string) result {
	t.Helper()
	return i.runScript(t, i.path("bin/activemq"), args...)
}

func (i *installation) runScript(t *testing.T, script string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	command := i.command(ctx, script, args...)
	var text bytes.Buffer
	command.Stdout, command.Stderr = &text, &text
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		t.Fatalf("%s %q: %v (%v)\n%s", script, args, err, ctx.Err(), &text)
	}
	kept := ""
	for line := range strings.Lines(text.String()) {
		if !strings.HasPrefix(line, "INFO: Skipping '/etc/default/activemq'") {
			kept += line
		}
	}
	return result{text: kept, code: command.ProcessState.ExitCode()}
}

// expect checks the exit code and that all texts are in the output, in this order.
func (r result) expect(t *testing.T, code int, texts ...string) {
	t.Helper()
	rest := r.text
	for _, text := range texts {
		_, after, found := strings.Cut(rest, text)
		if !found {
			t.Errorf("output\n%s\nwant in it, in this order, %q", r.text, texts)
			break
		}
		rest = after
	}
	if r.code != code {
		t.Errorf("exit code %d, want %d; output\n%s", r.code, code, r.text)
	}
}

// pid reads the pid file; 0 when there is none.
func (i *installation) pid(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(i.path("data/activemq.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func (i *installation) log(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(i.path("data/activemq.log"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestLifeOfADaemon(t *testing.T) {
	i := install(t)
	i.run(t, "status").expect(t, 1, "ActiveMQ not running")
	i.run(t, "stop").expect(t, 0, "ActiveMQ not running")

	started := i.run(t, "start")
	pid := i.pid(t)
	created := fmt.Sprintf("INFO: pidfile created : '%s' (pid '%d')", i.pidFile(), pid)
	started.expect(t, 0, "INFO: Starting - inspect logfiles specified in logging.properties and log4j2.properties to get details", created)
	if !strings.Contains(i.log(t), "standin is ready") {
		t.Errorf("start returned and the log says %q", i.log(t))
	}
	i.run(t, "status").expect(t, 0, fmt.Sprintf("ActiveMQ is running (pid '%d')", pid))
	i.run(t, "start").expect(t, 0, fmt.Sprintf("INFO: Process with pid '%d' is already running", pid))
	i.run(t, "console").expect(t, 1, "ERROR: ActiveMQ is already running")

	waiting := fmt.Sprintf("INFO: Waiting at least 30 seconds for regular process termination of pid '%d' :", pid)
	i.run(t, "stop").expect(t, 0, waiting, " FINISHED")
	if i.pid(t) != 0 {
		t.Error("the pid file is left")
	}
	if !strings.Contains(i.log(t), "standin is closed") {
		t.Errorf("the broker was not closed, the log says %q", i.log(t))
	}
	i.run(t, "status").expect(t, 1, "ActiveMQ not running")
}

// TestManyStarts: of starts at the same time one starts a broker, the others find it.
func TestManyStarts(t *testing.T) {
	i := install(t)
	results := make([]result, 6)
	var all sync.WaitGroup
	for n := range results {
		all.Go(func() { results[n] = i.run(t, "start") })
	}
	all.Wait()
	created, found := 0, 0
	for _, r := range results {
		r.expect(t, 0)
		created += strings.Count(r.text, "INFO: pidfile created")
		found += strings.Count(r.text, "is already running")
	}
	if created != 1 || found != len(results)-1 {
		t.Errorf("%d created, %d found it running; want 1 and %d: %+v", created, found, len(results)-1, results)
	}
	i.run(t, "status").expect(t, 0, "ActiveMQ is running")
}

func TestRestart(t *testing.T) {
	i := install(t)
	i.run(t, "restart").expect(t, 0, "INFO: Starting", "INFO: pidfile created", "ActiveMQ is running")
	first := i.pid(t)
	i.run(t, "restart").expect(t, 0, " FINISHED", "INFO: Starting", "INFO: pidfile created", "ActiveMQ is running")
	if second := i.pid(t); second == first || second == 0 {
		t.Errorf("pid %d after %d, want another", second, first)
	}
}

func TestFailingStart(t *testing.T) {
	cases := []struct{ behaviour, reason, logged string }{
		{"fails", "ERROR: activemq.xml:12:5: no such thing\n", "Failed to run the broker: activemq.xml:12:5: no such thing"},
		{"ends", "ERROR: the broker ended before it accepted connections\n", "ended before"},
		{"panics", "ERROR: panic: out of luck\n", "launcher_test.standin.Run("},
		{"crashes", "ERROR: the broker ended before it accepted connections: exit status 2\n", "panic: out of luck elsewhere"},
	}
	for _, c := range cases {
		t.Run(c.behaviour, func(t *testing.T) {
			i := install(t)
			i.run(t, "start", "-Dstandin="+c.behaviour).expect(t, 1, c.reason)
			if i.pid(t) != 0 {
				t.Error("the pid file is left")
			}
			if log := i.log(t); !strings.Contains(log, c.logged) {
				t.Errorf("the log says %q, want %q in it", log, c.logged)
			}
			i.run(t, "status").expect(t, 1, "ActiveMQ not running")
		})
	}
	t.Run("log cannot be written", func(t *testing.T) {
		i := install(t)
		if err := os.MkdirAll(i.path("data/activemq.log"), 0o755); err != nil {
			t.Fatal(err)
		}
		i.run(t, "start").expect(t, 1, "ERROR: log file: ", "activemq.log: is a directory")
	})
	t.Run("output cannot be written", func(t *testing.T) {
		i := install(t)
		i.env["ACTIVEMQ_OUT"] = i.path("no/such/directory")
		i.run(t, "start").expect(t, 1, "ERROR: ACTIVEMQ_OUT: open ", "no such file or directory")
		if i.pid(t) != 0 {
			t.Error("the pid file is left")
		}
	})
}

// TestSlowStart: a broker that recovers its store for long is left to itself.
func TestSlowStart(t *testing.T) {
	i := install(t)
	i.env["ACTIVEMQ_START_MAXSECONDS"] = "0"
	i.run(t, "start", "-Dstandin=slow").expect(t, 0, "INFO: pidfile created", "INFO: The broker does not accept connections yet after 0s")
	i.run(t, "stop").expect(t, 0, " FINISHED")
}

func TestStopOfABrokerThatHangs(t *testing.T) {
	i := install(t)
	i.env["ACTIVEMQ_KILL_MAXSECONDS"] = "0"
	i.run(t, "start", "-Dstandin=hangs").expect(t, 0)
	pid := i.pid(t)
	i.run(t, "stop").expect(t, 0, "INFO: Waiting at least 0 seconds",
		"INFO: Regular shutdown not successful,  sending SIGKILL to process", fmt.Sprintf("INFO: sending SIGKILL to pid '%d'", pid))
	if i.pid(t) != 0 {
		t.Error("the pid file is left")
	}
	i.run(t, "status").expect(t, 1, "ActiveMQ not running")
}

func TestKill(t *testing.T) {
	i := install(t)
	i.run(t, "start").expect(t, 0)
	pid := i.pid(t)
	i.run(t, "kill").expect(t, 0, fmt.Sprintf("INFO: sending SIGKILL to pid '%d'", pid))
	i.run(t, "kill").expect(t, 0, "INFO: not running, nothing to do")
}

// TestStalePidFile: the number in the file may belong to anybody after a crash.
func TestStalePidFile(t *testing.T) {
	cases := []struct{ name, content, complaint string }{
		{"another program", strconv.Itoa(os.Getpid()) + "\n", ""},
		{"nobody", "4194305\n", ""},
		{"empty", "", "contains no pid"},
		{"junk", "x\n", "contains no pid"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			i := install(t)
			i.write(t, i.path("data/activemq.pid"), c.content)
			i.run(t, "status").expect(t, 1, c.complaint, "ActiveMQ not running")
			i.run(t, "stop").expect(t, 1, "ERROR: No or outdated process id in '"+i.pidFile()+"'", "INFO: Removing "+i.pidFile())
			if _, err := os.Lstat(i.path("data/activemq.pid")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the pid file is left: %v", err)
			}
			i.write(t, i.path("data/activemq.pid"), c.content)
			i.run(t, "start").expect(t, 0, "INFO: pidfile created")
			i.run(t, "stop").expect(t, 0, " FINISHED")
		})
	}
	t.Run("a broker of other data", func(t *testing.T) {
		other, i := install(t), install(t)
		other.run(t, "start").expect(t, 0)
		i.write(t, i.path("data/activemq.pid"), fmt.Sprintln(other.pid(t)))
		i.run(t, "status").expect(t, 1, "ActiveMQ not running")
		i.run(t, "kill").expect(t, 0, "INFO: not running, nothing to do")
		other.run(t, "status").expect(t, 0, "ActiveMQ is running")
	})
}

// TestBrokerThatFailsLater: the exit code and the log tell, though nobody waits any more.
func TestBrokerThatFailsLater(t *testing.T) {
	i := install(t)
	i.run(t, "start", "-Dstandin=loses its store").expect(t, 0)
	i.run(t, "stop").expect(t, 0, " FINISHED")
	if log := i.log(t); !strings.Contains(log, "ERROR | Failed to run the broker: store: no space left") {
		t.Errorf("the log says %q", log)
	}
}

// console is a broker in the foreground.
type console struct {
	*exec.Cmd
	output io.ReadCloser
	seen   string
}

// foreground starts "activemq console".
func (i *installation) foreground(t *testing.T, args ...string) *console {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	c := &console{Cmd: i.command(ctx, i.path("bin/activemq"), append([]string{"console"}, args...)...)}
	var err error
	if c.output, err = c.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// until reads the output until text is in it.
func (c *console) until(t *testing.T, text string) {
	t.Helper()
	buffer := make([]byte, 4096)
	for !strings.Contains(c.seen, text) {
		n, err := c.output.Read(buffer)
		c.seen += string(buffer[:n])
		if err != nil {
			t.Fatalf("output %q ended (%v) without %q", c.seen, err, text)
		}
	}
}

func (c *console) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := c.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// TestConsole: the process that was started is the broker, from its first moment to its last.
func TestConsole(t *testing.T) {
	for _, ending := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(ending.String(), func(t *testing.T) {
			i := install(t)
			c := i.foreground(t, "xbean:file:my.xml")
			c.until(t, " INFO | standin is ready\n")
			result{text: c.seen}.expect(t, 0,
				"INFO: Starting in foreground, this is just for debugging purposes (stop process by pressing CTRL+C)",
				"INFO: Creating pidfile "+i.pidFile(), "Loading message broker from: xbean:file:my.xml")
			if pid := i.pid(t); pid != c.Process.Pid {
				t.Errorf("pid file %d, started process %d", pid, c.Process.Pid)
			}
			c.signal(t, syscall.SIGQUIT)
			c.until(t, "goroutine ")
			c.signal(t, syscall.SIGHUP)
			c.until(t, " INFO | standin reads again\n")
			c.signal(t, ending)
			c.until(t, " INFO | standin is closed\n")
			if err := c.Wait(); err != nil {
				t.Errorf("console ended with %v, want exit code 0", err)
			}
			if i.pid(t) != 0 {
				t.Error("the pid file is left")
			}
		})
	}
}

// TestConsoleLosesItsReader: who reads the output may go, and takes nothing with it.
func TestConsoleLosesItsReader(t *testing.T) {
	i := install(t)
	c := i.foreground(t)
	c.until(t, " INFO | standin is ready\n")
	if err := c.output.Close(); err != nil {
		t.Fatal(err)
	}
	c.signal(t, syscall.SIGTERM)
	if err := c.Wait(); err != nil {
		t.Errorf("console ended with %v, want exit code 0", err)
	}
	if log := i.log(t); !strings.Contains(log, "standin is closed") {
		t.Errorf("the log says %q", log)
	}
}

func TestConsoleFailure(t *testing.T) {
	i := install(t)
	i.run(t, "console", "-Dstandin=fails").expect(t, 1, "ERROR: activemq.xml:12:5: no such thing")
	if i.pid(t) != 0 {
		t.Error("the pid file is left")
	}
}
