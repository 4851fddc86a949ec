package broker

import (
	"strings"

	"goactivemq/activemq/message"
)

// separated returns the destination with dots where its name has other characters that separate its parts. Empty parts are left out, as in the
// original's plugin for that.
func (b *Broker) separated(d *message.Destination) *message.Destination {
	if d == nil || b.options.PathSeparator == "" || !strings.ContainsAny(d.Name, b.options.PathSeparator) {
		return d
	}
	if !d.IsComposite() {
		return &message.Destination{Kind: d.Kind, Name: b.separatedName(d.Name)}
	}
	var parts []string
	for _, part := range d.Parts() {
		parts = append(parts, part.Scheme()+b.separatedName(part.Name))
	}
	return &message.Destination{Kind: d.Kind, Name: strings.Join(parts, ",")}
}

// separatedName is separated for a name.
func (b *Broker) separatedName(name string) string {
	var parts []string
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(b.options.PathSeparator, r) }) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ".")
}
