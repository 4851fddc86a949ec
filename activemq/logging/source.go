package logging

import (
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"strings"
)

// source is a configuration file while it is read.
type source struct {
	path       string
	properties map[string]string // system properties
	entries    map[string]property
	warnings   []string
}

func (s *source) warn(at property, format string, values ...any) {
	s.warnings = append(s.warnings, fmt.Sprintf("%s:%d: %s", s.path, at.line, fmt.Sprintf(format, values...)))
}

// isLog4j1 tells the syntaxes apart by their keys: those of log4j 1 all begin with "log4j.".
func (s *source) isLog4j1() bool {
	for key := range s.entries {
		if strings.HasPrefix(key, "log4j.") {
			return true
		}
	}
	return false
}

// sorted returns the entries whose key begins with prefix, the rest of the key in place of the key, in the file's order.
func (s *source) sorted(prefix string) []property {
	var found []property
	for key, p := range s.entries {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			p.key = rest
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b property) int { return a.line - b.line })
	return found
}

// level reads a level; what is none becomes otherwise, with a warning.
func (s *source) level(p property, otherwise slog.Level) slog.Level {
	level, ok := ParseLevel(s.expand(p.value))
	if !ok {
		s.warn(p, "%q is not a level; using %s", p.value, LevelName(otherwise))
		return otherwise
	}
	return level
}

// expand replaces the ${…} of a value: system properties, then, under their plain names, what the file defines.
func (s *source) expand(value string) string {
	for range 8 { // values may hold further references
		expanded := substitute(value, func(name string) (string, bool) {
			if name, ok := strings.CutPrefix(name, "sys:"); ok {
				value, ok := s.properties[name]
				return value, ok
			}
			for _, key := range []string{"property." + name, name} {
				if p, ok := s.entries[key]; ok {
					return p.value, true
				}
			}
			value, ok := s.properties[name]
			return value, ok
		})
		if expanded == value {
			break
		}
		value = expanded
	}
	return strings.TrimSpace(value)
}

// size reads a file size: a number with KB, MB or GB behind it, or bytes.
func (s *source) size(p property, otherwise int64) int64 {
	text := strings.ToUpper(strings.ReplaceAll(s.expand(p.value), " ", ""))
	unit := 1.0
	for i, suffix := range []string{"KB", "MB", "GB", "TB"} {
		if number, ok := strings.CutSuffix(text, suffix); ok {
			text, unit = number, math.Pow(1024, float64(i+1))
		}
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || number <= 0 || number*unit > math.MaxInt64/2 {
		s.warn(p, "%q is not a file size; using %d bytes", p.value, otherwise)
		return otherwise
	}
	return int64(number * unit)
}

// count reads a number that is not negative.
func (s *source) count(p property, otherwise int) int {
	n, err := strconv.Atoi(s.expand(p.value))
	if err != nil || n < 0 || n > 100000 {
		s.warn(p, "%q is not a number from 0 to 100000; using %d", p.value, otherwise)
		return otherwise
	}
	return n
}

// truth reads true or false.
func (s *source) truth(p property) bool {
	return strings.EqualFold(s.expand(p.value), "true")
}
