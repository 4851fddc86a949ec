package broker

import (
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// redeliverLater has a message that a client has given up delivered again after a while, where the redelivery plugin has a policy for it, and tells
// whether it did. The message stays where it is meanwhile, and nobody gets it: so it cannot get lost, and after a restart it is delivered again at once.
func (b *Broker) redeliverLater(l *deadLetter, whenDone store.Completion) bool {
	plugin := b.options.Plugins.Redeliveries
	if plugin == nil || l.expired() || l.discarded {
		return false
	}
	d := l.delivery
	from := d.from.base()
	p := plugin.For(from.name)
	if p == nil || p.Maximum >= 0 && int(d.redeliveries) >= p.Maximum {
		return false
	}
	delay := p.After(d.redeliveries)
	d.redeliveries++
	m := *d.message
	m.Properties = b.withMore(&m, message.Map{{Name: "redeliveryDelay", Value: delay}})
	again := func() { d.from.returned([]*delivery{d}) }
	if t, ok := d.from.(*Topic); ok {
		m.Redeliveries = d.redeliveries // it comes as a message of its own: these subscribers get nothing twice
		t.dropped([]*delivery{d})
		again = func() { t.send(&m, nil, nil) }
	} else {
		if d.load == nil {
			from.memory.add(from.sizeOf(&m) - d.size())
		}
		d.message = &m
	}
	b.after(delay, again)
	if whenDone != nil {
		whenDone(nil)
	}
	return true
}

// dropsInTheEnd tells whether a message that the redelivery plugin has nothing more to do for is dropped, instead of becoming a dead letter.
func (b *Broker) dropsInTheEnd(l *deadLetter) bool {
	plugin := b.options.Plugins.Redeliveries
	if plugin == nil || l.expired() || l.discarded {
		return false
	}
	if plugin.For(l.delivery.from.base().name) == nil {
		return !plugin.DeadLetterWithoutPolicy
	}
	return !plugin.DeadLetterInTheEnd
}
