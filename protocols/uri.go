// Package protocols holds what all protocols share: the addresses of connectors and their options, listening and accepting,
// and the watch over connections that fall silent. A protocol is a [Handler]; bin lists those that a build has.
package protocols

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Address is a transport connector's URI: scheme://host:port?options.
type Address struct {
	Scheme  string // "tcp", "nio", "stomp", …
	Host    string // "" or "0.0.0.0": all interfaces
	Port    int    // 0: any free one
	options url.Values
	read    map[string]bool
}

// ParseAddress reads a connector's URI.
func ParseAddress(text string) (*Address, error) {
	text = strings.TrimSpace(text)
	u, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("connector uri %q: %w", text, err)
	}
	if u.Scheme == "" || u.Host == "" {
		return nil, fmt.Errorf("connector uri %q: want scheme://host:port", text)
	}
	a := &Address{Scheme: u.Scheme, Host: u.Hostname(), read: map[string]bool{}}
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil {
			return nil, fmt.Errorf("connector uri %q: port %q, want 0 to 65535", text, p)
		}
		a.Port = int(n)
	}
	if a.options, err = url.ParseQuery(u.RawQuery); err != nil {
		return nil, fmt.Errorf("connector uri %q: options: %w", text, err)
	}
	return a, nil
}

// Listen returns the address to listen at.
func (a *Address) Listen() string { return net.JoinHostPort(a.Host, strconv.Itoa(a.Port)) }

// Text returns an option's text. Options of the transport may be written with or without "transport." in front.
func (a *Address) Text(name string) (string, bool) {
	for _, key := range [...]string{name, "transport." + name} {
		if v, ok := a.options[key]; ok {
			a.read[key] = true
			return v[len(v)-1], true
		}
	}
	return "", false
}

// Int reads an option that is a number.
func (a *Address) Int(name string, to *int64) error {
	text, ok := a.Text(name)
	if !ok {
		return nil
	}
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return fmt.Errorf("connector option %s: %q, want a number", name, text)
	}
	*to = n
	return nil
}

// Bool reads an option that is true or false.
func (a *Address) Bool(name string, to *bool) error {
	text, ok := a.Text(name)
	if !ok {
		return nil
	}
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true":
		*to = true
	case "false":
		*to = false
	default:
		return fmt.Errorf("connector option %s: %q, want true or false", name, text)
	}
	return nil
}

// Millis reads an option that is a number of milliseconds.
func (a *Address) Millis(name string, to *time.Duration) error {
	n := to.Milliseconds()
	err := a.Int(name, &n)
	*to = time.Duration(n) * time.Millisecond
	return err
}
