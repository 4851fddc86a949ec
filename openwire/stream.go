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
	gatherTime = 500 * time.Microsecond // the pause
	gatherFrom = 16                     // commands in a row, within gatherRate, before the first pause
	gatherRate = 2 * time.Millisecond
	gatherLess = 4  // commands that a pause must gather to be followed by another
	plenty     = 64 // messages that a consumer has to work off, so that it needs no more soon
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

// mayWait tells whether to pause before the next command is read.
func (s *stream) mayWait(c *broker.Connection) bool {
	if s.kind == mixed || !s.on && s.count < gatherFrom {
		return false
	}
	count := s.count
	s.count = 0
	if s.on && count < gatherLess || !s.on && time.Since(s.began) > gatherRate {
		s.on = false
		return false
	}
	if s.kind == messages {
		s.on = !c.Gave()
	} else {
		s.on = c.InFlight(*s.ack.Consumer) >= plenty
	}
	return s.on
}
