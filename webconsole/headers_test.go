package webconsole

import "testing"

// TestRuleCovers has the forms of patterns that Jetty's rules take: those of servlet paths, and * for all.
func TestRuleCovers(t *testing.T) {
	cases := []struct {
		pattern, path string
		want          bool
	}{
		{"*", "/", true}, {"*", "/admin/queues.jsp", true}, {"/*", "/admin/", true}, {"/", "/admin/", true},
		{"/admin/*", "/admin/queues.jsp", true}, {"/admin/*", "/admin", true}, {"/admin/*", "/administrator", false}, {"/admin/*", "/", false},
		{"*.css", "/console.css", true}, {"*.css", "/", false},
		{"/console.css", "/console.css", true}, {"/console.css", "/x/console.css", false}, {"", "/", false},
	}
	for _, c := range cases {
		if got := ruleCovers(c.pattern, c.path); got != c.want {
			t.Errorf("%q covers %s: %v, want %v", c.pattern, c.path, got, c.want)
		}
	}
}
