package storetest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"goactivemq/activemq/store"
	"goactivemq/activemq/store/storetest"
)

// TestSuite runs the suite over the simplest store that keeps anything. With a defect in the environment it is a store that
// must not pass.
func TestSuite(t *testing.T) {
	defect := os.Getenv("STORETEST_DEFECT")
	storetest.Run(t, storetest.Harness{
		Place: func(*testing.T) storetest.Place {
			d := new(disk)
			return storetest.Place{
				Open: func() (store.Store, error) { return openReplayed(d, defect) },
				Kill: func(s store.Store) { s.(*replayed).end(true) },
			}
		},
	})
}

// TestDefects shows that the suite finds what is wrong with a store, in the case that is about it and in the random one.
func TestDefects(t *testing.T) {
	for _, c := range []struct {
		defect, found string
	}{
		{"completes twice", "queue/order/live"},
		{"completes before it writes", "load/killed_at_work/killed"},
		{"completes before it writes", "queue/order/killed"},
		{"admits in Append", "queue/admit/live"},
		{"an update moves", "queue/update/live"},
		{"pages ignore bytes", "queue/page/live"},
		{"pages begin at the sequence", "queue/page/live"},
		{"closes without a note", "delivering/queue/reopened"},
		{"never retroactive", "topic/retroactive/live"},
		{"forgets removals", "queue/remove/reopened"},
		{"forgets unmatched", "topic/unmatched/reopened"},
		{"forgets to unsubscribe", "topic/last_subscription/reopened"},
		{"forgets what was prepared", "prepared/commit/killed"},
		{"removed destinations come back", "destination/remove/reopened"},
		{"transactions take place at once", "transaction/in_flight/killed"},
		{"forgets removals", "random/seed_1/reopened"},
		{"transactions take place at once", "random/seed_1/reopened"},
		{"forgets unmatched", "random/seed_1/killed"},
		{"never retroactive", "random/seed_1/live"},
	} {
		t.Run(c.defect+" "+c.found, func(t *testing.T) {
			command := exec.Command(os.Args[0], "-test.run", "^TestSuite$/^"+strings.ReplaceAll(c.found, "/", "$/^")+"$")
			command.Env = append(os.Environ(), "STORETEST_DEFECT="+c.defect)
			output, err := command.CombinedOutput()
			if err == nil || !strings.Contains(string(output), "--- FAIL: TestSuite/"+c.found) {
				t.Errorf("not found: %v\n%s", err, output)
			}
		})
	}
}
