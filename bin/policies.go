package main

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/config"
	"goactivemq/activemq/message"
)

// destination puts a configured destination into the broker's terms.
func destination(d config.Destination) (message.Destination, error) {
	kinds := map[string]message.DestinationKind{
		"queue": message.Queue, "topic": message.Topic, "temp-queue": message.TempQueue, "temp-topic": message.TempTopic,
	}
	kind, ok := kinds[string(d.Kind)]
	if !ok {
		return message.Destination{}, fmt.Errorf("destination %q is of kind %q, want queue or topic", d.Name, d.Kind)
	}
	return message.Destination{Kind: kind, Name: d.Name}, nil
}

// policies puts the configured policies into the broker's terms.
func policies(m *config.PolicyMap) *policy.Map {
	fallback := policy.Default()
	if m == nil {
		return policy.NewMap(nil, fallback)
	}
	if m.DefaultEntry != nil {
		fallback = entry(m.DefaultEntry, fallback.Pattern)
	}
	var entries []policy.Entry
	for _, e := range m.Entries {
		whole, err := destination(e.Destination)
		if err != nil {
			continue // the reader has refused what is no destination
		}
		for _, part := range whole.Parts() {
			entries = append(entries, entry(e, part))
		}
	}
	return policy.NewMap(entries, fallback)
}

// entry puts one policyEntry into the broker's terms.
func entry(e *config.PolicyEntry, pattern message.Destination) policy.Entry {
	p := policy.Default()
	p.Pattern = pattern
	p.MemoryLimit = int64(e.MemoryLimit)
	p.ProducerFlowControl = e.ProducerFlowControl
	p.Prioritized = e.PrioritizedMessages
	p.MaxPageSize = e.MaxPageSize
	p.ExpirePeriod = e.ExpireMessagesPeriod.Duration()
	p.PersistRedelivered = e.PersistJMSRedelivered
	p.GCInactive = e.GCInactiveDestinations
	p.InactiveBeforeGC = e.InactiveTimeoutBeforeGC.Duration()
	p.StrictOrder = e.StrictOrderDispatch
	switch s := e.PendingMessageLimitStrategy.(type) {
	case *config.ConstantPendingMessageLimit:
		p.MaxPendingPerTopic = s.Limit
	case *config.PrefetchRatePendingMessageLimit:
		p.PrefetchRatePending = s.Multiplier
	}
	p.DeadLetter = deadLetter(e.DeadLetterStrategy, p.DeadLetter)
	return p
}

// deadLetter puts a dead letter strategy into the broker's terms.
func deadLetter(s config.DeadLetterStrategy, d policy.DeadLetter) policy.DeadLetter {
	common := func(c config.DeadLetters) {
		d.ProcessExpired, d.ProcessNonPersistent = c.ProcessExpired, c.ProcessNonPersistent
		d.Expiration = int64(c.Expiration)
	}
	switch s := s.(type) {
	case *config.SharedDeadLetter:
		common(s.DeadLetters)
		if q, err := destination(s.Queue); err == nil {
			d.Queue = q
		}
	case *config.IndividualDeadLetter:
		common(s.DeadLetters)
		d.Individual = true
		d.QueuePrefix, d.QueueSuffix = s.QueuePrefix, s.QueueSuffix
		d.TopicPrefix, d.TopicSuffix = s.TopicPrefix, s.TopicSuffix
		d.UseQueueForQueue, d.UseQueueForTopic = s.UseQueueForQueueMessages, s.UseQueueForTopicMessages
	case *config.DiscardingDeadLetter:
		common(s.DeadLetters)
		d.Discard = true
	}
	return d
}

// refuseUnserved refuses to start where the configuration asks for protection that this version does not give.
func refuseUnserved(b *config.Broker) error {
	for _, p := range b.Plugins {
		switch p := p.(type) {
		case *config.SimpleAuthentication:
		case *config.JAASAuthentication:
			return fmt.Errorf("%s: jaasAuthenticationPlugin is not served by this version, and a broker without it would let everybody in", p.At)
		case *config.Authorization:
			return fmt.Errorf("%s: authorizationPlugin is not served by this version, and a broker without it would let everybody do everything", p.At)
		case *config.Unserved:
			if name := strings.ToLower(p.Name()); strings.Contains(name, "auth") || strings.Contains(name, "jaas") || strings.Contains(name, "shiro") {
				return fmt.Errorf("%s: %s is not served by this version, and a broker without it would let everybody in", p.At, p.Name())
			}
		}
	}
	return nil
}

// authenticator returns the check of credentials that the plugins ask for, nil when they ask for none.
func authenticator(plugins []config.Plugin) func(user, password string) error {
	for _, p := range plugins {
		if simple, ok := p.(*config.SimpleAuthentication); ok {
			return simpleAuthenticator(simple)
		}
	}
	return nil
}

// simpleAuthenticator checks against the users that the configuration names.
func simpleAuthenticator(p *config.SimpleAuthentication) func(user, password string) error {
	passwords := map[string]string{}
	for user, password := range p.UserPasswords {
		passwords[user] = password
	}
	for _, u := range p.Users {
		passwords[u.Username] = u.Password
	}
	return func(user, password string) error {
		if p.AnonymousAccessAllowed && user == "" && password == "" {
			return nil
		}
		want, known := passwords[user]
		if subtle.ConstantTimeCompare([]byte(want), []byte(password)) != 1 || !known {
			return errors.New("User name [" + user + "] or password is invalid.")
		}
		return nil
	}
}
