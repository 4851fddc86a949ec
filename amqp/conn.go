package amqp

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/amqp/wire"
	"goactivemq/protocols"
)

// conn is one client's connection. Its life:
//
//	header and SASL (sasl.go)  →  header  →  the client's Open makes it known to the broker, which answers with its own  →  sessions and what
//	is in them  →  Close and Close, or the line breaks
//
// The goroutine that serves it reads and calls the broker, in order, and owns all but what is said below. What is sent goes through the outbox.
type conn struct {
	handler *Handler
	socket  net.Conn
	remote  string
	watch   protocols.Inactivity
	out     protocols.Outbox[item]
	pace    protocols.Pace

	reader  *wire.Reader
	decoder wire.Decoder
	inbound inbound
	login   login

	id           string             // the broker's, for all that the connection makes
	session      *broker.Connection // nil until the client's Open was accepted
	opened       bool               // our Open was sent
	closing      bool               // the client's Close came
	sessions     map[uint16]*session
	transactions map[int64]*transaction
	producers    int64 // made so far; the others likewise
	consumers    int64
	temporaries  int64
	channels     int64
	declared     int64
	acking       *sender // whose messages the client's last disposition was about

	talking atomic.Bool // the headers and SASL are through, and the Open came
	linked  atomic.Pointer[broker.Connection]
	failure atomic.Pointer[error]
	waiting atomic.Int64 // messages that the store has not answered for
	settler settler

	sending sync.Mutex
	// sending guards what follows, the outgoing part of each session, and what of each sender says so. It is held for as long as it takes to encode
	// a message, and never while something is written.
	senders  map[int64]*sender // by the number of their consumer
	frameMax uint32            // that the client takes
	encoder  wire.Encoder
	outbound outbound
	payload  []byte // of the message that is being encoded
	transfer wire.Transfer
	tag      [4]byte // of the delivery in transfer
	settled  settledFrame
	claims   int // deliveries in flight about which a disposition must not speak in passing: in open transactions, or being given up
}

const (
	// beforeOpen bounds the frames up to the client's Open, whose sender is a stranger.
	beforeOpen = 32 << 10

	// keepPayload is the largest buffer for encoding messages that is kept for the next one.
	keepPayload = 256 << 10

	channelMax = 32767
	handleMax  = math.MaxUint16
)

// serve reads frames until the connection ends.
func (c *conn) serve() (err error) {
	defer func() {
		c.watch.Stop()
		if c.session != nil {
			c.session.MoreToCome(false)
			c.settler.flush(c)
			c.session.Close()
		}
		c.socket.Close()
		c.out.Close()
		c.settler.wait()
	}()
	if c.handler.connectTimeout > 0 {
		c.watch.After(c.handler.connectTimeout, func() {
			if !c.talking.Load() {
				c.end(fmt.Errorf("no AMQP open within %s", c.handler.connectTimeout))
			}
		})
	}
	c.reader = wire.NewReader(c.out.Reader(), beforeOpen)
	if err := c.greet(); err != nil {
		return c.reason(err)
	}
	for !c.closing {
		if err := c.step(); err != nil {
			c.refuse(err)
			return c.reason(err)
		}
	}
	c.farewell()
	return nil
}

// step reads one frame and does what it says.
func (c *conn) step() error {
	if err := c.pace.Before(c.reader, &c.out, c.session); err != nil {
		return err
	}
	frame, err := c.reader.Next()
	if err != nil {
		return err
	}
	if err := c.out.WaitForRoom(); err != nil {
		return err
	}
	more := c.pace.More(c.reader, c.session)
	c.watch.Busy(true)
	err = c.handle(frame)
	c.watch.Busy(false)
	c.pace.Done(more, c.session)
	return err
}

// handle does what a frame says. An error that it returns ends the connection.
func (c *conn) handle(f wire.Frame) error {
	if f.Type != wire.FrameAMQP {
		return &wire.Error{Condition: wire.FramingError, Text: "a frame of SASL behind its end"}
	}
	if len(f.Body) == 0 {
		return nil // the client is alive
	}
	p, payload, err := c.decoder.Decode(f)
	if err != nil {
		return err
	}
	c.note(p)
	switch p := p.(type) {
	case *wire.Open:
		return c.handleOpen(p)
	case *wire.Close:
		return c.handleClose(p)
	}
	if c.session == nil {
		return refuse(illegalState, fmt.Sprintf("%T before the open", p))
	}
	if begin, ok := p.(*wire.BeginSession); ok {
		return c.handleBegin(f.Channel, begin)
	}
	s := c.sessions[f.Channel]
	if s == nil {
		return refuse(notAllowed, fmt.Sprintf("%T on channel %d, which has no session", p, f.Channel))
	}
	return s.handle(p, payload)
}

// note tells the rhythm of reading what the client is at. Only what nobody waits for may be read some at a time: transfers that are settled, or come
// while many before them are not answered, and settled dispositions.
func (c *conn) note(p any) {
	switch p := p.(type) {
	case *wire.Transfer:
		kind := protocols.Mixed
		if p.Settled.Or(false) || c.waiting.Load() >= manyWaiting {
			kind = protocols.Messages
		}
		c.pace.Doing(&c.out, kind, nil, false)
	case *wire.Disposition:
		if p.Settled && c.acking != nil {
			c.pace.Doing(&c.out, protocols.Acks, &c.acking.id, true)
			return
		}
		c.pace.Doing(&c.out, protocols.Mixed, nil, true)
	default:
		c.pace.Doing(&c.out, protocols.Mixed, nil, false)
	}
}

// manyWaiting is how many messages without an answer show that the client does not wait for each.
const manyWaiting = 16

// handleOpen makes the client known to the broker.
func (c *conn) handleOpen(p *wire.Open) error {
	if c.session != nil {
		return refuse(illegalState, "a second open")
	}
	c.talking.Store(true)
	c.sending.Lock()
	c.frameMax = max(p.MaxFrameSize, wire.FrameSizeMin)
	c.sending.Unlock()
	idle := time.Duration(p.IdleTimeOut.Or(0)) * time.Millisecond
	if idle > 0 && !c.handler.watchIdle {
		return refuse(preconditionFailed, "Cannot send idle frames")
	}
	c.id = c.handler.broker.ConnectionID()
	info := &message.ConnectionInfo{
		Connection: &message.ConnectionID{Value: c.id}, ClientID: message.NonEmpty(p.ContainerID), UserName: c.login.user, Password: c.login.password,
	}
	session, err := c.handler.broker.Connect(info, c, c.remote)
	if err != nil {
		return err
	}
	c.session = session
	c.linked.Store(session)
	c.reader.SetLimit(c.handler.frameLimit())
	c.out.Put(item{frame: c.open(true)})
	c.opened = true
	c.watchSilence(idle)
	return nil
}

// open is our Open. welcome tells whether a Close follows it at once, which clients want to know.
func (c *conn) open(welcome bool) *wire.Open {
	h := c.handler
	o := &wire.Open{ContainerID: h.broker.Name(), MaxFrameSize: h.frameLimit(), ChannelMax: channelMax}
	if !welcome {
		o.Properties = appendFields("amqp:connection-establishment-failed", true)
		return o
	}
	if h.watchIdle && h.idleTimeout > 0 {
		// Half of what we wait for, as the standard wants it [AMQP 2.4.5].
		o.IdleTimeOut = wire.Some(uint32(min(h.idleTimeout.Milliseconds()/2, math.MaxUint32)))
	}
	o.OfferedCapabilities = []wire.Symbol{"ANONYMOUS-RELAY", "DELAYED_DELIVERY"}
	o.Properties = appendFields("product", "ActiveMQ", "version", h.version, "platform", "Go", "queue-prefix", "queue://", "topic-prefix", "topic://")
	return o
}

// appendFields makes a map from symbols to values, which follow each other in pairs.
func appendFields(pairs ...any) wire.Value {
	to, at := wire.Begin(nil)
	for i := 0; i < len(pairs); i += 2 {
		to = appendSimple(wire.AppendSymbol(to, wire.Symbol(pairs[i].(string))), pairs[i+1])
	}
	return wire.EndMap(to, at, len(pairs))
}

// watchSilence begins to look after silence in both directions. idle is the longest that the client wants to hear nothing.
func (c *conn) watchSilence(idle time.Duration) {
	if !c.handler.watchIdle {
		return
	}
	c.watch.WatchSilence(c.handler.idleTimeout, c.handler.idleTimeout, func() {
		c.end(fmt.Errorf("Channel was inactive for too (>%d) long: %s", c.handler.idleTimeout.Milliseconds(), c.remote))
	})
	c.watch.WatchIdle(idle/2, idle/2, func() { c.out.Send(item{kind: sendEmpty}) })
}

// handleClose ends the connection as the client wishes.
func (c *conn) handleClose(p *wire.Close) error {
	if p.Error != nil {
		c.handler.log.Debug("the client closes the connection from "+c.remote, "condition", string(p.Error.Condition), "description", p.Error.Description)
	}
	c.closing = true
	if c.session != nil {
		c.settler.flush(c)
		c.session.CloseAfter(message.NoneDelivered)
	}
	if !c.opened {
		c.out.Put(item{frame: c.open(false)})
	}
	c.out.Put(item{frame: &wire.Close{}})
	return nil
}

// refuse tells the client why the connection ends, unless it is gone.
func (c *conn) refuse(err error) {
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		return
	}
	if p := c.failure.Load(); p != nil {
		err = *p
	}
	if !c.opened {
		c.out.Put(item{frame: c.open(false)})
	}
	why := condition(err)
	var e *broker.Error
	if errors.As(err, &e) && e.Kind == broker.InvalidClientID {
		why.Info = appendFields("invalid-field", wire.Symbol("container-id"))
	}
	c.out.Put(item{frame: &wire.Close{Error: why}})
	c.farewell()
}

// farewellTime is how long a client that is leaving may take to read what it is still to be told.
const farewellTime = 5 * time.Second

// farewell sends what is left to be said, and waits a moment for the client to have read it: closing a socket with something unread in it takes
// back what was written last.
func (c *conn) farewell() {
	c.socket.SetDeadline(time.Now().Add(farewellTime))
	if c.out.Drain() != nil {
		return
	}
	half, ok := c.socket.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	c.socket.SetReadDeadline(time.Now().Add(lingerTime))
	io.CopyN(io.Discard, c.socket, lingerBytes)
}

const (
	lingerTime  = 500 * time.Millisecond
	lingerBytes = 1 << 20
)

// end breaks the connection for a reason that serve then returns, after the client was told it.
func (c *conn) end(err error) {
	c.failure.CompareAndSwap(nil, &err)
	c.socket.SetReadDeadline(time.Unix(1, 0))
}

// lost is end for a line that turned out to be broken. The connection's own goroutine may be in the broker, where a producer waits for
// room: that ends too.
func (c *conn) lost(err error) {
	c.failure.CompareAndSwap(nil, &err)
	c.socket.Close()
	if session := c.linked.Load(); session != nil {
		session.Close()
	}
}

// reason is why the connection ended: what broke it, if something did, or else what reading said. A client that just went is no failure.
func (c *conn) reason(err error) error {
	if p := c.failure.Load(); p != nil {
		err = *p
	}
	if errors.Is(err, broker.ErrStopped) || errors.Is(err, io.EOF) && !c.talking.Load() {
		return nil
	}
	return err
}

// Dispatch queues a message for a consumer. It is the broker's.
func (c *conn) Dispatch(d broker.Dispatch) { c.out.Put(item{kind: sendMessage, dispatch: d}) }

// Flush sends what was queued. It is the broker's.
func (c *conn) Flush() { c.out.Flush() }

// Close ends the connection. It is the broker's.
func (c *conn) Close(err error) { c.end(err) }
