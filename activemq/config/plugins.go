package config

import (
	"regexp"
	"strings"
)

// The plugins that change what becomes of messages, or tell about it.

func (*TimeStamping) plugin()       {}
func (*ForcePersistency) plugin()   {}
func (*DiscardingDLQ) plugin()      {}
func (*LoggingPlugin) plugin()      {}
func (*StatisticsPlugin) plugin()   {}
func (*ConnectionDotFile) plugin()  {}
func (*DestinationDotFile) plugin() {}
func (*TraceBrokerPath) plugin()    {}
func (*RedeliveryPlugin) plugin()   {}

// chained are the settings that plugins have in the original because they form a chain.
type chained struct {
	AdminConnectionContext *Unserved `xml:"adminConnectionContext"`
	Next                   Plugin    `xml:"next"`
}

// TimeStamping is <timeStampingBrokerPlugin>. Times are in milliseconds.
type TimeStamping struct {
	Source `element:"timeStampingBrokerPlugin"`
	chained

	ZeroExpirationOverride int64 `xml:"zeroExpirationOverride"` // time to live of messages that would never expire, 0: they never do
	TTLCeiling             int64 `xml:"ttlCeiling"`             // 0: none
	FutureOnly             bool  `xml:"futureOnly"`
	ProcessNetworkMessages bool  `xml:"processNetworkMessages"`
}

// ForcePersistency is <forcePersistencyModeBrokerPlugin>.
type ForcePersistency struct {
	Source `element:"forcePersistencyModeBrokerPlugin"`

	Persistent bool `xml:"persistenceFlag"`
}

// DiscardingDLQ is <discardingDLQBrokerPlugin>.
type DiscardingDLQ struct {
	Source `element:"discardingDLQBrokerPlugin"`

	DropAll             bool   `xml:"dropAll" default:"true"`
	DropTemporaryQueues bool   `xml:"dropTemporaryQueues" default:"true"`
	DropTemporaryTopics bool   `xml:"dropTemporaryTopics" default:"true"`
	DropOnly            string `xml:"dropOnly"` // regular expressions for names of destinations, with blanks between
	ReportInterval      int64  `xml:"reportInterval" default:"1000"`

	Only []*regexp.Regexp // DropOnly, each for a name as a whole
}

// complete reads the regular expressions.
func (p *DiscardingDLQ) complete(c *context) {
	for _, text := range strings.Fields(p.DropOnly) {
		r, err := regexp.Compile("^(?:" + text + ")$")
		if err != nil {
			c.errorf(p.Place("dropOnly"), "dropOnly of discardingDLQBrokerPlugin: %v", err)
			continue
		}
		p.Only = append(p.Only, r)
	}
}

// LoggingPlugin is <loggingBrokerPlugin>.
type LoggingPlugin struct {
	Source `element:"loggingBrokerPlugin"`
	chained

	LogAll               bool `xml:"logAll"`
	LogConnectionEvents  bool `xml:"logConnectionEvents" default:"true"`
	LogSessionEvents     bool `xml:"logSessionEvents" default:"true"`
	LogConsumerEvents    bool `xml:"logConsumerEvents"`
	LogProducerEvents    bool `xml:"logProducerEvents"`
	LogTransactionEvents bool `xml:"logTransactionEvents"`
	LogInternalEvents    bool `xml:"logInternalEvents"`
	PerDestinationLogger bool `xml:"perDestinationLogger"`
}

// StatisticsPlugin is <statisticsBrokerPlugin>.
type StatisticsPlugin struct {
	Source `element:"statisticsBrokerPlugin"`
}

// ConnectionDotFile is <connectionDotFilePlugin>.
type ConnectionDotFile struct {
	Source `element:"connectionDotFilePlugin"`

	File string `xml:"file" default:"ActiveMQConnections.dot"`
}

// DestinationDotFile is <destinationDotFilePlugin>.
type DestinationDotFile struct {
	Source `element:"destinationDotFilePlugin"`

	File string `xml:"file" default:"ActiveMQDestinations.dot"`
}

// TraceBrokerPath is <traceBrokerPathPlugin>.
type TraceBrokerPath struct {
	Source `element:"traceBrokerPathPlugin"`
	chained

	StampProperty string `xml:"stampProperty" default:"BrokerPath"`
}

// RedeliveryPlugin is <redeliveryPlugin>.
type RedeliveryPlugin struct {
	Source `element:"redeliveryPlugin"`
	chained

	Policies                   *RedeliveryPolicyMap `xml:"redeliveryPolicyMap"`
	SendToDLQIfRetriesExceeded bool                 `xml:"sendToDlqIfMaxRetriesExceeded" default:"true"`
	FallbackToDeadLetter       bool                 `xml:"fallbackToDeadLetter" default:"true"` // where no policy is for a destination
}

// complete refuses what the original does.
func (p *RedeliveryPlugin) complete(c *context) {
	if p.Policies == nil {
		return
	}
	for _, e := range append([]*RedeliveryPolicy{p.Policies.DefaultEntry}, p.Policies.Entries...) {
		const least = 1000
		if e != nil && (e.InitialDelay < least || e.Delay < least) {
			c.errorf(e.At, "redeliveryPolicy of redeliveryPlugin waits for %d and then %d ms, want at least %d", e.InitialDelay, e.Delay, least)
		}
	}
}

// RedeliveryPolicyMap is <redeliveryPolicyMap>.
type RedeliveryPolicyMap struct {
	Source `element:"redeliveryPolicyMap"`

	Entries      []*RedeliveryPolicy `xml:"redeliveryPolicyEntries|entries"`
	DefaultEntry *RedeliveryPolicy   `xml:"defaultEntry"` // for what no entry matches
}

// RedeliveryPolicy is <redeliveryPolicy>. Times are in milliseconds.
type RedeliveryPolicy struct {
	Source `element:"redeliveryPolicy"`

	Destination           Destination `xml:"queue|topic|tempQueue|tempTopic|destination"`
	MaximumRedeliveries   int         `xml:"maximumRedeliveries" default:"6"` // -1: for ever
	InitialDelay          int64       `xml:"initialRedeliveryDelay" default:"1000"`
	Delay                 int64       `xml:"redeliveryDelay" default:"1000"`
	MaximumDelay          int64       `xml:"maximumRedeliveryDelay" default:"-1"` // -1: none
	UseExponentialBackOff bool        `xml:"useExponentialBackOff"`
	BackOffMultiplier     float64     `xml:"backOffMultiplier" default:"5.0"`
	UseCollisionAvoidance bool        `xml:"useCollisionAvoidance"`
	CollisionAvoidance    int         `xml:"collisionAvoidancePercent" default:"15"`
	PreDispatchCheck      bool        `xml:"preDispatchCheck" default:"true"`
}
