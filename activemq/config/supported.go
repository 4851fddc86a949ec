package config

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

//go:generate sh -c "go run ./internal/supportedgen > ../../docs/configuration.md"

// Setting is one setting of the original and what this broker makes of it.
type Setting struct {
	Element, Name string
	Syntax        string // kind of the value, as in schema.txt
	Default       string // "" also where the setting is not bound to a struct
	Since, Last   string // release branches of the original, "" where 5.15 to 6.3 all have it
	Support       Support
	Why           string // for Inert
}

// Supported lists all settings of the original, by element and name. What becomes of them comes from states.go, the defaults from the struct tags
// that the settings are bound by.
func Supported() []Setting {
	var out []Setting
	for _, element := range schema().elementNames() {
		e := schema().elements[element]
		r := records()[element]
		for _, name := range e.propertyNames() {
			p, state := e.properties[name], stateOf(element, name)
			s := Setting{Element: element, Name: name, Syntax: p.kind, Since: later(e.since, p.since), Last: p.last, Support: state.support, Why: state.why}
			if s.Last == "" {
				s.Last = e.last
			}
			if r != nil && r.byName[name] != nil {
				s.Default = r.byName[name].fallback
			}
			out = append(out, s)
		}
	}
	return out
}

// SupportOf tells what becomes of an element, and why where it has no effect.
func SupportOf(element string) (support Support, why string) {
	s := stateOf(element, "")
	return s.support, s.why
}

// later picks the later of two release branches, either of which may be "". Those from 5.15 to 6.9 order as text.
func later(a, b string) string {
	if a > b {
		return a
	}
	return b
}

const supportedHead = `# Configuration

Made by "go generate ./activemq/config" from activemq/config/states.go; edit that.

Every element and attribute of activemq.xml that ActiveMQ Classic 5.15 to 6.3 has is read and checked: what none of them knows, or a value of the
wrong form, is an error with its place. Beyond that a setting is

- **served**: the broker acts on it;
- **no effect**: it has no meaning without a Java virtual machine, or governs what is done in another way here; the reason is given;
- **not served** by this version: the broker starts, warns and ignores it. "bin/activemq validate --strict" refuses it.

A setting that protects (authentication, authorization) and is not served keeps the broker from starting.
`

// WriteSupported writes a page in Markdown with the state of every element and setting.
func WriteSupported(w io.Writer) error {
	b := bufio.NewWriter(w)
	b.WriteString(supportedHead)
	all := map[string][]Setting{}
	for _, s := range Supported() {
		all[s.Element] = append(all[s.Element], s)
	}
	for _, element := range schema().elementNames() {
		if support, _ := SupportOf(element); support == Served {
			writeElement(b, element, all[element])
		}
	}
	b.WriteString("\n## Elements without effect\n\n| element | reason |\n|---|---|\n")
	for _, element := range schema().elementNames() {
		if support, why := SupportOf(element); support == Inert {
			fmt.Fprintf(b, "| %s | %s |\n", element, why)
		}
	}
	b.WriteString("\n## Elements not served by this version\n\nWith all their settings, except those marked: these have no effect in any case.\n\n")
	b.WriteString("| element | settings |\n|---|---|\n")
	for _, element := range schema().elementNames() {
		if support, _ := SupportOf(element); support == Known {
			writeUnserved(b, element, all[element])
		}
	}
	return b.Flush()
}

// writeElement writes the table of a served element.
func writeElement(w io.Writer, element string, settings []Setting) {
	fmt.Fprintf(w, "\n## %s\n\n", element)
	if len(settings) == 0 {
		fmt.Fprintln(w, "Served. It has no settings.")
		return
	}
	fmt.Fprint(w, "| setting | syntax | default | versions | |\n|---|---|---|---|---|\n")
	for _, s := range settings {
		fmt.Fprintf(w, "| `%s` | %s | %s | %s | %s |\n", s.Name, s.Syntax, code(s.Default), s.versions(), s.note())
	}
}

// writeUnserved writes the line of an element that is not served.
func writeUnserved(w io.Writer, element string, settings []Setting) {
	var names []string
	for _, s := range settings {
		name := s.Name
		if s.Support == Inert {
			name += " (no effect)"
		}
		names = append(names, name)
	}
	fmt.Fprintf(w, "| %s | %s |\n", element, strings.Join(names, ", "))
}

// versions are the release branches that have the setting.
func (s Setting) versions() string {
	var words []string
	if s.Since != "" {
		words = append(words, "from "+s.Since)
	}
	if s.Last != "" {
		words = append(words, "to "+s.Last)
	}
	return strings.Join(words, " ")
}

func (s Setting) note() string {
	if s.Why != "" {
		return string(s.Support) + ": " + s.Why
	}
	return string(s.Support)
}

// code marks text that Markdown must leave alone.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}
