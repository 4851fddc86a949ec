package interop

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"goactivemq/test/broker"
	"goactivemq/test/peers"
)

// releaseElements are the elements of the activemq.xml that the releases 5.15 to 6.3 ship, no more and no less.
var releaseElements = []string{
	"broker", "constantPendingMessageLimitStrategy", "destinationPolicy", "kahaDB", "managementContext", "memoryUsage",
	"pendingMessageLimitStrategy", "persistenceAdapter", "policyEntries", "policyEntry", "policyMap", "shutdownHooks",
	"storeUsage", "systemUsage", "tempUsage", "transportConnector", "transportConnectors",
}

// TestReleaseFiles starts a broker with the activemq.xml of each release in the corpus, changed in its ports only, and
// has a Java client send and receive a message.
func TestReleaseFiles(t *testing.T) {
	corpus := peers.Shared(t, "config", "corpus")
	text, err := os.ReadFile(filepath.Join(corpus, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index []struct {
		File, Kind, Origin, Path string
		Features                 struct{ Element []string }
	}
	if err := json.Unmarshal(text, &index); err != nil {
		t.Fatal(err)
	}
	client := broker.Compile(t, peers.Shared(t, "clients", "JmsSmoke.java"))
	tried := 0
	for _, file := range index {
		release := file.Origin == "upstream" && strings.HasSuffix(file.Path, "release/conf/activemq.xml") &&
			slices.Equal(file.Features.Element, releaseElements)
		if !release {
			continue
		}
		tried++
		t.Run(file.File, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(corpus, file.File))
			if err != nil {
				t.Fatal(err)
			}
			b := broker.Start(t, movable(t, string(text)))
			output, status := client.Run(t, time.Minute, "--only", "text_message,topic_two_subscribers", b.URL())
			if status != 0 {
				t.Errorf("the client ends with status %d:\n%s", status, output)
			}
		})
	}
	if tried < 4 {
		t.Errorf("%d release files in the corpus, want 4 or more", tried)
	}
}

var (
	connector = regexp.MustCompile(`uri="([a-z+]+)://([^:"/]*):(\d+)`)
	foreign   = regexp.MustCompile(`<transportConnector [^>]*uri="(amqp|mqtt|ws|stomp)[^>]*/>`)
	imported  = regexp.MustCompile(`<import resource="[^"]*"/>`)
	logQuery  = regexp.MustCompile(`(?s)<bean [^>]*class="[^"]*Log4jLogQuery".*?</bean>`)
)

// movable replaces the ports of a release's file by free ones and adds the files it refers to. The original as Debian
// packages it lacks the other protocols and the console's server: for it these connectors and the import go, as they
// must for its own users.
func movable(t *testing.T, text string) broker.Config {
	t.Helper()
	if broker.Java() {
		text = foreign.ReplaceAllString(text, "")
		text = imported.ReplaceAllString(text, "")
		text = logQuery.ReplaceAllString(text, "")
	}
	console, err := os.ReadFile(peers.Shared(t, "config", "corpus", "jetty__apache_activemq__assembly-src-release-conf-jetty_34b623.xml"))
	if err != nil {
		t.Fatal(err)
	}
	jetty := strings.ReplaceAll(string(console), `"8161"`, `"@console@"`)
	text = connector.ReplaceAllStringFunc(text, func(uri string) string {
		part := connector.FindStringSubmatch(uri)
		name := part[1]
		if name == "tcp" {
			name = "openwire"
		}
		return `uri="` + part[1] + "://" + part[2] + ":@" + name + "@"
	})
	return broker.Config{XML: text, Files: map[string]string{
		"credentials.properties": "activemq.username=system\nactivemq.password=manager\nguest.password=password\n",
		"jetty.xml":              jetty,
		"jetty-spring.xml":       jetty,
		"jetty-realm.properties": "admin: admin, admin\n",
	}}
}
