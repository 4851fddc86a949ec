package scheduler

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

// TestCron compares with what the original's CronParser answers, of release 5.17.2: zone, entry, moment and the next time, or the exception. CronVectors.java
// beside the answers asked it.
func TestCron(t *testing.T) {
	file, err := os.Open("testdata/cron.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cases := 0
	for lines := bufio.NewScanner(file); lines.Scan(); cases++ {
		f := strings.Split(lines.Text(), "|")
		if len(f) != 4 {
			t.Fatalf("line %q", lines.Text())
		}
		zone, err := time.LoadLocation(f[0])
		if err != nil {
			t.Fatal(err)
		}
		now, err := strconv.ParseInt(f[2], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		moment := time.UnixMilli(now).In(zone)
		if f[1] == "" {
			continue // the original says that it has no next time; here nobody asks
		}
		got, err := nextCron(f[1], moment)
		want, fails := strconv.ParseInt(f[3], 10, 64)
		switch {
		case (fails != nil) != (err != nil):
			t.Errorf("%s %q after %v: %v, %v; the original says %s", f[0], f[1], moment, got, err, f[3])
		case fails == nil && got.UnixMilli() != want:
			t.Errorf("%s %q after %v: %v, want %v", f[0], f[1], moment, got, time.UnixMilli(want).In(zone))
		}
	}
	if cases < 2000 {
		t.Errorf("%d cases", cases)
	}
}

// TestCronBounds has entries that must cost nothing.
func TestCronBounds(t *testing.T) {
	for _, entry := range []string{"0-2000000000 * * * *", "2000000000 * * * *", "* * * * */-1", strings.Repeat("1,", 1000) + "x * * * *"} {
		if next, err := nextCron(entry, time.Unix(0, 0)); err == nil {
			t.Errorf("%.40q is due at %v, want it refused", entry, next)
		}
	}
}

func FuzzCron(f *testing.F) {
	f.Add("*/5 1-3,7 ? * 1", int64(1795223840500))
	f.Fuzz(func(t *testing.T, entry string, now int64) {
		moment := time.UnixMilli(now % (1 << 45)).UTC()
		if next, err := nextCron(entry, moment); err == nil && !next.After(moment) {
			t.Errorf("%q after %v: %v", entry, moment, next)
		}
	})
}
