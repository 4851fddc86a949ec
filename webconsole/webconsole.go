// Package webconsole serves the pages of port 8161, over the management model and nothing else.
//
// handler.go has the steps of a request, login.go who may do what, pages.go what is shown. Every path that is served stands in one
// table there: there are no files behind this server, and no name from a request is ever looked up as one.
package webconsole

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"goactivemq/activemq/config"
	"goactivemq/activemq/management"
)

// Limits of one connection. Pages are small, and whoever takes longer than this holds a connection that others could use.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 60 * time.Second
	headerMax     = 16 << 10 // bytes

	// closeGrace is how long requests under way may still take when the server closes.
	closeGrace = 2 * time.Second
)

// Server is the web console at all its addresses.
type Server struct {
	console   *config.Console
	model     *management.Model // nil: the broker is a slave
	slave     *Slave
	log       *slog.Logger
	filter    *addressFilter
	attempts  *attempts
	http      *http.Server
	listeners []net.Listener

	starting sync.Once
	closing  sync.Once
	wait     sync.WaitGroup
}

// Open makes the web console that a configuration describes and binds its addresses; requests wait until Start. An address that
// cannot be bound is an error that names it and the place in the file. The model must be able to answer until Close has returned.
//
// Listeners for HTTPS are not served by this version: a warning in the log says so for each.
func Open(c *config.Console, m *management.Model, log *slog.Logger) (*Server, error) {
	return open(&Server{console: c, model: m, log: log})
}

// OpenSlave is Open for a broker that waits for its store: all pages lead to the one that says so.
func OpenSlave(c *config.Console, slave Slave, log *slog.Logger) (*Server, error) {
	return open(&Server{console: c, slave: &slave, log: log})
}

// open binds the addresses of a server.
func open(s *Server) (*Server, error) {
	c, log := s.console, s.log
	filter, err := newAddressFilter(c.Include, c.Exclude)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.At, err)
	}
	s.filter, s.attempts = filter, newAttempts(time.Now)
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerMax,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	for _, l := range c.Listeners {
		if err := s.listen(l); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	if _, login := c.RolesFor("/admin/index.jsp"); login && c.Realm.Users() == 0 {
		log.Warn("Web console asks for a login, but there are no users: nobody can log in", "at", c.At.String())
	}
	return s, nil
}

// listen binds one address.
func (s *Server) listen(l config.Listener) error {
	address := net.JoinHostPort(l.Host, strconv.Itoa(l.Port))
	if l.TLS != nil {
		s.log.Warn("Web console is not served at https://"+address+": this version has no HTTPS here", "at", l.At.String())
		return nil
	}
	bound, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) {
			err = op.Err // the rest of its text is the address once more
		}
		return fmt.Errorf("%s: web console cannot listen at %s: %w", l.At, address, err)
	}
	s.listeners = append(s.listeners, bound)
	return nil
}

// Addresses returns where the console is served, with the ports that were really bound.
func (s *Server) Addresses() []net.Addr {
	all := make([]net.Addr, 0, len(s.listeners))
	for _, l := range s.listeners {
		all = append(all, l.Addr())
	}
	return all
}

// Start begins to answer requests. It may be called once; after Close it does nothing.
func (s *Server) Start() {
	s.starting.Do(func() {
		for _, l := range s.listeners {
			s.wait.Add(1)
			go func() {
				defer s.wait.Done()
				if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
					s.log.Error("Web console stopped at "+l.Addr().String(), "error", err)
				}
			}()
		}
	})
}

// Close stops the server and waits: for a moment for requests under way, then for their connections to end.
func (s *Server) Close() error {
	var err error
	s.closing.Do(func() {
		s.starting.Do(func() {}) // never to be started any more
		ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
		defer cancel()
		if err = s.http.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
			err = s.http.Close()
		}
		for _, l := range s.listeners {
			if e := l.Close(); e != nil && !errors.Is(e, net.ErrClosed) {
				err = errors.Join(err, e)
			}
		}
	})
	s.wait.Wait()
	return err
}
