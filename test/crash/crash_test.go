package crash

import (
	"bufio"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"goactivemq/test/broker"
)

func TestMain(m *testing.M) { broker.Main(m) }

// config has journal files small enough that several come and go during the test, and keeps the redelivered flag of
// queue messages through a crash, as a deployment that relies on it does.
const config = broker.Head + `
  <broker xmlns="http://activemq.apache.org/schema/core" brokerName="localhost" dataDirectory="${activemq.data}">
    <destinationPolicy><policyMap><policyEntries>
      <policyEntry queue=">" persistJMSRedelivered="true"/>
    </policyEntries></policyMap></destinationPolicy>
    <managementContext><managementContext createConnector="false"/></managementContext>
    <persistenceAdapter><kahaDB directory="${activemq.data}/kahadb" journalMaxFileLength="4mb" checkpointInterval="500" cleanupInterval="1000"/></persistenceAdapter>
    <transportConnectors>
      <transportConnector name="openwire" uri="tcp://127.0.0.1:@openwire@?wireFormat.maxFrameSize=104857600"/>
    </transportConnectors>
  </broker>
` + broker.Foot

// TestCrash kills the broker in GOACTIVEMQ_CRASH_ROUNDS (60) moments of a running workload, and once more after its end.
// GOACTIVEMQ_CRASH_SEED repeats the choices of an earlier run, as far as two processes can be made to repeat;
// GOACTIVEMQ_CRASH_LOG names a directory for the clients' logs.
func TestCrash(t *testing.T) {
	interrupt(t, config, crashRounds(t), func(_ int, b *broker.Broker, _ *clients) { b.Kill() })
}

// TestStopWithoutCrash asks the broker to stop instead: the clients are cut off all the same.
func TestStopWithoutCrash(t *testing.T) {
	interrupt(t, config, crashRounds(t), stop)
}

// stop asks the broker to stop.
func stop(_ int, b *broker.Broker, c *clients) {
	c.note("stopping")
	b.Stop()
}

// crashRounds is how often the broker is ended.
func crashRounds(t *testing.T) int {
	if broker.Java() {
		return number(t, "GOACTIVEMQ_CRASH_ROUNDS", 20) // each start takes seconds
	}
	return number(t, "GOACTIVEMQ_CRASH_ROUNDS", 60)
}

// interrupt runs the workload, ends the broker again and again, and holds what happened against the checks. end may have the original go on.
func interrupt(t *testing.T, config string, rounds int, end func(round int, b *broker.Broker, c *clients)) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	seed := number(t, "GOACTIVEMQ_CRASH_SEED", rand.IntN(1_000_000))
	t.Logf("GOACTIVEMQ_CRASH_SEED=%d", seed)
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	program := broker.Compile(t, "testdata/CrashClient.java")

	b := broker.Start(t, broker.Config{XML: config})
	run := start(t, program, b.URL(), strconv.Itoa(seed), "run")
	slowest, swapped := time.Duration(0), false
	for round := range rounds {
		run.more(t, 20+random.IntN(2500))
		end(round, b, run)
		swapped = swapped || b.Original
		b.Restart()
		slowest = max(slowest, b.Startup)
	}
	run.more(t, 500)
	run.stop(t)
	end(rounds, b, run)
	b.Restart()
	rest := start(t, program, b.URL(), strconv.Itoa(seed), "drain")
	rest.wait(t)

	lines := append(run.log(), rest.log()...)
	keep(t, lines)
	history, err := Parse(lines)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d events; slowest start again %v", len(history), slowest)
	t.Run("everybody_worked", func(t *testing.T) { everybodyWorked(t, history, rounds) })
	for _, check := range Checks {
		t.Run(check.Name, func(t *testing.T) {
			broken := check.Find(history)
			if reason := check.JavaBreaks; reason != "" && (broker.Java() || swapped) {
				t.Skipf("%s: %d cases", reason, len(broken))
			}
			if reason := check.SwapsBreak; reason != "" && swapped {
				t.Skipf("%s: %d cases", reason, len(broken))
			}
			for _, line := range broken[:min(len(broken), 10)] {
				t.Error(line)
			}
			if len(broken) > 10 {
				t.Errorf("%d such cases", len(broken))
			}
		})
	}
}

// keep writes the clients' log where GOACTIVEMQ_CRASH_LOG says.
func keep(t *testing.T, lines []string) {
	t.Helper()
	if dir := os.Getenv("GOACTIVEMQ_CRASH_LOG"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, t.Name()+".log"), []byte(strings.Join(lines, "\n")), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// everybodyWorked guards against a workload that promises nothing because nothing happened.
func everybodyWorked(t *testing.T, history []Event, rounds int) {
	connections, verbs, streams := map[string]int{}, map[string]int{}, map[string]int{}
	flagged := 0
	for _, e := range history {
		verbs[e.Verb]++
		switch e.Verb {
		case "open":
			connections[e.Role]++
		case "got":
			stream, _ := split(e.IDs[0])
			streams[stream]++
			if e.Redelivered {
				flagged++
			}
		}
	}
	t.Logf("connections %v; events %v, %d redeliveries flagged; received %v", connections, verbs, flagged, streams)
	if len(connections) != 18 {
		t.Errorf("%d roles connected, want 18", len(connections))
	}
	for role, n := range connections {
		if n < 3 {
			t.Errorf("%s connected %d times", role, n)
		}
	}
	for _, verb := range []string{"sent", "committed", "abandon", "prepared", "recovered", "acked"} {
		if verbs[verb] < min(10, rounds) {
			t.Errorf("%d events %s", verbs[verb], verb)
		}
	}
	if len(streams) != 10 {
		t.Errorf("messages of %d producers came, want 10: nine, and one of the mover", len(streams))
	}
}

func number(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// clients is a running CrashClient. A goroutine reads its log.
type clients struct {
	input io.WriteCloser
	ended chan error

	mu    sync.Mutex // guards lines
	lines []string
}

func start(t *testing.T, program broker.Program, args ...string) *clients {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	t.Cleanup(cancel)
	cmd := program.Command(ctx, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c := &clients{ended: make(chan error, 1)}
	if c.input, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Buffer(nil, 1<<20); lines.Scan(); {
			c.mu.Lock()
			c.lines = append(c.lines, lines.Text())
			c.mu.Unlock()
		}
		if err := lines.Err(); err != nil {
			cancel()
		}
		c.ended <- cmd.Wait()
	}()
	return c
}

func (c *clients) log() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.lines...)
}

// note adds a line of the test's own.
func (c *clients) note(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, line)
}

func (c *clients) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.lines)
}

// more waits until the log has n lines more.
func (c *clients) more(t *testing.T, n int) {
	t.Helper()
	target := c.count() + n
	if !broker.Poll(time.Minute, func() bool { return c.count() >= target }) {
		t.Fatalf("the clients stand still: %d of %d lines in a minute; last: %q", c.count()-target+n, n, c.log()[max(0, c.count()-5):])
	}
}

// stop ends the producers, and the consumers when they have taken all.
func (c *clients) stop(t *testing.T) {
	t.Helper()
	if _, err := io.WriteString(c.input, "stop\n"); err != nil {
		t.Fatal(err)
	}
	c.wait(t)
}

func (c *clients) wait(t *testing.T) {
	t.Helper()
	select {
	case err := <-c.ended:
		if log := c.log(); err != nil || len(log) == 0 || log[len(log)-1] != "done" {
			t.Fatalf("the clients ended early: %v", err)
		}
	case <-time.After(3 * time.Minute):
		t.Fatal("the clients do not end")
	}
}
