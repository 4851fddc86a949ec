package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// TestServes: which command lines are brokers of a data directory.
func TestServes(t *testing.T) {
	cases := []struct {
		name    string
		command []string
		want    bool
	}{
		{"ours", []string{"/opt/activemq/bin/activemqd", "-Dactivemq.data=/data", "--", "start"}, true},
		{"ours, data by a path with turns", []string{"activemqd", "-Dactivemq.data=/x/..//data/"}, true},
		{"ours, called directly", []string{"./activemqd", "start"}, true},
		{"ours, of other data", []string{"/opt/activemq/bin/activemqd", "-Dactivemq.data=/other", "--", "start"}, false},
		{"Java's", []string{"/usr/bin/java", "-Xmx1G", "-Dactivemq.data=/data", "-jar", "/opt/activemq//bin/activemq.jar", "start"}, true},
		{"Java's, by class", []string{"java", "org.apache.activemq.console.Main", "start"}, true},
		{"Java's, of other data", []string{"java", "-Dactivemq.data=/other", "-jar", "/opt/activemq//bin/activemq.jar", "start"}, false},
		{"another Java program", []string{"java", "-jar", "tomcat.jar"}, false},
		{"the launcher", []string{"/bin/sh", "/opt/activemq/bin/activemq", "start"}, false},
		{"an editor", []string{"vi", "activemq.xml"}, false},
		{"nobody", nil, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := (pidFile{data: "/data"}).serves(c.command); got != c.want {
				t.Errorf("serves(%q) = %v, want %v", c.command, got, c.want)
			}
		})
	}
}

// TestClaim: a file that names a process which is no broker, here the go command, is free. That of many starts one wins
// is shown by real ones in test/launcher.
func TestClaim(t *testing.T) {
	f := pidFile{path: filepath.Join(t.TempDir(), "pid")}
	if err := f.claim(os.Getpid()); err != nil {
		t.Fatal(err)
	}
	if err := f.release(os.Getpid() + 1); err != nil {
		t.Error(err)
	}
	if pid, err := f.read(); pid != os.Getpid() || err != nil {
		t.Errorf("read %d, %v; want our own number", pid, err)
	}
	if err := os.WriteFile(f.path, []byte(strconv.Itoa(os.Getppid())), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := f.claim(os.Getpid()); err != nil {
		t.Errorf("claim over a stale file: %v", err)
	}
	if err := f.release(os.Getpid()); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(filepath.Dir(f.path))
	if err != nil || len(entries) != 0 {
		t.Errorf("%v is left (%v), want nothing", entries, err)
	}
}

func TestCommandLine(t *testing.T) {
	ways := map[string]func(pid int) []string{"proc": commandLine}
	if _, err := exec.LookPath("ps"); err == nil {
		ways["ps"] = listedCommandLine
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			if got := way(os.Getpid()); len(got) == 0 || filepath.Base(got[0]) != filepath.Base(os.Args[0]) {
				t.Errorf("own command line %q, want %q first", got, os.Args[0])
			}
			if got := way(1 << 30); got != nil {
				t.Errorf("command line %q of a process that cannot be", got)
			}
		})
	}
}
