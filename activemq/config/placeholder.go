package config

import (
	"errors"
	"fmt"
	"strings"
)

// expandedMax bounds the text that one value may grow to, since properties can refer to each other.
const expandedMax = 1 << 20

// placeholders replaces ${name} and ${name:default} the way Spring's configurers do: names and defaults may hold
// placeholders themselves, and so may the values found.
type placeholders struct {
	prefix, suffix, separator string
	lookup                    func(name string) (string, bool)
	ignoreUnresolved          bool // leave what has no value as it stands
	trim                      bool
	decrypt                   func(value string) (string, error) // makes clear what a property's value says; nil: all are clear
}

// defaultPlaceholders has the syntax that a configurer has unless told otherwise.
func defaultPlaceholders(lookup func(string) (string, bool)) placeholders {
	return placeholders{prefix: "${", suffix: "}", separator: ":", lookup: lookup}
}

// expand returns text with its placeholders replaced.
func (p *placeholders) expand(text string) (string, error) {
	if !strings.Contains(text, p.prefix) {
		return text, nil
	}
	e := expansion{placeholders: p, whole: text}
	out, err := e.text(text)
	if err == nil && p.trim {
		out = strings.TrimSpace(out)
	}
	return out, err
}

// expansion is one call of expand: the names being looked up, innermost last, and the bytes produced.
type expansion struct {
	*placeholders
	whole string
	stack []string
	size  int
}

// text replaces the placeholders in a piece of the whole.
func (e *expansion) text(text string) (string, error) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, e.prefix)
		out.WriteString(before)
		if !found {
			break
		}
		end := e.closing(rest)
		if end < 0 { // never closed: plain text
			out.WriteString(e.prefix)
			out.WriteString(rest)
			break
		}
		value, ok, err := e.placeholder(rest[:end])
		if err != nil {
			return "", err
		}
		if !ok {
			value = e.prefix + rest[:end] + e.suffix
		}
		if e.size += len(value); e.size > expandedMax {
			return "", fmt.Errorf("placeholders in %q grow beyond %d bytes", e.whole, expandedMax)
		}
		out.WriteString(value)
		text = rest[end+len(e.suffix):]
	}
	return out.String(), nil
}

// closing finds the suffix that belongs to a prefix just read, over nested braces.
func (e *expansion) closing(text string) int {
	opening := e.prefix
	if strings.HasSuffix(e.prefix, "{") {
		opening = "{"
	}
	depth := 0
	for i := 0; i < len(text); {
		switch {
		case strings.HasPrefix(text[i:], e.suffix):
			if depth == 0 {
				return i
			}
			depth--
			i += len(e.suffix)
		case strings.HasPrefix(text[i:], opening):
			depth++
			i += len(opening)
		default:
			i++
		}
	}
	return -1
}

// placeholder finds the value of what stood between prefix and suffix. Not ok means that it stays as it is.
func (e *expansion) placeholder(inner string) (value string, ok bool, err error) {
	if len(e.stack) > 64 {
		return "", false, errors.New("placeholders are nested deeper than 64")
	}
	for _, s := range e.stack {
		if s == inner {
			return "", false, fmt.Errorf("placeholder %q refers to itself", inner)
		}
	}
	e.stack = append(e.stack, inner)
	defer func() { e.stack = e.stack[:len(e.stack)-1] }()
	name, err := e.text(inner)
	if err != nil {
		return "", false, err
	}
	value, ok = e.lookup(name)
	if !ok && e.separator != "" {
		if short, fallback, has := strings.Cut(name, e.separator); has {
			if value, ok = e.lookup(short); !ok {
				value, ok = fallback, true
			}
		}
	}
	if !ok {
		if e.ignoreUnresolved {
			return "", false, nil
		}
		return "", false, fmt.Errorf("placeholder %q has no value, in %q", name, e.whole)
	}
	if e.decrypt != nil {
		if value, err = e.decrypt(value); err != nil {
			return "", false, fmt.Errorf("property %q: %w", name, err)
		}
	}
	value, err = e.text(value)
	return value, true, err
}
