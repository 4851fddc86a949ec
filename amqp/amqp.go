// Package amqp talks AMQP 1.0 with clients: conn.go has the life of a connection, sasl.go how a client shows who it is, session.go and link.go what
// both ends agree on, sender.go and receiver.go the messages in either direction, coordinator.go transactions, terminus.go what addresses mean,
// convert.go what messages become, out.go what is sent, errors.go how errors are put. The codec is in wire.
package amqp

import (
	"fmt"
	"log/slog"
	"math"
	"net"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/amqp/wire"
	"goactivemq/protocols"
)

// Handler serves AMQP at one connector. It is a protocols.Handler.
type Handler struct {
	broker  *broker.Broker
	log     *slog.Logger
	version string

	maxFrame       int64 // bytes of a frame, -1: any
	maxMessage     int64 // bytes of a message
	connectTimeout time.Duration
	idleTimeout    time.Duration
	credit         int64 // of a client's sender
	transformer    transformer
	withoutSASL    bool // may do without
	watchIdle      bool
	trace          bool
}

// The original's values for what a connector does not say.
const (
	maxFrameDefault       = 128 << 10
	connectTimeoutDefault = 30 * time.Second
	idleTimeoutDefault    = 30 * time.Second
	creditDefault         = 1000
)

// New makes the handler for a connector of that address, from which it reads the options for AMQP. version is the broker's own.
func New(b *broker.Broker, a *protocols.Address, version string, log *slog.Logger) (*Handler, error) {
	h := &Handler{
		broker: b, log: log, version: version,
		maxFrame: maxFrameDefault, maxMessage: math.MaxInt64, connectTimeout: connectTimeoutDefault, idleTimeout: idleTimeoutDefault,
		credit: creditDefault, watchIdle: true,
	}
	if err := h.readOptions(a); err != nil {
		return nil, err
	}
	return h, nil
}

// readOptions takes over what the connector's URI says. Those of the wire format may be written as the transport's too.
func (h *Handler) readOptions(a *protocols.Address) error {
	name := "jms"
	for _, prefix := range [...]string{"", "wireFormat."} {
		for _, err := range []error{
			a.Int(prefix+"maxAmqpFrameSize", &h.maxFrame),
			a.Int(prefix+"maxFrameSize", &h.maxMessage),
			a.Millis(prefix+"connectAttemptTimeout", &h.connectTimeout),
			a.Millis(prefix+"idleTimeout", &h.idleTimeout),
			a.Int(prefix+"producerCredit", &h.credit),
			a.Bool(prefix+"allowNonSaslConnections", &h.withoutSASL),
		} {
			if err != nil {
				return err
			}
		}
		if text, ok := a.Text(prefix + "transformer"); ok {
			name = text
		}
	}
	for _, err := range []error{a.Bool("useInactivityMonitor", &h.watchIdle), a.Bool("trace", &h.trace)} {
		if err != nil {
			return err
		}
	}
	if h.maxFrame >= 0 && h.maxFrame < wire.FrameSizeMin || h.maxFrame > math.MaxUint32 {
		return fmt.Errorf("connector option maxAmqpFrameSize: %d, want at least %d, or -1 for any size", h.maxFrame, wire.FrameSizeMin)
	}
	if h.credit < 1 || h.credit > math.MaxInt32 {
		return fmt.Errorf("connector option producerCredit: %d, want 1 to %d", h.credit, math.MaxInt32)
	}
	if h.maxMessage < 1 {
		return fmt.Errorf("connector option maxFrameSize: %d, want at least 1", h.maxMessage)
	}
	known := false
	if h.transformer, known = transformers[name]; !known {
		// The original takes the native one then, and says so in its log.
		h.log.Warn("Unknown transformer type " + name + " using native one instead")
		h.transformer = transformNative
	}
	return nil
}

// frameLimit is the largest frame that clients may send.
func (h *Handler) frameLimit() uint32 {
	if h.maxFrame < 0 {
		return uint32(min(h.maxMessage, math.MaxUint32))
	}
	return uint32(h.maxFrame)
}

// Serve talks with one client until it leaves.
func (h *Handler) Serve(socket net.Conn) error {
	c := &conn{
		handler: h, socket: socket, remote: protocols.Remote(socket),
		sessions: map[uint16]*session{}, transactions: map[int64]*transaction{}, senders: map[int64]*sender{},
		inbound: inbound{transformer: h.transformer},
	}
	c.out.Init(socket, &c.watch, c.encode, c.lost)
	return c.serve()
}
