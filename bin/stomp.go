package main

import (
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/cli"
	"goactivemq/protocols"
	"goactivemq/stomp"
)

// newSTOMP makes the handler of a STOMP connector.
func newSTOMP(b *broker.Broker, a *protocols.Address, _ func() string, log *slog.Logger) (protocols.Handler, error) {
	return stomp.New(b, a, cli.Version, connectionPrefix(), log)
}

// prefixes counts those that connectionPrefix made.
var prefixes atomic.Int64

// connectionPrefix makes the beginning of ids for the connections of a protocol whose clients make none: of the form that the original's generator
// makes, and never the same.
func connectionPrefix() string {
	return fmt.Sprintf("ID:%s-%d-%d-%d", hostName(), os.Getpid(), time.Now().UnixMilli(), prefixes.Add(1))
}
