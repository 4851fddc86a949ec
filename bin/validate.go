package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/cli"
	"goactivemq/activemq/config"
	"goactivemq/activemq/store/memory"
	"goactivemq/protocols"
)

// report is what the command "validate" has to tell: what a broker of this configuration would be, and all that was found.
type report struct {
	File        string            `json:"file"`
	Files       []string          `json:"files"` // all that were read
	Starts      bool              `json:"starts"`
	Broker      string            `json:"broker,omitempty"`
	Store       string            `json:"store,omitempty"`
	Memory      int64             `json:"memoryLimit,omitempty"` // bytes
	MemoryOf    string            `json:"memoryLimitFrom,omitempty"`
	Connectors  []reportConnector `json:"connectors"`
	Console     []string          `json:"console"`
	Problems    []reportProblem   `json:"problems"`
	Differences []reportChange    `json:"differences,omitempty"`
}

type reportConnector struct {
	Name   string `json:"name"`
	URI    string `json:"uri"`
	Listen string `json:"listen"`
	Served bool   `json:"served"`
}

type reportProblem struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Severity string `json:"severity"` // error, warning or note
	Text     string `json:"text"`
}

type reportChange struct {
	Path    string `json:"path"`
	Value   string `json:"value"`
	Default string `json:"default"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
}

// Validate reads the configuration and tells what a broker of it would be.
func (program) Validate(s cli.Settings, out io.Writer) error {
	r, err := makeReport(s)
	if err != nil {
		return err
	}
	if s.Validation.JSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(r)
	} else {
		err = r.write(out)
	}
	if err == nil && !r.Starts {
		err = cli.ErrReported
	}
	return err
}

// makeReport reads the configuration as a start does, and opens nothing.
func makeReport(s cli.Settings) (*report, error) {
	path, err := s.ConfigFile()
	if err != nil {
		return nil, err
	}
	r := &report{File: path, Files: []string{path}, Connectors: []reportConnector{}, Console: []string{}, Problems: []reportProblem{}}
	file, err := load(s, nil)
	var invalid *config.Invalid
	switch {
	case errors.As(err, &invalid):
		r.add(invalid.Problems...)
	case err != nil:
		r.add(config.Problem{Text: err.Error()})
	default:
		r.Files = file.Read
		r.add(file.Warnings...)
		r.add(file.Notes...)
		if err := r.describe(file, s); err != nil {
			return nil, err
		}
		if s.Validation.Diff {
			r.addDifferences(file.Broker)
		}
	}
	slices.SortStableFunc(r.Problems, func(a, b reportProblem) int {
		if a.File != b.File {
			return slices.Index(r.Files, a.File) - slices.Index(r.Files, b.File)
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	r.Starts = !slices.ContainsFunc(r.Problems, func(p reportProblem) bool {
		return p.Severity == config.Error.String() || s.Validation.Strict && p.Severity == config.Warning.String()
	})
	return r, nil
}

// add takes problems over. What stands nowhere is about the whole file.
func (r *report) add(problems ...config.Problem) {
	for _, p := range problems {
		if p.File == "" {
			p.File = r.File
		}
		r.Problems = append(r.Problems, reportProblem{p.File, p.Line, p.Column, p.Severity.String(), p.Text})
	}
}

// describe tells what the broker would be.
func (r *report) describe(file *config.File, s cli.Settings) error {
	b := file.Broker
	r.Broker, r.Store = b.Name, storeText(b)
	r.Memory, r.MemoryOf = memoryLimit(b.SystemUsage, s.MaxHeap)
	r.add(refused(b)...)
	// Connectors read their options when they are made, which takes a broker: one that never starts and keeps nothing.
	scratch, err := broker.New(broker.Options{Name: b.Name, Store: memory.New(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	for _, c := range b.TransportConnectors {
		r.describeConnector(scratch, c)
	}
	if file.Console != nil {
		for _, l := range file.Console.Listeners {
			scheme := "http"
			if l.TLS != nil {
				scheme = "https"
			}
			r.Console = append(r.Console, scheme+"://"+net.JoinHostPort(l.Host, strconv.Itoa(l.Port))+"/")
		}
	}
	return nil
}

// describeConnector tells where a connector would listen, and what is wrong with its address.
func (r *report) describeConnector(scratch *broker.Broker, c *config.TransportConnector) {
	at := c.Place("uri")
	name := connectorName(c)
	problem := func(severity config.Severity, format string, args ...any) {
		r.add(config.Problem{Position: at, Severity: severity, Text: "connector " + name + ": " + fmt.Sprintf(format, args...)})
	}
	a, err := protocols.ParseAddress(string(c.URI))
	if err != nil {
		problem(config.Error, "%v", err)
		return
	}
	makeHandler := served[a.Scheme]
	r.Connectors = append(r.Connectors, reportConnector{name, string(c.URI), a.Scheme + "://" + a.Listen(), makeHandler != nil})
	switch {
	case makeHandler != nil:
		log := slog.New(slog.DiscardHandler)
		h, err := makeHandler(scratch, a, func() string { return string(c.URI) }, log)
		if err == nil {
			_, err = protocols.New(name, a, h, log)
		}
		if err != nil {
			problem(config.Error, "%v", err)
			return
		}
		for _, text := range a.Leftover() {
			problem(config.Warning, "%s", text)
		}
	case slices.Contains(unserved, a.Scheme):
		problem(config.Warning, "it is not started: the protocol %s is not served by this version", a.Scheme)
	default:
		problem(config.Error, "no transport is called %q", a.Scheme)
	}
}

func memoryText(limit int64, of string) string {
	text := fmt.Sprintf("%d MB for messages", limit>>20)
	if limit == 0 {
		text = "no limit for messages"
	}
	if of != "" {
		text += " (" + of + ")"
	}
	return text
}

// storeText names the store and its place.
func storeText(b *config.Broker) string {
	switch a := b.PersistenceAdapter.(type) {
	case *config.KahaDB:
		directory, err := filepath.Abs(a.Directory)
		if err != nil {
			directory = a.Directory
		}
		return "KahaDB in " + directory
	case *config.MemoryStore:
		return "memory: nothing is kept"
	case *config.Unserved:
		return a.Name() + " (not served)"
	}
	return fmt.Sprintf("%T", b.PersistenceAdapter)
}

// addDifferences lists what is not as the release has it by default.
func (r *report) addDifferences(b *config.Broker) {
	for _, c := range config.Differences(b) {
		r.Differences = append(r.Differences, reportChange{c.Path, c.New, c.Old, c.At.File, c.At.Line})
	}
}

// write prints the report for a person.
func (r *report) write(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintln(&b, r.File)
	line := func(what, text string) { fmt.Fprintf(&b, "  %-10s %s\n", what, text) }
	if r.Broker != "" {
		line("broker", r.Broker)
		line("store", r.Store)
		line("memory", memoryText(r.Memory, r.MemoryOf))
	}
	for _, c := range r.Connectors {
		text := c.Listen
		if !c.Served {
			text += " (not served, not started)"
		}
		line("connector", c.Name+" "+text)
	}
	for _, c := range r.Console {
		line("console", c)
	}
	if len(r.Differences) > 0 {
		fmt.Fprintln(&b, "\nSettings that are not as by default:")
	}
	for _, d := range r.Differences {
		fmt.Fprintf(&b, "  %s = %s", d.Path, d.Value)
		if d.Default != "" {
			fmt.Fprintf(&b, " (%s)", d.Default)
		}
		fmt.Fprintln(&b)
	}
	if len(r.Problems) > 0 {
		fmt.Fprintln(&b)
	}
	count := map[string]int{}
	for _, p := range r.Problems {
		count[p.Severity]++
		at := config.Position{File: p.File, Line: p.Line, Column: p.Column}
		fmt.Fprintf(&b, "%s: %s: %s\n", at, p.Severity, p.Text)
	}
	verdict := "The broker would start."
	if !r.Starts {
		verdict = "The broker would not start."
		if count[config.Error.String()] == 0 {
			verdict = "The broker would start, but not as the file says (--strict)."
		}
	}
	fmt.Fprintf(&b, "\nErrors: %d, warnings: %d, notes: %d. %s\n", count["error"], count["warning"], count["note"], verdict)
	_, err := io.WriteString(out, b.String())
	return err
}
