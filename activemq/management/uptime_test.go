package management

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestUptime compares with testdata/uptime.txt, which the original printed (testdata/Uptime.java).
func TestUptime(t *testing.T) {
	f, err := os.Open("testdata/uptime.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cases := 0
	for lines := bufio.NewScanner(f); lines.Scan(); cases++ {
		var millis int64
		digits, want, _ := strings.Cut(lines.Text(), " ")
		if _, err := fmt.Sscan(digits, &millis); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		if got := Uptime(time.Duration(millis) * time.Millisecond); got != want {
			t.Errorf("%d ms are %q, want %q", millis, got, want)
		}
	}
	if cases == 0 {
		t.Error("no cases")
	}
}
