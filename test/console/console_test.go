// Package console logs in to the web console as configurations describe it: the broker, the configuration reader and the server are
// the real ones, and so are the requests.
package console

import (
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/config"
	"goactivemq/activemq/management"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store/memory"
	"goactivemq/conf"
	"goactivemq/test/peers"
	"goactivemq/webconsole"
)

// instance writes the shipped configuration into a new directory, with the given files in place of its own, and with two users: admin
// in all roles, and user in those that change nothing. It returns the directory.
func instance(t *testing.T, replaced map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	shipped, err := conf.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"jetty-realm.properties": "admin: admin, admin, user\nuser: user, user\n",
		"users.properties":       "admin=admin\nuser=user\n",
		"groups.properties":      "admins=admin\nusers=admin,user\n",
	}
	for name, text := range replaced {
		files[name] = text
	}
	for _, entry := range shipped {
		text, err := conf.Files.ReadFile(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		if _, ours := files[entry.Name()]; !ours {
			files[entry.Name()] = string(text)
		}
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// serve starts the console of a configuration directory, at a free port of this machine wherever the file wants it. It returns its address.
func serve(t *testing.T, dir string) (url string) {
	t.Helper()
	file, err := config.Load(filepath.Join(dir, "activemq.xml"), config.Environment{Properties: map[string]string{
		"activemq.conf": dir, "activemq.base": filepath.Dir(dir), "activemq.home": filepath.Dir(dir), "activemq.data": dir,
		"java.security.auth.login.config": filepath.Join(dir, "login.config"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	if file.Console == nil {
		t.Fatal("the configuration has no console")
	}
	file.Console.Listeners = []config.Listener{{Host: "127.0.0.1"}}
	b, err := broker.New(broker.Options{Name: "shown-broker", ID: "ID:shown-broker", Store: memory.New()})
	if err != nil {
		t.Fatal(err)
	}
	b.Start()
	t.Cleanup(b.Close)
	if err := b.MakeDestination(*message.NewQueue("shown-queue")); err != nil {
		t.Fatal(err)
	}
	s, err := webconsole.Open(file.Console, management.New(b, management.Options{}), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return "http://" + s.Addresses()[0].String()
}

// The three who ask. The passwords are the names.
var askers = []string{"", "user", "admin"}

// get asks for a page and returns the status, and whether the page tells about the broker.
func get(t *testing.T, url, who string) (status int, tells bool) {
	t.Helper()
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if who != "" {
		r.SetBasicAuth(who, who)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, strings.Contains(string(page), "shown-")
}

// paths are what is asked for. The first five show the broker.
var paths = []string{"/", "/index.html", "/admin/", "/admin/index.jsp", "/admin/queues.jsp", "/console.css", "/api/jolokia/", "/admin/x.action"}

const showing = 5

// TestReleases has the constraints of releases, as the stock files of each have them, and what each of the askers gets: stranger, user, admin.
// Where the original shows nothing on a path that ours shows the broker on, that path is guarded like the original's page. Below
// /admin/* and /* the prefix is stronger than *.action, as it is in Jetty.
func TestReleases(t *testing.T) {
	const (
		open    = "200 200 200"
		login   = "401 200 200"
		admin   = "401 403 200"
		nothing = "404 404 404"
		behind  = "401 404 404"
		reserve = "401 403 404"
	)
	cases := []struct {
		name            string
		jaas            bool
		off             bool
		userPaths       string
		adminPaths      string
		pages, css, api string
		action          string
	}{
		{name: "5.4", off: true, adminPaths: "/*", pages: open, css: open, api: nothing, action: nothing},
		{name: "5.8", adminPaths: "/*", pages: admin, css: admin, api: reserve, action: reserve},
		{name: "5.9", userPaths: "/admin/*,*.jsp", adminPaths: "*.action", pages: login, css: open, api: nothing, action: behind},
		{name: "5.10", userPaths: "/api/*,/admin/*,*.jsp", adminPaths: "*.action", pages: login, css: open, api: behind, action: behind},
		{name: "5.15.16", userPaths: "/,*.jsp,*.html,*.js,*.css,*.png,*.gif,*.ico", adminPaths: "*.action", pages: login, css: login, api: behind, action: reserve},
		{name: "5.16.0", userPaths: "/*,/api/*,/admin/*,*.jsp", adminPaths: "*.action", pages: login, css: login, api: behind, action: behind},
		{name: "5.17", userPaths: "/,/api/*,*.jsp,*.html,*.js,*.css,*.png,*.gif,*.ico", adminPaths: "*.action", pages: login, css: login, api: behind, action: reserve},
		{name: "5.19.8", userPaths: "/,/api/*,*.jsp,*.html,*.js,*.css,*.png,*.gif,*.ico", adminPaths: "/admin/*,/api/jolokia/*", pages: admin, css: login, api: reserve, action: reserve},
		{name: "6.0", jaas: true, userPaths: "*.jsp", adminPaths: "*.action", pages: login, css: open, api: nothing, action: reserve},
		{name: "6.1.4", jaas: true, userPaths: "/", adminPaths: "*.action", pages: login, css: login, api: behind, action: reserve},
		{name: "6.2.6", jaas: true, userPaths: "/", adminPaths: "/admin/*,/api/jolokia/*", pages: admin, css: login, api: reserve, action: reserve},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			url := serve(t, instance(t, map[string]string{"jetty.xml": stock(t, c.userPaths, c.adminPaths, c.jaas, c.off)}))
			for i, path := range paths {
				want := []string{c.pages, c.pages, c.pages, c.pages, c.pages, c.css, c.api, c.action}[i]
				var got []string
				for _, who := range askers {
					status, tells := get(t, url+path, who)
					got = append(got, strconv.Itoa(status))
					if tells != (status == http.StatusOK && i < showing) {
						t.Errorf("%s for %q: status %d, tells about the broker: %v", path, who, status, tells)
					}
				}
				if strings.Join(got, " ") != want {
					t.Errorf("%s for stranger, user, admin: %s, want %s", path, strings.Join(got, " "), want)
				}
			}
		})
	}
}

// stock is the shipped jetty.xml with the constraints of another release.
func stock(t *testing.T, userPaths, adminPaths string, jaas, off bool) string {
	t.Helper()
	text, err := conf.Files.ReadFile("jetty.xml")
	if err != nil {
		t.Fatal(err)
	}
	if userPaths == "" {
		userPaths = "/never-asked-for"
	}
	changes := []string{
		`value="/,/api/*,*.jsp,*.html,*.js,*.css,*.png,*.gif,*.ico"`, `value="` + userPaths + `"`,
		`value="/admin/*,/api/jolokia/*,*.action"`, `value="` + adminPaths + `"`,
	}
	if off {
		changes = append(changes, `name="authenticate" value="true"`, `name="authenticate" value="false"`)
	}
	if jaas {
		changes = append(changes,
			`class="org.eclipse.jetty.security.HashLoginService"`, `class="org.eclipse.jetty.jaas.JAASLoginService"`,
			`<property name="config" value="${activemq.conf}/jetty-realm.properties"/>`,
			`<property name="loginModuleName" value="activemq"/><property name="roleClassNames" value="org.apache.activemq.jaas.GroupPrincipal"/>`,
			`value="user,admin"`, `value="users,admins"`,
			`name="roles" value="admin"`, `name="roles" value="admins"`,
		)
	}
	changed := string(text)
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(changed, changes[i]) {
			t.Fatalf("shipped jetty.xml has no %s", changes[i])
		}
		changed = strings.ReplaceAll(changed, changes[i], changes[i+1])
	}
	return changed
}

// TestS04Default asks for everything below the paths of the shipped configuration: strangers get nothing, and who has not the role of
// administrators gets none of the paths that change something.
func TestS04Default(t *testing.T) {
	url := serve(t, instance(t, nil))
	everything := append([]string{
		"/no-such-page", "/admin", "/admin/topics.jsp", "/admin/xml/queues.jsp", "/admin/queueBrowse/shown-queue", "/api/", "/api/jolokia", "/api/jolokia/version",
		"/api/jolokia/exec/x/y", "/api/message/shown-queue", "/demo/", "/fileserver/", "/favicon.ico", "/metrics",
	}, paths...)
	for _, path := range everything {
		if status, tells := get(t, url+path, ""); status != http.StatusUnauthorized || tells {
			t.Errorf("%s for a stranger: %d, tells about the broker: %v", path, status, tells)
		}
	}
	for _, action := range []string{"purgeDestination", "deleteDestination", "createDestination", "sendMessage", "deleteMessage", "moveMessage", "deleteJob", "deleteSubscriber"} {
		if status, _ := get(t, url+"/admin/"+action+".action", "user"); status != http.StatusForbidden {
			t.Errorf("%s.action for a user: %d, want 403", action, status)
		}
	}
}

// TestS04Admin has the constraints with which the newest releases answer the advisories: for a user, everything below /admin is closed.
func TestS04Admin(t *testing.T) {
	for name, jaas := range map[string]bool{"5.19.8": false, "6.2.8": true} {
		t.Run(name, func(t *testing.T) {
			url := serve(t, instance(t, map[string]string{"jetty.xml": stock(t, "/,/api/*,*.jsp", "/admin/*,/api/jolokia/*", jaas, false)}))
			for _, path := range []string{"/admin", "/admin/", "/admin/queues.jsp", "/admin/topics.jsp", "/admin/nothing", "/admin/x.action", "/api/jolokia", "/api/jolokia/exec/x/y"} {
				if status, tells := get(t, url+path, "user"); status != http.StatusForbidden || tells {
					t.Errorf("%s for a user: %d, tells about the broker: %v", path, status, tells)
				}
				if status, _ := get(t, url+path, "admin"); status == http.StatusForbidden || status == http.StatusUnauthorized {
					t.Errorf("%s for the administrator: %d", path, status)
				}
			}
		})
	}
}

// TestCorpus has the jetty.xml files of real installations: a stranger sees the broker only where the file switches the login off.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(peers.Shared(t, "config", "corpus"), "jetty__*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			jetty := string(text)
			if !strings.Contains(jetty, "ConstraintSecurityHandler") {
				t.Skip("the file is an addition to another, and has no constraints")
			}
			dir := instance(t, map[string]string{"jetty.xml": jetty})
			// Some of the files look for the realm below the base.
			if err := os.Symlink(dir, filepath.Join(filepath.Dir(dir), "conf")); err != nil {
				t.Fatal(err)
			}
			url := serve(t, dir)
			off := strings.Contains(jetty, `name="authenticate" value="false"`)
			for _, path := range paths[:showing] {
				for _, who := range askers {
					status, tells := get(t, url+path, who)
					if want := off || who != ""; tells != want || want != (status == http.StatusOK) {
						t.Errorf("%s for %q: status %d, tells about the broker: %v, want %v", path, who, status, tells, want)
					}
				}
			}
		})
	}
}
