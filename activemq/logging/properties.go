package logging

import (
	"os"
	"strconv"
	"strings"
)

// property is one entry of a Java properties file.
type property struct {
	key, value string
	line       int // of its beginning, from 1
}

// parseProperties reads a file in the form of java.util.Properties: "key=value", "key: value" or "key value", comments
// after # or !, a backslash joins lines and starts an escape. There is no wrong file.
func parseProperties(text string) []property {
	var (
		all     []property
		logical string
		start   int
	)
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimLeft(strings.TrimSuffix(line, "\r"), " \t\f")
		if logical == "" {
			if line == "" || line[0] == '#' || line[0] == '!' {
				continue
			}
			start = i + 1
		}
		logical += line
		if slashes := len(logical) - len(strings.TrimRight(logical, `\`)); slashes%2 == 1 {
			logical = logical[:len(logical)-1]
			continue
		}
		all = append(all, splitProperty(logical, start))
		logical = ""
	}
	if logical != "" {
		all = append(all, splitProperty(logical, start))
	}
	return all
}

// splitProperty divides a logical line at the first separator that is not escaped.
func splitProperty(line string, number int) property {
	end := 0
	for end < len(line) && !strings.ContainsRune("=: \t\f", rune(line[end])) {
		if line[end] == '\\' {
			end++
		}
		end++
	}
	end = min(end, len(line))
	value := strings.TrimLeft(line[end:], " \t\f")
	if value != "" && (value[0] == '=' || value[0] == ':') {
		value = strings.TrimLeft(value[1:], " \t\f")
	}
	return property{key: unescapeProperty(line[:end]), value: unescapeProperty(value), line: number}
}

func unescapeProperty(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out.WriteByte(text[i])
			continue
		}
		i++
		switch text[i] {
		case 'n':
			out.WriteByte('\n')
		case 't':
			out.WriteByte('\t')
		case 'r':
			out.WriteByte('\r')
		case 'f':
			out.WriteByte('\f')
		case 'u':
			// Java refuses a file with a short \u; here it is an u, as a log must open.
			if code, err := strconv.ParseUint(text[i+1:min(i+5, len(text))], 16, 32); err == nil && i+5 <= len(text) {
				out.WriteRune(rune(code))
				i += 4
				continue
			}
			out.WriteByte('u')
		default:
			out.WriteByte(text[i])
		}
	}
	return out.String()
}

// substitute replaces ${name}, ${sys:name} and ${env:name}, each with an optional ":-otherwise". What has no value
// stays as it is, so that it shows in the file's name or the warning.
func substitute(text string, lookup func(name string) (string, bool)) string {
	var out strings.Builder
	for depth := 0; depth < 100; depth++ {
		start := strings.Index(text, "${")
		if start < 0 {
			break
		}
		end := strings.IndexByte(text[start:], '}')
		if end < 0 {
			break
		}
		whole := text[start : start+end+1]
		name, otherwise, has := strings.Cut(whole[2:len(whole)-1], ":-")
		value, ok := lookup(name)
		if env, isEnv := strings.CutPrefix(name, "env:"); isEnv && !ok {
			value, ok = os.LookupEnv(env)
		}
		if !ok {
			if value = otherwise; !has {
				value = whole
			}
		}
		out.WriteString(text[:start])
		out.WriteString(value)
		text = text[start+end+1:]
	}
	out.WriteString(text)
	return out.String()
}
