package config

// Source tells where a struct came from. Every struct that stands for an element embeds it.
type Source struct {
	ID string   // the id attribute, or ""
	At Position // zero for what no file mentions

	places map[string]Position
}

// Set tells whether the file gives the named setting, as opposed to its default holding.
func (s *Source) Set(name string) bool {
	_, ok := s.places[name]
	return ok
}

// Place is where the named setting stands, or where its element does when the setting is a default.
func (s *Source) Place(name string) Position {
	if at, ok := s.places[name]; ok {
		return at
	}
	return s.At
}

func (s *Source) source() *Source { return s }

func (s *Source) put(name string, at Position) {
	if s.places == nil {
		s.places = map[string]Position{}
	}
	s.places[name] = at
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
