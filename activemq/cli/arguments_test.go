package cli

import (
	"maps"
	"math"
	"slices"
	"testing"
)

func TestParse(t *testing.T) {
	cases := []struct {
		name       string
		args       []string
		command    string
		operands   []string
		properties map[string]string
		heapMax    int64
		failure    string
	}{
		{name: "nothing"},
		{name: "plain", args: []string{"start"}, command: "start"},
		{name: "uri", args: []string{"start", "xbean:file:a.xml"}, command: "start", operands: []string{"xbean:file:a.xml"}},
		{name: "java's part", args: []string{"-server", "-Xmx1g", "-Da=1", "--add-opens", "x=y", "-Db=c=d", "--", "stop"},
			command: "stop", properties: map[string]string{"a": "1", "b": "c=d"}, heapMax: 1 << 30},
		{name: "last one counts", args: []string{"-Da=1", "-Xmx1g", "-Da=2", "-Xmx2g", "--", "start", "-Da=3"},
			command: "start", properties: map[string]string{"a": "3"}, heapMax: 2 << 30},
		{name: "heap by its long name", args: []string{"-XX:MaxHeapSize=64m", "--", "start"}, command: "start", heapMax: 64 << 20},
		{name: "heap that is none", args: []string{"-Xmx1g", "-Xmxlots", "--", "start"}, command: "start", heapMax: 1 << 30},
		{name: "options before and behind", args: []string{"--extdir", "/x", "start", "-Dk", "uri", "--noDefExt"},
			command: "start", operands: []string{"uri"}, properties: map[string]string{"k": ""}},
		{name: "second separator", args: []string{"--", "start", "--", "x"}, command: "start", failure: "Unrecognized option: --"},
		{name: "unknown option", args: []string{"start", "-x"}, command: "start", failure: "Unrecognized option: -x"},
		{name: "value missing", args: []string{"stop", "--jmxurl"}, command: "stop", failure: "Missing value of option: --jmxurl"},
		{name: "options of others", args: []string{"query", "-QQueue=*", "--view", "a"}, command: "query"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a, err := parse(c.args)
			failure := ""
			if err != nil {
				failure = err.Error()
			}
			if a.command != c.command || !slices.Equal(a.operands, c.operands) || a.heapMax != c.heapMax || failure != c.failure {
				t.Errorf("got %q %q heap %d error %q, want %q %q heap %d error %q",
					a.command, a.operands, a.heapMax, failure, c.command, c.operands, c.heapMax, c.failure)
			}
			if !maps.Equal(a.properties, c.properties) {
				t.Errorf("properties %q, want %q", a.properties, c.properties)
			}
		})
	}
}

// TestMemorySize: the letters are those of java's -Xmx.
func TestMemorySize(t *testing.T) {
	cases := map[string]int64{
		"1048576": 1 << 20, "64k": 64 << 10, "64K": 64 << 10, "512m": 512 << 20, "1G": 1 << 30, "2t": 2 << 40, "0": 0,
		"": 0, "m": 0, "1.5g": 0, "-1": 0, "1gb": 0, "99999999999999999999": 0, "9999999999t": 0,
		"4611686018427387": 4611686018427387, "8388607t": 0,
	}
	for text, want := range cases {
		if got := memorySize(text); got != want {
			t.Errorf("memorySize(%q) = %d, want %d", text, got, want)
		}
	}
}

func FuzzMemorySize(f *testing.F) {
	f.Add("512m")
	f.Fuzz(func(t *testing.T, text string) {
		if got := memorySize(text); got < 0 || got > math.MaxInt64/2 {
			t.Errorf("memorySize(%q) = %d", text, got)
		}
	})
}
