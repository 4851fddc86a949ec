package broker

import (
	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/broker/virtual"
)

// change.go has what can be changed in a running broker.

// SetPolicies makes other policies hold for destinations that are made from now on. Those that exist take over the limit of memory.
func (b *Broker) SetPolicies(m *policy.Map) {
	b.policies.Store(m)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, q := range b.queues {
		q.follow(m)
	}
	for _, t := range b.topics {
		t.follow(m)
	}
}

// follow takes over what the policies say of the destination now.
func (d *Destination) follow(m *policy.Map) {
	d.memory.setLimit(m.For(d.name).MemoryLimit)
}

// SetVirtual makes other virtual destinations hold, also for destinations that exist: what is sent from now on goes by them.
func (b *Broker) SetVirtual(rules *virtual.Rules) {
	b.virtual.Store(rules)
	b.mu.Lock()
	defer b.mu.Unlock()
	for name, q := range b.queues {
		q.plan.Store(rules.For(name))
	}
	for name, t := range b.topics {
		t.plan.Store(rules.For(name))
	}
}

// SetLimits changes how much memory messages may take up and how large the store may grow, in bytes; 0 is no limit.
func (b *Broker) SetLimits(memory, store int64) {
	b.memory.setLimit(memory)
	b.storage.setLimit(store)
}

// setLimit changes the limit, and lets those go on who waited for the old one.
func (u *Usage) setLimit(limit int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.limit = limit
	if u.freed != nil {
		close(u.freed) // they look again, and wait anew where there still is no room
		u.freed = nil
	}
}
