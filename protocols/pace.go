package protocols

import (
	"io"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
)

// Pace is the rhythm in which a connection's goroutine reads commands and sends what they lead to. A turn of it:
//
//	pace.Before(…)                    what is to be said goes out, unless more commands are here already
//	read and decode a command
//	more := pace.More(frames, session)
//	pace.Doing(out, kind, …)          what an acknowledgement sets free goes out at once, not one by one
//	do the command
//	pace.Done(more, session)          what was put off in the broker goes out
type Pace struct {
	unflushed int // commands done since the outbox was flushed
	stream    stream
}

// Frames is what a protocol cuts commands out of.
type Frames interface {
	Ready() bool   // the whole of the next command has been read from the socket
	Drained() bool // the last read got all that the socket had
}

// Pushes is the side of an [Outbox] that a Pace needs.
type Pushes interface {
	Push() error
	Flush()
	Hold()
	Release() bool
	Doze()
}

// flushEvery is how many commands are done before their answers go out although more commands are there already.
const flushEvery = 64

// Before is called before a command is read. What commands answer goes out by this goroutine, which is awake already, once the next one is not here
// yet; without blocking, for the client may send before it reads. session is nil as long as the client is not connected.
func (p *Pace) Before(frames Frames, out Pushes, session *broker.Connection) error {
	if !frames.Ready() || p.unflushed >= flushEvery {
		p.unflushed = 0
		out.Release()
		if err := out.Push(); err != nil {
			return err
		}
		if frames.Drained() {
			p.pause(out, session)
		}
	}
	p.unflushed++
	return nil
}

// pause gathers some of what a stream brings.
func (p *Pace) pause(out Pushes, session *broker.Connection) {
	if d := p.stream.pause(session); d > 0 {
		out.Doze()
		time.Sleep(d)
	}
}

// More tells the broker whether the next command is here already, and returns it.
func (p *Pace) More(frames Frames, session *broker.Connection) bool {
	more := session != nil && frames.Ready() && p.unflushed < flushEvery
	if more {
		session.MoreToCome(true)
	}
	return more
}

// Doing is called before a command is done. kind is Messages or Acks only where the client waits for no answer; consumer is whose
// acknowledgement it is. acks tells of any acknowledgement: it never blocks, and often more of them are there already, so that what
// they set free goes out together.
func (p *Pace) Doing(out Pushes, kind Kind, consumer *message.ConsumerID, acks bool) {
	p.stream.note(kind, consumer)
	if acks {
		out.Hold()
	} else if out.Release() {
		out.Flush()
	}
}

// Done is called after a command.
func (p *Pace) Done(more bool, session *broker.Connection) {
	if !more && session != nil {
		session.MoreToCome(false)
	}
}

// Reader is a client's side of a socket. What arrives shows that the client is alive, long before a large frame is whole.
type Reader struct {
	from  io.Reader
	watch *Inactivity
}

// Read reads from the socket.
func (r *Reader) Read(to []byte) (int, error) {
	n, err := r.from.Read(to)
	if n > 0 {
		r.watch.Read()
	}
	return n, err
}
