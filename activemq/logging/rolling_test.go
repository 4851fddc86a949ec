package logging

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestRollingLikeLog4j gives the lines of the captures to the configurations of the captures and wants the files that
// log4j 1.2.17 and 2.19.0 left.
func TestRollingLikeLog4j(t *testing.T) {
	for _, dialect := range []string{"1", "2"} {
		want := map[int][]string{}
		for _, row := range golden(t, "rolling"+dialect+".txt", 4) {
			lines, err := strconv.Atoi(row[0])
			if err != nil {
				t.Fatal(err)
			}
			want[lines] = append(want[lines], strings.Join(row[1:], " "))
		}
		for lines, want := range want {
			t.Run(fmt.Sprintf("log4j%s %d lines", dialect, lines), func(t *testing.T) {
				data := t.TempDir()
				log := open(t, Options{Properties: map[string]string{
					"activemq.data": data, "log4j.configuration": filepath.Join("testdata", "rolling"+dialect+".properties"),
				}})
				for i := range lines {
					log.Logger("a.b").Info(fmt.Sprintf("line %04d %89s", i, "."))
				}
				if err := log.Close(); err != nil {
					t.Fatal(err)
				}
				if got := inventory(t, data); !slices.Equal(got, want) {
					t.Errorf("got  %q\nwant %q", got, want)
				}
			})
		}
	}
}

// open opens a log and closes it with the test.
func open(t *testing.T, o Options) *Log {
	t.Helper()
	log := New()
	if err := log.Open(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	return log
}

// inventory lists the files of a directory with the numbers of their first and last lines.
func inventory(t *testing.T, directory string) []string {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, entry := range entries {
		first, last := "-", "-"
		if lines := strings.Split(strings.TrimSpace(read(t, filepath.Join(directory, entry.Name()))), "\n"); lines[0] != "" {
			first, last = lines[0][5:9], lines[len(lines)-1][5:9]
		}
		files = append(files, entry.Name()+" "+first+" "+last)
	}
	return files
}

// read returns a file's text, unzipped where its name ends in .gz.
func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(path) == ".gz" {
		unzipped, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if text, err = io.ReadAll(unzipped); err != nil {
			t.Fatal(err)
		}
	}
	return string(text)
}

// at is an event on a day of January 2024.
func at(day, number int) (*event, []byte) {
	e := &event{Record: slog.NewRecord(time.Date(2024, 1, day, 12, 0, number, 0, time.Local), LevelInfo, "", 0)}
	return e, []byte(fmt.Sprintf("line %04d\n", number))
}

// TestRollingByTime: names and moments as the manuals of log4j 1 (DailyRollingFileAppender) and 2 describe them.
func TestRollingByTime(t *testing.T) {
	cases := []struct {
		name    string
		rolling rolling
		want    []string
	}{
		{"each day", rolling{pattern: "log.%d{yyyy-MM-dd}", timed: true}, []string{
			"log 0004 0005", "log.2024-01-30 0000 0001", "log.2024-01-31 0002 0003"}},
		{"each day, numbered and zipped", rolling{pattern: "old.%d{MM-dd}.%i.gz", backups: 7, newestLast: true, timed: true}, []string{
			"log 0004 0005", "old.01-30.1.gz 0000 0001", "old.01-31.1.gz 0002 0003"}},
		{"zipped one after another", rolling{pattern: "old.%i.gz", backups: 7, newestLast: true, sizeMax: 19}, []string{
			"log 0004 0005", "old.1.gz 0000 0001", "old.2.gz 0002 0003"}},
		{"time in the name only", rolling{pattern: "log.%d{yyyy-MM-dd}", backups: 7}, []string{"log 0000 0005"}},
		{"each month", rolling{pattern: "log.%d{yyyy-MM}", timed: true}, []string{"log 0004 0005", "log.2024-01 0000 0003"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			data := t.TempDir()
			c.rolling.path = filepath.Join(data, "log")
			c.rolling.pattern = filepath.Join(data, c.rolling.pattern)
			c.rolling.append = true
			file, err := openRolling(c.rolling)
			if err != nil {
				t.Fatal(err)
			}
			for i, day := range []int{30, 30, 31, 31, 32, 32} { // January 32 is February 1
				if err := file.write(at(day, i)); err != nil {
					t.Fatal(err)
				}
			}
			if err := file.close(); err != nil {
				t.Fatal(err)
			}
			if got := inventory(t, data); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestRollingGoesOn: a file that cannot be put aside is written on, nothing is lost.
func TestRollingGoesOn(t *testing.T) {
	data := t.TempDir()
	for number := range 2 { // directories that are not empty are in the way
		if err := os.MkdirAll(filepath.Join(data, fmt.Sprintf("log.%d", number+1), "x"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file, err := openRolling(rolling{path: filepath.Join(data, "log"), pattern: filepath.Join(data, "log.%i"), sizeMax: 20, backups: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		if err := file.write(at(30, i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.close(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(read(t, filepath.Join(data, "log")), "\n"); got != 8 {
		t.Errorf("%d lines are left, want 8", got)
	}
}

// TestRollingStrategies covers numbers that other settings left behind.
func TestRollingStrategies(t *testing.T) {
	cases := []struct {
		name    string
		rolling rolling
		before  []int // numbers in use
		want    []string
	}{
		{"gap is filled", rolling{backups: 3, newestLast: true}, []int{3}, []string{"log.1 0003 0003", "log.2 0000 0000"}},
		{"too many", rolling{backups: 3, newestLast: true}, []int{1, 2, 3, 4, 5},
			[]string{"log.1 0004 0004", "log.2 0005 0005", "log.3 0000 0000"}},
		{"too many, newest first", rolling{backups: 2}, []int{1, 2, 3, 4}, []string{"log.1 0000 0000", "log.2 0001 0001"}},
		{"without end", rolling{backups: 2, newestLast: true, unbounded: true}, []int{1, 2, 7},
			[]string{"log.1 0001 0001", "log.2 0002 0002", "log.7 0007 0007", "log.8 0000 0000"}},
		{"none is kept", rolling{backups: 0}, nil, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "broker-1.7") // digits in the path are not a file's number
			if err := os.Mkdir(data, 0o755); err != nil {
				t.Fatal(err)
			}
			for _, number := range c.before {
				text := fmt.Appendf(nil, "line %04d\n", number)
				if err := os.WriteFile(filepath.Join(data, fmt.Sprintf("log.%d", number)), text, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			c.rolling.path, c.rolling.pattern = filepath.Join(data, "log"), filepath.Join(data, "log.%i")
			file, err := openRolling(c.rolling)
			if err != nil {
				t.Fatal(err)
			}
			if err := file.write(at(30, 0)); err != nil {
				t.Fatal(err)
			}
			if err := file.roll(); err != nil {
				t.Fatal(err)
			}
			if err := file.close(); err != nil {
				t.Fatal(err)
			}
			if got, want := inventory(t, data), append([]string{"log - -"}, c.want...); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}
