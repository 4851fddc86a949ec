package config

import (
	"slices"
	"strings"
)

// Constraint says what a path asks of the user.
type Constraint struct {
	At           Position
	Paths        []string // servlet path specs: /exact, /prefix/*, *.suffix, / for all else
	Roles        []string // any one of them; * stands for every user
	Authenticate bool     // false: the paths are open
}

// RolesFor tells whether a path needs a login, and which roles give access: any one of them will do. A login without
// roles means that nobody has access.
func (c *Console) RolesFor(path string) (roles []string, needLogin bool) {
	best := pathMatch{}
	for _, constraint := range c.Constraints {
		for _, spec := range constraint.Paths {
			m := matchPath(spec, path)
			switch {
			case m.group == noMatch || m.less(best):
				continue
			case best.less(m):
				best, roles, needLogin = m, nil, false
			}
			needLogin = needLogin || constraint.Authenticate
			roles = append(roles, constraint.Roles...)
		}
	}
	if !needLogin {
		return nil, false
	}
	return roles, true
}

// Permits tells whether somebody with the given roles may see a path. nil roles are those of a stranger, who has not
// logged in; a user without roles has an empty list.
func (c *Console) Permits(path string, roles []string) bool {
	want, login := c.RolesFor(path)
	if !login {
		return true
	}
	if roles == nil {
		return false
	}
	return slices.ContainsFunc(want, func(r string) bool { return r == "*" || r == "**" || slices.Contains(roles, r) })
}

// pathMatch ranks how well a path spec fits: an exact one before prefixes, those before suffixes, all before the
// default; within a group, the longer one.
type pathMatch struct{ group, length int }

const (
	noMatch = iota
	defaultMatch
	suffixMatch
	prefixMatch
	exactMatch
)

func (m pathMatch) less(o pathMatch) bool {
	return m.group < o.group || m.group == o.group && m.length < o.length
}

// Covers tells whether the header's rule covers a path: by a servlet path spec, or * for all.
func (h Header) Covers(path string) bool {
	return h.Pattern == "*" || matchPath(h.Pattern, path).group != noMatch
}

// matchPath compares a path with a servlet path spec (Servlet 3.1, section 12.2).
func matchPath(spec, path string) pathMatch {
	switch {
	case spec == "/":
		return pathMatch{defaultMatch, 1}
	case strings.HasPrefix(spec, "*."):
		if strings.HasSuffix(path, spec[1:]) {
			return pathMatch{suffixMatch, len(spec)}
		}
	case strings.HasSuffix(spec, "/*"):
		if prefix := spec[:len(spec)-2]; path == prefix || strings.HasPrefix(path, prefix+"/") {
			return pathMatch{prefixMatch, len(spec)}
		}
	case spec == path:
		return pathMatch{exactMatch, len(spec)}
	}
	return pathMatch{}
}
