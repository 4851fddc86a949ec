package webconsole

import (
	"testing"

	"goactivemq/activemq/config"
)

// TestConfiguredHeaders has rules of which the last that covers a path wins, over the server's own headers too.
func TestConfiguredHeaders(t *testing.T) {
	c := closed(t)
	c.Headers = []config.Header{
		{Pattern: "*", Name: "X-FRAME-OPTIONS", Value: "DENY"}, {Pattern: "*", Name: "Strict-Transport-Security", Value: "max-age=60"},
		{Pattern: "/admin/*", Name: "Strict-Transport-Security", Value: "max-age=90"}, {Pattern: "*", Name: "X-Odd", Value: "a\r\nX-Evil: 1"},
	}
	s := serve(t, c)
	for path, want := range map[string]string{"/": "max-age=60", "/admin/": "max-age=90", "/console.css": "max-age=60"} {
		answer, _ := s.ask(t, "GET", path, "user:user-word")
		h := answer.Header
		if got := h["Strict-Transport-Security"]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: transport security is %q, want %q", path, got, want)
		}
		if got := h["X-Frame-Options"]; len(got) != 1 || got[0] != "DENY" {
			t.Errorf("%s: frame options are %q, want DENY", path, got)
		}
		if h["X-Evil"] != nil || h["X-Content-Type-Options"] == nil {
			t.Errorf("%s: headers are %q", path, h)
		}
	}
}
