package main

import (
	"log/slog"
	"strings"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/config"
	"goactivemq/activemq/logging"
	"goactivemq/activemq/message"
)

// The loggers under which the original's plugins tell what they do.
const (
	eventLogger   = "org.apache.activemq.broker.util.LoggingBrokerPlugin"
	discardLogger = "org.apache.activemq.plugin.DiscardingDLQBroker"
	pictureLogger = "org.apache.activemq.broker.view.DotFileInterceptorSupport"
)

// plugins puts the configured plugins into the broker's terms. Of two of a kind the last counts.
func (r *running) plugins(configured []config.Plugin) broker.Plugins {
	var all broker.Plugins
	for _, p := range configured {
		switch p := p.(type) {
		case *config.TimeStamping:
			all.Stamp = &policy.Stamp{TimeToLive: p.ZeroExpirationOverride, TimeToLiveMax: p.TTLCeiling, FutureOnly: p.FutureOnly, Network: p.ProcessNetworkMessages}
		case *config.ForcePersistency:
			all.ForcePersistence = &p.Persistent
		case *config.TraceBrokerPath:
			all.TracePath = p.StampProperty
		case *config.DiscardingDLQ:
			all.DiscardLetters = &broker.DiscardLetters{
				All: p.DropAll, TemporaryQueues: p.DropTemporaryQueues, TemporaryTopics: p.DropTemporaryTopics,
				Only: p.Only, ReportInterval: p.ReportInterval, Log: logging.Logger(discardLogger),
			}
		case *config.LoggingPlugin:
			all.Events = events(p)
		case *config.StatisticsPlugin:
			all.Statistics = r.statistics()
		case *config.RedeliveryPlugin:
			all.Redeliveries = redeliveries(p)
		case *config.ConnectionDotFile:
			r.pictures = append(r.pictures, newPicture(p.File, r.connectionPicture))
			all.EndpointsChanged = r.pictures[len(r.pictures)-1].changed
		case *config.DestinationDotFile:
			r.pictures = append(r.pictures, newPicture(p.File, r.destinationPicture))
			all.DestinationsChanged = r.pictures[len(r.pictures)-1].changed
		}
	}
	return all
}

// events puts the logging plugin into the broker's terms.
func events(p *config.LoggingPlugin) *broker.Events {
	e := &broker.Events{
		All: p.LogAll, Connections: p.LogConnectionEvents, Sessions: p.LogSessionEvents, Consumers: p.LogConsumerEvents,
		Producers: p.LogProducerEvents, Transactions: p.LogTransactionEvents, Internal: p.LogInternalEvents,
		Log: logging.Logger(eventLogger),
	}
	if p.PerDestinationLogger {
		e.Logger = func(d message.Destination) *slog.Logger {
			kinds := map[message.DestinationKind]string{message.Queue: "Queue", message.Topic: "Topic", message.TempQueue: "TempQueue", message.TempTopic: "TempTopic"}
			return logging.Logger(eventLogger + "." + kinds[d.Kind] + "." + d.Name)
		}
	}
	return e
}

// redeliveries puts the redelivery plugin into the broker's terms.
func redeliveries(p *config.RedeliveryPlugin) *policy.Redeliveries {
	all := &policy.Redeliveries{DeadLetterInTheEnd: p.SendToDLQIfRetriesExceeded, DeadLetterWithoutPolicy: p.FallbackToDeadLetter}
	if p.Policies == nil {
		return all
	}
	for _, e := range p.Policies.Entries {
		whole, err := destination(e.Destination)
		if err != nil {
			continue // the reader has refused what is no destination
		}
		for _, part := range whole.Parts() {
			r := redelivery(e)
			r.Pattern = part
			all.Entries = append(all.Entries, r)
		}
	}
	if e := p.Policies.DefaultEntry; e != nil {
		r := redelivery(e)
		all.Default = &r
	}
	return all
}

// redelivery puts one redeliveryPolicy into the broker's terms.
func redelivery(e *config.RedeliveryPolicy) policy.Redelivery {
	r := policy.Redelivery{Maximum: e.MaximumRedeliveries, Initial: e.InitialDelay, Delay: e.Delay, MaximumDelay: e.MaximumDelay}
	if e.UseExponentialBackOff {
		r.BackOff = e.BackOffMultiplier
	}
	if e.UseCollisionAvoidance {
		r.AvoidPercent = e.CollisionAvoidance
	}
	return r
}

// statistics tells the statistics plugin what the broker itself does not know.
func (r *running) statistics() *broker.Statistics {
	return &broker.Statistics{
		URL: func(scheme string) string {
			for _, c := range r.connectors {
				if url := c.URL(hostName()); strings.HasPrefix(url, scheme+":") {
					return url
				}
			}
			return ""
		},
	}
}
