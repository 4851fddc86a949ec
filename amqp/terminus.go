package amqp

import (
	"strconv"

	"goactivemq/activemq/message"
	"goactivemq/amqp/wire"
)

// An address names a queue, or with a prefix what the prefix says: "A", "queue://A", "topic://A", "temp-queue://A", "temp-topic://A". Composite
// names, wildcards and options may be in it, as anywhere. A capability does not change what an address without a prefix is, as in the original.

// The capabilities of nodes.
const (
	queueCapability     wire.Symbol = "queue"
	topicCapability     wire.Symbol = "topic"
	tempQueueCapability wire.Symbol = "temporary-queue"
	tempTopicCapability wire.Symbol = "temporary-topic"
	delayedDelivery     wire.Symbol = "DELAYED_DELIVERY"
)

// capabilityOf is the capability of a destination's kind.
var capabilityOf = map[message.DestinationKind]wire.Symbol{
	message.Queue: queueCapability, message.Topic: topicCapability, message.TempQueue: tempQueueCapability, message.TempTopic: tempTopicCapability,
}

// has tells whether a symbol is among some.
func has(symbols []wire.Symbol, wanted ...wire.Symbol) bool {
	for _, s := range symbols {
		for _, w := range wanted {
			if s == w {
				return true
			}
		}
	}
	return false
}

// makeTemporary makes a temporary destination for a link that asks for a dynamic node, of the kind that the capabilities ask for, a queue where
// they ask for none.
func (c *conn) makeTemporary(capabilities []wire.Symbol) (*message.Destination, error) {
	d := message.Destination{Kind: message.TempQueue, Name: c.id + ":" + strconv.FormatInt(c.temporaries, 10)}
	if has(capabilities, tempTopicCapability, topicCapability) {
		d.Kind = message.TempTopic
	}
	c.temporaries++
	if err := c.session.AddDestination(d); err != nil {
		return nil, err
	}
	return &d, nil
}

// removeTemporary ends the temporary destination of a link.
func (c *conn) removeTemporary(d *message.Destination) {
	if err := c.session.RemoveDestination(*d, nil); err != nil {
		c.handler.log.Debug("temporary destination "+d.String()+" stays until its connection ends", "error", err)
	}
}

// lifetime is what a dynamic node's properties say: it ends with its link, whatever the client asked for. A longer life ends with the connection
// in any case.
func lifetime() wire.Value {
	to, at := wire.Begin(nil)
	to = wire.AppendLifetime(wire.AppendSymbol(to, "lifetime-policy"), wire.DeleteOnClose)
	return wire.EndMap(to, at, 2)
}

// filters are what a source's filter set asks for, as far as it is served.
type filters struct {
	selector message.Text
	noLocal  bool
	served   wire.Value // what the client is told is served; nil: nothing
}

// readFilters reads a filter set. A filter is known by its descriptor, code or symbol; its key is the client's own affair [AMQP 3.5.8].
func readFilters(set wire.Value) filters {
	var f filters
	served, at := wire.Begin(nil)
	count := 0
	for key, value := range set.Entries() {
		code, described, ok := value.Descriptor()
		if !ok {
			continue
		}
		switch wire.Code(code) {
		case wire.SelectorFilter:
			text, isText := described.Text()
			if !isText {
				continue
			}
			f.selector = message.T(text)
		case wire.NoLocalFilter:
			f.noLocal = true
		default:
			continue
		}
		served = wire.AppendValue(wire.AppendValue(served, key), value)
		count += 2
	}
	if count > 0 {
		f.served = wire.EndMap(served, at, count)
	}
	return f
}

// filtersOf makes the filter set that stands for what a durable subscription has.
func filtersOf(info *message.SubscriptionInfo) wire.Value {
	to, at := wire.Begin(nil)
	count := 0
	if info.NoLocal {
		to = wire.AppendSymbol(to, "no-local")
		to = wire.AppendString(wire.AppendDescriptor(to, uint64(wire.NoLocalFilter)), "NoLocalFilter{}")
		count += 2
	}
	if !info.Selector.IsEmpty() {
		to = wire.AppendSymbol(to, "jms-selector")
		to = wire.AppendString(wire.AppendDescriptor(to, uint64(wire.SelectorFilter)), info.Selector.String())
		count += 2
	}
	if count == 0 {
		return nil
	}
	return wire.EndMap(to, at, count)
}
