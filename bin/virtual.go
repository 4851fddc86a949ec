package main

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/broker/virtual"
	"goactivemq/activemq/config"
	"goactivemq/activemq/message"
	"goactivemq/activemq/selector"
)

// virtualRules puts the configured virtual destinations into the broker's terms. Where none are configured there is the virtual topic that
// the original has then.
func virtualRules(b *config.Broker) (*virtual.Rules, error) {
	r := &virtual.Rules{}
	if !b.Set("destinationInterceptors") {
		if b.UseVirtualTopics {
			r.Topics = []virtual.Topic{virtual.DefaultTopic()}
		}
		if b.UseMirroredQueues {
			r.Mirror = &virtual.Mirror{Prefix: "VirtualTopic.Mirror.", Temporary: b.UseTempMirroredQueues}
		}
		return r, nil
	}
	for _, i := range b.DestinationInterceptors {
		switch i := i.(type) {
		case *config.MirroredQueue:
			r.Mirror = &virtual.Mirror{Prefix: i.Prefix, Postfix: i.Postfix, Temporary: b.UseTempMirroredQueues}
		case *config.VirtualDestinationInterceptor:
			for _, d := range i.VirtualDestinations {
				if err := addVirtual(r, d); err != nil {
					return nil, err
				}
			}
		}
	}
	return r, nil
}

// addVirtual adds one virtual destination to the rules.
func addVirtual(r *virtual.Rules, d config.VirtualDestination) error {
	switch d := d.(type) {
	case *config.VirtualTopic:
		r.Topics = append(r.Topics, virtual.Topic{
			Name: d.Name, Prefix: d.Prefix, Postfix: d.Postfix, SelectorAware: d.SelectorAware, Local: d.Local,
			Transacted: d.TransactedSend, DropWhenFull: d.DropOnResourceLimit, KeepDestination: !d.SetOriginalDestination,
		})
	case *config.CompositeQueue:
		return addComposite(r, message.Queue, &d.Source, &d.Composite)
	case *config.CompositeTopic:
		return addComposite(r, message.Topic, &d.Source, &d.Composite)
	}
	return nil
}

// addComposite adds a composite queue or topic to the rules.
func addComposite(r *virtual.Rules, kind message.DestinationKind, at *config.Source, c *config.Composite) error {
	composite := virtual.Composite{
		Destination: message.Destination{Kind: kind, Name: c.Name}, ForwardOnly: c.ForwardOnly, WhenNotMatched: c.SendWhenNotMatched,
	}
	for _, f := range c.ForwardTo {
		to, err := destination(f.Destination)
		if err != nil {
			return fmt.Errorf("%s: forwardTo of %s: %w", at.At, c.Name, err)
		}
		forward := virtual.Forward{To: to, Filtered: f.Filtered != nil}
		if f.Filtered != nil && f.Filtered.Selector != "" {
			if forward.Filter, err = selector.Parse(f.Filtered.Selector); err != nil {
				return fmt.Errorf("%s: selector of filteredDestination %s: %w", f.Filtered.Place("selector"), to, err)
			}
		}
		composite.Forwards = append(composite.Forwards, forward)
	}
	r.Composites = append(r.Composites, composite)
	return nil
}

// consumers puts what a policyEntry says about consumers into the broker's terms.
func consumers(e *config.PolicyEntry) policy.Consumers {
	return policy.Consumers{
		AllExclusive:            e.AllConsumersExclusiveByDefault,
		IgnorePriority:          !e.UseConsumerPriority,
		ConsumersBeforeDispatch: e.ConsumersBeforeDispatchStarts,
		TimeBeforeDispatch:      time.Duration(e.TimeBeforeDispatchStarts) * time.Millisecond,
		GCWithNetworkConsumers:  e.GCWithNetworkConsumers,
		Groups:                  messageGroups(e),
	}
}

// messageGroups puts a message group map into the broker's terms.
func messageGroups(e *config.PolicyEntry) policy.Groups {
	g := policy.Default().Groups
	switch m := e.MessageGroupMapFactory.(type) {
	case *config.CachedGroups:
		g.Cache = m.CacheSize
		return g
	case *config.SimpleGroups:
		g.Kind = policy.GroupsSimple
		return g
	case *config.GroupBuckets:
		g.Kind, g.Buckets = policy.GroupBuckets, m.BucketCount
		return g
	}
	kind, options, _ := strings.Cut(e.MessageGroupMapFactoryType, "?")
	switch strings.TrimSpace(kind) {
	case "simple":
		g.Kind = policy.GroupsSimple
	case "bucket":
		g.Kind = policy.GroupBuckets
	}
	for option := range strings.SplitSeq(options, "&") {
		name, value, _ := strings.Cut(option, "=")
		n, err := strconv.Atoi(value)
		switch {
		case err != nil || n <= 0:
		case name == "cacheSize":
			g.Cache = n
		case name == "bucketCount":
			g.Buckets = n
		}
	}
	return g
}

// pathSeparator returns the characters that separate the parts of destinations' names beside the dot, "" for none.
func pathSeparator(plugins []config.Plugin) string {
	for _, p := range plugins {
		if s, ok := p.(*config.DestinationPathSeparator); ok {
			return s.PathSeparator
		}
	}
	return ""
}

// selectorCache is the cache of consumers' selectors with its file.
type selectorCache struct {
	*virtual.SelectorCache
	path string // "": it is not kept
	log  *slog.Logger
	stop chan struct{}
	done chan struct{}
}

// openSelectorCache reads the cache that the configuration asks for, nil when it asks for none, and writes it now and then until close.
func openSelectorCache(plugins []config.Plugin, log *slog.Logger) *selectorCache {
	for _, p := range plugins {
		c, ok := p.(*config.SelectorCache)
		if !ok {
			continue
		}
		s := &selectorCache{
			SelectorCache: virtual.NewSelectorCache(c.SingleSelectorPerDestination, c.IgnoreWildcardSelectors),
			path:          c.PersistFile, log: log, stop: make(chan struct{}), done: make(chan struct{}),
		}
		if s.path == "" {
			close(s.done)
			return s
		}
		if err := s.Load(s.path); err != nil {
			log.Warn(err.Error())
		}
		go s.run(max(c.PersistInterval.Duration(), time.Second))
		return s
	}
	return nil
}

// run writes the cache at intervals, and at the end.
func (s *selectorCache) run(interval time.Duration) {
	defer close(s.done)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for over := false; !over; {
		select {
		case <-tick.C:
		case <-s.stop:
			over = true
		}
		if err := s.Save(s.path); err != nil {
			s.log.Error("the selector cache was not written to "+s.path, "error", err)
		}
	}
}

// close writes the cache and waits for that.
func (s *selectorCache) close() {
	if s == nil {
		return
	}
	close(s.stop)
	<-s.done
}

// remembered returns what the broker asks, nil for no cache.
func (s *selectorCache) remembered() *virtual.SelectorCache {
	if s == nil {
		return nil
	}
	return s.SelectorCache
}
