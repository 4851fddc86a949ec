package config

import (
	"regexp"
	"strings"
)

var (
	spelProperty    = regexp.MustCompile(`^systemProperties\s*(?:\[\s*['"]?([^'"\]]+)['"]?\s*\]|\.(\w+))$`)
	spelEnvironment = regexp.MustCompile(`^systemEnvironment\s*(?:\[\s*['"]?([^'"\]]+)['"]?\s*\]|\.(\w+))$`)
	spelString      = regexp.MustCompile(`^'([^']*)'$`)
	spelNumber      = regexp.MustCompile(`^[0-9]+$`)
)

// evaluate returns a literal with the expressions #{…} in it worked out. Of Spring's expression language only what
// configurations use is known: system properties, environment variables, constants, and ?: with a default.
func (c *context) evaluate(v *value) string {
	text := v.text
	for {
		start := strings.Index(text, "#{")
		if start < 0 {
			return text
		}
		end := strings.Index(text[start:], "}")
		if end < 0 {
			return text
		}
		result, ok := c.expression(text[start+2 : start+end])
		if !ok {
			c.errorf(v.at, "expression %s is not understood", text[start:start+end+1])
			return ""
		}
		text = text[:start] + strings.ReplaceAll(result, "#{", "") + text[start+end+1:]
	}
}

// expression works out what stands between #{ and }. A property that nobody set is empty, as null is there.
func (c *context) expression(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if m := spelProperty.FindStringSubmatch(text); m != nil {
		name := m[1] + m[2]
		if s, ok := c.env.Properties[name]; ok {
			return s, true
		}
		return c.consolePort[name], true
	}
	if m := spelEnvironment.FindStringSubmatch(text); m != nil {
		s, _ := c.env.LookupEnv(m[1] + m[2])
		return s, true
	}
	if m := spelString.FindStringSubmatch(text); m != nil {
		return m[1], true
	}
	if spelNumber.MatchString(text) {
		return text, true
	}
	if value, fallback, ok := strings.Cut(text, "?:"); ok {
		if s, ok := c.expression(value); !ok || s != "" {
			return s, ok
		}
		return c.expression(fallback)
	}
	return "", false
}
