package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzLoad holds that no text makes the reader panic or run away, and that a refusal names places in the file.
func FuzzLoad(f *testing.F) {
	f.Add(importingBroker, consoleFixture, false)
	f.Add(inBroker(configurer, `brokerName="${a:b}"`, `<persistenceAdapter><kahaDB directory="x"/></persistenceAdapter>`)["/conf/activemq.xml"], emptyBeans, true)
	if dir := os.Getenv("CONFIG_CORPUS"); dir != "" {
		paths, err := filepath.Glob(filepath.Join(dir, "corpus", "*.xml"))
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(data), consoleFixture, strings.Contains(path, "a"))
		}
	}
	f.Fuzz(func(t *testing.T, broker, jetty string, unvalidated bool) {
		env := Environment{Unvalidated: unvalidated, Properties: map[string]string{"activemq.conf": "/conf"}, ReadFile: func(path string) ([]byte, error) {
			switch filepath.Ext(path) {
			case ".properties":
				return []byte("admin: admin, admin\n"), nil
			case ".config":
				return []byte(loginFixture), nil
			}
			if filepath.Base(path) == "activemq.xml" {
				return []byte(broker), nil
			}
			return []byte(jetty), nil
		}}
		file, err := Load("activemq.xml", env)
		if err == nil {
			if file.Broker == nil || file.Broker.SystemUsage == nil || file.Broker.PersistenceAdapter == nil {
				t.Fatalf("accepted without a whole broker: %+v", file)
			}
			return
		}
		for _, p := range problems(err) {
			if p.File == "" || p.Text == "" || p.Line < 0 || p.Column < 0 {
				t.Errorf("problem without place or text: %+v", p)
			}
		}
	})
}

func FuzzParseProperties(f *testing.F) {
	f.Add([]byte("a=b\\\n c\n# x\n\\u00e4:\\t"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParseProperties("x", data)
		if err != nil {
			return
		}
		for _, n := range p.Names() {
			if _, ok := p.Get(n); !ok || p.Line(n) == 0 {
				t.Errorf("name %q has no value or line", n)
			}
		}
	})
}

func FuzzParseLoginConfig(f *testing.F) {
	f.Add([]byte(loginFixture))
	f.Fuzz(func(t *testing.T, data []byte) {
		config, err := ParseLoginConfig("x", data, nil)
		if err != nil {
			return
		}
		for name, modules := range config {
			for _, m := range modules {
				if name == "" || m.Class == "" || m.Flag == "" {
					t.Errorf("entry %q has the module %+v", name, m)
				}
			}
		}
	})
}
