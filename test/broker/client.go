package broker

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"goactivemq/test/peers"
)

// classPath is the original's client, with a logger that says nothing in the place of any other, and with the codecs of
// OpenWire 2 to 8 where a system has them.
func classPath(t testing.TB) string {
	t.Helper()
	jars := slices.DeleteFunc(strings.Split(peers.Java(t), ":"), func(jar string) bool {
		return strings.HasPrefix(filepath.Base(jar), "slf4j-log4j")
	})
	for _, more := range []string{quiet, legacy} {
		if _, err := os.Stat(more); err == nil {
			jars = append(jars, more)
		}
	}
	return strings.Join(jars, ":")
}

const (
	quiet  = "/usr/share/java/slf4j-nop.jar"
	legacy = "/usr/share/java/activemq-openwire-legacy.jar"
)

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
		if text, err := exec.Command(peers.Need(t, "javac"), "-nowarn", "-Xlint:-options", "-cp", jars, "-d", out, source).CombinedOutput(); err != nil {
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

// Run runs the program to its end and returns what it printed, and its exit status. A run beyond limit is cut off, with
// status -1, and marks the test as failed.
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
		t.Errorf("%s %v does not end within %v", p.class, args, limit)
	}
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}
