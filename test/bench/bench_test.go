// Package bench measures the running broker with clients of each protocol.
package bench

import (
	"testing"

	"goactivemq/test/broker"
)

func TestMain(m *testing.M) { broker.Main(m) }
