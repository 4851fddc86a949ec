package stomp

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/protocols"
	"goactivemq/stomp/frame"
)

// conn is one client's connection. Its life:
//
//	CONNECT makes it known to the broker  →  CONNECTED goes out  →  commands, receipts and messages  →  DISCONNECT, or the line breaks
//
// The goroutine that serves it reads and calls the broker, in order. What the broker sends goes into the outbox and out by whoever is at it; what
// needs no acknowledgement of the client is acknowledged once it is written, by a goroutine that lives as long as there is some.
type conn struct {
	handler *Handler
	socket  net.Conn
	remote  string
	watch   protocols.Inactivity
	out     protocols.Outbox[item]
	reader  *frame.Reader
	pace    protocols.Pace
	late    bool // the socket has a deadline: part of a frame has arrived

	session *broker.Connection                // nil until CONNECT was accepted
	linked  atomic.Pointer[broker.Connection] // session, for other goroutines
	failure atomic.Pointer[error]
	over    bool           // the client said that it leaves
	waiting sync.WaitGroup // receipts that the store has not allowed yet

	version      frame.Version
	written      atomic.Uint32 // the version, for those who write
	id           *message.ConnectionID
	clientID     string
	producer     *message.ProducerID
	sequence     int64 // of messages
	consumers    int64
	transactions map[string]*transaction
	begun        int64
	destinations destinations
	subscribed   subscriptions
	acks         autoAcks
}

// beforeLogin bounds the body of the CONNECT frame, whose sender is a stranger.
const beforeLogin = 64 << 10

// newConn makes a connection.
func newConn(h *Handler, socket net.Conn) *conn {
	c := &conn{handler: h, socket: socket, remote: protocols.Remote(socket), transactions: map[string]*transaction{}}
	c.id = &message.ConnectionID{Value: h.connectionID()}
	c.producer = &message.ProducerID{Connection: c.id.Value, Session: -1, Value: 1}
	c.destinations.init(c)
	c.acks.init(c)
	c.out.Init(socket, &c.watch, c.encode, c.lost)
	c.out.Written = c.acks.written
	before := h.limits
	before.Body = beforeLogin
	c.reader = frame.NewReader(c.out.Reader(), before)
	c.reader.Waits = c.waits
	return c
}

// serve reads frames until the connection ends.
func (c *conn) serve() error {
	defer func() {
		c.watch.Stop()
		c.socket.Close()
		c.out.Close()
		if c.session != nil {
			c.acks.settle()
			c.session.MoreToCome(false)
			c.session.Close()
		}
		c.acks.close()
	}()
	if c.handler.connectTimeout > 0 {
		c.watch.After(c.handler.connectTimeout, func() {
			if c.linked.Load() == nil {
				c.end(fmt.Errorf("no CONNECT frame within %s", c.handler.connectTimeout))
			}
		})
	}
	for !c.over {
		if err := c.step(); err != nil {
			c.out.Farewell()
			return c.reason(err)
		}
	}
	c.out.Farewell()
	return nil
}

// step reads one frame and does it.
func (c *conn) step() error {
	if err := c.pace.Before(c.reader, &c.out, c.session); err != nil {
		return err
	}
	f, err := c.next()
	if err != nil {
		return err
	}
	more := c.pace.More(c.reader, c.session)
	c.watch.Busy(true)
	err = c.handle(f)
	c.watch.Busy(false)
	c.pace.Done(more, c.session)
	return err
}

// next reads a frame.
func (c *conn) next() (*frame.Frame, error) {
	f, err := c.reader.Next()
	var wrong *frame.Error
	if errors.As(err, &wrong) {
		c.out.Put(item{kind: failed, text: wrong.Text})
	}
	if err != nil {
		return nil, err
	}
	if c.late {
		c.late = false
		c.socket.SetReadDeadline(time.Time{})
	}
	return f, c.out.WaitForRoom()
}

// waits is called before the socket is read. The rest of a frame that has begun must not be long in coming: it keeps memory.
func (c *conn) waits(inFrame bool) {
	if c.handler.connectTimeout <= 0 || !inFrame {
		return
	}
	// Its headers have the time once, its body has it again for each piece.
	if !c.late || c.reader.InBody() {
		c.late = true
		c.socket.SetReadDeadline(time.Now().Add(c.handler.connectTimeout))
	}
}

// beat starts the watch over heart-beats, and returns what CONNECTED tells of them: what we send, what we expect.
func (c *conn) beat(header string) (string, error) {
	theirs, ours, err := parseHeartBeat(header)
	if err != nil {
		return "", err
	}
	// A client that sends each period sends at least once in one and a half.
	silence := time.Duration(float64(theirs) * (c.handler.grace + 0.5))
	c.watch.WatchSilence(silence, silence, func() {
		c.end(fmt.Errorf("Channel was inactive for too (>%d) long: %s", silence.Milliseconds(), c.remote))
	})
	c.watch.WatchIdle(ours/2, ours/2, func() { c.out.Send(item{kind: heartBeat}) })
	return strconv.FormatInt(ours.Milliseconds(), 10) + "," + strconv.FormatInt(theirs.Milliseconds(), 10), nil
}

// parseHeartBeat reads the header of that name: how often the sender sends, and how often it wants to hear.
func parseHeartBeat(header string) (sends, wants time.Duration, err error) {
	first, second, ok := strings.Cut(strings.TrimSpace(header), ",")
	sent, err1 := strconv.ParseUint(strings.TrimSpace(first), 10, 63)
	wanted, err2 := strconv.ParseUint(strings.TrimSpace(second), 10, 63)
	if !ok || err1 != nil || err2 != nil {
		return 0, 0, fatal("Invalid heart-beat header:" + header)
	}
	const most = uint64(math.MaxInt32) // milliseconds; who wants to hear us less often wants nothing
	return time.Duration(min(sent, most)) * time.Millisecond, time.Duration(min(wanted, most)) * time.Millisecond, nil
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

// reason is why the connection ended: what broke it, if something did, or else what reading said. A client that just went before it said
// anything is no failure.
func (c *conn) reason(err error) error {
	if p := c.failure.Load(); p != nil {
		err = *p
	}
	if errors.Is(err, broker.ErrStopped) || errors.Is(err, io.EOF) && c.session == nil {
		return nil
	}
	return err
}

// Dispatch queues a message for a subscription. It is the broker's.
func (c *conn) Dispatch(d broker.Dispatch) { c.out.Put(item{kind: delivery, dispatch: d}) }

// Flush sends what was queued. It is the broker's.
func (c *conn) Flush() { c.out.Flush() }

// Close ends the connection. It is the broker's.
func (c *conn) Close(err error) { c.end(err) }
