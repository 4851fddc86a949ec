package logging

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// layout is a compiled conversion pattern of log4j: what each piece appends, in order.
//
//	%[-][min][.[-]max]name{option}{option}…
//
//	d date        date and time, {pattern}{time zone}     p level     the level
//	m msg message message and attributes                  c logger    the logger, {precision}
//	t thread tn   the thread                              n           line feed
//	ex exception throwable xEx xThrowable …  the stack, {full}, {short}, {none} or {lines}
//	pid processId  r relative  %%            X mdc MDC x NDC …  nothing: there is no such context here
//
// The stack follows at the end where the pattern does not place it, as with log4j.
type layout struct {
	pieces []piece
}

// piece appends one part of the line.
type piece func(line []byte, e *event) []byte

// started is what %r counts from.
var started = time.Now()

// conversion names by what they stand for; longer names are matched first.
var conversions = map[string]string{
	"d": "date", "date": "date", "p": "level", "level": "level", "m": "message", "msg": "message", "message": "message",
	"c": "logger", "logger": "logger", "t": "thread", "tn": "thread", "thread": "thread", "threadName": "thread",
	"n": "newline", "ex": "stack", "exception": "stack", "throwable": "stack", "xEx": "stack", "xThrowable": "stack",
	"xException": "stack", "rEx": "stack", "rThrowable": "stack", "rException": "stack", "pid": "pid", "processId": "pid",
	"r": "relative", "relative": "relative",
	"X": "", "mdc": "", "MDC": "", "x": "", "NDC": "", "C": "", "class": "", "F": "", "file": "", "L": "", "line": "",
	"l": "", "location": "", "M": "", "method": "", "marker": "", "markerSimpleName": "", "sn": "", "sequenceNumber": "",
	"T": "", "tid": "", "threadId": "", "tp": "", "threadPriority": "",
	"replace": unserved, "highlight": unserved, "style": unserved, "enc": unserved, "encode": unserved, "equals": unserved,
	"equalsIgnoreCase": unserved, "maxLen": unserved, "maxLength": unserved, "notEmpty": unserved,
	"variablesNotEmpty": unserved, "varsNotEmpty": unserved, "repeat": unserved,
}

// unserved marks conversions that are known, so that they are not taken for shorter ones, and not served.
const unserved = "-"

// compileLayout compiles a pattern. What it does not know it prints as it stands and reports.
func compileLayout(pattern string) (layout, []string) {
	var (
		l        layout
		warnings []string
		stacked  bool
	)
	for pattern != "" {
		percent := strings.IndexByte(pattern, '%')
		if percent != 0 {
			if percent < 0 {
				percent = len(pattern)
			}
			l.literal(unescape(pattern[:percent]))
			pattern = pattern[percent:]
			continue
		}
		conversion := parseConversion(pattern[1:])
		whole := pattern[:1+conversion.length]
		pattern = pattern[len(whole):]
		if strings.HasPrefix(whole, "%%") {
			l.literal("%")
			continue
		}
		meaning, known := conversions[conversion.name]
		if !known || meaning == unserved {
			warnings = append(warnings, fmt.Sprintf("layout: conversion %q is not served here", whole))
			l.literal(whole)
			continue
		}
		p, err := conversion.piece(meaning)
		if err != nil {
			warnings = append(warnings, fmt.Sprintf("layout: %q: %v", whole, err))
		}
		l.pieces = append(l.pieces, conversion.justify(p))
		stacked = stacked || meaning == "stack"
	}
	if !stacked {
		l.pieces = append(l.pieces, stackPiece("full"))
	}
	return l, warnings
}

func (l layout) format(line []byte, e *event) []byte {
	for _, p := range l.pieces {
		line = p(line, e)
	}
	return line
}

func (l *layout) literal(text string) {
	l.pieces = append(l.pieces, func(line []byte, _ *event) []byte { return append(line, text...) })
}

// unescape resolves the escapes that log4j has in the literal parts of a pattern.
func unescape(text string) string {
	return strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\r`, "\r", `\\`, `\`).Replace(text)
}

// conversion is one parsed %… of a pattern.
type conversion struct {
	name     string
	options  []string
	left     bool // pad on the right
	min, max int  // width in characters; max 0: no limit
	keepLeft bool // cut off the end instead of the beginning
	length   int  // bytes of the pattern behind the percent sign
}

// parseConversion reads what follows a percent sign.
func parseConversion(pattern string) conversion {
	var c conversion
	i := 0
	number := func() (n int) {
		for ; i < len(pattern) && pattern[i] >= '0' && pattern[i] <= '9'; i++ {
			n = min(n*10+int(pattern[i]-'0'), 1000)
		}
		return n
	}
	if strings.HasPrefix(pattern, "%") {
		return conversion{length: 1}
	}
	if i < len(pattern) && pattern[i] == '-' {
		c.left = true
		i++
	}
	c.min = number()
	if i < len(pattern) && pattern[i] == '.' {
		if i++; i < len(pattern) && pattern[i] == '-' {
			c.keepLeft = true
			i++
		}
		c.max = number()
	}
	letters := i
	for letters < len(pattern) && isLetter(pattern[letters]) {
		letters++
	}
	c.name = pattern[i:letters]
	for n := len(c.name); n > 0; n-- { // "%message" is one name, "%mx" is %m and an x
		if _, known := conversions[c.name[:n]]; known {
			c.name = c.name[:n]
			break
		}
	}
	i += len(c.name)
	for i < len(pattern) && pattern[i] == '{' {
		end := strings.IndexByte(pattern[i:], '}')
		if end < 0 {
			break
		}
		c.options = append(c.options, pattern[i+1:i+end])
		i += end + 1
	}
	c.length = i
	return c
}

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

// option returns the i-th option without blanks around it, "" when there is none.
func (c conversion) option(i int) string {
	if i >= len(c.options) {
		return ""
	}
	return strings.TrimSpace(c.options[i])
}

// piece returns what appends the conversion's value. With an error it returns the nearest thing that works.
func (c conversion) piece(meaning string) (piece, error) {
	switch meaning {
	case "date":
		format, err := compileDate(c.option(0), c.option(1))
		return func(line []byte, e *event) []byte { return format(line, e.Time) }, err
	case "level":
		return func(line []byte, e *event) []byte { return append(line, LevelName(e.Level)...) }, nil
	case "message":
		return func(line []byte, e *event) []byte { return append(line, e.text...) }, nil
	case "thread":
		return func(line []byte, e *event) []byte { return append(line, e.thread...) }, nil
	case "newline":
		return func(line []byte, _ *event) []byte { return append(line, '\n') }, nil
	case "logger":
		precision := c.option(0)
		return func(line []byte, e *event) []byte { return append(line, abbreviate(e.logger, precision)...) }, nil
	case "stack":
		return stackPiece(c.option(0)), nil
	case "pid":
		return func(line []byte, _ *event) []byte { return strconv.AppendInt(line, int64(os.Getpid()), 10) }, nil
	case "relative":
		return func(line []byte, e *event) []byte {
			return strconv.AppendInt(line, e.Time.Sub(started).Milliseconds(), 10)
		}, nil
	}
	return func(line []byte, _ *event) []byte { return line }, nil
}

// justify pads and cuts to the conversion's widths.
func (c conversion) justify(p piece) piece {
	if c.min == 0 && c.max == 0 {
		return p
	}
	return func(line []byte, e *event) []byte {
		start := len(line)
		line = p(line, e)
		width := utf8.RuneCount(line[start:])
		if c.max > 0 && width > c.max {
			runes := []rune(string(line[start:]))
			if c.keepLeft {
				runes = runes[:c.max]
			} else {
				runes = runes[width-c.max:]
			}
			return append(line[:start], string(runes)...)
		}
		pad := strings.Repeat(" ", max(c.min-width, 0))
		if c.left {
			return append(line, pad...)
		}
		value := string(line[start:])
		return append(append(line[:start], pad...), value...)
	}
}

// abbreviate shortens a logger's name: "2" keeps the last two parts, "-2" drops the first two, "1." shortens all parts
// but the last to one letter.
func abbreviate(name, precision string) string {
	if precision == "" {
		return name
	}
	parts := strings.Split(name, ".")
	if letters, ok := strings.CutSuffix(precision, "."); ok {
		n, err := strconv.Atoi(letters)
		if err != nil || n < 0 {
			return name
		}
		for i, part := range parts[:len(parts)-1] {
			parts[i] = part[:min(n, len(part))]
		}
		return strings.Join(parts, ".")
	}
	n, err := strconv.Atoi(precision)
	switch {
	case err != nil || n == 0:
		return name
	case n > 0:
		return strings.Join(parts[max(len(parts)-n, 0):], ".")
	case -n < len(parts):
		return strings.Join(parts[-n:], ".")
	}
	return name
}

// stackPiece appends the stack's lines, each ended: all of them, a number of them ("short" is two), or none.
func stackPiece(option string) piece {
	limit := -1
	switch option {
	case "", "full":
	case "none", "0":
		limit = 0
	case "short":
		limit = 2
	default:
		if n, err := strconv.Atoi(option); err == nil && n >= 0 {
			limit = n
		}
	}
	return func(line []byte, e *event) []byte {
		if e.stack == "" || limit == 0 {
			return line
		}
		left := limit
		for row := range strings.Lines(strings.TrimRight(e.stack, "\n")) {
			if left == 0 {
				break
			}
			left--
			line = append(append(line, strings.TrimRight(row, "\r\n")...), '\n')
		}
		return line
	}
}
