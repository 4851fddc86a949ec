package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestConfigFile: where ActiveMQ 5.17.2 finds the file that a URI names, tried with it.
func TestConfigFile(t *testing.T) {
	here, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(here)
	if err := os.WriteFile("local.xml", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	cases := []struct{ uri, want string }{
		{"xbean:activemq.xml", "/conf/activemq.xml"},
		{"xbean:local.xml", here + "/local.xml"},
		{"xbean:local.xml?validate=false", here + "/local.xml"},
		{"xbean:file:/etc/a.xml", "/etc/a.xml"},
		{"xbean:file:///etc/a.xml", "/etc/a.xml"},
		{"xbean:file:/etc/a%20b.xml", "/etc/a b.xml"},
		{"xbean:file:/etc/100%.xml", "/etc/100%.xml"},
		{"xbean:file:conf/../a.xml", here + "/a.xml"},
		{"file:/etc/a.xml", "/etc/a.xml"},
		{"/etc/a.xml", "/etc/a.xml"},
		{"other.xml", "/conf/other.xml"},
		{"broker:(tcp://localhost:61616)", ""},
		{"properties:broker.properties", ""},
		{"start", ""},
	}
	for _, c := range cases {
		got, err := Settings{Conf: "/conf", URI: c.uri}.ConfigFile()
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %q, %v; want %q", c.uri, got, err, c.want)
		}
		if err != nil && !strings.Contains(err.Error(), c.uri) {
			t.Errorf("%s: error %q does not name it", c.uri, err)
		}
	}
}

// TestNewSettings: property before environment before default.
func TestNewSettings(t *testing.T) {
	env := map[string]string{
		"ACTIVEMQ_HOME": "/env/home/", "ACTIVEMQ_DATA": "/env/data", "ACTIVEMQ_KILL_MAXSECONDS": "5", "ACTIVEMQ_START_MAXSECONDS": "soon",
	}
	a, err := parse([]string{"-Dactivemq.data=/property/data/", "--", "start", "-Dactivemq.conf=/late/conf"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSettings(a, func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, got, want string }{
		{"Home", s.Home, "/env/home"},
		{"Base", s.Base, "/env/home"},
		{"Conf", s.Conf, "/late/conf"},
		{"Data", s.Data, "/property/data"},
		{"Tmp", s.Tmp, "/env/home/tmp"},
		{"URI", s.URI, "xbean:activemq.xml"},
		{"activemq.base", s.Properties["activemq.base"], "/env/home"},
		{"activemq.data", s.Properties["activemq.data"], "/property/data/"},
		{"pid file", s.process.pidFile.path, "/property/data/activemq.pid"},
		{"output", s.process.output, os.DevNull},
	} {
		if c.got != c.want {
			t.Errorf("%s %q, want %q", c.name, c.got, c.want)
		}
	}
	if s.process.killMax != 5*time.Second || s.process.startMax != time.Minute {
		t.Errorf("kill after %v, start for %v; want 5s, 1m", s.process.killMax, s.process.startMax)
	}
}
