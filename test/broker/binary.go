package broker

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"goactivemq/test/peers"
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
	root := peers.Root(t)
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
