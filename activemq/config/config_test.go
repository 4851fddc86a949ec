package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpus is the folder of real files with the original's verdicts, which lies beside the checkout.
func corpus(t testing.TB) string {
	dir := os.Getenv("CONFIG_CORPUS")
	if dir == "" {
		dir = "../../../shared/config"
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no corpus: %v (CONFIG_CORPUS names its folder)", err)
	}
	return dir
}

func readJSON(t testing.TB, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// stockEnvironment is the one that the verdicts were made in: see the README of the corpus. Imports were cut out there.
func stockEnvironment() Environment {
	return Environment{
		Properties: map[string]string{
			"activemq.home": "/opt/activemq", "activemq.base": "/opt/activemq",
			"activemq.conf": "/opt/activemq/conf", "activemq.data": "/opt/activemq/data",
		},
		LookupEnv: func(name string) (string, bool) { return "broker-host", name == "HOSTNAME" },
		ReadFile: func(path string) ([]byte, error) {
			switch {
			case path == "/opt/activemq/conf/credentials.properties":
				return []byte("activemq.username=system\nactivemq.password=manager\nguest.password=password\n"), nil
			case strings.HasPrefix(path, "/opt/activemq/"):
				return nil, os.ErrNotExist
			case strings.HasPrefix(filepath.Base(path), "activemq__") || strings.Contains(path, "jetty__"):
				return os.ReadFile(path)
			}
			return []byte(emptyBeans), nil
		},
	}
}

const emptyBeans = `<beans xmlns="http://www.springframework.org/schema/beans" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans.xsd"/>`

func TestScratch(t *testing.T) {
	dir := corpus(t)
	var index []struct{ Config, Result, Error, Lenient string }
	readJSON(t, filepath.Join(dir, "expected", "INDEX.json"), &index)
	for _, x := range index {
		_, err := Load(filepath.Join(dir, "corpus", x.Config), stockEnvironment())
		if (err == nil) != (x.Result == "accept") {
			e := ""
			if err != nil {
				e = strings.ReplaceAll(err.Error(), filepath.Join(dir, "corpus")+"/", "")
			}
			t.Logf("%s\n   java %s %s\n   we %s", x.Config, x.Result, x.Error, e)
		}
	}
	var probes map[string]struct {
		XML, Result   string
		RootCause     string `json:"root_cause"`
		WithoutSchema string `json:"without_xsd_validation"`
	}
	readJSON(t, filepath.Join(dir, "probes", "probes.json"), &probes)
	for name, p := range probes {
		for _, un := range []bool{false, true} {
			env := stockEnvironment()
			env.ReadFile = func(path string) ([]byte, error) { return []byte(p.XML), nil }
			env.Unvalidated = un
			_, err := Load(name+".xml", env)
			want := p.Result
			if un {
				if want = p.WithoutSchema; want == "" {
					want = p.Result
				}
			}
			if (err == nil) != (want == "accept") {
				t.Logf("probe %s un=%v\n   java %s %s\n   we %v", name, un, want, p.RootCause, err)
			}
		}
	}
}
