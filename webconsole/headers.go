package webconsole

import "net/http"

// defaultHeaders come with every answer. No page has a script, an inline style or a frame, and none is to be kept.
var defaultHeaders = [][2]string{
	{"X-Frame-Options", "SAMEORIGIN"},
	{"X-Content-Type-Options", "nosniff"},
	{"Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"},
	{"Referrer-Policy", "no-referrer"},
	{"Cache-Control", "no-store"},
}

// setHeaders sets the headers for a path: those above, and those that the configuration's rules set, which win.
func (s *Server) setHeaders(h http.Header, path string) {
	for _, d := range defaultHeaders {
		h.Set(d[0], d[1])
	}
	for _, rule := range s.console.Headers {
		if rule.Covers(path) {
			h.Set(rule.Name, rule.Value)
		}
	}
}
