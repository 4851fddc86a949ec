package webconsole

import (
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"goactivemq/activemq/management"
	"goactivemq/activemq/message"
)

// The tests are named for the rows of the security requirements that they hold.

// TestS05Paths asks for files that must not be there, in spellings that were let through elsewhere.
func TestS05Paths(t *testing.T) {
	s := serve(t, closed(t))
	login := base64.StdEncoding.EncodeToString([]byte("admin:admin-word"))
	for _, path := range []string{
		"/../conf/jetty-realm.properties", "/admin/../admin/", "/admin/..", "/./admin/", "//admin/", "/admin//queues.jsp", "/admin/.", "/admin/queues.jsp/.",
		"/%2e%2e/conf/jetty-realm.properties", "/%2E%2E/etc/passwd", "/admin/%2e%2e/", "/admin/%2e/queues.jsp", "/admin/queues%2ejsp",
		"/..%2fconf%2fjetty-realm.properties", "/admin%2fqueues.jsp", "/admin%2Fqueues.jsp", "/%2fadmin/queues.jsp", "/%252e%252e/etc/passwd", "/admin%252fqueues.jsp",
		"/..\\conf\\jetty-realm.properties", "/admin\\queues.jsp", "/admin%5cqueues.jsp", "/admin/..%5c..%5cconf", "/admin;/queues.jsp",
		"/admin/queues.jsp;x=.css", "/admin/queues.jsp%3bx", "/admin/queues.jsp%00", "/admin/queues.jsp%00.css", "/admin/queues.jsp%0a", "/admin/queues.jsp%20",
		"/admin/queues.jsp/", "/admin/queues.jsp/x.css", "/ADMIN/queues.jsp", "/admin/QUEUES.JSP", "/%c0%ae%c0%ae/etc/passwd", "/%ff", "/pages/console.css", "/WEB-INF/web.xml",
		"/admin/WEB-INF/web.xml", "/fileserver/x.jsp", "/admin/test/systemProperties.jsp", "/conf/activemq.xml", "http://127.0.0.1/fileserver/x", "*",
	} {
		answer := s.raw(t, "GET "+path+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic "+login+"\r\n\r\n")
		status, _, _ := strings.Cut(answer, "\r\n")
		if !strings.HasPrefix(status, "HTTP/1.1 400 ") && !strings.HasPrefix(status, "HTTP/1.1 404 ") {
			t.Errorf("%s: %q, want 400 or 404", path, status)
		}
	}
	if answer, _ := s.ask(t, "GET", "/%61dmin/queues.jsp", ""); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("an encoded letter gets past the login: %d", answer.StatusCode)
	}
}

// TestS05Methods uploads, moves and so on: without a login, and with one.
func TestS05Methods(t *testing.T) {
	s := serve(t, closed(t))
	for _, method := range []string{"PUT", "MOVE", "COPY", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "MKCOL", "CONNECT", "get"} {
		for _, path := range []string{"/", "/admin/queues.jsp", "/fileserver/shell.jsp", "/admin/sendMessage.action"} {
			for _, login := range []string{"", "admin:admin-word"} {
				answer, _ := s.ask(t, method, path, login)
				if answer.StatusCode != http.StatusMethodNotAllowed || answer.Header.Get("Allow") != "GET, HEAD" {
					t.Errorf("%s %s as %q: %d, allowed %q", method, path, login, answer.StatusCode, answer.Header.Get("Allow"))
				}
			}
		}
	}
}

// hostile are names that somebody may give a destination.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `</title><svg onload=alert(1)>`, `<!--`, `]]>`, `--></table>`, `{{.}}`, `${7*7}`,
	`javascript:alert(1)`, `&lt;b&gt;`, `&#60;b&#62;`, "tab\there", "new\r\nX-Evil: 1", "\u202eelbatrevni", "größe.日本語.🙂", "a:b+c/d'e\"f", `=cmd|' /C calc'!A0`,
	"\u2028line", "ﬁ", "name with spaces", `a\b`, "%3Cscript%3E", strings.Repeat("x<", 5000), strings.Repeat("长", 300),
}

var (
	tag       = regexp.MustCompile(`<([a-zA-Z!/][^\s>]*)([^>]*)>`)
	attribute = regexp.MustCompile(`\s+([^\s=]+)(="[^"<>]*")?`)

	// What the pages are made of. Nothing in here can run.
	tags       = strings.Fields("a bdi body button caption form h1 h2 head header html input label link main meta meter nav p section span table tbody td th thead title tr !DOCTYPE")
	attributes = strings.Fields("action aria-current aria-label autocomplete charset class content data-label for high href html id lang max method min name optimum rel role scope title type value")
)

// TestS15Names shows destinations with hostile names on every page, and looks for them as text and for nothing else.
func TestS15Names(t *testing.T) {
	s := serve(t, closed(t))
	s.make(t, message.Queue, hostile...)
	s.make(t, message.Topic, hostile...)
	for _, path := range []string{"/", "/admin/queues.jsp", "/admin/topics.jsp", "/admin/queues.jsp?QueueFilter=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/admin/topics.jsp?TopicFilter=<script>"} {
		answer, page := s.ask(t, "GET", path, "user:user-word")
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", path, answer.StatusCode)
		}
		if found := foreign(page); found != nil {
			t.Errorf("%s has %q", path, found)
		}
		if strings.Contains(path, "?") {
			continue
		}
		for _, name := range hostile {
			// What a browser makes of it: line ends become one character, as HTML says.
			want := strings.ReplaceAll(nameText(name), "\r", "&#13;")
			if !strings.Contains(strings.ReplaceAll(html.UnescapeString(page), "\r", "&#13;"), "<bdi>"+want+"</bdi>") {
				t.Errorf("%s does not show %q", path, name)
			}
		}
	}
}

// foreign returns the elements and attributes of a page that are none of those the pages are made of.
func foreign(page string) (found []string) {
	for _, m := range tag.FindAllStringSubmatch(page, -1) {
		if !slices.Contains(tags, strings.TrimPrefix(m[1], "/")) {
			found = append(found, m[0])
		}
		for _, a := range attribute.FindAllStringSubmatch(m[2], -1) {
			if !slices.Contains(attributes, a[1]) || a[1] == "href" && !strings.HasPrefix(a[2], `="/`) {
				found = append(found, a[0])
			}
		}
	}
	return found
}

// TestS15Foreign makes sure that the check can fail.
func TestS15Foreign(t *testing.T) {
	for page, want := range map[string]int{
		`<script>`: 1, `<p onclick="x">`: 1, `<img src=x>`: 2, `<p style="x">`: 1, `<a href="javascript:x">`: 1, `<td title="a" onload=x>`: 1, `<p>&lt;script></p>`: 0,
	} {
		if got := foreign(page); len(got) != want {
			t.Errorf("%s: %q, want %d", page, got, want)
		}
	}
}

// TestS15Headers holds that every kind of answer has the same headers, whatever the client sends, and a policy without anything inline.
func TestS15Headers(t *testing.T) {
	s := serve(t, closed(t))
	s.make(t, message.Queue, hostile...)
	always := map[string]string{
		"X-Frame-Options": "SAMEORIGIN", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
	}
	known := strings.Fields("Allow Cache-Control Content-Length Content-Security-Policy Content-Type Date Location Referrer-Policy Www-Authenticate X-Content-Type-Options X-Frame-Options")
	for _, path := range []string{"/", "/console.css", "/nothing", "/admin", "/admin/queues.jsp?contentType=text/plain&view=xml&X-Evil=1", "/%2e"} {
		for _, login := range []string{"", "admin:admin-word"} {
			for _, method := range []string{"GET", "HEAD", "POST"} {
				answer, _ := s.ask(t, method, path, login)
				for name, want := range always {
					if got := answer.Header.Values(name); !slices.Equal(got, []string{want}) {
						t.Errorf("%s %s as %q: %s is %q, want %q", method, path, login, name, got, want)
					}
				}
				for name := range answer.Header {
					if !slices.Contains(known, name) {
						t.Errorf("%s %s as %q: header %s", method, path, login, name)
					}
				}
				want := "text/html; charset=utf-8"
				if answer.StatusCode == http.StatusOK && path == "/console.css" {
					want = "text/css; charset=utf-8"
				}
				if got := answer.Header.Get("Content-Type"); got != want && (answer.StatusCode != http.StatusFound || method != "HEAD") {
					t.Errorf("%s %s as %q: type is %q, want %q", method, path, login, got, want)
				}
			}
		}
	}
}

// TestS16NoChange asks by GET, as the administrator, for all that changes something in the original; nothing does, and nothing is
// kept in the browser for others to use.
func TestS16NoChange(t *testing.T) {
	s := serve(t, closed(t))
	s.work(t)
	s.make(t, message.Topic, "prices")
	state := func() string {
		return fmt.Sprint(s.model.Destinations(management.Queue), s.model.Destinations(management.Topic), s.model.Connectors())
	}
	before := state()
	for _, path := range []string{
		"/", "/admin/queues.jsp", "/admin/topics.jsp", "/admin/purgeDestination.action?JMSDestination=orders&JMSDestinationType=queue&secret=x",
		"/admin/deleteDestination.action?JMSDestination=prices&JMSDestinationType=topic", "/admin/createDestination.action?JMSDestination=new&JMSDestinationType=queue",
		"/admin/sendMessage.action?JMSDestination=orders&JMSText=x", "/admin/browse.jsp?JMSDestination=browsed", "/api/message/orders?type=queue&oneShot=true",
		"/api/message/orders?type=queue&body=x", "/api/jolokia/exec/org.apache.activemq:type=Broker,brokerName=test-broker/addQueue/new",
	} {
		answer, _ := s.ask(t, "GET", path, "admin:admin-word")
		if cookies := answer.Header.Values("Set-Cookie"); cookies != nil {
			t.Errorf("%s sets %q", path, cookies)
		}
		if post, _ := s.ask(t, "POST", path, "admin:admin-word"); post.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %d, want 405", path, post.StatusCode)
		}
	}
	if after := state(); after != before {
		t.Errorf("state is %s, was %s", after, before)
	}
}

// TestS19Log holds that what was tried as a password is never logged, that the address is, and that no name can forge a line.
func TestS19Log(t *testing.T) {
	s := serve(t, closed(t))
	s.ask(t, "GET", "/", "user:tried-secret")
	s.ask(t, "GET", "/", "user\nlevel=ERROR msg=forged:tried-secret")
	s.ask(t, "GET", "/", strings.Repeat("long", 1000)+":tried-secret")
	s.ask(t, "GET", "/", "nobody:nobody-word")
	text := s.log.String()
	if strings.Contains(text, "tried-secret") || strings.Contains(text, "nobody-word") {
		t.Errorf("a password is logged: %s", text)
	}
	if n := strings.Count(text, "from 127.0.0.1 refused"); n != 3 {
		t.Errorf("%d failed logins are logged with their address, want 3: %s", n, text)
	}
	if strings.Contains(text, "\nlevel=ERROR") || len(text) > 2000 {
		t.Errorf("names are logged as they came: %s", text)
	}
}

// TestGuessing tries passwords until they are not looked at any more, and then the right one.
func TestGuessing(t *testing.T) {
	s := serve(t, closed(t))
	for i := range attemptsBurst {
		if answer, _ := s.ask(t, "GET", "/", fmt.Sprintf("admin:guess-%d", i)); answer.StatusCode != http.StatusUnauthorized {
			t.Fatalf("guess %d: %d, want 401", i+1, answer.StatusCode)
		}
	}
	answer, page := s.ask(t, "GET", "/", "admin:admin-word")
	if answer.StatusCode != http.StatusTooManyRequests || answer.Header.Get("Retry-After") == "" || strings.Contains(page, "test-broker") {
		t.Errorf("after %d guesses: %d, retry after %q", attemptsBurst, answer.StatusCode, answer.Header.Get("Retry-After"))
	}
	if n := strings.Count(s.log.String(), "too many wrong passwords from 127.0.0.1"); n != 1 {
		t.Errorf("the log tells it %d times, want once: %s", n, s.log)
	}
}

// TestHeaderLimit sends more header than is read.
func TestHeaderLimit(t *testing.T) {
	s := serve(t, closed(t))
	answer := s.raw(t, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: "+strings.Repeat("x", 2*headerMax)+"\r\n\r\n")
	if !strings.HasPrefix(answer, "HTTP/1.1 431 ") {
		t.Errorf("answer is %.80q, want 431", answer)
	}
}
