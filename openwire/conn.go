package openwire

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

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

	unflushed int // commands done since the outbox was flushed
	stream    stream
}

// flushEvery is how many commands are done before their answers go out although more commands are there already.
const flushEvery = 64

// beforeLogin bounds the frames up to the accepted ConnectionInfo, whose sender is a stranger.
const beforeLogin = 1 << 20

// watched is the client's side of the socket. What arrives shows that the client is alive, long before a large frame is whole.
type watched struct {
	from  io.Reader
	watch *protocols.Inactivity
}

// Read reads from the socket.
func (w watched) Read(to []byte) (int, error) {
	n, err := w.from.Read(to)
	if n > 0 {
		w.watch.Read()
	}
	return n, err
}

// serve reads commands until the connection ends.
func (c *conn) serve() (err error) {
	var writer sync.WaitGroup
	defer func() {
		c.watch.Stop()
		if c.session != nil {
			c.session.MoreToCome(false)
			c.session.Close()
		}
		c.out.close()
		c.socket.Close()
		writer.Wait()
	}()
	if err := c.handshake(); err != nil {
		return c.reason(err)
	}
	writer.Add(1)
	go func() {
		defer writer.Done()
		if err := c.out.run(); err != nil {
			c.lost(err)
		}
	}()
	c.greet()
	for !c.over {
		if err := c.step(); err != nil {
			c.farewell()
			return c.reason(err)
		}
	}
	c.farewell()
	return nil
}

// farewellTime is how long a client that is leaving may take to read what it is still to be told.
const farewellTime = 5 * time.Second

// farewell sends what is left to be said.
func (c *conn) farewell() {
	c.socket.SetWriteDeadline(time.Now().Add(farewellTime))
	c.out.drain()
}

// step reads one command and does it. What commands answer goes out by this goroutine, which is awake already, once the next one is not here
// yet; without blocking, for the client may send before it reads.
func (c *conn) step() error {
	if !c.reader.Ready() || c.unflushed >= flushEvery {
		c.unflushed = 0
		c.out.release()
		if err := c.out.push(); err != nil {
			return err
		}
		if c.reader.Drained() {
			c.pause()
		}
	}
	c.unflushed++
	command, err := c.next()
	if err != nil {
		return err
	}
	more := c.session != nil && c.reader.Ready() && c.unflushed < flushEvery
	if more {
		c.session.MoreToCome(true)
	}
	if err := c.do(command); err != nil {
		return err
	}
	if !more && c.session != nil {
		c.session.MoreToCome(false)
	}
	return nil
}

// pause gathers some of what a stream brings.
func (c *conn) pause() {
	d := c.stream.pause(c.session)
	if d == 0 {
		return
	}
	if c.out.direct != nil {
		c.out.direct.Doze()
	}
	time.Sleep(d)
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
	return command, c.out.waitForRoom()
}

// do has the broker do a command. An acknowledgement never blocks, and often more of them are there already: what they set free goes out
// at once.
func (c *conn) do(command any) error {
	c.stream.note(command)
	if _, ok := command.(*message.Ack); ok {
		c.out.hold()
	} else if c.out.release() {
		c.out.flush()
	}
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
	var from io.Reader = c.socket
	if c.out.direct != nil {
		from = c.out.direct
	}
	c.reader = wire.NewReader(watched{from, &c.watch}, beforeLogin)
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
		func() { c.out.send(item{command: &wire.KeepAliveInfo{}}) },
		func() {
			c.end(fmt.Errorf("Channel was inactive for too (>%d) long: %s", c.settings.MaxInactivity.Milliseconds(), c.remote))
		})
	b := c.handler.broker
	c.out.send(item{command: &message.BrokerInfo{
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
func (c *conn) Dispatch(d broker.Dispatch) { c.out.put(item{dispatch: d}) }

// Flush sends what was queued. It is the broker's.
func (c *conn) Flush() { c.out.flush() }

// Close ends the connection. It is the broker's.
func (c *conn) Close(err error) { c.end(err) }
