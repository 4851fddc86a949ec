package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"goactivemq/activemq/broker"
	"goactivemq/protocols"
	"goactivemq/ws"
)

// A connector's scheme is made of a protocol and how it is carried:
//
//	tcp, nio                OpenWire            stomp, mqtt, amqp, …+nio        that protocol
//	ssl, nio+ssl            over TLS            stomp+ssl, stomp+nio+ssl, …     over TLS
//	auto, auto+nio          any of them         ws, wss                         stomp, mqtt and amqp over WebSocket, wss over TLS
//	auto+ssl, auto+nio+ssl  over TLS
//
// nio is a way of Java's to spend threads: here it makes no difference.

// protocol makes the handler of a connector's protocol.
type protocol func(b *broker.Broker, a *protocols.Address, url func() string, log *slog.Logger) (protocols.Handler, error)

// served are the protocols of this build, by their names.
var served = map[string]protocol{
	"openwire": newOpenWire,
	"stomp":    newSTOMP,
	"amqp":     newAMQP,
}

// unserved are the schemes of the original that this build has nothing for.
var unserved = []string{"http", "https", "udp", "vm", "xmpp"}

// known are the protocols of the original, whether this build has them or not.
var known = []string{"openwire", "stomp", "mqtt", "amqp"}

// carriage is what a scheme says: the protocol, or auto or ws, and whether TLS is below it. ok is false for no scheme of the original.
func carriage(scheme string) (name string, secure, ok bool) {
	switch scheme {
	case "tcp", "nio":
		return "openwire", false, true
	case "ssl", "nio+ssl":
		return "openwire", true, true
	case "ws":
		return "ws", false, true
	case "wss":
		return "ws", true, true
	}
	name, how, _ := strings.Cut(scheme, "+")
	isKnown := name == "auto" || name != "openwire" && slices.Contains(known, name)
	switch how {
	case "", "nio":
		return name, false, isKnown
	case "ssl", "nio+ssl":
		return name, true, isKnown
	}
	return "", false, false
}

// makes makes the handlers of connectors.
type makes struct {
	broker *broker.Broker
	tls    tlsSource
}

// handler makes the handler for a connector's address. It returns nil where this build has no such protocol.
func (m *makes) handler(a *protocols.Address, url func() string, log *slog.Logger) (protocols.Handler, error) {
	name, secure, ok := carriage(a.Scheme)
	if !ok {
		if slices.Contains(unserved, a.Scheme) {
			return nil, nil
		}
		return nil, fmt.Errorf("no transport is called %q", a.Scheme)
	}
	h, err := m.carried(name, a, url, log)
	if err != nil || h == nil || !secure {
		return h, err
	}
	config, err := m.tls.read()
	if err != nil {
		return nil, err
	}
	return protocols.Secure(a, config, h)
}

// carried makes the handler of a protocol, or of what carries several.
func (m *makes) carried(name string, a *protocols.Address, url func() string, log *slog.Logger) (protocols.Handler, error) {
	switch name {
	case "auto":
		names, err := protocols.Detectable(a)
		if err != nil {
			return nil, err
		}
		handlers, err := m.several(names, a, url, log)
		if err != nil {
			return nil, err
		}
		return protocols.Detect(a, handlers)
	case "ws":
		handlers, err := m.several([]string{"stomp", "mqtt", "amqp"}, a, url, log)
		if err != nil {
			return nil, err
		}
		return ws.New(a, handlers, log)
	}
	if served[name] == nil {
		return nil, nil
	}
	return served[name](m.broker, a, url, log)
}

// several makes the handlers of those protocols that this build has.
func (m *makes) several(names []string, a *protocols.Address, url func() string, log *slog.Logger) (map[string]protocols.Handler, error) {
	handlers := map[string]protocols.Handler{}
	for _, name := range names {
		if served[name] == nil {
			continue
		}
		part := a.For(name)
		if name == "openwire" {
			part = a.For(name, "default")
		}
		h, err := served[name](m.broker, part, url, log)
		if err != nil {
			return nil, err
		}
		handlers[name] = h
	}
	return handlers, nil
}
