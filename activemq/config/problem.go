package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in a file. Lines and columns count from 1, columns in characters; 0 means that only the file is known.
type Position struct {
	File         string
	Line, Column int
}

// String gives file:line:column, the form that editors and terminals make a link of.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Severity tells what a problem does to the start of a broker.
type Severity int

const (
	Error   Severity = iota // there is none
	Warning                 // it starts, and something will not be as the file says
	Note                    // it starts, and nobody will miss what has no effect
)

func (s Severity) String() string { return [...]string{"error", "warning", "note"}[s] }

// Problem is one finding about a configuration.
type Problem struct {
	Position
	Severity Severity
	Text     string
}

// String gives a line for a log or a terminal.
func (p Problem) String() string {
	if p.Severity == Error {
		return p.Position.String() + ": " + p.Text
	}
	return p.Position.String() + ": " + p.Severity.String() + ": " + p.Text
}

// Invalid is the error of a configuration that cannot be run. It holds all that was found, warnings included, in the
// order of the text, so that one reading mends the whole file.
type Invalid struct {
	Problems []Problem
}

// Error has one line for each error.
func (e *Invalid) Error() string {
	var lines []string
	for _, p := range e.Problems {
		if p.Severity == Error {
			lines = append(lines, p.String())
		}
	}
	return strings.Join(lines, "\n")
}

// findings collects problems while a configuration is read.
type findings struct {
	problems []Problem
	known    map[Problem]bool
}

func (f *findings) errorf(at Position, format string, args ...any) {
	f.add(Problem{at, Error, fmt.Sprintf(format, args...)})
}

func (f *findings) warnf(at Position, format string, args ...any) {
	f.add(Problem{at, Warning, fmt.Sprintf(format, args...)})
}

func (f *findings) notef(at Position, format string, args ...any) {
	f.add(Problem{at, Note, fmt.Sprintf(format, args...)})
}

// fail reports an error of reading something: in its own place where it knows one, else in that of what named it.
func (f *findings) fail(at Position, err error) {
	var s *syntaxError
	if errors.As(err, &s) {
		f.errorf(s.Position, "%s", s.text)
		return
	}
	f.errorf(at, "%v", err)
}

// add drops what was said before: a bean that two places refer to is visited twice.
func (f *findings) add(p Problem) {
	if f.known == nil {
		f.known = map[Problem]bool{}
	}
	if !f.known[p] {
		f.known[p] = true
		f.problems = append(f.problems, p)
	}
}

// err is an *Invalid when an error was found.
func (f *findings) err() error {
	if !slices.ContainsFunc(f.problems, func(p Problem) bool { return p.Severity == Error }) {
		return nil
	}
	return &Invalid{Problems: f.sorted()}
}

// of returns the problems of one severity, in order.
func (f *findings) of(s Severity) []Problem {
	return slices.DeleteFunc(f.sorted(), func(p Problem) bool { return p.Severity != s })
}

// sorted orders the problems by place within a file and keeps the files in the order of their first problem.
func (f *findings) sorted() []Problem {
	files := map[string]int{}
	for _, p := range f.problems {
		if _, seen := files[p.File]; !seen {
			files[p.File] = len(files)
		}
	}
	out := slices.Clone(f.problems)
	slices.SortStableFunc(out, func(a, b Problem) int {
		if a.File != b.File {
			return files[a.File] - files[b.File]
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return out
}

// DidYouMean suggests the known name nearest to a misspelt one, as a clause to append to a message, or nothing when none is near.
func DidYouMean(name string, known []string) string {
	if n := nearest(name, known); n != "" {
		return fmt.Sprintf("; did you mean %q?", n)
	}
	return ""
}
