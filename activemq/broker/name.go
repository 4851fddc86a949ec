package broker

import (
	"strings"

	"goactivemq/activemq/message"
)

// named returns a destination that a client named as the broker knows it: without the options behind a "?", which are the client's own affair, and
// with dots where the name has other characters that separate its parts. Empty parts are left out then, as in the original's plugin for that.
func (b *Broker) named(d *message.Destination) *message.Destination {
	if d == nil {
		return nil
	}
	if i := strings.IndexByte(d.Name, '?'); i >= 0 {
		d = &message.Destination{Kind: d.Kind, Name: strings.TrimSpace(d.Name[:i])}
	}
	if b.options.PathSeparator == "" || !strings.ContainsAny(d.Name, b.options.PathSeparator) {
		return d
	}
	if !d.IsComposite() {
		return &message.Destination{Kind: d.Kind, Name: b.separated(d.Name)}
	}
	var parts []string
	for _, part := range d.Parts() {
		parts = append(parts, part.Scheme()+b.separated(part.Name))
	}
	return &message.Destination{Kind: d.Kind, Name: strings.Join(parts, ",")}
}

// separated returns a name with dots between its parts.
func (b *Broker) separated(name string) string {
	var parts []string
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(b.options.PathSeparator, r) }) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ".")
}
