// Package ws carries protocols over WebSocket. What a client asks for as its sub-protocol chooses the protocol; its handler talks with the client as
// over any other connection.
package ws

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"nhooyr.io/websocket"

	"goactivemq/protocols"
)

// Sub-protocols, the best of each protocol first:
//
//	protocol   sub-protocols                                  messages
//	stomp      v12.stomp, v11.stomp, v10.stomp, stomp, none   whole frames; text where they are UTF-8, else binary
//	mqtt       mqtt, mqttv3.1                                 binary, a stream
//	amqp       amqp, AMQPWSB10                                binary, a stream
var subProtocols = []struct{ protocol, name string }{
	{"stomp", "v12.stomp"}, {"stomp", "v11.stomp"}, {"stomp", "v10.stomp"}, {"stomp", "stomp"},
	{"mqtt", "mqtt"}, {"mqtt", "mqttv3.1"},
	{"amqp", "amqp"}, {"amqp", "AMQPWSB10"},
}

// upgradeTime is how long a client may take to ask for a WebSocket.
const upgradeTime = 30 * time.Second

// Handler serves WebSocket at one connector. It is a protocols.Handler.
type Handler struct {
	handlers map[string]protocols.Handler
	log      *slog.Logger

	maxText, maxBinary int64    // bytes of a message; 0: what the protocol allows
	origins            []string // of pages that may connect; none: all, as in the original
}

// New makes the handler for a connector of that address, from which it reads the options for WebSocket. handlers has the protocols by their
// names: stomp, mqtt, amqp.
func New(a *protocols.Address, handlers map[string]protocols.Handler, log *slog.Logger) (*Handler, error) {
	h := &Handler{handlers: handlers, log: log}
	var trace bool // what it would allow is never allowed
	for _, err := range []error{
		a.Int("websocket.maxTextMessageSize", &h.maxText),
		a.Int("websocket.maxBinaryMessageSize", &h.maxBinary),
		a.Bool("http.enableTrace", &trace),
	} {
		if err != nil {
			return nil, err
		}
	}
	text, _ := a.Text("websocket.allowedOrigins")
	for origin := range strings.SplitSeq(text, ",") {
		if origin = strings.TrimSpace(origin); origin != "" && origin != "*" {
			h.origins = append(h.origins, origin)
		}
	}
	return h, nil
}

// Serve talks with one client until it leaves.
func (h *Handler) Serve(socket net.Conn) error {
	s := &session{handler: h, once: newOnce(socket)}
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: upgradeTime,
		IdleTimeout:       upgradeTime,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(h.log.Handler(), slog.LevelDebug),
	}
	server.Serve(s.once) // until the connection ends
	s.busy.Wait()
	return s.err
}

// session is one client's connection.
type session struct {
	handler *Handler
	once    *once
	busy    sync.WaitGroup
	err     error // how the protocol ended
}

// ServeHTTP answers the client's request: for a WebSocket, as long as that is there.
func (s *session) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.busy.Add(1)
	defer s.busy.Done()
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "only GET, for a WebSocket, is served here", http.StatusMethodNotAllowed)
		return
	}
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return // an empty page, as in the original
	}
	protocol, name, ok := s.handler.choose(r)
	if !ok {
		http.Error(w, "the sub-protocols that are served here: "+strings.Join(s.handler.served(), ", "), http.StatusBadRequest)
		return
	}
	if !s.handler.allows(r.Header.Get("Origin")) {
		s.handler.log.Warn("a page of "+r.Header.Get("Origin")+" may not connect: the connector's websocket.allowedOrigins does not name it", "client", r.RemoteAddr)
		http.Error(w, "pages of this origin may not connect", http.StatusForbidden)
		return
	}
	options := &websocket.AcceptOptions{InsecureSkipVerify: true} // allows has looked at the origin
	if name != "" {
		options.Subprotocols = []string{name}
	}
	c, err := websocket.Accept(w, r, options)
	if err != nil {
		s.err = fmt.Errorf("WebSocket: %w", err)
		return
	}
	conn := newConn(c, s.once.conn, s.handler, protocol)
	s.err = s.handler.handlers[protocol].Serve(conn)
	conn.Close()
}

// choose returns the protocol for the sub-protocols that the client offers, and which of them it is to be.
func (h *Handler) choose(r *http.Request) (protocol, name string, ok bool) {
	var offered []string
	for _, line := range r.Header.Values("Sec-WebSocket-Protocol") {
		for one := range strings.SplitSeq(line, ",") {
			offered = append(offered, strings.TrimSpace(one))
		}
	}
	if len(offered) == 0 {
		return "stomp", "", h.handlers["stomp"] != nil
	}
	for _, s := range subProtocols {
		if h.handlers[s.protocol] != nil && slices.Contains(offered, s.name) {
			return s.protocol, s.name, true
		}
	}
	return "", "", false
}

// served returns the names of the sub-protocols that there are handlers for.
func (h *Handler) served() []string {
	var names []string
	for _, s := range subProtocols {
		if h.handlers[s.protocol] != nil {
			names = append(names, s.name)
		}
	}
	return names
}

// allows tells whether a page of that origin may connect. Who is no page has none.
func (h *Handler) allows(origin string) bool {
	if len(h.origins) == 0 || origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (slices.Contains(h.origins, origin) || slices.Contains(h.origins, u.Host))
}

// once is a listener for a single connection that is there already.
type once struct {
	conn     *closing
	accepted bool
}

// newOnce makes the listener.
func newOnce(conn net.Conn) *once {
	return &once{conn: &closing{Conn: conn, closed: make(chan struct{})}}
}

// Accept returns the connection, and then waits for its end.
func (o *once) Accept() (net.Conn, error) {
	if !o.accepted {
		o.accepted = true
		return o.conn, nil
	}
	<-o.conn.closed
	return nil, net.ErrClosed
}

// Close is the listener's: it closes nothing.
func (o *once) Close() error { return nil }

// Addr returns the address that the connection came to.
func (o *once) Addr() net.Addr { return o.conn.LocalAddr() }

// closing is a connection that tells when it is closed.
type closing struct {
	net.Conn
	close  sync.Once
	closed chan struct{}
}

// Close closes the connection.
func (c *closing) Close() error {
	c.close.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// NetConn returns the connection below.
func (c *closing) NetConn() net.Conn { return c.Conn }

var errMessageSize = errors.New("WebSocket: a message is larger than the connector allows")

// background is the context of calls whose end is the connection's.
var background = context.Background()
