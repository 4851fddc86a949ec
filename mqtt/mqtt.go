// Package mqtt talks MQTT 3.1, 3.1.1 and 5.0 with clients: conn.go has the life of a connection, connect.go its beginning, publish.go and
// deliver.go the way of messages in and out, subscribe.go subscriptions, session.go what outlives a connection, outbox.go what is sent,
// convert.go how messages and names are put, errors.go how errors are. The codec is in packet.
package mqtt

import (
	"fmt"
	"log/slog"
	"net"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/mqtt/packet"
	"goactivemq/protocols"
)

// Handler serves MQTT at one connector. It is a protocols.Handler.
type Handler struct {
	broker   *broker.Broker
	log      *slog.Logger
	sessions *Sessions

	maxFrame       int64         // bytes of a packet's body
	connectTimeout time.Duration // for a client's CONNECT; 0 and less: for ever
	keepAlive      time.Duration // for clients that ask for none; 0: none
	prefetch       int64         // of subscriptions; 0: the original's for each kind
	dollarTopics   bool          // clients may publish to topics that start with $
	strategy       strategy
}

const (
	// maxFrame is the most that MQTT allows, and the original's default.
	maxFrame = 256 << 20

	// connectTimeout is how long the original waits for a CONNECT.
	connectTimeout = 30 * time.Second
)

// New makes the handler for a connector of that address, from which it reads the options for MQTT. All connectors of a broker share its
// sessions.
func New(b *broker.Broker, a *protocols.Address, sessions *Sessions, log *slog.Logger) (*Handler, error) {
	h := &Handler{broker: b, log: log, sessions: sessions, maxFrame: maxFrame, connectTimeout: connectTimeout}
	if err := h.readOptions(a); err != nil {
		return nil, err
	}
	return h, nil
}

// readOptions takes over what the connector's URI says.
func (h *Handler) readOptions(a *protocols.Address) error {
	name, given := a.Text("subscriptionStrategy")
	if !given {
		name = defaultStrategy
	}
	for _, err := range []error{
		a.Int("wireFormat.maxFrameSize", &h.maxFrame),
		a.Int("maxFrameSize", &h.maxFrame),
		a.Millis("wireFormat.connectAttemptTimeout", &h.connectTimeout),
		a.Millis("connectAttemptTimeout", &h.connectTimeout),
		a.Millis("defaultKeepAlive", &h.keepAlive),
		a.Int("activeMQSubscriptionPrefetch", &h.prefetch),
		a.Bool("publishDollarTopics", &h.dollarTopics),
	} {
		if err != nil {
			return err
		}
	}
	if h.maxFrame <= 0 {
		return fmt.Errorf("connector option maxFrameSize: %d, want more than 0", h.maxFrame)
	}
	h.maxFrame = min(h.maxFrame, maxFrame)
	known := false
	if h.strategy, known = strategies[name]; !known {
		return fmt.Errorf("connector option subscriptionStrategy: %q, want %s or %s", name, defaultStrategy, virtualStrategy)
	}
	return nil
}

// Serve talks with one client until it leaves.
func (h *Handler) Serve(socket net.Conn) error {
	c := &conn{handler: h, socket: socket, remote: protocols.Remote(socket), gone: make(chan struct{})}
	c.out.init(c, socket)
	c.reader = reader{socket: socket, direct: c.out.direct, max: int(min(h.maxFrame, beforeLogin)), alive: &c.alive}
	return c.serve()
}

// beforeLogin bounds the CONNECT, whose sender is a stranger: four strings of 64 KB, a will and properties fit.
const beforeLogin = 1 << 20

// versions are the names of the versions in the log.
var versions = map[packet.Version]string{packet.V31: "3.1", packet.V311: "3.1.1", packet.V5: "5.0"}
