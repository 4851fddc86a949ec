// Package peers finds what tests talk to and may be missing: Java and the original's jars, other programs, the facts
// that were captured from the original.
//
// A missing peer skips the test with the reason. With GOACTIVEMQ_REQUIRE_PEERS=1 it fails it: where tests guard a
// change, a peer that got lost must not look like success.
package peers

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Need returns the path of a program, found on PATH.
func Need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		Missing(t, program+" is not installed")
	}
	return path
}

// Missing ends a test for want of a peer.
func Missing(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("GOACTIVEMQ_REQUIRE_PEERS") == "1" {
		t.Fatalf("%s (GOACTIVEMQ_REQUIRE_PEERS=1)", reason)
	}
	t.Skip(reason)
}

// jars are where Debian's packages put the original's broker, its client and what they need.
var jars = []string{
	"/usr/share/activemq/lib/*.jar",
	"/usr/share/activemq/lib/optional/*.jar",
}

// Java returns the class path of the original's broker and client. The command java is there when it returns; it can
// run a source file too: java -cp CLASSPATH File.java.
func Java(t testing.TB) (classPath string) {
	t.Helper()
	Need(t, "java")
	var all []string
	for _, pattern := range jars {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	if !strings.Contains(strings.Join(all, ":"), "activemq-broker") {
		Missing(t, "the original is not installed: no /usr/share/activemq/lib/activemq-broker*.jar")
	}
	return strings.Join(all, ":")
}

// Shared returns the path of captured facts: GOACTIVEMQ_SHARED/elements, or ../shared/elements beside the checkout. A
// test without its facts is skipped; they are no peer and are not part of the project.
func Shared(t testing.TB, elements ...string) string {
	t.Helper()
	base := os.Getenv("GOACTIVEMQ_SHARED")
	if base == "" {
		base = filepath.Join(Root(t), "..", "shared")
	}
	path := filepath.Join(append([]string{base}, elements...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("captured facts are not here: %v", err)
	}
	return path
}

// Root returns the root of the checkout: the directory of go.mod above the test's own.
func Root(t testing.TB) string {
	t.Helper()
	directory, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(directory, "go.mod")); err == nil {
			return directory
		}
		above := filepath.Dir(directory)
		if above == directory {
			t.Fatal("no go.mod above the test's directory")
		}
		directory = above
	}
}
