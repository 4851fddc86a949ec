package crash

import (
	"math/rand/v2"
	"strings"
	"testing"

	"goactivemq/test/broker"
)

// TestFailover kills the broker ten times under producers of the original that reconnect by themselves: what they were told is there, and is there
// once, at once, in transactions and when it was put off.
func TestFailover(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	program := broker.Compile(t, "testdata/FailoverClient.java")
	b := broker.Start(t, broker.Config{XML: strings.Replace(config, `brokerName="localhost"`, `brokerName="localhost" schedulerSupport="true"`, 1)})
	url := "failover:(" + b.URL() + ")?initialReconnectDelay=10&maxReconnectDelay=100"
	run := start(t, program, url, "run")
	for range number(t, "GOACTIVEMQ_FAILOVER_ROUNDS", 10) {
		run.more(t, 50+rand.IntN(1000))
		b.Kill()
		b.Restart()
	}
	run.more(t, 200)
	if err := run.input.Close(); err != nil {
		t.Fatal(err)
	}
	run.wait(t)
	drain := start(t, program, url, "drain")
	drain.wait(t)

	got := map[string]int{}
	for _, line := range drain.log() {
		if id, ok := strings.CutPrefix(line, "got "); ok {
			got[id]++
		}
	}
	kinds, broken := map[string]int{}, 0
	complain := func(format string, args ...any) {
		if broken++; broken <= 10 {
			t.Errorf(format, args...)
		}
	}
	for _, line := range run.log() {
		words := strings.Fields(line)
		kinds[words[0]]++
		switch words[0] {
		case "failed":
			complain("%s", line)
		case "sent", "committed":
			for _, id := range words[1:] {
				if got[id] != 1 {
					complain("%s was confirmed and came %d times", id, got[id])
				}
			}
		case "doubt":
			for _, id := range words[1:] {
				if got[id] > 1 || got[id] != got[words[1]] {
					complain("%s, of a transaction in doubt, came %d times, its first message %d times", id, got[id], got[words[1]])
				}
			}
		}
		for _, id := range words[1:] {
			delete(got, id)
		}
	}
	t.Logf("%v, %d messages that nobody was told of", kinds, len(got))
	for id, n := range got {
		if n > 1 {
			complain("%s came %d times", id, n)
		}
	}
	if kinds["sent"] < 500 || kinds["committed"] < 100 {
		t.Errorf("little happened: %v", kinds)
	}
}
