// Package openwire talks OpenWire with clients: conn.go has the life of a connection, commands.go what each command does,
// outbox.go what is sent, errors.go how errors are put. The codec is in wire.
package openwire

import (
	"fmt"
	"log/slog"
	"math"
	"net"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/openwire/wire"
	"goactivemq/protocols"
)

// Handler serves OpenWire at one connector. It is a protocols.Handler.
type Handler struct {
	broker *broker.Broker
	log    *slog.Logger
	offer  wire.Offer
	url    func() string // where clients find the connector

	connectTimeout time.Duration // for a client's first frame; 0 and less: for ever
	versionMin     int64
}

// connectTimeout is how long the original waits for a client's first frame.
const connectTimeout = 30 * time.Second

// New makes the handler for a connector of that address, from which it reads the options for OpenWire. url tells where
// clients find the connector once it is bound; version is the broker's own.
func New(b *broker.Broker, a *protocols.Address, version string, url func() string, log *slog.Logger) (*Handler, error) {
	h := &Handler{broker: b, log: log, offer: wire.DefaultOffer(version), url: url, connectTimeout: connectTimeout}
	if err := h.readOptions(a); err != nil {
		return nil, err
	}
	return h, nil
}

// readOptions takes over what the connector's URI says, in the original's spelling, slips included.
func (h *Handler) readOptions(a *protocols.Address) error {
	o := &h.offer
	version, cacheSize := int64(o.Version), int64(o.CacheSize)
	maxInactivityOfTransport := o.MaxInactivity
	var sizePrefixDisabled bool // never offered: without its size nothing bounds a frame
	for _, err := range []error{
		a.Int("wireFormat.version", &version),
		a.Bool("wireFormat.stackTraceEnabled", &o.StackTrace),
		a.Bool("wireFormat.tcpNoDelayEnabled", &o.TCPNoDelay),
		a.Bool("wireFormat.cacheEnabled", &o.Cache),
		a.Int("wireFormat.cacheSize", &cacheSize),
		a.Bool("wireFormat.tightEncodingEnabled", &o.Tight),
		a.Bool("wireFormat.sizePrefixDisabled", &sizePrefixDisabled),
		a.Int("wireFormat.maxFrameSize", &o.MaxFrame),
		a.Bool("wireFormat.maxFrameSizeEnabled", &o.MaxFrameEnabled),
		a.Millis("wireFormat.maxInactivityDuration", &o.MaxInactivity),
		a.Millis("wireFormat.maxInactivityDurationInitalDelay", &o.MaxInactivityBeginning),
		a.Millis("maxInactivityDuration", &maxInactivityOfTransport),
		a.Millis("connectAttemptTimeout", &h.connectTimeout),
		a.Int("minmumWireFormatVersion", &h.versionMin),
	} {
		if err != nil {
			return err
		}
	}
	if version < 1 || version > wire.VersionMax {
		return fmt.Errorf("connector option wireFormat.version: %d, want 1 to %d", version, wire.VersionMax)
	}
	if cacheSize < 0 || cacheSize > math.MaxInt16 {
		return fmt.Errorf("connector option wireFormat.cacheSize: %d, want 0 to %d", cacheSize, math.MaxInt16)
	}
	o.Version, o.CacheSize = int(version), int(cacheSize)
	return nil
}

// Serve talks with one client until it leaves.
func (h *Handler) Serve(socket net.Conn) error {
	c := &conn{handler: h, socket: socket, remote: protocols.Remote(socket)}
	c.out.Init(socket, &c.watch, c.out.encode, c.lost)
	return c.serve()
}
