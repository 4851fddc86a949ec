package openwire

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
	"goactivemq/protocols"
)

// conn is one client's connection. Its life:
//
//	both ends send a WireFormatInfo  →  settings are agreed on  →  BrokerInfo goes out  →  the client's ConnectionInfo makes it known to the
//	broker  →  commands and answers  →  RemoveInfo of the connection and ShutdownInfo, or the line breaks
//
// The goroutine that serves it reads and calls the broker, in order; the outbox has one more that writes what others send.
type conn struct {
	handler *Handler
	socket  net.Conn
	remote  string
	watch   protocols.Inactivity
	out     outbox

	reader   *wire.Reader
	decoder  *wire.Decoder
	settings wire.Settings

	agreed  atomic.Bool                       // both ends have sent their WireFormatInfo
	session *broker.Connection                // nil until the client's ConnectionInfo was accepted
	linked  atomic.Pointer[broker.Connection] // session, for other goroutines
	failure atomic.Pointer[error]
	over    bool // the client said that it leaves

	pace protocols.Pace
}

// beforeLogin bounds the frames up to the accepted ConnectionInfo, whose sender is a stranger.
const beforeLogin = 1 << 20

// serve reads commands until the connection ends.
func (c *conn) serve() (err error) {
	defer func() {
		c.watch.Stop()
		if c.session != nil {
			c.session.MoreToCome(false)
			c.session.Close()
		}
		c.socket.Close()
		c.out.Close()
	}()
	if err := c.handshake(); err != nil {
		return c.reason(err)
	}
	c.greet()
	for !c.over {
		if err := c.step(); err != nil {
			c.out.Farewell()
			return c.reason(err)
		}
	}
	c.out.Farewell()
	return nil
}

// step reads one command and does it.
func (c *conn) step() error {
	if err := c.pace.Before(c.reader, &c.out, c.session); err != nil {
		return err
	}
	command, err := c.next()
	if err != nil {
		return err
	}
	more := c.pace.More(c.reader, c.session)
	if err := c.do(command); err != nil {
		return err
	}
	c.pace.Done(more, c.session)
	return nil
}

// next reads a command.
func (c *conn) next() (any, error) {
	frame, err := c.reader.Next()
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err != nil {
		return nil, err
	}
	command, err := c.decoder.Decode(frame)
	if err != nil {
		return nil, err
	}
	return command, c.out.WaitForRoom()
}

// do has the broker do a command.
func (c *conn) do(command any) error {
	kind, acks := protocols.Mixed, false
	var consumer *message.ConsumerID
	switch v := command.(type) {
	case *message.Message:
		if !v.ResponseRequired {
			kind = protocols.Messages
		}
	case *message.Ack:
		if acks = true; !v.ResponseRequired && v.Consumer != nil {
			kind, consumer = protocols.Acks, v.Consumer
		}
	}
	c.pace.Doing(&c.out, kind, consumer, acks)
	c.watch.Busy(true)
	defer c.watch.Busy(false)
	return c.handle(command)
}

// handshake sends our WireFormatInfo, reads the client's, and agrees on the settings.
func (c *conn) handshake() error {
	mine, err := c.handler.offer.Info()
	if err != nil {
		return err
	}
	first := wire.Settings{Version: wire.VersionMax}
	hello, err := wire.NewEncoder(first).Append(nil, mine)
	if err != nil {
		return err
	}
	if _, err := c.socket.Write(hello); err != nil {
		return err
	}
	if c.handler.connectTimeout > 0 {
		c.watch.After(c.handler.connectTimeout, func() {
			if !c.agreed.Load() {
				c.end(fmt.Errorf("no WireFormatInfo within %s", c.handler.connectTimeout))
			}
		})
	}
	c.reader = wire.NewReader(c.out.Reader(), beforeLogin)
	frame, err := c.reader.Next()
	if err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	command, err := wire.NewDecoder(first).Decode(frame)
	if err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	info, ok := command.(*wire.WireFormatInfo)
	if !ok {
		return fmt.Errorf("handshake: %T came first, want a WireFormatInfo", command)
	}
	return c.agree(mine, info)
}

// agree takes over what both ends can do. What counts is what they said.
func (c *conn) agree(mine, theirs *wire.WireFormatInfo) error {
	ours, err := mine.Offer()
	if err != nil {
		return err
	}
	offer, err := theirs.Offer()
	if err != nil {
		return err
	}
	c.settings, err = wire.Negotiate(ours, offer)
	if err != nil {
		return err
	}
	if int64(c.settings.Version) < c.handler.versionMin {
		return fmt.Errorf("Remote wire format (%d) is lower than the minimum version required (%d)", c.settings.Version, c.handler.versionMin)
	}
	if tcp, ok := c.socket.(*net.TCPConn); ok {
		tcp.SetNoDelay(c.settings.TCPNoDelay)
	}
	c.decoder = wire.NewDecoder(c.settings)
	c.out.encoder = wire.NewEncoder(c.settings)
	c.agreed.Store(true)
	return nil
}

// greet starts the watch for silence and sends the broker's BrokerInfo.
func (c *conn) greet() {
	c.watch.Watch(c.settings.MaxInactivity, c.settings.MaxInactivityBeginning,
		func() { c.out.Send(item{command: &wire.KeepAliveInfo{}}) },
		func() {
			c.end(fmt.Errorf("Channel was inactive for too (>%d) long: %s", c.settings.MaxInactivity.Milliseconds(), c.remote))
		})
	b := c.handler.broker
	c.out.Send(item{command: &message.BrokerInfo{
		Broker: &message.BrokerID{Value: b.ID()},
		Name:   message.T(b.Name()),
		URL:    message.T(c.handler.url()),
	}})
}

// end breaks the connection for a reason that serve then returns.
func (c *conn) end(err error) {
	c.failure.CompareAndSwap(nil, &err)
	c.socket.Close()
}

// lost is end for a line that turned out to be broken. The connection's own goroutine may be in the broker, where a producer waits for
// room: that ends too.
func (c *conn) lost(err error) {
	c.end(err)
	if session := c.linked.Load(); session != nil {
		session.Close()
	}
}

// reason is why the connection ended: what broke it, if something did, or else what reading said. A client that just went is no failure.
func (c *conn) reason(err error) error {
	if p := c.failure.Load(); p != nil {
		err = *p
	}
	if errors.Is(err, broker.ErrStopped) || errors.Is(err, io.EOF) && c.session == nil && !c.agreed.Load() {
		return nil
	}
	return err
}

// Dispatch queues a message for a consumer. It is the broker's.
func (c *conn) Dispatch(d broker.Dispatch) { c.out.Put(item{dispatch: d}) }

// Flush sends what was queued. It is the broker's.
func (c *conn) Flush() { c.out.Flush() }

// Close ends the connection. It is the broker's.
func (c *conn) Close(err error) { c.end(err) }
