package broker

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// scratch holds what a test process makes once: the binary, compiled Java programs.
var scratch string

// Main runs the tests of a package between making and removing the scratch directory.
func Main(m *testing.M) {
	dir, err := os.MkdirTemp("", "goactivemq-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	scratch = dir
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

var build struct {
	once sync.Once
	path string
	err  error
}

// executable is the program to test, built at its first use unless GOACTIVEMQ_BINARY names one.
func executable(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("GOACTIVEMQ_BINARY"); path != "" {
		return path
	}
	root := Root(t)
	build.once.Do(func() {
		build.path = filepath.Join(scratch, "activemqd")
		cmd := exec.Command("go", "build", "-o", build.path, "./bin")
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			build.err = fmt.Errorf("%v: %w\n%s", cmd, err, out)
		}
	})
	if build.err != nil {
		t.Fatal(build.err)
	}
	return build.path
}

// Root is the top of the checkout: the nearest directory upwards that has the go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod in any directory above the test")
		}
		dir = parent
	}
}
