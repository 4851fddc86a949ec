package mqtt

import (
	"errors"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/mqtt/packet"
)

// delayed is a will that is published a while after its client went, unless that comes back before.
type delayed struct {
	message *message.Message
	timer   *time.Timer
}

// leave ends what the connection had: its will is published, its session kept or not.
func (c *conn) leave() {
	stopping := false
	if p := c.failure.Load(); p != nil {
		stopping = errors.Is(*p, broker.ErrStopped)
	}
	s := c.session
	c.flow.mu.Lock()
	c.flow.leaving = true
	c.flow.mu.Unlock()
	s.expiry = c.expiry // which the DISCONNECT may have changed
	if c.will != nil && !stopping {
		c.publishWill()
	}
	for _, sub := range s.subs {
		if s.expiry == 0 && !stopping {
			c.removeSubscription(sub)
		} else {
			c.endConsumer(sub)
		}
	}
	if s.expiry == 0 && !stopping {
		s.forgetAll()
	} else if err := s.save(c); err != nil && !stopping {
		c.handler.log.Error("the session of MQTT client "+c.clientID+" could not be kept", "error", err)
	}
	c.link.Close()
	c.settling.Wait()
	s.subs = nil
	c.handler.sessions.release(s, c)
}

// publishWill publishes the will of a client that went without a word [MQTT-3.1.2-8], or has it wait as long as the client wished.
func (c *conn) publishWill() {
	w := c.will
	c.will = nil
	m := c.message(&packet.Publish{QoS: w.QoS, Retain: w.Retain, Topic: []byte(w.Topic), Payload: w.Payload, Properties: w.Properties})
	delay := min(w.Properties.Number(packet.WillDelay, 0), c.session.expiry)
	if delay > 0 {
		c.handler.sessions.delay(c.session, m, time.Duration(delay)*time.Second)
		return
	}
	if err := c.send(m, nil); err != nil {
		c.handler.log.Warn("Failed to publish Will Message to "+w.Topic+" of "+c.remote, "error", err)
	}
}

// delay has a will wait.
func (s *Sessions) delay(found *session, m *message.Message, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &delayed{message: m}
	w.timer = time.AfterFunc(d, func() {
		s.mu.Lock()
		mine := found.will == w
		if mine {
			found.will = nil
		}
		s.mu.Unlock()
		if mine {
			s.publish(w)
		}
	})
	found.will = w
}

// takeWillLocked returns the will that waits, which then does not any more.
func (s *session) takeWillLocked() *delayed {
	w := s.will
	if s.will = nil; w != nil {
		w.timer.Stop()
	}
	return w
}

// publish publishes a will that waited. Its time to live starts now.
func (s *Sessions) publish(w *delayed) {
	m := w.message
	if now := time.Now().UnixMilli(); m.Expiration > 0 {
		m.Expiration += now - m.Timestamp
		m.Timestamp = now
	}
	if err := s.keeper.link.Send(m, nil); err != nil {
		s.log.Warn("Failed to publish Will Message to "+m.Destination.String(), "error", err)
	}
}
