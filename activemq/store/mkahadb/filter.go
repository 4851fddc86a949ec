package mkahadb

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store/kahadb"
)

// Filter says which destinations are in a store of their own, or, with PerDestination, each in one of its own.
type Filter struct {
	Destination    message.Destination // a pattern, or a composite of them; the zero value stands for all destinations
	PerDestination bool

	// Directory is where the store's folder is made: that of all where it is empty.
	Directory string

	// Options returns what the store in a directory is opened with. File system, log, lock, and what is done with prepared transactions are not
	// looked at, but for PurgeRecoveredXA, which leaves local transactions alone.
	Options func(directory string) (kahadb.Options, error)
}

// completeFilters fills in directories, and refuses what cannot be served.
func completeFilters(filters []Filter, directory string) error {
	if len(filters) == 0 {
		return errors.New("no filteredKahaDB, want at least one")
	}
	for i := range filters {
		f := &filters[i]
		if f.Directory == "" {
			f.Directory = directory
		}
		for _, other := range filters[:i] {
			if f.name() == other.name() && f.PerDestination == other.PerDestination {
				return fmt.Errorf("two filteredKahaDB are for %s", f.name())
			}
		}
	}
	return nil
}

// all are the destinations of a filter that names none, as the original writes them down.
const all = "Any://queue://>,topic://>"

// name is the folder of a filter's store.
func (f *Filter) name() string {
	if f.Destination.Name == "" {
		return folderName(all)
	}
	return folderName(f.Destination.String())
}

// patterns are those that a filter is for.
func (f *Filter) patterns() []message.Destination {
	if f.Destination.Name == "" {
		return []message.Destination{{Kind: message.Queue, Name: ">"}, {Kind: message.Topic, Name: ">"}}
	}
	return f.Destination.Parts()
}

// best returns the filter for a destination, nil when there is none: one that names it, or that with the narrowest pattern, and of patterns of
// which none covers the other, that which comes first in order of their characters. So it is the one that the original takes.
func best(filters []Filter, d message.Destination) *Filter {
	var found *Filter
	var narrowest message.Destination
	for i := range filters {
		for _, p := range filters[i].patterns() {
			if p.Kind == d.Kind && message.Matches(p.Name, d.Name) && (found == nil || before(d.Name, p.Name, narrowest.Name)) {
				found, narrowest = &filters[i], p
			}
		}
	}
	return found
}

// before tells whether pattern a is the better one for a name that both cover.
func before(name, a, b string) bool {
	switch ab, ba := message.Matches(a, b), message.Matches(b, a); {
	case a == name || b == name:
		return a == name && b != name
	case ab != ba:
		return ba
	case ab: // they differ in * and > only
		return strings.Count(a, ">") < strings.Count(b, ">")
	}
	return a < b
}

// folderMax is the length of a folder's name; the original cuts off what is in front of that.
const folderMax = 64

// folderName makes the name of a folder: what is not a letter, a digit or one of -_.# becomes # and its code in hexadecimal digits.
func folderName(qualified string) string {
	var b strings.Builder
	for _, c := range utf16.Encode([]rune(qualified)) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c < 128 && strings.ContainsRune("-_.#", rune(c)):
			b.WriteByte(byte(c))
		default:
			fmt.Fprintf(&b, "#%x", c)
		}
	}
	name := b.String()
	return name[max(0, len(name)-folderMax):]
}

// isDestinationFolder tells whether a folder may be the store of a destination. The names of long ones begin anywhere, and the original does not
// find those again; a folder of ours has a journal in any case.
func isDestinationFolder(name string) bool {
	return strings.HasPrefix(name, "queue#") || strings.HasPrefix(name, "topic#") || len(name) == folderMax
}
