package broker

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Shared is a path among the facts shared with other checkouts, which lie beside this one or where GOACTIVEMQ_SHARED says.
// A test that needs an absent one is skipped, or fails where GOACTIVEMQ_REQUIRE_PEERS=1.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()
	top := os.Getenv("GOACTIVEMQ_SHARED")
	if top == "" {
		top = filepath.Join(Root(t), "..", "shared")
	}
	path := filepath.Join(append([]string{top}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		missing(t, "shared file "+filepath.Join(elem...)+" is not there: "+err.Error())
	}
	return path
}

func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("GOACTIVEMQ_REQUIRE_PEERS") == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// classPath is what a JMS client of ActiveMQ 5.17 needs, as Debian installs it.
func classPath(t testing.TB) string {
	t.Helper()
	const lib = "/usr/share/java/"
	jars := []string{"activemq-client.jar", "geronimo-jms_1.1_spec.jar", "geronimo-j2ee-management-1.1-spec.jar", "hawtbuf.jar", "slf4j-api.jar", "slf4j-nop.jar"}
	for i, jar := range jars {
		jars[i] = lib + jar
		if _, err := os.Stat(jars[i]); err != nil {
			missing(t, "the Java client is not installed: "+err.Error())
		}
	}
	if _, err := exec.LookPath("javac"); err != nil {
		missing(t, "no Java compiler: "+err.Error())
	}
	// OpenWire versions 2 to 8, where a system has them.
	if legacy := lib + "activemq-openwire-legacy.jar"; exists(legacy) {
		jars = append(jars, legacy)
	}
	return strings.Join(jars, ":")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Program is a Java client, compiled.
type Program struct{ path, class string }

var programs struct {
	sync.Mutex
	compiled map[string]bool // by source file
}

// Compile makes a client of one Java source file whose class bears the file's name. A test process compiles a file once.
func Compile(t testing.TB, source string) Program {
	t.Helper()
	jars := classPath(t)
	class := strings.TrimSuffix(filepath.Base(source), ".java")
	out := filepath.Join(scratch, class)
	programs.Lock()
	defer programs.Unlock()
	if !programs.compiled[source] {
		if text, err := exec.Command("javac", "-nowarn", "-Xlint:-options", "-cp", jars, "-d", out, source).CombinedOutput(); err != nil {
			t.Fatalf("javac %s: %v\n%s", source, err, text)
		}
		if programs.compiled == nil {
			programs.compiled = map[string]bool{}
		}
		programs.compiled[source] = true
	}
	return Program{path: jars + ":" + out, class: class}
}

// Command is a run of the program, not yet started, that ctx ends.
func (p Program) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "java", append([]string{"-Xmx512M", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", p.path, p.class}, args...)...)
	cmd.SysProcAttr = ownGroup()
	return cmd
}

// Run runs the program to its end and returns what it printed, and its exit status. Exceeding limit fails the test.
func (p Program) Run(t testing.TB, limit time.Duration, args ...string) (output string, status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := p.Command(ctx, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if errs.Len() > 0 {
		t.Logf("%s: %s", p.class, tail(errs.String(), 3000))
	}
	if ctx.Err() != nil {
		t.Fatalf("%s %v does not end within %v; it printed:\n%s", p.class, args, limit, tail(out.String(), 3000))
	}
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}
