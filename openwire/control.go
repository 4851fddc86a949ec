package openwire

import (
	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
)

// CloseConsumer asks the client to close a consumer. It is the broker's.
func (c *conn) CloseConsumer(id message.ConsumerID) {
	c.out.Send(item{command: &wire.ConsumerControl{Consumer: &id, Close: true}})
}

// ChangePrefetch tells the client that a consumer's prefetch is another one than it asked for. It is the broker's.
func (c *conn) ChangePrefetch(id message.ConsumerID, prefetch int) {
	c.out.Send(item{command: &wire.ConsumerControl{Consumer: &id, Prefetch: int32(prefetch)}})
}
