// Schemagen turns the description of ActiveMQ's XML surface (schema.json, extracted from the original's sources and its
// XBean mapping) into the compact table that package config embeds. Run it through go generate with CONFIG_SCHEMA naming
// schema.json; it writes the table to standard output.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

type schema struct {
	Elements map[string]element `json:"elements"`
}

type element struct {
	Class      string               `json:"class"`
	Since      string               `json:"since"`
	Last       string               `json:"last_version"`
	Attributes map[string]attribute `json:"attributes"`
	Children   map[string]child     `json:"children"`
}

type attribute struct {
	Type    string `json:"type"`
	Editor  string `json:"editor"`
	Default any    `json:"default"`
	Since   string `json:"since"`
	Last    string `json:"last_version"`
}

type child struct {
	Many    bool     `json:"many"`
	Map     bool     `json:"map"`
	Accepts []string `json:"accepts"`
	XSD     struct {
		Accepts []string `json:"accepts"`
		Any     bool     `json:"any"`
	} `json:"xsd_5.17"`
}

func main() {
	if err := generate(os.Getenv("CONFIG_SCHEMA"), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "schemagen:", err)
		os.Exit(1)
	}
}

func generate(path string, out io.Writer) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var s schema
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	var b strings.Builder
	b.WriteString("# Made by schemagen; schema.go says how to read it.\n")
	for _, name := range slices.Sorted(maps.Keys(s.Elements)) {
		e := s.Elements[name]
		fmt.Fprintf(&b, "%s %s%s\n", name, e.Class, versions(e.Since, e.Last))
		names := slices.Collect(maps.Keys(e.Attributes))
		for c := range e.Children {
			if _, both := e.Attributes[c]; !both {
				names = append(names, c)
			}
		}
		slices.Sort(names)
		for _, n := range names {
			a, c := e.Attributes[n], e.Children[n]
			_, nested := e.Children[n]
			fmt.Fprintf(&b, "\t%s %s%s%s\n", n, kind(a, c, nested), versions(a.Since, a.Last), accepts(c))
		}
	}
	_, err = io.WriteString(out, b.String())
	return err
}

func versions(since, last string) string {
	s := ""
	if since != "" {
		s += " since=" + since
	}
	if last != "" {
		s += " last=" + last
	}
	return s
}

// accepts lists what may stand inside a property's element, or nothing where the original takes whatever comes.
func accepts(c child) string {
	if c.XSD.Any {
		return ""
	}
	names := slices.Concat(c.Accepts, c.XSD.Accepts)
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return " = " + strings.Join(slices.Compact(names), " ")
}

// kind names the syntax of a literal value: the property editor where the mapping registers one, the schema type where not.
func kind(a attribute, c child, nested bool) string {
	narrow := a.Type == "int"
	switch a.Editor[strings.LastIndexByte(a.Editor, '.')+1:] {
	case "BooleanEditor":
		return "truth"
	case "MemoryIntPropertyEditor":
		return "bytes32"
	case "MemoryPropertyEditor":
		if narrow {
			return "bytesint"
		}
		return "bytes"
	}
	switch {
	case c.Map:
		return "map"
	case c.Many:
		return "list"
	}
	switch a.Type {
	case "boolean", "Boolean":
		if _, words := a.Default.(string); words { // replicatedLevelDB's sync hides the boolean one of levelDB
			return "string"
		}
		return "boolean"
	case "int", "Integer", "integer", "Int":
		return "int"
	case "long", "Long":
		return "long"
	case "short":
		return "short"
	case "float":
		return "float"
	case "double", "Double":
		return "double"
	case "URI":
		return "uri"
	case "File":
		return "file"
	case "String", "string", "see default":
		return "string"
	}
	if nested {
		return "bean"
	}
	return "string"
}
