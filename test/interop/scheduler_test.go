package interop

import (
	"strings"
	"testing"
	"time"

	"goactivemq/test/broker"
	"goactivemq/test/peers"
)

// scheduling is a configuration with a scheduler.
var scheduling = strings.Replace(broker.Plain, `brokerName="localhost"`, `brokerName="localhost" schedulerSupport="true"`, 1)

// TestScheduledAndFailover runs the checks about scheduled messages and about reconnecting, by clients that do and that do not reconnect by themselves.
func TestScheduledAndFailover(t *testing.T) {
	client := broker.Compile(t, peers.Shared(t, "clients", "JmsSmoke.java"))
	list, _ := client.Run(t, time.Minute, "--list")
	names := strings.Fields(list)
	b := broker.Start(t, broker.Config{XML: scheduling})
	for _, url := range []string{b.URL(), "failover:(" + b.URL() + ")"} {
		scheme, _, _ := strings.Cut(url, ":")
		t.Run(scheme, func(t *testing.T) { group{checks: elsewhere}.run(t, client, names, url) })
	}
}
