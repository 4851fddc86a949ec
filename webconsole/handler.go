package webconsole

import (
	"net/http"
	"path"
	"strings"
)

// ServeHTTP answers a request. The order of the steps matters: nobody learns more than the steps before let him.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.setHeaders(w.Header(), r.URL.Path)
	from := clientAddress(r.RemoteAddr)
	switch {
	case !s.filter.admits(from):
		s.fail(w, http.StatusForbidden, "This address is not let in. Who is, says the InetAccessHandler in jetty.xml.")
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		s.fail(w, http.StatusMethodNotAllowed, "Only GET and HEAD are served here.")
		return
	case !isPlain(r):
		s.fail(w, http.StatusBadRequest, "The path is not in its plain form.")
		return
	}
	page, found := pages[r.URL.Path]
	if !s.authorize(w, r, from, append([]string{r.URL.Path}, page.guards...)) {
		return
	}
	switch {
	case s.slave != nil:
		s.serveSlave(w, r)
	case !found:
		s.fail(w, http.StatusNotFound, "There is no such page.")
	case page.redirect != "":
		http.Redirect(w, r, page.redirect, http.StatusFound)
	default:
		page.serve(s, w, r)
	}
}

// isPlain tells whether a request's path is written the one way that paths are written here. Constraints are judged by the text of a path,
// so no other spelling of it may mean the same: no dot segments, no double slashes, no backslashes, no parameters, no control
// characters, and none of these in an encoded form.
func isPlain(r *http.Request) bool {
	p := r.URL.Path
	if !strings.HasPrefix(p, "/") || strings.ContainsAny(p, "\\;%") {
		return false
	}
	for _, c := range p {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	clean := path.Clean(p)
	if clean != "/" && strings.HasSuffix(p, "/") {
		clean += "/"
	}
	encoded := strings.ToLower(r.URL.RawPath) // set where the plain encoding of Path is not what the client sent
	return clean == p && !strings.Contains(encoded, "%2f") && !strings.Contains(encoded, "%2e")
}
