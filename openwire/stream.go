package openwire

import (
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
)

// stream recognizes a client that says the same thing over and over without waiting for an answer: a producer that sends faster than its messages are
// consumed, or a consumer that works off what it was given ahead and acknowledges message by message. Each comes in a packet of its own, and to be woken for
// each costs more than all that is done with it. Where nobody waits for what the client says, a moment's pause gathers some of them.
type stream struct {
	kind  streamKind
	count int       // commands of that kind in a row, since the pause before
	began time.Time // of the row
	on    bool      // the last pause was worth it, or is about to be
	ack   *message.Ack
}

// streamKind is what the client says over and over.
type streamKind uint8

const (
	mixed streamKind = iota
	messages
	acks
)

const (
	shortPause = 500 * time.Microsecond  // where somebody may see the difference
	longPause  = 1500 * time.Microsecond // where nobody does: what comes only joins a backlog, or is worked off for longer than that
	streamFrom = 16                      // commands in a row, within streamTime, before the first pause
	streamTime = 2 * time.Millisecond
	streamLess = 4 // commands that a pause must gather to be followed by another
)

// note takes in a command.
func (s *stream) note(command any) {
	kind := mixed
	switch v := command.(type) {
	case *message.Message:
		if !v.ResponseRequired {
			kind = messages
		}
	case *message.Ack:
		if !v.ResponseRequired && v.Consumer != nil {
			kind, s.ack = acks, v
		}
	}
	if kind != s.kind {
		*s = stream{kind: kind, ack: s.ack}
	}
	if s.count == 0 && !s.on && kind != mixed {
		s.began = time.Now()
	}
	s.count++
}

// pause returns how long to wait before the next command is read.
func (s *stream) pause(c *broker.Connection) time.Duration {
	if s.kind == mixed || !s.on && s.count < streamFrom {
		return 0
	}
	count := s.count
	s.count = 0
	if s.on && count < streamLess || !s.on && time.Since(s.began) > streamTime {
		s.on = false
		return 0
	}
	s.on = true
	if s.kind == messages {
		if c.Gave() {
			return shortPause
		}
		return longPause
	}
	if c.AcksCanWait(*s.ack.Consumer) {
		return shortPause
	}
	s.on = false
	return 0
}
