package broker

import (
	"strconv"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// isResend tells whether a client that reconnected sends a message which the broker has already: the line broke when only the answer was missing, or
// the broker was killed then. The client then gets its answer, and the message is not taken again.
//
// As in the original, a producer's numbers only grow, and what is not above the last one that the store took is a resend. The store is asked once
// for each producer.
func (c *Connection) isResend(m *message.Message) (bool, error) {
	if !c.info.FailoverReconnect || !m.Persistent || m.ID.Producer == nil || !m.ID.TextView.IsEmpty() {
		return false, nil
	}
	audit, ok := c.broker.options.Store.(store.Audit)
	if !ok {
		return false, nil
	}
	last, known := c.sentLast[*m.ID.Producer]
	if !known {
		var err error
		if last, err = audit.LastSequence(*m.ID.Producer); err != nil {
			return false, storeFailed(err)
		}
		if c.sentLast == nil {
			c.sentLast = map[message.ProducerID]int64{}
		}
	}
	c.sentLast[*m.ID.Producer] = max(last, m.ID.ProducerSequence)
	if m.ID.ProducerSequence > last {
		return false, nil
	}
	c.broker.log.Debug("suppressing duplicated message send [" + m.ID.Key() + "] <= last stored: " + strconv.FormatInt(last, 10) + " from " + c.remote)
	return true, nil
}
