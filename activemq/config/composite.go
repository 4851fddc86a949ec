package config

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// CompositeURI is an address made of addresses, as network connectors and failover clients have them:
//
//	static:(tcp://a:1?keepAlive=true,tcp://b:2)?initialReconnectDelay=100      parts with options of their own, and options of the whole
//	masterslave://(tcp://a:1,tcp://b:2)   multicast://default?group=x          // may stand before the bracket; without one there is one part
type CompositeURI struct {
	Scheme  string
	Parts   []URI // may be composite themselves
	Options url.Values
}

var (
	uriScheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*$`)
	uriStart  = regexp.MustCompile(`^[^:/?#]*:`)
)

// ParseComposite parts a composite address.
func ParseComposite(uri URI) (CompositeURI, error) {
	scheme, rest, found := strings.Cut(string(uri), ":")
	if !found || !uriScheme.MatchString(scheme) {
		return CompositeURI{}, fmt.Errorf("%q has no scheme", uri)
	}
	c := CompositeURI{Scheme: scheme}
	rest = strings.TrimPrefix(rest, "//")
	inside, options := rest, ""
	if strings.HasPrefix(rest, "(") {
		end := closingBracket(rest)
		if end < 0 {
			return c, fmt.Errorf("brackets of %q do not match", uri)
		}
		inside, options = rest[1:end], rest[end+1:]
	}
	for _, part := range splitOutside(inside) {
		if m := uriStart.FindString(part); m != "" && !uriScheme.MatchString(m[:len(m)-1]) {
			return c, fmt.Errorf("%q in %q is no address: no blanks or other characters may stand before its scheme", part, uri)
		}
		c.Parts = append(c.Parts, URI(part))
	}
	_, query, _ := strings.Cut(options, "?")
	var err error
	if c.Options, err = url.ParseQuery(query); err != nil {
		return c, fmt.Errorf("options of %q: %w", uri, err)
	}
	return c, nil
}

// closingBracket finds the end of the bracket that a text begins with, -1 where there is none.
func closingBracket(text string) int {
	depth := 0
	for i, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// splitOutside parts a text at the commas outside of brackets. An empty end is no part.
func splitOutside(text string) []string {
	var parts []string
	depth, start := 0, 0
	for i, c := range text {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	if start < len(text) {
		parts = append(parts, text[start:])
	}
	return parts
}

// discoverySchemes are those of the addresses that a network connector takes.
var discoverySchemes = []string{"static", "simple", "masterslave", "multicast", "zeroconf", "http"}

// checkDiscovery reports an address that the original refuses while it reads: a network connector is told where its partners are, not what they are.
func (c *context) checkDiscovery(v *value) {
	composite, err := ParseComposite(URI(encodeURI(strings.TrimSpace(v.text))))
	switch {
	case err != nil:
		c.errorf(v.at, "uri of networkConnector: %v", err)
	case !slices.Contains(discoverySchemes, composite.Scheme):
		c.errorf(v.at, "uri of networkConnector is %q, want one of %s: for one address, static:(%[1]s)", v.text, strings.Join(discoverySchemes, ", "))
	case composite.Scheme == "masterslave" && len(composite.Parts) < 2:
		c.errorf(v.at, "uri of networkConnector is %q: masterslave wants two addresses at least", v.text)
	}
}
