package mqtt

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/mqtt/packet"
)

// conn is one client's connection. Its life:
//
//	CONNECT  →  the broker knows it, its session is found or made  →  CONNACK  →  packets both ways  →  DISCONNECT, or the line breaks
//
// One goroutine serves it: it reads and calls the broker, in order. What the broker dispatches goes through the outbox.
type conn struct {
	handler *Handler
	socket  net.Conn
	remote  string
	reader  reader
	alive   keepalive
	out     outbox
	flow    flow // what the client was sent and has not acknowledged
	answers answers

	version      packet.Version // 0 until the CONNECT was read
	clientID     string
	link         *broker.Connection // nil until the CONNECT was accepted
	session      *session           // nil until then, too
	linked       atomic.Pointer[broker.Connection]
	producer     *message.ProducerID
	sequence     int64   // of the last message sent to the broker
	transactions int64   // the number of the last transaction
	consumer     int64   // the number of the last consumer
	aliases      aliases // topic aliases of the client
	topics       topics  // destinations of the topics last published to
	failure      atomic.Pointer[error]
	over         bool         // the client said that it leaves
	resumed      bool         // the session's subscriptions are those of this connection
	silent       bool         // what ends the connection is told to nobody
	will         *packet.Will // nil: none, or it is not to be published any more
	expiry       uint32       // seconds that the session outlives the connection; forever: for ever
	gone         chan struct{}
	settling     sync.WaitGroup // acknowledgements of messages that went out
	unpushed     int            // packets done since the outbox was pushed
}

// forever is the session expiry interval that never ends.
const forever = 1<<32 - 1

// pushEvery is how many packets are done before their answers go out although more packets are there already.
const pushEvery = 64

// serve handles packets until the connection ends.
func (c *conn) serve() error {
	defer c.finish()
	c.alive.watch(c.handler.connectTimeout, func() {
		c.end(errNoConnect(c.handler.connectTimeout))
	})
	for !c.over {
		if err := c.step(); err != nil {
			return c.farewell(err)
		}
	}
	c.drain()
	return nil
}

// step reads one packet and handles it. Answers go out by this goroutine, which is awake already, once the next packet is not here yet;
// without blocking, for the client may send before it reads.
func (c *conn) step() error {
	more := c.reader.ready() && c.unpushed < pushEvery
	if !more {
		if c.link != nil {
			c.link.MoreToCome(false)
		}
		c.unpushed = 0
		c.answers.gather.Store(false)
		c.out.Release()
		if err := c.out.Push(); err != nil {
			return err
		}
	} else if c.link != nil {
		c.link.MoreToCome(true)
	}
	c.unpushed++
	f, owned, err := c.reader.packet()
	if err != nil {
		return err
	}
	c.answers.gather.Store(true)
	c.alive.busy.Store(true)
	defer c.alive.busy.Store(false)
	if err := c.handle(f, owned); err != nil {
		return err
	}
	return c.out.WaitForRoom()
}

// handle does what one packet asks for. An error ends the connection.
func (c *conn) handle(f packet.Frame, owned bool) error {
	if c.link == nil {
		if f.Kind != packet.CONNECT { // [MQTT-3.1.0-1]
			c.silent = true
			return packet.Wrong("%s before the CONNECT", f.Kind)
		}
		return c.handleConnect(f)
	}
	if err := f.CheckFlags(); err != nil {
		return err
	}
	switch f.Kind {
	case packet.PUBLISH:
		return c.handlePublish(f, owned)
	case packet.PUBACK, packet.PUBREC, packet.PUBREL, packet.PUBCOMP:
		return c.handleAck(f)
	case packet.SUBSCRIBE:
		return c.handleSubscribe(f)
	case packet.UNSUBSCRIBE:
		return c.handleUnsubscribe(f)
	case packet.PINGREQ:
		c.out.Put(item{kind: packet.PINGRESP}) // [MQTT-3.12.4-1]
		return packet.DecodePing(f)
	case packet.DISCONNECT:
		return c.handleDisconnect(f)
	case packet.AUTH:
		return c.handleAuth(f)
	}
	return packet.Wrong("%s is not for a server, or came a second time", f.Kind) // [MQTT-3.1.0-2] for a second CONNECT
}

// handleDisconnect ends the connection as the client wishes: its will is forgotten [MQTT-3.14.4-3], unless it asks for it.
func (c *conn) handleDisconnect(f packet.Frame) error {
	d, err := packet.DecodeDisconnect(f, c.version)
	if err != nil {
		return err
	}
	if p := d.Properties.Find(packet.SessionExpiry); p != nil {
		if c.expiry == 0 && p.Number > 0 { // [MQTT-3.14.2-2]
			return packet.Wrong("DISCONNECT: a session expiry interval of %d after one of 0", p.Number)
		}
		c.expiry = p.Number
	}
	if d.Reason != packet.DisconnectWithWill {
		c.will = nil
	}
	c.over = true
	return nil
}

// handleAuth refuses enhanced authentication: no CONNECT that asks for it was accepted.
func (c *conn) handleAuth(f packet.Frame) error {
	if c.version != packet.V5 {
		return packet.Wrong("AUTH before MQTT 5.0")
	}
	if _, err := packet.DecodeAuth(f); err != nil {
		return err
	}
	return packet.Wrong("AUTH without an authentication method in the CONNECT") // 4.12.1
}

// end breaks the connection for a reason that serve then returns. Any goroutine may call it.
func (c *conn) end(err error) {
	c.failure.CompareAndSwap(nil, &err)
	// Reading ends with the deadline; the connection's goroutine tells the client why before it closes.
	c.socket.SetReadDeadline(time.Now())
	if link := c.linked.Load(); link != nil && c.alive.busy.Load() {
		go link.Close() // its goroutine may be waiting for room in the broker, which ends then
	}
}

// lost is end for a line that turned out to be broken.
func (c *conn) lost(err error) {
	c.end(err)
	c.socket.Close()
}

const (
	// farewellTime is how long a client that is leaving may take to read what it is still to be told.
	farewellTime = 5 * time.Second
)

// farewell tells a client of 5.0 why the connection ends, and returns that.
func (c *conn) farewell(err error) error {
	failure := c.failure.Load()
	if failure != nil {
		err = *failure
	}
	if errors.Is(err, io.EOF) && failure == nil {
		return nil // the client just went, which is no failure of the connection, though its will is published
	}
	if c.version == packet.V5 && c.link != nil && !c.silent && !errors.Is(err, io.ErrUnexpectedEOF) {
		c.out.Put(item{kind: packet.DISCONNECT, reason: reasonOf(err)}) // [MQTT-4.13.1-1] leaves it to us whether
	}
	c.drain()
	if errors.Is(err, broker.ErrStopped) || errors.Is(err, packet.SessionTakenOver) {
		return nil
	}
	return err
}

// drain sends what is left to be said.
func (c *conn) drain() {
	c.socket.SetWriteDeadline(time.Now().Add(farewellTime))
	c.out.Release()
	c.out.Drain()
}

// finish ends all that belongs to the connection.
func (c *conn) finish() {
	c.alive.stop()
	c.reader.release()
	if c.link != nil {
		c.link.MoreToCome(false)
		c.leave()
	}
	c.socket.Close()
	c.out.Close()
	close(c.gone)
}

// Dispatch queues a message for a consumer. It is the broker's.
func (c *conn) Dispatch(d broker.Dispatch) { c.deliver(d) }

// Flush sends what was queued. It is the broker's.
func (c *conn) Flush() { c.out.Flush() }

// Close ends the connection. It is the broker's.
func (c *conn) Close(err error) { c.end(err) }
