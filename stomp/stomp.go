// Package stomp talks STOMP 1.0, 1.1 and 1.2 with clients: conn.go has the life of a connection, commands.go what each frame does,
// subscription.go what a client was given and has to acknowledge, convert.go what becomes of messages. The codec is in frame.
package stomp

import (
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/protocols"
	"goactivemq/stomp/frame"
)

// Handler serves STOMP at one connector. It is a protocols.Handler.
type Handler struct {
	broker  *broker.Broker
	log     *slog.Logger
	server  string // what CONNECTED says about who it is
	prefix  string // of connection ids
	numbers atomic.Int64

	limits         frame.Limits
	connectTimeout time.Duration // for the CONNECT frame, and for the rest of a frame that has begun; 0 and less: for ever
	heartBeat      string        // of clients that do not say
	grace          float64       // by how much a client's heart-beats may be late: at least 1
}

// connectTimeout is how long the original waits for CONNECT.
const connectTimeout = 30 * time.Second

// New makes the handler for a connector of that address, from which it reads the options for STOMP. version is the broker's own; prefix
// begins the ids of connections and must be of this run and this connector only.
func New(b *broker.Broker, a *protocols.Address, version, prefix string, log *slog.Logger) (*Handler, error) {
	h := &Handler{
		broker: b, log: log, server: "ActiveMQ/" + version, prefix: prefix,
		limits: frame.DefaultLimits, connectTimeout: connectTimeout, heartBeat: "0,0", grace: 1,
	}
	return h, h.readOptions(a)
}

// readOptions takes over what the connector's URI says.
func (h *Handler) readOptions(a *protocols.Address) error {
	for _, err := range []error{
		a.Int("wireFormat.maxDataLength", &h.limits.Body),
		a.Int("maxDataLength", &h.limits.Body),
		a.Int("wireFormat.maxFrameSize", &h.limits.Frame),
		a.Int("maxFrameSize", &h.limits.Frame),
		a.Millis("wireFormat.connectionAttemptTimeout", &h.connectTimeout),
		a.Millis("connectAttemptTimeout", &h.connectTimeout),
	} {
		if err != nil {
			return err
		}
	}
	if text, ok := a.Text("defaultHeartBeat"); ok {
		if _, _, err := parseHeartBeat(text); err != nil {
			return fmt.Errorf("connector option defaultHeartBeat: %q, want two numbers of milliseconds", text)
		}
		h.heartBeat = text
	}
	if text, ok := a.Text("hbGracePeriodMultiplier"); ok {
		n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil {
			return fmt.Errorf("connector option hbGracePeriodMultiplier: %q, want a number", text)
		}
		if n > 1 { // the original ignores what would make clients late before their time
			h.grace = n
		}
	}
	return nil
}

// Serve talks with one client until it leaves.
func (h *Handler) Serve(socket net.Conn) error {
	c := newConn(h, socket)
	return c.serve()
}

// connectionID makes the id of a new connection.
func (h *Handler) connectionID() string {
	return h.prefix + ":" + strconv.FormatInt(h.numbers.Add(1), 10)
}
