package config

import (
	"fmt"
	"io"
)

// Support tells what becomes of a setting.
type Support string

const (
	Served Support = "served"     // bound to a struct; who uses the struct acts on it
	Inert  Support = "no effect"  // read and checked; it governs something that this broker does in another way
	Known  Support = "not served" // the original has it, this broker does not; loading warns
)

// Setting is one setting of the original and what this broker makes of it.
type Setting struct {
	Element, Name string
	Syntax        string // kind of the value, as in schema.txt
	Default       string
	Since, Last   string // release branches of the original, "" where 5.15 to 6.3 all have it
	Support       Support
	Why           string // for Inert
}

// Supported lists all settings of the original, by element and name. It comes from the struct tags that the settings are
// bound by.
func Supported() []Setting {
	var out []Setting
	for _, element := range schema().elementNames() {
		e := schema().elements[element]
		r := records()[element]
		for _, name := range e.propertyNames() {
			p := e.properties[name]
			s := Setting{Element: element, Name: name, Syntax: p.kind, Since: later(e.since, p.since), Last: p.last, Support: Known}
			if s.Last == "" {
				s.Last = e.last
			}
			if _, destination := destinationElements[element]; destination && name == "physicalName" {
				s.Support = Served
			}
			if r != nil && r.byName[name] != nil {
				f := r.byName[name]
				s.Support, s.Default, s.Why = Served, f.fallback, f.inert
				if f.inert != "" {
					s.Support = Inert
				}
			}
			out = append(out, s)
		}
	}
	return out
}

// later picks the later of two release branches, either of which may be "". Those from 5.15 to 6.9 order as text.
func later(a, b string) string {
	if a > b {
		return a
	}
	return b
}

// WriteSupported writes the settings of the elements that are served as tables in Markdown.
func WriteSupported(w io.Writer) error {
	element := ""
	for _, s := range Supported() {
		if records()[s.Element] == nil {
			continue
		}
		if s.Element != element {
			element = s.Element
			if _, err := fmt.Fprintf(w, "\n## %s\n\n| setting | syntax | default | versions | |\n|---|---|---|---|---|\n", element); err != nil {
				return err
			}
		}
		versions := ""
		if s.Since != "" {
			versions = "from " + s.Since
		}
		if s.Last != "" {
			versions += " to " + s.Last
		}
		note := string(s.Support)
		if s.Why != "" {
			note += ": " + s.Why
		}
		if _, err := fmt.Fprintf(w, "| `%s` | %s | %s | %s | %s |\n", s.Name, s.Syntax, s.Default, versions, note); err != nil {
			return err
		}
	}
	return nil
}
