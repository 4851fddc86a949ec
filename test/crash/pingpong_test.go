package crash

import (
	"strings"
	"testing"

	"goactivemq/test/broker"
	"goactivemq/test/peers"
)

// multi is config with several stores: one for the queues of the mover, all others each for itself.
var multi = strings.Replace(config, `<kahaDB directory="${activemq.data}/kahadb" journalMaxFileLength="4mb" checkpointInterval="500" cleanupInterval="1000"/>`,
	`<mKahaDB directory="${activemq.data}/mkahadb"><filteredPersistenceAdapters>
      <filteredKahaDB perDestination="true"><persistenceAdapter>
        <kahaDB journalMaxFileLength="4mb" checkpointInterval="500" cleanupInterval="1000"/>
      </persistenceAdapter></filteredKahaDB>
    </filteredPersistenceAdapters></mKahaDB>`, 1)

// swaps is how often the other broker takes over.
const swaps = 6

// TestPingPong has the original and ours take turns on one directory while clients are at work: every second time it is killed, otherwise stopped.
func TestPingPong(t *testing.T) {
	peers.Java(t)
	for name, config := range map[string]string{"KahaDB": config, "mKahaDB": multi} {
		t.Run(name, func(t *testing.T) {
			interrupt(t, config, number(t, "GOACTIVEMQ_PINGPONG_SWAPS", swaps), func(round int, b *broker.Broker, c *clients) {
				if round/2%2 == 0 {
					b.Kill()
				} else {
					stop(round, b, c)
				}
				b.Original = !b.Original
			})
		})
	}
}
