package protocols

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sort"
	"strings"
	"time"
)

// The beginnings by which protocols are told apart:
//
//	openwire   size:4, type 01, "Act"           the first three letters of the magic
//	amqp       "AMQP"
//	stomp      "CONNECT" or "STOMP"
//	mqtt       10, remaining length:1–4, 00, 04 or 06, "M"
//
// All of them show within eight bytes.
const detectSize = 8

// detectionTime is how long the original waits for them.
const detectionTime = 30 * time.Second

// verdict is what can be said of the beginning that is here.
type verdict uint8

const (
	no verdict = iota
	perhaps
	yes
)

// begins tells whether in begins with what, as far as it is here.
func begins(in []byte, what string) verdict {
	n := min(len(in), len(what))
	switch {
	case string(in[:n]) != what[:n]:
		return no
	case n < len(what):
		return perhaps
	}
	return yes
}

// detectors recognize the protocols, by their names in auto.protocols.
var detectors = map[string]func(in []byte) verdict{
	"openwire": func(in []byte) verdict {
		if len(in) < 4 {
			return perhaps
		}
		return begins(in[4:], "\x01Act")
	},
	"amqp":  func(in []byte) verdict { return begins(in, "AMQP") },
	"stomp": func(in []byte) verdict { return max(begins(in, "CONNECT"), begins(in, "STOMP")) },
	"mqtt":  detectMQTT,
}

// detectMQTT recognizes a CONNECT packet of MQTT.
func detectMQTT(in []byte) verdict {
	if len(in) == 0 || in[0] != 0x10 {
		return begins(in, "\x10")
	}
	rest := in[1:]
	for n := 0; ; n++ {
		if n == 4 {
			return no
		}
		if n == len(rest) {
			return perhaps
		}
		if rest[n]&0x80 == 0 {
			rest = rest[n+1:]
			break
		}
	}
	return max(begins(rest, "\x00\x04M"), begins(rest, "\x00\x06M"))
}

// Detect returns a handler that lets clients speak any of the protocols, by their names: openwire, amqp, stomp and mqtt. The address has the
// options: auto.protocols names those that are served, where not all are, and protocolDetectionTimeOut bounds how long a client may keep silent.
func Detect(a *Address, handlers map[string]Handler) (Handler, error) {
	d := &detector{handlers: handlers, timeout: detectionTime}
	for _, name := range []string{"protocolDetectionTimeOut", "auto.protocolDetectionTimeOut"} {
		if err := a.Millis(name, &d.timeout); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// Detectable returns the protocols that a connector is to recognize: those that auto.protocols names, where it names some, or else all of them.
func Detectable(a *Address) ([]string, error) {
	var names []string
	text, _ := a.Text("auto.protocols")
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if name == "default" {
			name = "openwire"
		}
		switch {
		case name == "":
		case detectors[name] == nil:
			return nil, fmt.Errorf("connector option auto.protocols: %q, want openwire, amqp, stomp or mqtt", name)
		default:
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		for name := range detectors {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names, nil
}

// detector is a Handler that finds out which one a client is for.
type detector struct {
	handlers map[string]Handler
	timeout  time.Duration // 0 and less: for ever
}

// Serve reads until it is clear what the client speaks, and hands over.
func (d *detector) Serve(conn net.Conn) error {
	if d.timeout > 0 {
		conn.SetReadDeadline(time.Now().Add(d.timeout))
	}
	head := make([]byte, 0, detectSize)
	for {
		n, err := conn.Read(head[len(head):cap(head)])
		head = head[:len(head)+n]
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("Client timed out before wire format could be detected. %d bytes are required to detect the protocol but only: %d byte(s) were sent.", detectSize, len(head))
		case errors.Is(err, io.EOF) && len(head) == 0:
			return nil // somebody looked whether the port is open
		case err != nil:
			return err
		}
		h, clear := d.find(head)
		if h != nil {
			conn.SetReadDeadline(time.Time{})
			return h.Serve(&begun{Conn: conn, head: head})
		}
		if clear || len(head) == detectSize {
			return fmt.Errorf("Could not detect the wire format of %q", head)
		}
	}
}

// find returns the handler that a client is for; clear means that more bytes will not change the answer.
func (d *detector) find(head []byte) (h Handler, clear bool) {
	best := no
	for name, h := range d.handlers {
		v := detectors[name](head)
		if v == yes {
			return h, true
		}
		best = max(best, v)
	}
	return nil, best == no
}

// begun is a connection of which something has been read already.
type begun struct {
	net.Conn
	head []byte
}

// Read reads what has been read before, and then from the connection.
func (b *begun) Read(to []byte) (int, error) {
	if len(b.head) > 0 {
		n := copy(to, b.head)
		b.head = b.head[n:]
		return n, nil
	}
	return b.Conn.Read(to)
}

// NetConn returns the connection below.
func (b *begun) NetConn() net.Conn { return b.Conn }
