package config

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:generate sh -c "test -z \"$CONFIG_SCHEMA\" || { go run ./internal/schemagen > schema.tmp && mv schema.tmp schema.txt; }"

// schema.txt says what the original knows, served here or not: each element of its namespace, its class, its
// properties, their syntax, and what may stand inside them. One line each:
//
//	ELEMENT CLASS [since=V] [last=V]
//	<tab>PROPERTY KIND [since=V] [last=V] [= ELEMENT ELEMENT …]
//
// Versions appear where a name is not in all releases from 5.15 on; the list after = is absent where any element goes.
//
//go:embed schema.txt
var schemaText string

// namespace is that of the broker's elements.
const namespace = "http://activemq.apache.org/schema/core"

// schemaElement is one element of the original's namespace.
type schemaElement struct {
	name, class string
	since, last string
	properties  map[string]*schemaProperty
}

// schemaProperty is an attribute or the element of the same name.
type schemaProperty struct {
	name        string
	kind        string   // see kinds in value.go, plus bean, list and map
	since, last string   // release branches, "" where no bound is known
	accepts     []string // elements that may stand inside; none: any
}

// literal tells whether the property's value is text rather than objects.
func (p *schemaProperty) literal() bool {
	return p.kind != "bean" && p.kind != "list" && p.kind != "map"
}

type schemaTable struct {
	elements map[string]*schemaElement
	classes  map[string]*schemaElement // by Java class, for <bean class="…">
}

var schema = sync.OnceValue(func() *schemaTable { return readSchema(schemaText) })

// readSchema reads our own generated file, so that a malformed line is a bug and may panic.
func readSchema(text string) *schemaTable {
	t := &schemaTable{elements: map[string]*schemaElement{}, classes: map[string]*schemaElement{}}
	var e *schemaElement
	for line := range strings.Lines(text) {
		head, accepts, _ := strings.Cut(strings.TrimRight(line, "\n"), " = ")
		words := strings.Fields(head)
		switch {
		case len(words) == 0 || words[0] == "#":
		case line[0] == '\t':
			p := &schemaProperty{name: words[0], kind: words[1], accepts: strings.Fields(accepts)}
			p.since, p.last = schemaVersions(words[2:])
			e.properties[p.name] = p
		default:
			e = &schemaElement{name: words[0], class: words[1], properties: map[string]*schemaProperty{}}
			e.since, e.last = schemaVersions(words[2:])
			t.elements[e.name] = e
			if t.classes[e.class] == nil {
				t.classes[e.class] = e // broker comes before brokerService
			}
		}
	}
	// A plain bean may name the class that the mapping's own class extends.
	t.classes["org.apache.activemq.broker.BrokerService"] = t.elements["broker"]
	return t
}

func schemaVersions(words []string) (since, last string) {
	for _, w := range words {
		if v, ok := strings.CutPrefix(w, "since="); ok {
			since = v
		} else if v, ok := strings.CutPrefix(w, "last="); ok {
			last = v
		}
	}
	return since, last
}

// propertyNames lists an element's properties in order.
func (e *schemaElement) propertyNames() []string {
	names := make([]string, 0, len(e.properties))
	for n := range e.properties {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func (t *schemaTable) elementNames() []string {
	names := make([]string, 0, len(t.elements))
	for n := range t.elements {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
