package protocols

import (
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
)

// stream recognizes a client that says the same thing over and over without waiting for an answer: a producer that sends faster than its messages are
// consumed, or a consumer that works off what it was given ahead and acknowledges message by message. Each comes in a packet of its own, and to be woken for
// each costs more than all that is done with it. Where nobody waits for what the client says, a moment's pause gathers some of them, and
// what arrives meanwhile wakes nobody (Socket.Doze).
type stream struct {
	kind     Kind
	count    int                 // commands of that kind in a row, since the pause before
	began    time.Time           // of the row
	poor     int                 // pauses in a row that gathered too few
	on       bool                // the last pause was worth it, or is about to be
	consumer *message.ConsumerID // of the last acknowledgement
}

// Kind is what the client says over and over.
type Kind uint8

// The kinds of command, as a stream has them.
const (
	Mixed    Kind = iota
	Messages      // and wants no answer
	Acks          // and wants no answer
)

const (
	// pauseTick is the grid on which pauses end: all connections that pause wake together, which is one wake-up for the machine.
	pauseTick  = time.Millisecond
	streamFrom = 8 // commands in a row, within streamTime, before the first pause
	streamTime = 2 * time.Millisecond
	streamLess = 2 // commands that a pause must gather to be followed by another
	streamPoor = 4 // pauses in a row that may gather fewer: the client may have been without a processor
)

// note takes in a command that asks for no answer, of a consumer where it is an acknowledgement. Any other is Mixed.
func (s *stream) note(kind Kind, consumer *message.ConsumerID) {
	if consumer != nil {
		s.consumer = consumer
	}
	if kind != s.kind {
		*s = stream{kind: kind, consumer: s.consumer}
	}
	if s.count == 0 && !s.on && kind != Mixed {
		s.began = time.Now()
	}
	s.count++
}

// pause returns how long to wait before the next command is read.
func (s *stream) pause(c *broker.Connection) time.Duration {
	if s.kind == Mixed || !s.on && s.count < streamFrom {
		return 0
	}
	count := s.count
	s.count = 0
	if s.poor++; count >= streamLess {
		s.poor = 0
	}
	if s.poor > streamPoor || !s.on && time.Since(s.began) > streamTime {
		s.on, s.poor = false, 0
		return 0
	}
	s.on = true
	tick := pauseTick - time.Duration(time.Now().UnixNano())%pauseTick
	switch {
	case s.kind == Messages && !c.Gave():
		return tick + pauseTick // what comes only joins a backlog
	case s.kind == Messages || c.AcksCanWait(*s.consumer):
		return tick
	}
	s.on = false
	return 0
}
