package broker

import (
	"cmp"
	"slices"

	"goactivemq/activemq/message"
)

// Durables returns the client's durable subscriptions, by name. Subscribed is what each was made for.
func (c *Connection) Durables() []message.SubscriptionInfo {
	b := c.broker
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []message.SubscriptionInfo
	for _, d := range b.durables {
		if d.info.ClientID == c.info.ClientID {
			info := *d.info
			subscribed := d.subscribed()
			info.Subscribed = &subscribed
			all = append(all, info)
		}
	}
	slices.SortFunc(all, func(a, b message.SubscriptionInfo) int {
		return cmp.Compare(a.SubscriptionName.String(), b.SubscriptionName.String())
	})
	return all
}
