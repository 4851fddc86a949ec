package webconsole

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/config"
	"goactivemq/activemq/message"
)

// listener is a client that reads nothing.
type listener struct{}

func (listener) Dispatch(broker.Dispatch) {}
func (listener) Close(error)              {}
func (listener) Flush()                   {}

// work gives the broker a connection with messages on a queue, of which some are in flight.
func (s *site) work(t *testing.T) {
	t.Helper()
	c, err := s.broker.Connect(&message.ConnectionInfo{Connection: &message.ConnectionID{Value: "c"}, ClientID: message.T("c")}, listener{}, "tcp://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	d := message.NewQueue("orders")
	producer := &message.ProducerID{Connection: "c", Session: 1, Value: 1}
	if err := c.AddProducer(&message.ProducerInfo{Producer: producer, Destination: d}); err != nil {
		t.Fatal(err)
	}
	for i := range int64(7) {
		if err := c.Send(&message.Message{ID: &message.ID{Producer: producer, ProducerSequence: i + 1}, Producer: producer, Destination: d}, nil); err != nil {
			t.Fatal(err)
		}
	}
	consumer := &message.ConsumerID{Connection: "c", Session: 1, Value: 1}
	if _, err := c.AddConsumer(&message.ConsumerInfo{Consumer: consumer, Destination: d, Prefetch: 3}); err != nil {
		t.Fatal(err)
	}
	first := &message.ID{Producer: producer, ProducerSequence: 1}
	if err := c.Ack(&message.Ack{Kind: message.Standard, Destination: d, Consumer: consumer, First: first, Last: first, Count: 1}, nil); err != nil {
		t.Fatal(err)
	}
}

var cell = regexp.MustCompile(`<t[hd][^>]*>(.*?)</t[hd]>`)
var markup = regexp.MustCompile(`<[^>]*>`)

// row returns the texts of the row that begins with a name, nil when there is none.
func row(page, name string) []string {
	for _, text := range strings.Split(page, "<tr>") {
		var cells []string
		for _, m := range cell.FindAllStringSubmatch(text, -1) {
			cells = append(cells, markup.ReplaceAllString(m[1], ""))
		}
		if len(cells) > 0 && cells[0] == name {
			return cells
		}
	}
	return nil
}

// TestPages compares what the pages show with what a client did: pending, consumers, producers, enqueued, dequeued, in flight.
func TestPages(t *testing.T) {
	s := serve(t, closed(t))
	s.work(t)
	s.make(t, message.Topic, "prices", "ActiveMQ.Advisory.Queue", "ActiveMQ.Advisory.Topic")
	queue := []string{"orders", "6", "1", "1", "7", "1", "3"}
	topic := []string{"prices", "0", "0", "0", "0", "0"}
	cases := []struct {
		path, title string
		rows        [][]string
		note        bool
	}{
		{"/", "test-broker : Overview", [][]string{queue, topic}, true},
		{"/index.html", "test-broker : Overview", [][]string{queue, topic}, true},
		{"/admin/", "test-broker : Overview", [][]string{queue, topic}, true},
		{"/admin/index.jsp", "test-broker : Overview", [][]string{queue, topic}, true},
		{"/admin/queues.jsp", "test-broker : Queues", [][]string{queue}, false},
		{"/admin/queues.jsp?QueueFilter=ORD", "test-broker : Queues", [][]string{queue}, false},
		{"/admin/topics.jsp", "test-broker : Topics", [][]string{topic}, true},
	}
	for _, c := range cases {
		t.Run(c.path, func(t *testing.T) {
			answer, page := s.ask(t, "GET", c.path, "user:user-word")
			if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/html; charset=utf-8" {
				t.Fatalf("status %d, type %q", answer.StatusCode, answer.Header.Get("Content-Type"))
			}
			if !strings.Contains(page, "<title>"+c.title+"</title>") {
				t.Errorf("title is not %q", c.title)
			}
			for _, want := range c.rows {
				if got := row(page, want[0]); !slices.Equal(got, want) {
					t.Errorf("row of %s is %q, want %q", want[0], got, want)
				}
			}
			if strings.Contains(page, "ActiveMQ.Advisory.") {
				t.Error("advisory topics are listed")
			}
			if strings.Contains(page, "2 advisory topics") != c.note {
				t.Errorf("the number of advisory topics is told: %v, want %v", !c.note, c.note)
			}
		})
	}
	_, page := s.ask(t, "GET", "/", "user:user-word")
	for _, want := range [][]string{
		{"Name", "test-broker"}, {"Version", "5.18.7"}, {"ID", "ID:test-1"}, {"Store percent used", "no limit"},
		{"Memory percent used", "0 % 0 % of 64 MB"}, {"Messages pending", "6"}, {"Messages enqueued", "7"}, {"Messages dequeued", "1"},
		{"Connections", "1"}, {"Consumers", "1"}, {"Producers", "1"},
	} {
		if got := row(page, want[0]); !slices.Equal(got, want) {
			t.Errorf("overview has %q, want %q", got, want)
		}
	}
	if _, page := s.ask(t, "GET", "/admin/queues.jsp?QueueFilter=%3Cb%3E", "user:user-word"); !strings.Contains(page, "There are no queues with “&lt;b&gt;” in their name") {
		t.Errorf("a filter that nothing passes shows %s", page)
	}
}

// TestManyQueues holds that a page is bounded, and that its neighbours can be reached.
func TestManyQueues(t *testing.T) {
	s := serve(t, closed(t))
	for i := range 2*rowsMax + 1 {
		s.make(t, message.Queue, "queue."+strconv.Itoa(1000+i))
	}
	for path, want := range map[string]int{"/": rowsMax, "/admin/queues.jsp": rowsMax, "/admin/queues.jsp?page=2": rowsMax, "/admin/queues.jsp?page=3": 1} {
		_, page := s.ask(t, "GET", path, "user:user-word")
		if got := strings.Count(page, "<bdi>queue."); got != want {
			t.Errorf("%s shows %d queues, want %d", path, got, want)
		}
		if next := strings.Contains(page, `rel="next"`); next != (want == rowsMax) {
			t.Errorf("%s has a link to the next page: %v", path, next)
		}
	}
}

// TestHead holds that HEAD answers as GET does, without the page.
func TestHead(t *testing.T) {
	s := serve(t, closed(t))
	for _, path := range []string{"/console.css", "/admin/queues.jsp", "/no-such-page"} {
		get, body := s.ask(t, "GET", path, "user:user-word")
		head, none := s.ask(t, "HEAD", path, "user:user-word")
		if head.StatusCode != get.StatusCode || head.ContentLength != get.ContentLength || none != "" || body == "" {
			t.Errorf("%s: HEAD answers %d with %d bytes, GET %d with %d", path, head.StatusCode, head.ContentLength, get.StatusCode, get.ContentLength)
		}
	}
}

func TestStatus(t *testing.T) {
	s := serve(t, closed(t))
	cases := []struct {
		path, login, location string
		want                  int
	}{
		{"/", "", "", 401},
		{"/", "user:wrong", "", 401},
		{"/", "user:", "", 401},
		{"/", "stranger:user-word", "", 401},
		{"/", "nobody:nobody-word", "", 403},
		{"/", "user:user-word", "", 200},
		{"/admin", "", "", 401},
		{"/admin", "admin:admin-word", "/admin/", 302},
		{"/console.css", "admin:admin-word", "", 200},
		{"/no-such-page", "", "", 401},
		{"/no-such-page", "admin:admin-word", "", 404},
		{"/favicon.ico", "admin:admin-word", "", 404},
		{"/pages/frame.html", "admin:admin-word", "", 404},
		{"/demo/", "admin:admin-word", "", 404},
		{"/fileserver/", "admin:admin-word", "", 404},
		{"/admin/purgeDestination.action", "user:user-word", "", 403},
		{"/admin/purgeDestination.action", "admin:admin-word", "", 404},
	}
	for _, c := range cases {
		answer, page := s.ask(t, "GET", c.path, c.login)
		if answer.StatusCode != c.want || answer.Header.Get("Location") != c.location {
			t.Errorf("%s as %q: %d %q, want %d %q", c.path, c.login, answer.StatusCode, answer.Header.Get("Location"), c.want, c.location)
		}
		if challenge := answer.Header.Get("WWW-Authenticate"); (challenge == `Basic realm="ActiveMQRealm", charset="UTF-8"`) != (c.want == 401) {
			t.Errorf("%s as %q: challenge is %q", c.path, c.login, challenge)
		}
		if c.want >= 400 && (strings.Contains(page, "test-broker") || !strings.Contains(page, strconv.Itoa(c.want))) {
			t.Errorf("%s as %q: the page does not tell the error alone: %s", c.path, c.login, page)
		}
	}
}

// TestRealmName has a name that must not end the quoted string, nor the header.
func TestRealmName(t *testing.T) {
	c := closed(t)
	c.Realm.Name = "a \"b\\c\"\r\nX-Evil: 1"
	answer, _ := serve(t, c).ask(t, "GET", "/", "")
	want := `Basic realm="a \"b\\c\"X-Evil: 1", charset="UTF-8"`
	if got := answer.Header.Get("WWW-Authenticate"); got != want || answer.Header.Get("X-Evil") != "" {
		t.Errorf("challenge is %q, want %q", got, want)
	}
}

// TestOpen has a console without login, as older releases shipped it.
func TestOpen(t *testing.T) {
	c := closed(t)
	c.Constraints = []config.Constraint{{Paths: []string{"/*"}, Roles: []string{"admin"}}}
	s := serve(t, c)
	for _, login := range []string{"", "user:wrong"} {
		if answer, _ := s.ask(t, "GET", "/admin/queues.jsp", login); answer.StatusCode != http.StatusOK {
			t.Errorf("status for %q is %d, want 200", login, answer.StatusCode)
		}
	}
}

// TestClientAddresses has the filter of the newest releases, here with addresses that the test does not have.
func TestClientAddresses(t *testing.T) {
	for include, want := range map[string]int{"127.0.0.1": 200, "192.0.2.0/24": 403} {
		c := closed(t)
		c.Include = []string{include}
		answer, page := serve(t, c).ask(t, "GET", "/", "admin:admin-word")
		if answer.StatusCode != want || want == 403 && !strings.Contains(page, "InetAccessHandler in jetty.xml") {
			t.Errorf("%s let in: status is %d, want %d: %s", include, answer.StatusCode, want, page)
		}
	}
	c := closed(t)
	c.At, c.Include = config.Position{File: "jetty.xml", Line: 3, Column: 1}, []string{"everybody"}
	if _, err := Open(c, nil, nil); err == nil || !strings.HasPrefix(err.Error(), "jetty.xml:3:1: ") {
		t.Errorf("error is %v, want one with the place", err)
	}
}

// TestLoginEncoding logs in with an umlaut in both encodings that clients use.
func TestLoginEncoding(t *testing.T) {
	c := closed(t)
	realm, err := config.ParseRealm("realm", []byte("j\\u00fcrgen: gr\\u00fcn, user\n"))
	if err != nil {
		t.Fatal(err)
	}
	c.Realm = realm
	s := serve(t, c)
	for login, want := range map[string]int{"j\u00fcrgen:gr\u00fcn": 200, "j\xfcrgen:gr\xfcn": 200, "jurgen:grun": 401, "j\xfcrgen:gr\xf6n": 401} {
		if answer, _ := s.ask(t, "GET", "/", login); answer.StatusCode != want {
			t.Errorf("%q: %d, want %d", login, answer.StatusCode, want)
		}
	}
}
