// Package backlog holds the broker to a memory that does not grow with what waits in a queue.
package backlog

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"goactivemq/test/broker"
)

func TestMain(m *testing.M) { broker.Main(m) }

const (
	producers = 16
	size      = 1024 // bytes of a body

	memoryLimit  = 300 << 20
	restartLimit = 10 * time.Second
)

// The limit for the store is far above what the test needs; the one for memory would not hold a tenth of the backlog.
const config = broker.Head + `
  <broker xmlns="http://activemq.apache.org/schema/core" brokerName="localhost" dataDirectory="${activemq.data}">
    <managementContext><managementContext createConnector="false"/></managementContext>
    <persistenceAdapter><kahaDB directory="${activemq.data}/kahadb"/></persistenceAdapter>
    <systemUsage><systemUsage>
      <memoryUsage><memoryUsage limit="64 mb"/></memoryUsage>
      <storeUsage><storeUsage limit="20 gb"/></storeUsage>
    </systemUsage></systemUsage>
    <transportConnectors>
      <transportConnector name="openwire" uri="tcp://127.0.0.1:@openwire@?wireFormat.maxFrameSize=104857600"/>
    </transportConnectors>
  </broker>
` + broker.Foot

// TestBacklogAndCrash lets GOACTIVEMQ_BACKLOG (a million) persistent messages of 1 kB wait, kills the broker, restarts it
// and takes them all: complete, in each producer's order, within bounds of memory and of the time to come back.
func TestBacklogAndCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	each := messages(t) / producers
	program := broker.Compile(t, "testdata/Backlog.java")
	b := broker.Start(t, broker.Config{XML: config})
	step := func(what, want string) {
		t.Helper()
		begin := time.Now()
		output, _ := program.Run(t, 5*time.Minute, b.URL(), what, strconv.Itoa(producers), strconv.Itoa(each), strconv.Itoa(size))
		if got := strings.TrimSpace(output); got != want {
			t.Fatalf("%s: %q, want %q", what, got, want)
		}
		_, peak := b.Memory()
		t.Logf("%s: %.0f messages/s, %d MB at the highest", what, float64(producers*each)/time.Since(begin).Seconds(), peak>>20)
		if peak > memoryLimit && !broker.Java() { // Java's heap is as large as it was allowed to be
			t.Errorf("after %s: %d MB at the highest, want %d or less", what, peak>>20, memoryLimit>>20)
		}
	}
	step("produce", fmt.Sprint("sent ", producers*each))
	b.Kill()
	b.Restart()
	t.Logf("accepts again %v after a kill", b.Startup)
	if b.Startup > restartLimit && !broker.Java() {
		t.Errorf("accepts again %v after a kill, want %v or less", b.Startup, restartLimit)
	}
	step("drain", fmt.Sprint("took ", producers*each))
}

func messages(t *testing.T) int {
	t.Helper()
	text := os.Getenv("GOACTIVEMQ_BACKLOG")
	if text == "" {
		return 1_000_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < producers {
		t.Fatalf("GOACTIVEMQ_BACKLOG=%q, want a number of messages, %d or more", text, producers)
	}
	return n
}
