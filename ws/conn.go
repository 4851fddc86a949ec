package ws

import (
	"errors"
	"fmt"
	"io"
	"net"
	"time"
	"unicode/utf8"

	"nhooyr.io/websocket"
)

// closeTime is how long the client may take to answer the word that the connection ends.
const closeTime = time.Second

// conn is a WebSocket as a stream: what is read are the contents of all messages, one after the other; each Write is a message.
type conn struct {
	*closing
	ws                 *websocket.Conn
	text               bool // what is UTF-8 goes out as text
	maxText, maxBinary int64

	message io.Reader // that is being read, nil for none
	left    int64     // how much more of it is allowed
}

// newConn makes the stream over a WebSocket whose bytes go over below.
func newConn(c *websocket.Conn, below *closing, h *Handler, protocol string) *conn {
	c.SetReadLimit(-1) // the limits below are by kind, and the protocol has its own
	return &conn{closing: below, ws: c, text: protocol == "stomp", maxText: h.maxText, maxBinary: h.maxBinary}
}

// WritesWhole tells the outbox to write whole frames only: clients of STOMP take a message for a frame.
func (c *conn) WritesWhole() {}

// Read reads what there is of a message.
func (c *conn) Read(to []byte) (int, error) {
	for {
		if c.message == nil {
			if err := c.next(); err != nil {
				return 0, ended(err)
			}
		}
		n, err := c.message.Read(to)
		c.left -= int64(n)
		if c.left < 0 {
			c.ws.Close(websocket.StatusMessageTooBig, errMessageSize.Error())
			return 0, errMessageSize
		}
		if errors.Is(err, io.EOF) {
			c.message, err = nil, nil
		}
		if n > 0 || err != nil {
			return n, ended(err)
		}
	}
}

// next begins to read a message.
func (c *conn) next() error {
	kind, r, err := c.ws.Reader(background)
	if err != nil {
		return err
	}
	limit := c.maxBinary
	if kind == websocket.MessageText {
		limit = c.maxText
	}
	if limit <= 0 {
		limit = 1<<63 - 1
	}
	c.message, c.left = r, limit
	return nil
}

// ended makes the end of a stream of what tells that the client has closed the WebSocket.
func ended(err error) error {
	switch websocket.CloseStatus(err) {
	case websocket.StatusNormalClosure, websocket.StatusGoingAway, websocket.StatusNoStatusRcvd:
		return io.EOF
	}
	if err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, io.EOF) {
		return fmt.Errorf("WebSocket: %w", err)
	}
	return err
}

// Write sends a message.
func (c *conn) Write(from []byte) (int, error) {
	kind := websocket.MessageBinary
	if c.text && utf8.Valid(from) {
		kind = websocket.MessageText
	}
	if err := c.ws.Write(background, kind, from); err != nil {
		return 0, ended(err)
	}
	return len(from), nil
}

// Close tells the client that the connection ends, and ends it.
func (c *conn) Close() error {
	c.SetDeadline(time.Now().Add(closeTime))
	c.ws.Close(websocket.StatusNormalClosure, "")
	return c.closing.Close()
}
