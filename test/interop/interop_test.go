// Package interop lets the original's Java client judge the running broker.
package interop

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"goactivemq/test/broker"
	"goactivemq/test/peers"
)

func TestMain(m *testing.M) { broker.Main(m) }

type group struct {
	name   string
	checks []string
}

// groups are the checks that this version has to pass, a run of the client program each. A trailing * matches a prefix.
var groups = []group{
	{"messages", []string{"text_message*", "bytes_message", "map_message*", "stream_message", "object_message", "properties_*", "headers", "large_message_10mb", "compression"}},
	{"destinations", []string{"queue_competing_consumers", "queue_order_1000", "queue_receive_no_wait", "queue_browser", "topic_*", "message_listener", "concurrent_*", "temp_*", "priority_order", "ttl_*", "selector_*"}},
	{"acknowledgement", []string{"client_ack", "client_ack_recover", "individual_ack", "dups_ok_ack", "optimize_acknowledge", "redelivery_*"}},
	{"transactions", []string{"tx_*", "xa_*"}},
	{"subscriptions", []string{"durable_*", "duplicate_client_id"}},
	{"routing", []string{"virtual_topic*", "message_group*", "exclusive_consumer", "consumer_priority", "destroy_destination", "advisory_*", "connection_refuses_bad_url"}},
	{"flow", []string{"async_*", "producer_window", "prefetch_*", "keepalive_idle"}},
	{"versions", []string{"openwire_versions"}},
}

// TestJMS runs the checks of JmsSmoke against the configuration that a release ships, one sub-test each. A check that
// belongs to a later version is skipped.
func TestJMS(t *testing.T) { runSmoke(t, func(b *broker.Broker) string { return b.URL() }) }

// TestJMSFailover is TestJMS for clients that would reconnect.
func TestJMSFailover(t *testing.T) {
	runSmoke(t, func(b *broker.Broker) string { return "failover:(" + b.URL() + ")" })
}

// runSmoke runs the checks against a broker at the address that url gives.
func runSmoke(t *testing.T, url func(b *broker.Broker) string) {
	t.Helper()
	client := broker.Compile(t, peers.Shared(t, "clients", "JmsSmoke.java"))
	list, _ := client.Run(t, time.Minute, "--list")
	names := strings.Fields(list)
	b := broker.Start(t, stock(t))
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) { g.run(t, client, names, b.URL()) })
	}
	for _, name := range names {
		if matches(elsewhere, name) {
			continue
		}
		if !slices.ContainsFunc(groups, func(g group) bool { return matches(g.checks, name) }) {
			t.Run(name, func(t *testing.T) { t.Skip("next issue") })
		}
	}
	if !b.Running() {
		t.Error("the broker has ended")
	}
}

// elsewhere are the checks that need another configuration; scheduler_test.go has them.
var elsewhere = []string{"scheduled_*", "failover_*"}

// run runs the checks of a group, those of names that match, a sub-test each.
func (g group) run(t *testing.T, client broker.Program, names []string, url string) {
	output, _ := client.Run(t, 2*time.Minute, "--timeout", "20", "--only", strings.Join(g.checks, ","), url)
	verdicts := verdicts(output)
	for _, name := range names {
		if !matches(g.checks, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			switch verdict, ran := verdicts[name]; {
			case !ran:
				t.Errorf("did not run; the program printed:\n%s", output)
			case verdict != "":
				t.Error(verdict)
			}
		})
	}
}

// verdicts maps the checks that a run reports to the reason of their failure, empty for those that passed.
func verdicts(output string) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(output) {
		verdict, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, reason, _ := strings.Cut(rest, " ")
		switch verdict {
		case "PASS":
			found[name] = ""
		case "FAIL":
			found[name] = "failed: " + reason
		}
	}
	return found
}

// matches reports whether one of the patterns is the name, or ends with * and begins it.
func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		prefix, open := strings.CutSuffix(p, "*")
		return name == p || open && strings.HasPrefix(name, prefix)
	})
}

// stock is the configuration that this checkout ships, or that of the latest release it follows, on a free port.
func stock(t *testing.T) broker.Config {
	t.Helper()
	path := filepath.Join(peers.Root(t), "conf", "activemq.xml")
	text, err := os.ReadFile(path)
	if err != nil {
		return broker.Config{XML: broker.Plain}
	}
	return movable(t, string(text))
}
