package logging

import (
	"os"
	"strings"

	"goactivemq/activemq/config"
)

// property is one entry of a configuration file.
type property struct {
	key, value string
	line       int // of its beginning, from 1
}

// readProperties reads a file of Java properties by their keys.
func readProperties(path string, text []byte) (map[string]property, error) {
	read, err := config.ParseProperties(path, text)
	if err != nil {
		return nil, err
	}
	entries := map[string]property{}
	for _, key := range read.Names() {
		value, _ := read.Get(key)
		entries[key] = property{key, value, read.Line(key)}
	}
	return entries, nil
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
