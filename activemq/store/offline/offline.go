// Package offline looks into stores that no broker has open, for the operator: what keeps journal files (explain.go), whether all can be read
// (check.go), and their contents as lines of JSON (export.go, import.go). It works over the contract of package store, so that what one kind of
// store exports another one imports.
package offline

import (
	"fmt"
	"slices"
	"strings"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// pageMessages and pageBytes are how much is read from a store at once.
const (
	pageMessages = 500
	pageBytes    = 8 << 20
)

// sorted returns what a store knows, queues first.
func sorted(s store.Store) []message.Destination {
	all := s.Destinations()
	slices.SortFunc(all, func(a, b message.Destination) int { return strings.Compare(a.String(), b.String()) })
	return all
}

// pager is a queue or a durable subscription.
type pager interface {
	Page(after int64, limit, bytes int) ([]store.Loaded, error)
}

// cursor walks a pager in order.
type cursor struct {
	pager
	after int64
	page  []store.Loaded
	at    int
}

// peek returns the next message, nil behind the last. What cannot be read is left out and told in the error, once for each page.
func (c *cursor) peek() (*store.Loaded, error) {
	var err error
	for c.at == len(c.page) {
		c.page, err = c.Page(c.after, pageMessages, pageBytes)
		c.at = 0
		if len(c.page) == 0 {
			return nil, err
		}
		c.after = c.page[len(c.page)-1].Entry.Sequence
	}
	return &c.page[c.at], err
}

func (c *cursor) next() { c.at++ }

// bytesText writes a number of bytes for people.
func bytesText(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	value, unit := float64(n), 0
	for value >= 1024 && unit < len(units)-1 {
		value, unit = value/1024, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", value, units[unit])
}

// plural writes a count of things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
