package interop

import (
	"bufio"
	"bytes"
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"goactivemq/test/broker"
	"goactivemq/test/peers"
)

// amqpConfig is a broker with all that the clients of AMQP ask for.
const amqpConfig = broker.Head + `
  <broker xmlns="http://activemq.apache.org/schema/core" brokerName="localhost" dataDirectory="${activemq.data}" schedulerSupport="true">
    <managementContext><managementContext createConnector="false"/></managementContext>
    <persistenceAdapter><kahaDB directory="${activemq.data}/kahadb"/></persistenceAdapter>
    <transportConnectors>
      <transportConnector name="openwire" uri="tcp://127.0.0.1:@openwire@"/>
      <transportConnector name="amqp" uri="amqp://127.0.0.1:@amqp@?maximumConnections=1000&amp;wireFormat.maxFrameSize=104857600"/>
    </transportConnectors>
  </broker>
` + broker.Foot

// TestAMQP runs the checks of amqp_smoke.py, with Qpid Proton, and of amqp_smoke.mjs, with rhea, one sub-test each.
func TestAMQP(t *testing.T) {
	b := broker.Start(t, broker.Config{XML: amqpConfig})
	_, port, _ := strings.Cut(b.AddrOf("amqp"), ":")
	t.Run("proton", func(t *testing.T) {
		python := peers.Python(t, "proton")
		judge(t, b, 34, exec.Command(python, peers.Shared(t, "clients", "amqp_smoke.py"), "--port", port))
	})
	t.Run("rhea", func(t *testing.T) {
		node, modules := peers.Node(t, "rhea")
		judge(t, b, 17, exec.Command(node, peers.Shared(t, "clients", "amqp_smoke.mjs"), "--port", port, "--modules", modules))
	})
}

// judge runs a client program, and makes a sub-test of each check that it reports. At least so many checks it must have.
func judge(t *testing.T, b *broker.Broker, checks int, client *exec.Cmd) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, client.Path, client.Args[1:]...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	ran := 0
	for lines := bufio.NewScanner(strings.NewReader(out.String())); lines.Scan(); {
		for name, reason := range verdicts(lines.Text()) {
			ran++
			t.Run(name, func(t *testing.T) {
				if reason != "" {
					t.Error(reason)
				}
			})
		}
	}
	if err != nil || ran < checks {
		t.Errorf("%d checks ran, want %d; the client ended with %v and printed:\n%s", ran, checks, err, out.String())
	}
	if !b.Running() {
		t.Error("the broker has ended")
	}
}
