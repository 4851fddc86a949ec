package amqp

import (
	"fmt"

	"goactivemq/amqp/wire"
)

// link is our end of a link: a sender, a receiver or a coordinator.
type link interface {
	base() *endpoint

	// handleFlow takes the link's part of a Flow.
	handleFlow(*wire.Flow) error

	// handleTransfer takes a Transfer. The payload is the callee's only for the call.
	handleTransfer(t *wire.Transfer, payload []byte) error

	// end takes the link apart. closed tells that the client will not come back to it.
	end(closed bool) error
}

// endpoint is what all links have.
type endpoint struct {
	session *session
	handle  uint32 // the client's, and ours
	name    string
	role    bool // ours
	ended   bool // we detached it: until the client has too, what it says about the link means nothing
}

func (e *endpoint) base() *endpoint { return e }

// linkError ends a link.
type linkError struct {
	link      link
	condition *wire.Condition
}

// Error returns the condition and the text.
func (e *linkError) Error() string {
	return "amqp: " + string(e.condition.Condition) + ": " + e.condition.Description
}

// failLink makes the error that ends a link.
func failLink(l link, symbol wire.Symbol, format string, args ...any) error {
	return &linkError{l, &wire.Condition{Condition: symbol, Description: cut(fmt.Sprintf(format, args...))}}
}

// handleAttach makes our end of a link.
func (s *session) handleAttach(p *wire.Attach) error {
	if p.Handle > handleMax {
		return refuse(wire.FramingError, fmt.Sprintf("handle %d, want at most %d", p.Handle, handleMax)) // [AMQP 2.7.2]
	}
	if s.links[p.Handle] != nil {
		return &sessionError{s, handleInUse, fmt.Sprintf("handle %d is that of link %q", p.Handle, s.links[p.Handle].base().name)}
	}
	role := !p.Role
	s.conn.steal(p.Name, role)
	e := endpoint{session: s, handle: p.Handle, name: p.Name, role: role}
	answer := &wire.Attach{
		Name: p.Name, Handle: p.Handle, Role: role, SenderSettleMode: p.SenderSettleMode, ReceiverSettleMode: p.ReceiverSettleMode,
		Source: p.Source, Target: p.Target, Coordinator: p.Coordinator,
	}
	var l link
	var err error
	switch {
	case role == wire.SenderRole:
		l, err = s.newSender(e, p, answer)
	case p.Coordinator != nil:
		l, err = s.newCoordinator(e, answer)
	default:
		l, err = s.newReceiver(e, p, answer)
	}
	if err != nil {
		s.refuseLink(e, answer, err)
		return nil
	}
	s.links[e.handle] = l
	s.conn.out.Put(item{session: s, frame: answer})
	return s.begin(l)
}

// begin lets a link that was attached begin its work.
func (s *session) begin(l link) error {
	switch l := l.(type) {
	case *receiver:
		l.refill()
	case *coordinator:
		l.refill()
	}
	return nil
}

// refuseLink tells the client that it cannot have the link: it is attached to nothing, and detached with the reason [AMQP 2.6.3].
func (s *session) refuseLink(e endpoint, answer *wire.Attach, err error) {
	s.conn.handler.log.Debug("link "+e.name+" of "+s.conn.remote+" is refused", "error", err)
	if e.role == wire.SenderRole {
		answer.Source = nil
	} else {
		answer.Target, answer.Coordinator = nil, nil
	}
	answer.InitialDeliveryCount = wire.Optional[uint32]{}
	if e.role == wire.SenderRole {
		answer.InitialDeliveryCount = wire.Some[uint32](0)
	}
	e.ended = true
	s.links[e.handle] = &refused{e}
	s.conn.out.Put(item{session: s, frame: answer})
	s.conn.out.Put(item{session: s, frame: &wire.Detach{Handle: e.handle, Closed: true, Error: condition(err)}})
}

// refused is a link that never was: the client has yet to detach it.
type refused struct{ endpoint }

func (*refused) handleFlow(*wire.Flow) error                 { return nil }
func (*refused) handleTransfer(*wire.Transfer, []byte) error { return nil }
func (*refused) end(bool) error                              { return nil }

// steal ends the link of that name that the client has already: it attaches it anew, and the last one counts [AMQP 2.6.1].
func (c *conn) steal(name string, role bool) {
	for _, s := range c.sessions {
		for _, l := range s.links {
			if e := l.base(); e.name == name && e.role == role && !e.ended {
				s.detach(l, false, &wire.Condition{Condition: linkStolen, Description: "link " + cut(name) + " was attached again"})
			}
		}
	}
}

// detach ends a link from our side.
func (s *session) detach(l link, closed bool, why *wire.Condition) {
	e := l.base()
	e.ended = true
	if err := l.end(false); err != nil {
		s.conn.handler.log.Warn("link "+e.name+" of "+s.conn.remote+" ends with an error", "error", err)
	}
	s.conn.out.Put(item{session: s, frame: &wire.Detach{Handle: e.handle, Closed: closed, Error: why}})
}

// handleDetach ends a link as the client wishes, or as it has to after we did.
func (s *session) handleDetach(p *wire.Detach) error {
	l := s.links[p.Handle]
	if l == nil {
		return s.noLink(p.Handle)
	}
	delete(s.links, p.Handle)
	e := l.base()
	if e.ended {
		return nil
	}
	e.ended = true
	answer := &wire.Detach{Handle: p.Handle, Closed: p.Closed}
	if err := l.end(p.Closed); err != nil {
		answer.Error = condition(err)
	}
	s.conn.out.Put(item{session: s, frame: answer})
	return nil
}

// noLink is the error for a handle without a link.
func (s *session) noLink(handle uint32) error {
	return &sessionError{s, unattachedHandle, fmt.Sprintf("no link is attached to handle %d", handle)}
}
