package broker_test

import (
	"strings"
	"testing"

	"goactivemq/test/broker"
)

func TestMain(m *testing.M) { broker.Main(m) }

// TestBrokerLivesTwice holds the harness itself to what the other tests expect of it.
func TestBrokerLivesTwice(t *testing.T) {
	b := broker.Start(t, broker.Config{XML: broker.Plain})
	c := b.Connect(t)
	c.RoundTrip("first")
	c.RoundTrip("second")
	if now, peak := b.Memory(); now < 1<<20 || peak < now {
		t.Errorf("memory %d, at its highest %d", now, peak)
	}
	b.Kill()
	if b.Running() {
		t.Error("runs after the kill")
	}
	b.Restart()
	b.Connect(t).RoundTrip("third")
	b.Stop()
	if b.Running() {
		t.Error("runs after the stop")
	}
}

// TestFailsTellsStatusAndOutput starts something that no broker can start.
func TestFailsTellsStatusAndOutput(t *testing.T) {
	b := broker.Stand(t, broker.Config{XML: "<beans><broker>@openwire@"})
	status, output := b.Fails()
	if status <= 0 {
		t.Errorf("status %d, want above 0", status)
	}
	if !strings.Contains(output, "activemq.xml") {
		t.Errorf("output does not name the file:\n%s", output)
	}
}
