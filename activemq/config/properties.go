package config

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Properties is a Java properties file: names and values in the order of the file. The zero value is empty.
type Properties struct {
	names  []string
	values map[string]string
	lines  map[string]int
}

// Get returns a value and whether the file has the name. A name that appears twice has its last value.
func (p *Properties) Get(name string) (string, bool) {
	v, ok := p.values[name]
	return v, ok
}

// Names lists the names in the order of their first appearance. The slice is the caller's.
func (p *Properties) Names() []string { return append([]string(nil), p.names...) }

// Line is the line on which the value of name starts, or 0.
func (p *Properties) Line(name string) int { return p.lines[name] }

func (p *Properties) put(name, value string, line int) {
	if p.values == nil {
		p.values, p.lines = map[string]string{}, map[string]int{}
	}
	if _, known := p.values[name]; !known {
		p.names = append(p.names, name)
	}
	p.values[name], p.lines[name] = value, line
}

// merge adds the properties of another file over those here.
func (p *Properties) merge(other *Properties) {
	for _, n := range other.names {
		p.put(n, other.values[n], other.lines[n])
	}
}

// LoadProperties reads a properties file.
func LoadProperties(path string) (*Properties, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ParseProperties(path, data)
}

// ParseProperties reads the text of a properties file as java.util.Properties does from a byte stream:
//
//	# comment, ! comment            blank lines do not count
//	name=value  name: value  name value
//	name = first half, \            a backslash at the end joins the next line, without its leading blanks
//	       second half
//	\t \n \r \f \uXXXX \c           escapes; any other character stands for itself
//
// Bytes are ISO-8859-1. Trailing blanks belong to the value. The path only names the file in errors.
func ParseProperties(path string, data []byte) (*Properties, error) {
	p := &Properties{}
	r := propertyLines{rest: latin1(data)}
	for {
		line, ok := r.next()
		if !ok {
			return p, nil
		}
		name, value := splitProperty(line)
		n, err := unescapeProperty(name)
		if err == nil {
			value, err = unescapeProperty(value)
		}
		if err != nil {
			return nil, &syntaxError{Position{File: path, Line: r.start, Column: 1}, err.Error()}
		}
		p.put(n, value, r.start)
	}
}

const propertyBlanks = " \t\f"

// propertyLines yields logical lines: continuation lines joined, comments and blank lines left out, escapes untouched.
type propertyLines struct {
	rest  string
	line  int // natural lines read so far
	start int // where the last logical line started
}

// next returns the next logical line and whether there was one.
func (r *propertyLines) next() (string, bool) {
	for r.rest != "" {
		line := strings.TrimLeft(r.natural(), propertyBlanks)
		r.start = r.line
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		for continues(line) && r.rest != "" {
			line = line[:len(line)-1] + strings.TrimLeft(r.natural(), propertyBlanks)
		}
		if continues(line) {
			line = line[:len(line)-1]
		}
		return line, true
	}
	return "", false
}

// natural takes one line up to CR, LF or both.
func (r *propertyLines) natural() string {
	r.line++
	i := strings.IndexAny(r.rest, "\r\n")
	if i < 0 {
		line := r.rest
		r.rest = ""
		return line
	}
	line := r.rest[:i]
	if strings.HasPrefix(r.rest[i:], "\r\n") {
		i++
	}
	r.rest = r.rest[i+1:]
	return line
}

// continues tells whether a line ends with an odd number of backslashes.
func continues(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}

// splitProperty parts a logical line at the first blank, = or : that no backslash protects.
func splitProperty(line string) (name, value string) {
	end := len(line)
	for i := 0; i < len(line); i++ {
		if line[i] == '\\' {
			i++
		} else if strings.IndexByte("=:"+propertyBlanks, line[i]) >= 0 {
			end = i
			break
		}
	}
	value = strings.TrimLeft(line[end:], propertyBlanks)
	if value != "" && (value[0] == '=' || value[0] == ':') {
		value = strings.TrimLeft(value[1:], propertyBlanks)
	}
	return line[:end], value
}

// unescapeProperty replaces escapes. Characters are put together from Java's 16-bit units, since an escape is one.
func unescapeProperty(s string) (string, error) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	var units []uint16 // Java characters, so that two \u escapes can make one character outside the basic plane
	for i := 0; i < len(s); {
		if s[i] != '\\' || i+1 == len(s) {
			r, n := utf8.DecodeRuneInString(s[i:])
			units = utf16.AppendRune(units, r)
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i+1:])
		i += 1 + n
		switch r {
		case 't':
			r = '\t'
		case 'n':
			r = '\n'
		case 'r':
			r = '\r'
		case 'f':
			r = '\f'
		case 'u':
			if len(s)-i < 4 {
				return "", fmt.Errorf(`escape \u%s has less than four hexadecimal digits`, s[i:])
			}
			v, err := strconv.ParseUint(s[i:i+4], 16, 16)
			if err != nil {
				return "", fmt.Errorf(`escape \u%s is not four hexadecimal digits`, s[i:i+4])
			}
			i += 4
			units = append(units, uint16(v))
			continue
		}
		units = utf16.AppendRune(units, r)
	}
	return string(utf16.Decode(units)), nil
}
