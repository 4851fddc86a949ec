package webconsole

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strconv"

	"goactivemq/activemq/management"
)

// page is what a path stands for.
type page struct {
	redirect string // where it is instead
	serve    func(s *Server, w http.ResponseWriter, r *http.Request)

	// guards are paths that ask for a login beside the page's own: those of the pages on which the original shows the same. Releases
	// protect / less than /admin, or *.jsp only, because nothing was to be seen elsewhere.
	guards []string
}

// pages is all that is served.
var pages = map[string]page{
	"/":                 overview,
	"/index.html":       overview,
	"/admin":            {redirect: "/admin/", guards: overview.guards},
	"/admin/":           overview,
	"/admin/index.jsp":  overview,
	"/admin/index.html": overview,
	"/admin/queues.jsp": {serve: (*Server).queues},
	"/admin/topics.jsp": {serve: (*Server).topics},
	slavePath:           {redirect: "/admin/index.jsp"}, // this broker is the master
	stylesheetPath:      {serve: (*Server).stylesheet},
}

var overview = page{serve: (*Server).overview, guards: []string{"/admin/index.jsp", "/admin/queues.jsp", "/admin/topics.jsp"}}

const stylesheetPath = "/console.css"

//go:embed pages
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"bytes": bytesText, "name": nameText, "title": nameTitle,
}).ParseFS(files, "pages/*.html"))

var stylesheet = must(files.ReadFile("pages/console.css"))

func must(data []byte, err error) []byte {
	if err != nil {
		panic(err) // the file is embedded: only a broken build gets here
	}
	return data
}

// frame is what every page has.
type frame struct {
	Title  string
	Broker string // its name; "" on error pages, which strangers see
	Here   string // the menu's entry for this page
	Bare   bool   // without the style sheet: a browser would ask for the login again to get that
}

// overviewData is what the page overview.html shows.
type overviewData struct {
	frame
	View       management.BrokerView
	Connectors []management.ConnectorView
	Limits     []limit
	Queues     *table
	Topics     *table
	Advisories int // advisory topics, which are left out
}

// limit is one of the broker's limits.
type limit struct {
	Name    string
	Percent int
	Bytes   int64 // 0: none
}

// overview shows the broker, and its queues and topics.
func (s *Server) overview(w http.ResponseWriter, _ *http.Request) {
	v := s.model.Broker()
	topics, advisories := s.topicViews()
	s.render(w, http.StatusOK, "overview.html", overviewData{
		frame:      frame{Title: v.BrokerName + " : Overview", Broker: v.BrokerName, Here: "overview"},
		View:       v,
		Connectors: s.model.Connectors(),
		Limits: []limit{
			{"Memory", v.MemoryPercentUsage, v.MemoryLimit},
			{"Store", v.StorePercentUsage, v.StoreLimit},
			{"Temp", v.TempPercentUsage, v.TempLimit},
		},
		Queues:     newTable("queues", s.model.Destinations(management.Queue), "", 1),
		Topics:     newTable("topics", topics, "", 1),
		Advisories: advisories,
	})
}

// listData is what the page list.html shows.
type listData struct {
	frame
	Heading    string
	Table      *table
	Advisories int
}

// queues shows the queues. The parameter QueueFilter is the original's.
func (s *Server) queues(w http.ResponseWriter, r *http.Request) {
	s.list(w, r, "queues", "Queues", s.model.Destinations(management.Queue), 0)
}

// topics shows the topics.
func (s *Server) topics(w http.ResponseWriter, r *http.Request) {
	views, advisories := s.topicViews()
	s.list(w, r, "topics", "Topics", views, advisories)
}

func (s *Server) list(w http.ResponseWriter, r *http.Request, id, heading string, views []management.DestinationView, advisories int) {
	query := r.URL.Query()
	number, err := strconv.Atoi(query.Get("page"))
	if err != nil {
		number = 1
	}
	broker := s.model.Name()
	s.render(w, http.StatusOK, "list.html", listData{
		frame:      frame{Title: broker + " : " + heading, Broker: broker, Here: id},
		Heading:    heading,
		Table:      newTable(id, views, query.Get(filterNames[id]), number),
		Advisories: advisories,
	})
}

// topicViews returns the topics but for advisory ones, and how many those are.
func (s *Server) topicViews() (views []management.DestinationView, advisories int) {
	all := s.model.Destinations(management.Topic)
	views = all[:0]
	for _, v := range all {
		if v.Advisory {
			advisories++
		} else {
			views = append(views, v)
		}
	}
	return views, advisories
}

// stylesheet serves the one style sheet.
func (s *Server) stylesheet(w http.ResponseWriter, _ *http.Request) {
	s.write(w, http.StatusOK, "text/css; charset=utf-8", stylesheet)
}

// fail answers with an error, on a page that tells strangers nothing about the broker.
func (s *Server) fail(w http.ResponseWriter, status int, text string) {
	s.render(w, status, "error.html", struct {
		frame
		Text string
	}{frame{Title: strconv.Itoa(status) + " " + http.StatusText(status), Bare: status == http.StatusUnauthorized}, text})
}

// render answers with a page. It is made whole before anything of it is sent.
func (s *Server) render(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		s.log.Error("Web console: page "+name, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	s.write(w, status, "text/html; charset=utf-8", b.Bytes())
}

// write sends an answer. net/http leaves out the body where the method is HEAD.
func (s *Server) write(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.log.Debug("Web console: the client went away", "error", err)
	}
}
