package config

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// probe is a broker file that asks one question, with the original's answer.
type probe struct {
	XML     string
	Result  string
	Differs map[string]any `json:"differs_from_minimal"` // values by path, those of an empty broker left out
	Without string         `json:"without_xsd_validation"`
	Cause   string         `json:"root_cause"`
}

func readProbes(t testing.TB) map[string]probe {
	var probes map[string]probe
	readJSON(t, filepath.Join(corpus(t), "probes", "probes.json"), &probes)
	return probes
}

// Probes whose answer differs here, and why.
var probeExceptions = map[string]string{
	"schema-versioned-unknown-5.99.0": "schemas are not looked up by version: all releases are served",
	"authz-groupClass-bad":            "Java classes are not looked up",
	"sslContext-file-prefix":          "key stores are opened at start, not while reading",
}

// Answers without validation that differ, and why.
var unvalidatedExceptions = map[string]string{
	"xml-doctype-entity":     "document types are refused always",
	"placeholder-unresolved": "that run gave placeholders without a value the value 1",
}

func (p probe) load(unvalidated bool) (*File, error) {
	env := corpusEnvironment("")
	env.ReadFile = func(string) ([]byte, error) { return []byte(p.XML), nil }
	env.Unvalidated = unvalidated
	return Load("activemq.xml", env)
}

// TestProbes holds that each probe is accepted or refused as the original does, and that what it changes is what the
// original changes.
func TestProbes(t *testing.T) {
	for name, p := range readProbes(t) {
		if probeExceptions[name] != "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			f, err := p.load(false)
			switch {
			case p.Result == "accept" && err != nil:
				t.Fatalf("refused: %v", err)
			case p.Result == "reject" && err == nil:
				t.Fatalf("accepted, but the original says %s", p.Cause)
			case err == nil && len(p.Differs) > 0:
				c := comparison{t: t}
				c.broker(f.Broker, unflatten(p.Differs))
			}
		})
	}
}

// TestProbesUnvalidated is the same with validate=false.
func TestProbesUnvalidated(t *testing.T) {
	for name, p := range readProbes(t) {
		if probeExceptions[name] != "" || unvalidatedExceptions[name] != "" {
			continue
		}
		want := p.Without
		if want == "" {
			want = p.Result
		}
		t.Run(name, func(t *testing.T) {
			_, err := p.load(true)
			if accept := strings.HasPrefix(want, "accept"); accept != (err == nil) {
				t.Errorf("got %v, the original says %s", err, want)
			}
		})
	}
}

var flatIndex = regexp.MustCompile(`\[(\d+)\]`)

// unflatten makes a tree of values by path: a.b[0].c.
func unflatten(flat map[string]any) map[string]any {
	root := map[string]any{}
	for path, v := range flat {
		keys := strings.Split(flatIndex.ReplaceAllString(path, ".#$1"), ".")
		node := root
		for _, k := range keys[:len(keys)-1] {
			next, ok := node[k].(map[string]any)
			if !ok {
				next = map[string]any{}
				node[k] = next
			}
			node = next
		}
		last := keys[len(keys)-1]
		if _, nested := node[last].(map[string]any); !nested {
			node[last] = v
		}
	}
	return lists(root).(map[string]any)
}

// lists turns maps with the keys #0, #1 … into lists.
func lists(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		if v == "[]" {
			return []any{}
		}
		return v
	}
	for k, x := range m {
		m[k] = lists(x)
	}
	if m["#0"] == nil {
		return m
	}
	out := make([]any, len(m))
	for i := range out {
		out[i] = m["#"+strconv.Itoa(i)]
	}
	return out
}
