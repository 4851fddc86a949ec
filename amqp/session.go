package amqp

import (
	"errors"
	"fmt"
	"math"
	"sync/atomic"

	"goactivemq/activemq/message"
	"goactivemq/amqp/wire"
)

// session is one session of a connection. Its channel is the client's and ours, as are the handles of its links: a client begins all of them.
type session struct {
	conn     *conn
	channel  uint16
	id       message.SessionID
	links    map[uint32]link
	incoming atomic.Uint32 // id of the client's next transfer
	ended    bool          // we ended it: until the client has too, what it says in it means nothing

	outgoing outgoing
	settling map[uint32]*receiver // deliveries of the client that it has yet to settle, after we accepted them
}

const (
	// incomingWindow is how many transfers a client may send without hearing of us. It is the credit of its links that holds it back.
	incomingWindow = math.MaxInt32

	// outgoingWindow is how many transfers we may send without hearing of the client, which has windows of its own.
	outgoingWindow = math.MaxInt32
)

// handleBegin begins a session.
func (c *conn) handleBegin(channel uint16, p *wire.BeginSession) error {
	if c.sessions[channel] != nil {
		return refuse(notAllowed, fmt.Sprintf("a second begin on channel %d", channel))
	}
	if channel > channelMax {
		return refuse(wire.FramingError, fmt.Sprintf("channel %d, want at most %d", channel, channelMax))
	}
	c.channels++
	s := &session{
		conn: c, channel: channel, id: message.SessionID{Connection: c.id, Value: c.channels},
		links: map[uint32]link{}, settling: map[uint32]*receiver{},
	}
	s.incoming.Store(p.NextOutgoingID)
	s.outgoing = outgoing{window: p.IncomingWindow, unsettled: map[uint32]delivery{}}
	c.sessions[channel] = s
	c.out.Put(item{session: s, frame: &wire.BeginSession{
		RemoteChannel: wire.Some(channel), IncomingWindow: incomingWindow, OutgoingWindow: outgoingWindow, HandleMax: handleMax,
	}})
	return nil
}

// handle does what a frame on the session's channel says. Errors that end a link or the session it deals with itself.
func (s *session) handle(p any, payload []byte) error {
	if end, ok := p.(*wire.End); ok {
		return s.handleEnd(end)
	}
	if s.ended {
		return nil
	}
	err := s.dispatch(p, payload)
	var ofLink *linkError
	var ofSession *sessionError
	switch {
	case errors.As(err, &ofLink):
		s.conn.handler.log.Debug("a link of "+s.conn.remote+" ends", "error", err)
		s.detach(ofLink.link, true, ofLink.condition)
		return nil
	case errors.As(err, &ofSession):
		s.conn.handler.log.Debug("a session of "+s.conn.remote+" ends", "error", err)
		s.end()
		s.ended = true
		s.conn.out.Put(item{session: s, frame: &wire.End{Error: &wire.Condition{Condition: ofSession.condition, Description: cut(ofSession.text)}}})
		return nil
	}
	return err
}

// dispatch hands a frame to what it is for.
func (s *session) dispatch(p any, payload []byte) error {
	switch p := p.(type) {
	case *wire.Attach:
		return s.handleAttach(p)
	case *wire.Detach:
		return s.handleDetach(p)
	case *wire.Flow:
		return s.handleFlow(p)
	case *wire.Transfer:
		s.incoming.Add(1)
		l := s.links[p.Handle]
		if l == nil {
			return s.noLink(p.Handle)
		}
		if l.base().ended {
			return nil
		}
		return l.handleTransfer(p, payload)
	case *wire.Disposition:
		return s.handleDisposition(p)
	}
	return refuse(notAllowed, fmt.Sprintf("%T in a session", p))
}

// handleEnd ends the session as the client wishes, or as it has to after we did.
func (s *session) handleEnd(*wire.End) error {
	delete(s.conn.sessions, s.channel)
	if !s.ended {
		s.end()
		s.conn.out.Put(item{session: s, frame: &wire.End{}})
	}
	return nil
}

// end takes apart what is in the session.
func (s *session) end() {
	for _, l := range s.links {
		if e := l.base(); !e.ended {
			e.ended = true
			if err := l.end(false); err != nil {
				s.conn.handler.log.Warn("link "+e.name+" of "+s.conn.remote+" ends with an error", "error", err)
			}
		}
	}
	clear(s.links)
	s.conn.session.RemoveSession(s.id, message.NoneDelivered)
}

// handleFlow takes over what the client says about its ends.
func (s *session) handleFlow(p *wire.Flow) error {
	c := s.conn
	c.sending.Lock()
	// What the client has room for, without the transfers that are on their way to it [AMQP 2.5.6]. One that has not heard of our Begin yet
	// counts from the first.
	o := &s.outgoing
	o.window = p.IncomingWindow - min(p.IncomingWindow, uint32(max(0, int32(o.next-p.NextIncomingID.Or(0)))))
	resumes := o.window > 0 && len(o.held) > 0
	c.sending.Unlock()
	if resumes {
		c.out.Put(item{kind: sendHeld, session: s})
	}
	if !p.Handle.Set {
		if p.Echo {
			c.out.Put(item{kind: sendFlow, session: s, frame: s.state()})
		}
		return nil
	}
	l := s.links[p.Handle.Value]
	if l == nil {
		return s.noLink(p.Handle.Value)
	}
	if l.base().ended {
		return nil
	}
	return l.handleFlow(p)
}

// state is a Flow with the session's state, but for what only whoever encodes it knows.
func (s *session) state() *wire.Flow {
	return &wire.Flow{NextIncomingID: wire.Some(s.incoming.Load()), IncomingWindow: incomingWindow, OutgoingWindow: outgoingWindow}
}
