package configuration

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"goactivemq/test/broker"
)

// TestValidate: the report says what would run, the exit status whether it would, and nothing is started or written.
func TestValidate(t *testing.T) {
	const connectors = "    <transportConnectors>\n"
	for _, c := range []struct {
		name, old, new string // a change of the plain configuration
		args           []string
		status         int
		want           string // parts of the report, parted by |
	}{
		{"plain", connectors, connectors, nil, 0, "broker     localhost|KahaDB in |/data/kahadb|connector  openwire tcp://127.0.0.1:|Errors: 0, warnings: 0, notes: 0. The broker would start."},
		{"misspelt", "<kahaDB ", `<kahaDB indexCacheSiez="1" `, nil, 1, `activemq.xml:7:33: error: attribute indexCacheSiez is not known in kahaDB; did you mean "indexCacheSize"?|Errors: 1|would not start`},
		{"no effect", "<kahaDB ", `<kahaDB indexCacheSize="1" `, nil, 0, "activemq.xml:7:33: note: indexCacheSize of kahaDB has no effect: Java's index|notes: 1"},
		{"no effect, strictly", "<kahaDB ", `<kahaDB indexCacheSize="1" `, []string{"--strict"}, 0, "would start"},
		{"unknown option", "?maximumConnections=", "?maximumConections=", nil, 0, `warning: connector openwire: option maximumConections is not known for tcp and has no effect; did you mean "maximumConnections"?|would start`},
		{"unknown option, strictly", "?maximumConnections=", "?maximumConections=", []string{"--strict"}, 1, "but not as the file says (--strict)"},
		{"bad option", "?maximumConnections=1000", "?maximumConnections=many", nil, 1, `activemq.xml:9:43: error: connector openwire: connector option maximumConnections: "many", want a number`},
		{"unknown scheme", "tcp://", "tpc://", nil, 1, `no transport is called "tpc"`},
		{"protection", connectors, `<plugins><jaasAuthenticationPlugin/></plugins>` + connectors, nil, 1, "a broker without it would let everybody in|would not start"},
		{"store", `<kahaDB directory="${activemq.data}/kahadb"/>`, `<jdbcPersistenceAdapter/>`, nil, 1, "the store jdbcPersistenceAdapter is not served by this version, use kahaDB"},
		{"camel", connectors, `<plugins><camelRoutesBrokerPlugin/></plugins>` + connectors, nil, 1, "Camel's routes need a Java virtual machine"},
		{"differences", connectors, connectors, []string{"--diff"}, 0, "Settings that are not as by default:|transportConnectors[openwire].name = openwire"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(broker.Plain, c.old) {
				t.Fatalf("%q is not in the plain configuration", c.old)
			}
			b := broker.Stand(t, broker.Config{XML: strings.Replace(broker.Plain, c.old, c.new, 1)})
			output, complaints, status := b.Command(append([]string{"validate"}, c.args...)...)
			if status != c.status || complaints != "" {
				t.Errorf("status %d, want %d; complaints %q; report:\n%s", status, c.status, complaints, output)
			}
			for want := range strings.SplitSeq(c.want, "|") {
				if !strings.Contains(output, want) {
					t.Errorf("the report lacks %q:\n%s", want, output)
				}
			}
			if files, _ := filepath.Glob(b.Data() + "/*"); len(files) > 0 {
				t.Errorf("validate wrote %q", files)
			}
		})
	}
}

// TestValidateArguments: a directory of a configuration or of an installation, a file, and what is none of these.
func TestValidateArguments(t *testing.T) {
	b := broker.Stand(t, broker.Config{XML: broker.Plain})
	file := b.ConfigurationFile()
	conf := filepath.Dir(file)
	for _, c := range []struct {
		argument string
		status   int
		want     string
	}{
		{file, 0, file + "\n"}, {conf, 0, file + "\n"}, {filepath.Dir(conf), 0, file + "\n"}, {"xbean:file:" + file, 0, file + "\n"},
		{b.Data(), 1, "neither activemq.xml nor conf/activemq.xml is in this directory"}, {"/nowhere/activemq.xml", 1, "no such file"},
	} {
		output, complaints, status := b.Command("validate", c.argument)
		if status != c.status || !strings.Contains(output+complaints, c.want) {
			t.Errorf("%s: status %d, want %d with %q:\n%s%s", c.argument, status, c.status, c.want, output, complaints)
		}
	}
}

// TestValidateJSON: programs find the same in fields.
func TestValidateJSON(t *testing.T) {
	b := broker.Stand(t, broker.Config{XML: strings.Replace(broker.Plain, `brokerName="localhost"`, `brokerName="localhost" brokername="x" useJmx="false"`, 1)})
	output, _, status := b.Command("validate", "--json")
	var report struct {
		File       string
		Starts     bool
		Broker     string
		Connectors []struct{ Name, Listen string }
		Problems   []struct {
			File, Severity, Text string
			Line, Column         int
		}
	}
	if err := json.Unmarshal([]byte(output), &report); err != nil {
		t.Fatalf("%v in %s", err, output)
	}
	if status != 1 || report.Starts || report.File != b.ConfigurationFile() || len(report.Problems) != 2 {
		t.Fatalf("status %d, report %+v; want an error and a note", status, report)
	}
	if p := report.Problems[0]; p.Severity != "error" || p.Line != 5 || p.Column != 81 || p.File != report.File || !strings.Contains(p.Text, "brokername") {
		t.Errorf("the problem is %+v", p)
	}
	b.Configure(broker.Plain)
	output, _, status = b.Command("validate", "--json", "--diff")
	if err := json.Unmarshal([]byte(output), &report); err != nil {
		t.Fatalf("%v in %s", err, output)
	}
	if status != 0 || !report.Starts || report.Broker != "localhost" || len(report.Connectors) != 1 || report.Connectors[0].Name != "openwire" {
		t.Errorf("status %d, report %+v", status, report)
	}
}
