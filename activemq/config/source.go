package config

import (
	"maps"
	"slices"
)

// Source tells where a struct came from. Every struct that stands for an element embeds it.
type Source struct {
	ID string   // the id attribute, or ""
	At Position // zero for what no file mentions

	places map[string]place
}

// place is where a setting stands, and how many were set before it.
type place struct {
	Position
	order int
}

// Set tells whether the file gives the named setting, as opposed to its default holding.
func (s *Source) Set(name string) bool {
	_, ok := s.places[name]
	return ok
}

// Given returns the names of all settings that the file gives, in order of their names.
func (s *Source) Given() []string { return slices.Sorted(maps.Keys(s.places)) }

// Place is where the named setting stands, or where its element does when the setting is a default.
func (s *Source) Place(name string) Position {
	if p, ok := s.places[name]; ok {
		return p.Position
	}
	return s.At
}

func (s *Source) source() *Source { return s }

// put notes that a setting was given.
func (s *Source) put(name string, at Position) {
	if s.places == nil {
		s.places = map[string]place{}
	}
	s.places[name] = place{at, len(s.places)}
}

// overrides tells whether a setting was given, and after another one if that was given, too. The original sets them one
// by one, and a few depend on each other.
func (s *Source) overrides(name, other string) bool {
	return s.Set(name) && (!s.Set(other) || s.places[name].order > s.places[other].order)
}

// element is what all bound structs have in common.
type element interface{ source() *Source }

// Unserved stands where the file has a part that this broker does not have: one that is not built yet, or an object of a
// foreign Java class. Loading warns of it; whoever cannot do without the part has to refuse it.
type Unserved struct {
	Source
	Element string // name in the broker's namespace, or ""
	Class   string // Java class
}

func (*Unserved) persistenceAdapter()          {}
func (*Unserved) plugin()                      {}
func (*Unserved) authorizationMap()            {}
func (*Unserved) deadLetterStrategy()          {}
func (*Unserved) pendingMessageLimitStrategy() {}

// Name is what a message calls the part.
func (u *Unserved) Name() string {
	if u.Element != "" {
		return u.Element
	}
	return u.Class
}
