package webconsole

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/config"
	"goactivemq/activemq/management"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store/memory"
)

// site is a console over a real broker, at a real port.
type site struct {
	*Server
	broker *broker.Broker
	log    *logText
	url    string
}

// logText collects the log.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// closed is a console that asks for a login everywhere, with the users admin/admin-word and user/user-word.
func closed(t *testing.T) *config.Console {
	t.Helper()
	realm, err := config.ParseRealm("realm", []byte("admin: admin-word, admin\nuser: user-word, user\nnobody: nobody-word\n"))
	if err != nil {
		t.Fatal(err)
	}
	realm.Name = "ActiveMQRealm"
	return &config.Console{
		Realm: realm,
		Constraints: []config.Constraint{
			{Paths: []string{"/"}, Roles: []string{"user", "admin"}, Authenticate: true},
			{Paths: []string{"*.action"}, Roles: []string{"admin"}, Authenticate: true},
		},
	}
}

// serve starts a console at a free port.
func serve(t *testing.T, c *config.Console) *site {
	t.Helper()
	b, err := broker.New(broker.Options{Name: "test-broker", ID: "ID:test-1", Store: memory.New(), MemoryLimit: 64 << 20, Advisories: true})
	if err != nil {
		t.Fatal(err)
	}
	b.Start()
	t.Cleanup(b.Close)
	if c.Listeners == nil {
		c.Listeners = []config.Listener{{Host: "127.0.0.1"}}
	}
	log := &logText{}
	s, err := Open(c, management.New(b, management.Options{BrokerVersion: "5.18.7"}), slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &site{Server: s, broker: b, log: log, url: "http://" + s.Addresses()[0].String()}
}

// ask sends a request and returns the answer with its body. login is "user:password" or "".
func (s *site) ask(t *testing.T, method, path, login string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if user, password, ok := strings.Cut(login, ":"); ok {
		r.SetBasicAuth(user, password)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

// raw sends bytes and returns what comes back until the end; the server may reset a connection of which it has not read all.
func (s *site) raw(t *testing.T, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addresses()[0].String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if len(answer) == 0 {
		t.Fatalf("no answer: %v", err)
	}
	return string(answer)
}

// make makes destinations.
func (s *site) make(t *testing.T, kind message.DestinationKind, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := s.broker.MakeDestination(message.Destination{Kind: kind, Name: name}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestListen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	c := &config.Console{Listeners: []config.Listener{
		{Host: "127.0.0.1"},
		{At: config.Position{File: "jetty.xml", Line: 7, Column: 3}, Host: "127.0.0.1", Port: port},
	}}
	s, err := Open(c, nil, slog.New(slog.DiscardHandler))
	if err == nil {
		t.Fatal("opened at a port that is taken", s.Close())
	}
	want := "jetty.xml:7:3: web console cannot listen at " + taken.Addr().String() + ": bind: address already in use"
	if err.Error() != want {
		t.Errorf("error is %q, want %q", err, want)
	}
}

// TestAddresses has several listeners, of which the one for HTTPS is not served and said to be so.
func TestAddresses(t *testing.T) {
	c := closed(t)
	c.Listeners = []config.Listener{{Host: "127.0.0.1"}, {Host: "127.0.0.1", Port: 8162, TLS: &config.ListenerTLS{}}, {Host: "127.0.0.1"}}
	s := serve(t, c)
	if n := len(s.Addresses()); n != 2 {
		t.Fatalf("served at %d addresses, want 2", n)
	}
	for _, a := range s.Addresses() {
		s.url = "http://" + a.String()
		if answer, _ := s.ask(t, "GET", "/", "user:user-word"); answer.StatusCode != http.StatusOK {
			t.Errorf("status at %s is %d", a, answer.StatusCode)
		}
	}
	if !strings.Contains(s.log.String(), "not served at https://127.0.0.1:8162") {
		t.Errorf("log does not tell about HTTPS: %s", s.log)
	}
}

// TestClose closes twice, and a server that never started.
func TestClose(t *testing.T) {
	s := serve(t, closed(t))
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := net.Dial("tcp", s.Addresses()[0].String()); err == nil {
		t.Error("still accepts connections")
	}
	idle, err := Open(&config.Console{Listeners: []config.Listener{{Host: "127.0.0.1"}}}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := idle.Close(); err != nil {
		t.Error(err)
	}
	idle.Start()
	if _, err := net.Dial("tcp", idle.Addresses()[0].String()); err == nil {
		t.Error("a server that was closed before it started accepts connections")
	}
}

// TestNoUsers holds that a console for nobody is said to be one.
func TestNoUsers(t *testing.T) {
	c := closed(t)
	c.Realm = nil
	s := serve(t, c)
	if !strings.Contains(s.log.String(), "nobody can log in") {
		t.Errorf("log does not tell: %s", s.log)
	}
	if answer, _ := s.ask(t, "GET", "/", "admin:admin-word"); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("status is %d, want 401", answer.StatusCode)
	}
}
