package webconsole

import (
	"net/http"
	"path"
)

// Slave is what is to be told of a broker that waits for its store.
type Slave struct {
	BrokerName string
	Waiting    string // what for: the lock file
}

const slavePath = "/admin/slave.jsp"

// serveSlave shows the page of a slave, to which all other pages lead. Monitoring finds out by it who is the master.
func (s *Server) serveSlave(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == slavePath:
		s.render(w, http.StatusOK, "slave.html", struct {
			frame
			*Slave
		}{frame{Title: s.slave.BrokerName + " : Slave Broker"}, s.slave})
	case r.URL.Path == stylesheetPath:
		s.stylesheet(w, r)
	case path.Ext(r.URL.Path) == ".png" || path.Ext(r.URL.Path) == ".ico":
		s.fail(w, http.StatusNotFound, "There is no such page.")
	default:
		http.Redirect(w, r, slavePath, http.StatusFound)
	}
}
