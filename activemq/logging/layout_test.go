package logging

import (
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// golden reads a file of testdata: its lines, cut at tabs.
func golden(t *testing.T, name string, columns int) [][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(text)) {
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(row) != columns {
			t.Fatalf("testdata/%s: line %q has %d columns, want %d", name, line, len(row), columns)
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		t.Fatalf("testdata/%s is empty", name)
	}
	return rows
}

// captured are the two events that the programs in testdata gave to log4j.
func captured() []*event {
	at := time.Date(2024, 1, 31, 13, 5, 9, 123e6, time.UTC)
	return []*event{
		{Record: slog.NewRecord(at, LevelInfo, "", 0), thread: "main", text: "Connector openwire started",
			logger: "org.apache.activemq.broker.TransportConnector"},
		{Record: slog.NewRecord(at, LevelError, "", 0), thread: "ActiveMQ BrokerService[localhost] Task-1", text: "Failed",
			logger: "org.apache.activemq.broker.BrokerService",
			stack:  "java.lang.RuntimeException: boom\n\tat a.B.run(B.java:7)\n\tat a.B.main(B.java:3)\n"},
	}
}

// utc makes local time UTC, as it was for the captures.
func utc(t *testing.T) {
	local := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = local })
}

// TestLayout compares with what log4j 1.2.17 and 2.19.0 made of the same events.
func TestLayout(t *testing.T) {
	utc(t)
	events := captured()
	for _, dialect := range []string{"1", "2"} {
		for i, row := range golden(t, "layout"+dialect+".txt", 2) {
			t.Run("log4j"+dialect+" "+row[0], func(t *testing.T) {
				pattern := row[0]
				if dialect == "1" {
					pattern = fromLog4j1.Replace(pattern)
				}
				want, err := strconv.Unquote(row[1])
				if err != nil {
					t.Fatal(err)
				}
				// log4j 2 names the jar of each stack frame, "?" here, which Go has none of; and it lets the next line
				// follow a shortened stack without a line feed, which nobody wants.
				want = strings.ReplaceAll(want, " ~[?:?]", "")
				if !strings.HasSuffix(want, "\n") {
					want += "\n"
				}
				compiled, warnings := compileLayout(pattern)
				if len(warnings) != 0 {
					t.Errorf("warnings %q, want none", warnings)
				}
				if got := string(compiled.format(nil, events[i%2])); got != want {
					t.Errorf("got  %q\nwant %q", got, want)
				}
			})
		}
	}
}

// TestLayoutOptions covers what the captures do not: expected values are from log4j 2's manual.
func TestLayoutOptions(t *testing.T) {
	utc(t)
	cases := []struct{ pattern, want string }{
		{"%c{1.}", "o.a.a.b.TransportConnector"},
		{"%c{-2}", "activemq.broker.TransportConnector"},
		{"%c{9}", "org.apache.activemq.broker.TransportConnector"},
		{"%.-3p", "INF"},
		{"%message", "Connector openwire started"},
		{"%d{UNIX_MILLIS}", "1706706309123"},
		{"%d{UNIX}", "1706706309"},
		{"%d{COMPACT}", "20240131130509123"},
		{"%d{HH:mm}{Asia/Tokyo}", "22:05"},
		{"%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX}", "2024-01-31T13:05:09.123Z"},
		{"%d{yyyy DDD ''hh''}", "2024 031 '01'"},
		{`a\tb`, "a\tb"},
	}
	for _, c := range cases {
		t.Run(c.pattern, func(t *testing.T) {
			compiled, warnings := compileLayout(c.pattern)
			got := string(compiled.format(nil, captured()[0]))
			if got != c.want || len(warnings) != 0 {
				t.Errorf("got %q, warnings %q; want %q", got, warnings, c.want)
			}
		})
	}
}

// TestLayoutMistakes wants a warning and a line that is still of use.
func TestLayoutMistakes(t *testing.T) {
	utc(t)
	cases := []struct{ pattern, want, warning string }{
		{"%m %replace{%m}{o}{0}", "Connector openwire started %replace{%m}{o}{0}", "%replace"},
		{"%d{yyyy-QQ} %p", "2024-01-31 13:05:09,123 INFO", `"Q" is not known`},
		{"%d{HH:mm}{Mars/Olympus}", "13:05", "Mars/Olympus"},
		{"%p %", "INFO %", `"%"`},
		{"%p %d{", "INFO 2024-01-31 13:05:09,123{", ""},
		{"%99999p", strings.Repeat(" ", 996) + "INFO", ""},
	}
	for _, c := range cases {
		t.Run(c.pattern, func(t *testing.T) {
			compiled, warnings := compileLayout(c.pattern)
			if got := string(compiled.format(nil, captured()[0])); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if all := strings.Join(warnings, "; "); !strings.Contains(all, c.warning) || c.warning == "" && all != "" {
				t.Errorf("warnings %q, want %q in them", all, c.warning)
			}
		})
	}
}

func FuzzLayout(f *testing.F) {
	f.Add("%d | %-5p | %m | %c | %t%n%throwable{full}")
	f.Add("%d{yyyy''MM'x}{GMT}%-3.-2c{1.}%")
	f.Fuzz(func(t *testing.T, pattern string) {
		compiled, _ := compileLayout(pattern)
		for _, e := range captured() {
			compiled.format(nil, e)
		}
		if name := compileName(pattern); name.numbered && name.format("p", 1) == name.format("p", 2) {
			t.Errorf("pattern %q: numbers 1 and 2 give the same name", pattern)
		}
	})
}

func BenchmarkLayout(b *testing.B) {
	compiled, _ := compileLayout(filePattern)
	e := captured()[0]
	var line []byte
	b.ReportAllocs()
	for b.Loop() {
		line = compiled.format(line[:0], e)
	}
}
