package broker

import "goactivemq/activemq/message"

// Recover gives a consumer once more what its topics keep for retroactive consumers, as when it subscribes anew.
func (c *Connection) Recover(id message.ConsumerID) {
	s := c.consumer(id)
	if s == nil {
		return
	}
	for _, o := range s.takesFrom() {
		switch o := o.(type) {
		case *Topic:
			o.mu.Lock()
			o.giveRecoverableLocked(s)
			o.unlock()
		case *share:
			o.topic.mu.Lock()
			o.recoverLocked(s)
			o.topic.unlock()
		}
	}
	s.wakeOrigins()
}
