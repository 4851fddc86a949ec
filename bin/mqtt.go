package main

import (
	"log/slog"
	"sync"

	"goactivemq/activemq/broker"
	"goactivemq/mqtt"
	"goactivemq/protocols"
)

// mqttSessions are the MQTT sessions of the broker that runs, which all its connectors share.
var mqttSessions struct {
	sync.Mutex
	broker   *broker.Broker
	sessions *mqtt.Sessions
}

// newMQTT makes the handler of an MQTT connector.
func newMQTT(b *broker.Broker, a *protocols.Address, _ func() string, log *slog.Logger) (protocols.Handler, error) {
	s := &mqttSessions
	s.Lock()
	defer s.Unlock()
	if s.broker != b {
		opened, err := mqtt.OpenSessions(b, log)
		if err != nil {
			return nil, err
		}
		s.broker, s.sessions = b, opened
	}
	return mqtt.New(b, a, s.sessions, log)
}
