package config

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestStatesNameKnownSettings holds that the tables of states.go speak of what the original has, once each, and that what the broker is said to act
// on reaches it: through a struct, or as the name of a destination.
func TestStatesNameKnownSettings(t *testing.T) {
	for element, names := range acted {
		e := schema().elements[element]
		if e == nil {
			t.Errorf("%s is acted on, but the original has no such element", element)
			continue
		}
		r, destination := records()[element], destinationElements[element] != ""
		if r == nil && !destination {
			t.Errorf("%s is acted on, but no struct stands for it", element)
		}
		for i, n := range names {
			switch {
			case e.properties[n] == nil:
				t.Errorf("%s of %s is acted on, but the original has no such setting", n, element)
			case slices.Contains(names[:i], n):
				t.Errorf("%s of %s is listed twice", n, element)
			case r != nil && r.byName[n] == nil:
				t.Errorf("%s of %s is acted on, but no field holds it", n, element)
			}
		}
	}
	for _, x := range inert {
		if x.why == "" {
			t.Errorf("%s of %s has no effect, and no reason", x.names, x.elements)
		}
		if x.elements == "*" {
			continue
		}
		for element := range strings.FieldsSeq(x.elements) {
			e := schema().elements[element]
			if e == nil {
				t.Errorf("%s has no effect, and the original has no such element", element)
				continue
			}
			for n := range strings.FieldsSeq(x.names) {
				if slices.Contains(acted[element], n) {
					t.Errorf("%s of %s is acted on and has no effect", n, element)
				}
			}
		}
	}
}

// TestStatesAreWhole holds that each element and setting of the original has one of the three states.
func TestStatesAreWhole(t *testing.T) {
	var original struct {
		Elements map[string]struct{ Attributes, Children map[string]any }
	}
	readJSON(t, corpus(t)+"/schema.json", &original)
	settings := map[[2]string]Support{}
	for _, s := range Supported() {
		settings[[2]string{s.Element, s.Name}] = s.Support
	}
	count := map[Support]int{}
	for name, e := range original.Elements {
		if support, why := SupportOf(name); support != Served && support != Known && (support != Inert || why == "") {
			t.Errorf("element %s is %q (%s)", name, support, why)
		}
		for _, names := range []map[string]any{e.Attributes, e.Children} {
			for n := range names {
				count[settings[[2]string{name, n}]]++
			}
		}
	}
	t.Logf("%v", count)
	if count[""] > 0 || count[Served] == 0 || count[Inert] == 0 || count[Known] == 0 {
		t.Errorf("states are %v, want one of three for each setting", count)
	}
}

// TestStateIsTold holds that the reader tells of each state what a user has to know.
func TestStateIsTold(t *testing.T) {
	f, err := loadFiles(inBroker("", `advisorySupport="true" dedicatedTaskRunner="true" schedulerSupport="false"`, `<persistenceAdapter><jdbcPersistenceAdapter/></persistenceAdapter>`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Notes) != 1 || !strings.Contains(f.Notes[0].String(), ":4:79: note: dedicatedTaskRunner of broker has no effect: Java's threads") {
		t.Errorf("notes are %v", f.Notes)
	}
	if len(f.Warnings) != 1 || !strings.Contains(f.Warnings[0].String(), "jdbcPersistenceAdapter is not served by this version") {
		t.Errorf("warnings are %v: a default that is written out needs none", f.Warnings)
	}
}

// TestDocumentIsCurrent holds that docs/configuration.md says what states.go does.
func TestDocumentIsCurrent(t *testing.T) {
	var want bytes.Buffer
	if err := WriteSupported(&want); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error(`docs/configuration.md is not what states.go says: run "go generate ./activemq/config"`)
	}
}
