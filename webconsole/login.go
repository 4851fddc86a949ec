package webconsole

import (
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// userShown is how much of a user name that nobody knows comes into the log, in bytes.
const userShown = 64

// authorize tells whether a request may go on: its user has the roles that the configuration asks for at each of the paths. When not, it
// has answered.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request, from netip.Addr, paths []string) bool {
	if s.permits(paths, nil) {
		return true
	}
	user, password, given := r.BasicAuth()
	if !given {
		s.challenge(w)
		return false
	}
	user, password = clientText(user), clientText(password)
	var roles []string
	known, refused, last := s.attempts.try(from, func() (ok bool) {
		roles, ok = s.console.Realm.Authenticate(user, password)
		return ok
	})
	switch {
	case refused > 0:
		seconds := int(math.Ceil(refused.Seconds()))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		s.fail(w, http.StatusTooManyRequests, fmt.Sprintf("Too many wrong passwords from this address. Try again in %d seconds.", seconds))
		return false
	case !known:
		s.log.Warn(fmt.Sprintf("Web console: login of %q from %s refused: unknown user or wrong password", shortened(user), from))
		if last {
			s.log.Warn(fmt.Sprintf("Web console: too many wrong passwords from %s: logins from there are slowed to one in %d seconds", from, attemptsInterval/time.Second))
		}
		s.challenge(w)
		return false
	}
	if !s.permits(paths, roles) {
		s.log.Warn(fmt.Sprintf("Web console: %q from %s has no role for %s", user, from, paths[0]))
		s.fail(w, http.StatusForbidden, "Your user has no role that may see this page.")
		return false
	}
	return true
}

// permits tells whether somebody with these roles may see all of the paths.
func (s *Server) permits(paths, roles []string) bool {
	for _, path := range paths {
		if !s.console.Permits(path, roles) {
			return false
		}
	}
	return true
}

// challenge asks for a login.
func (s *Server) challenge(w http.ResponseWriter) {
	name := ""
	if s.console.Realm != nil {
		name = s.console.Realm.Name
	}
	w.Header().Set("WWW-Authenticate", `Basic realm=`+quoted(name)+`, charset="UTF-8"`)
	s.fail(w, http.StatusUnauthorized, "Please log in.")
}

// quoted makes a quoted-string of HTTP (RFC 9110, section 5.6.4).
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r < ' ' || r == 0x7f:
			continue
		case r == '"' || r == '\\':
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}

// clientText decodes what a client sent as a user or password: the challenge asks for UTF-8, but the original took ISO-8859-1, and
// scripts written for that still come.
func clientText(sent string) string {
	if utf8.ValidString(sent) {
		return sent
	}
	decoded := make([]rune, 0, len(sent))
	for _, b := range []byte(sent) {
		decoded = append(decoded, rune(b))
	}
	return string(decoded)
}

// shortened cuts a text for the log.
func shortened(text string) string {
	if len(text) > userShown {
		return text[:userShown] + "…"
	}
	return text
}
