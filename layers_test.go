package goactivemq_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "goactivemq"

// layers says which packages of this module a package may import, beside those below it in its own folder. A row counts
// for all packages in the folder that have no row of their own. An entry ending in "/…" stands for all below a folder.
//
// The arrows run one way: message is a leaf, the core knows no protocol, nothing imports bin.
var layers = map[string][]string{
	"activemq/message":  {},
	"activemq/logging":  {"activemq/config"},
	"activemq/vfs":      {},
	"activemq/selector": {"activemq/message"},
	"activemq/usage":    {"activemq/message"},
	"activemq/config":   {"activemq/message"},

	"activemq/store":       {"activemq/message", "activemq/vfs", "activemq/usage"},
	"activemq/security":    {"activemq/message", "activemq/vfs", "activemq/usage", "activemq/config"},
	"activemq/replication": {"activemq/store", "activemq/message", "activemq/vfs", "activemq/usage"},
	"activemq/scheduler":   {"activemq/store", "activemq/message", "activemq/vfs", "activemq/usage"},

	"activemq/broker":     core,
	"activemq/network":    append([]string{"activemq/broker/…"}, core...),
	"activemq/management": append([]string{"activemq/broker/…", "activemq/logging"}, core...),
	"activemq/cli":        {"activemq/management", "activemq/config", "activemq/logging", "conf"},

	"protocols": {"activemq/broker/…", "activemq/security/…", "activemq/config", "activemq/message"},
	"openwire":  handler,
	"amqp":      handler,
	"stomp":     handler,
	"mqtt":      handler,
	"ws":        {"protocols"},

	// Codecs know bytes and nouns, nothing that lives.
	"openwire/wire": {"activemq/message"},
	"amqp/wire":     {"activemq/message"},
	"stomp/frame":   {"activemq/message"},
	"mqtt/packet":   {"activemq/message"},

	"webconsole": {"activemq/management", "activemq/config"},
	"conf":       {},
	"bin":        {"activemq/…", "protocols/…", "openwire/…", "amqp/…", "stomp/…", "mqtt/…", "ws/…", "webconsole/…", "conf"},
	"test":       {"activemq/…", "protocols/…", "openwire/…", "amqp/…", "stomp/…", "mqtt/…", "ws/…", "webconsole/…", "conf"},
}

// core is what the broker may import.
var core = []string{
	"activemq/message", "activemq/selector", "activemq/store", "activemq/security/…", "activemq/usage", "activemq/vfs",
}

// handler is what a protocol may import.
var handler = []string{"protocols/…", "activemq/broker/…", "activemq/message"}

// TestLayers asks the go command what imports what, tests left out.
func TestLayers(t *testing.T) {
	watchSources(t)
	list := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	var stderr bytes.Buffer
	list.Stderr = &stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	seen := 0
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name, inside := strings.CutPrefix(p.ImportPath, module+"/")
		if !inside {
			continue // the root, which holds this test only
		}
		seen++
		for _, violation := range violations(name, p.Imports) {
			t.Error(violation)
		}
	}
	if seen == 0 {
		t.Error("go list named no package")
	}
}

// watchSources looks at every source file, so that the go command does not answer from its cache when one has changed.
func watchSources(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".go" {
			_, err = os.Stat(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// violations checks the imports of one package.
func violations(name string, imports []string) []string {
	row := name
	for layers[row] == nil {
		slash := strings.LastIndexByte(row, '/')
		if slash < 0 {
			return []string{name + ": no row in the table of layers"}
		}
		row = row[:slash]
	}
	var found []string
	for _, path := range imports {
		imported, inside := strings.CutPrefix(path, module+"/")
		if inside && !within(imported, row) && !allowed(imported, layers[row]) {
			found = append(found, name+" imports "+imported+", which "+row+" may not")
		}
		standard := !strings.Contains(strings.SplitN(path, "/", 2)[0], ".")
		if name == "activemq/message" && !inside && !standard {
			found = append(found, name+" imports "+path+": the standard library only")
		}
	}
	return found
}

func within(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}

func allowed(name string, entries []string) bool {
	for _, entry := range entries {
		folder, all := strings.CutSuffix(entry, "/…")
		if name == folder || all && within(name, folder) {
			return true
		}
	}
	return false
}

// TestLayersTable makes sure that the check can fail.
func TestLayersTable(t *testing.T) {
	cases := []struct {
		name, importer, imported string
		want                     int
	}{
		{"broker uses messages", "activemq/broker", "goactivemq/activemq/message", 0},
		{"broker uses its policies", "activemq/broker", "goactivemq/activemq/broker/policy", 0},
		{"stores see the contract", "activemq/store/kahadb", "goactivemq/activemq/store", 0},
		{"core knows a protocol", "activemq/broker", "goactivemq/openwire", 1},
		{"store knows a codec", "activemq/store/kahadb", "goactivemq/openwire/wire", 1},
		{"codec knows the broker", "openwire/wire", "goactivemq/activemq/broker", 1},
		{"bin is imported", "activemq/cli", "goactivemq/bin", 1},
		{"message has a dependency", "activemq/message", "example.org/errors", 1},
		{"others have one", "activemq/config", "example.org/tree", 0},
		{"unknown package", "util", "fmt", 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := violations(c.importer, []string{c.imported}); len(got) != c.want {
				t.Errorf("%s imports %s: %q, want %d violations", c.importer, c.imported, got, c.want)
			}
		})
	}
}
