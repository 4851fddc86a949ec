package cli

import (
	"os"
	"os/signal"
	"slices"
	"syscall"
	"testing"
)

// TestEndings: nohup, and a shell that runs something in the background, make a process ignore signals. So it shall.
func TestEndings(t *testing.T) {
	all := []os.Signal{syscall.SIGTERM, syscall.SIGINT}
	if got := endings(); !slices.Equal(got, all) {
		t.Skipf("signals are ignored already: %v end this process", got)
	}
	signal.Ignore(syscall.SIGINT)
	defer signal.Reset(syscall.SIGINT)
	if got, want := endings(), all[:1]; !slices.Equal(got, want) {
		t.Errorf("%v end a process that ignores SIGINT, want %v", got, want)
	}
}
