// Package mqtt lets MQTT clients judge the running broker: Eclipse Paho for Go and Python, and mosquitto's command line.
package mqtt

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"goactivemq/test/broker"
	"goactivemq/test/peers"
)

func TestMain(m *testing.M) { broker.Main(m) }

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// plain has MQTT connectors for both kinds of subscriptions.
const plain = broker.Head + `
  <broker xmlns="http://activemq.apache.org/schema/core" brokerName="localhost" dataDirectory="${activemq.data}">
    <managementContext><managementContext createConnector="false"/></managementContext>
    <persistenceAdapter><kahaDB directory="${activemq.data}/kahadb"/></persistenceAdapter>
    <transportConnectors>
      <transportConnector name="openwire" uri="tcp://127.0.0.1:@openwire@"/>
      <transportConnector name="stomp" uri="stomp://127.0.0.1:@stomp@"/>
      <transportConnector name="mqtt" uri="mqtt://127.0.0.1:@mqtt@?maximumConnections=1000&amp;wireFormat.maxFrameSize=104857600"/>
      <transportConnector name="virtual" uri="mqtt+nio://127.0.0.1:@virtual@?transport.subscriptionStrategy=mqtt-virtual-topic-subscriptions"/>
    </transportConnectors>
  </broker>
` + broker.Foot

// start runs a broker whose MQTT connectors accept.
func start(t *testing.T) *broker.Broker {
	t.Helper()
	b := broker.Start(t, broker.Config{XML: plain})
	awaitMQTT(t, b)
	return b
}

// awaitMQTT returns when the broker's MQTT connectors accept: they open behind the one that the harness waits for.
func awaitMQTT(t *testing.T, b *broker.Broker) {
	t.Helper()
	for _, name := range []string{"mqtt", "virtual"} {
		if !broker.Poll(patience, func() bool {
			c, err := net.Dial("tcp", b.AddrOf(name))
			if err == nil {
				c.Close()
			}
			return err == nil
		}) {
			t.Fatal("the MQTT connector does not accept connections")
		}
	}
}

// TestSmoke runs the checks of mqtt_smoke.py, one sub-test each. They pass against the original.
func TestSmoke(t *testing.T) {
	peers.Need(t, "mosquitto_sub")
	python := "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import paho.mqtt.client, stomp").Run(); err != nil {
		peers.Missing(t, "python3-paho-mqtt or python3-stomp is not installed")
	}
	script := peers.Shared(t, "clients", "mqtt_smoke.py")
	b := start(t)
	_, port, _ := net.SplitHostPort(b.AddrOf("mqtt"))
	_, stomp, _ := net.SplitHostPort(b.AddrOf("stomp"))
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, python, script, "--port", port, "--stomp", stomp).CombinedOutput()
	checks := 0
	for line := range strings.Lines(string(out)) {
		verdict, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, why, _ := strings.Cut(rest, " ")
		if verdict == "PASS" || verdict == "FAIL" {
			checks++
			t.Run(name, func(t *testing.T) {
				if verdict == "FAIL" {
					t.Error(why)
				}
			})
		}
	}
	if err != nil || checks < 20 {
		t.Errorf("%d checks ran, %v:\n%s", checks, err, out)
	}
}

// TestMosquitto lets mosquitto's command line tools talk all versions, with every QoS, and 5.0 with what it adds.
func TestMosquitto(t *testing.T) {
	b := start(t)
	for _, version := range []string{"31", "311", "5"} {
		t.Run(version, func(t *testing.T) {
			for qos := range 3 {
				topic := fmt.Sprintf("mosquitto/%s/%d", version, qos)
				mosquitto(t, b, "pub", "-V", version, "-t", topic, "-q", fmt.Sprint(qos), "-r", "-m", "kept")
				got := mosquitto(t, b, "sub", "-V", version, "-t", topic, "-q", fmt.Sprint(qos), "-C", "1", "-F", "%t %q %r %p")
				if want := fmt.Sprintf("%s %d 1 kept\n", topic, qos); got != want {
					t.Errorf("mosquitto_sub printed %q, want %q", got, want)
				}
			}
		})
	}
	t.Run("properties", func(t *testing.T) {
		mosquitto(t, b, "pub", "-V", "5", "-t", "p", "-r", "-m", "x",
			"-D", "publish", "user-property", "k", "v", "-D", "publish", "content-type", "text/plain", "-D", "publish", "response-topic", "a/b",
			"-D", "publish", "correlation-data", "c", "-D", "publish", "message-expiry-interval", "3600")
		got := mosquitto(t, b, "sub", "-V", "5", "-t", "p", "-C", "1", "-D", "subscribe", "subscription-identifier", "7", "-F", "%P|%C|%R|%D|%E|%S")
		if want := "k:v|text/plain|a/b|c|3600|7\n"; got != want {
			t.Errorf("mosquitto_sub printed %q, want %q", got, want)
		}
	})
	t.Run("virtual topics", func(t *testing.T) {
		sub := func(args ...string) string {
			return mosquittoAt(t, b.AddrOf("virtual"), "sub", append([]string{"-i", "v", "-c", "-q", "1", "-t", "virtual/+"}, args...)...)
		}
		sub("-E")
		mosquittoAt(t, b.AddrOf("virtual"), "pub", "-q", "1", "-t", "virtual/x", "-m", "while away")
		if got := sub("-C", "1", "-v"); got != "virtual/x while away\n" {
			t.Errorf("mosquitto_sub printed %q", got)
		}
	})
}

// mosquitto runs mosquitto_pub or mosquitto_sub and returns what it printed.
func mosquitto(t *testing.T, b *broker.Broker, tool string, args ...string) string {
	t.Helper()
	return mosquittoAt(t, b.AddrOf("mqtt"), tool, args...)
}

func mosquittoAt(t *testing.T, address, tool string, args ...string) string {
	t.Helper()
	program := peers.Need(t, "mosquitto_"+tool)
	_, port, _ := net.SplitHostPort(address)
	if tool == "sub" {
		args = append(args, "-W", "20")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var errors bytes.Buffer
	cmd := exec.CommandContext(ctx, program, append([]string{"-p", port}, args...)...)
	cmd.Stderr = &errors
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", cmd, err, out, errors.String())
	}
	return string(out)
}
