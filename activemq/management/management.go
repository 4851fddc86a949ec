// Package management is the one read model of a running broker, under the names that JMX gave its beans and attributes. The
// web console, Jolokia, the command line and the metrics all read it, and so they agree.
//
// A view is a copy: its numbers belong together as well as those of a broker at work can, and nothing in it changes later.
// Attributes that this broker does not measure are left out, never made up. The fields of views are spelled as the
// attributes are (BrokerId), because that is what other forms of this model print.
package management

import (
	"time"

	"goactivemq/activemq/broker"
)

// Broker is what the model asks of the broker; a *broker.Broker answers it.
type Broker interface {
	Name() string
	ID() string
	Started() time.Time
	Options() broker.Options
	Memory() *broker.Usage
	Temporary() *broker.Usage
	Totals() (enqueued, dequeued, connections int64)
	Counts() (connections, queues, topics int)
	Queues() []*broker.Queue
	Topics() []*broker.Topic
}

// Connector is what the model asks of a transport connector.
type Connector interface {
	Name() string
	URL(host string) string
	Connections() (open int, refused int64)
}

// Options say what the broker itself does not know.
type Options struct {
	BrokerVersion string
	HostName      string             // of this machine, in the addresses of connectors
	Connectors    func() []Connector // those that there are now, in the order of the configuration; nil: none
	Now           func() time.Time   // nil: time.Now
}

// Model answers questions about a broker, from any goroutine. It must not be asked once the broker's store is closed.
type Model struct {
	broker  Broker
	options Options
}

// New makes the model of a broker.
func New(b Broker, o Options) *Model {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Model{b, o}
}
