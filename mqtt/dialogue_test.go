package mqtt

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"goactivemq/activemq/broker"
)

// The files below testdata are dialogues with a server, for each requirement of a standard those bytes that it is about:
//
//	== MQTT-3.1.0-1 MQTT-3.1.4-1   the first packet is a CONNECT      a server of its own, and a test with the names of the clauses
//	OPTIONS                                                            [options of the connector]
//	connect a                                                          a clean session of client "a"; its CONNACK is expected
//	connect a kept                                                     a session that is kept; its CONNACK is: session present 0
//	connect a resumed                                                  and 1
//	connect a … (11 0000000a)                                          with properties, in 5.0
//	open a                                                             a connection that nothing is sent on
//	a > 30{ 'topic' "payload" }                                        client a sends
//	a < 30{ 'topic' "payload" }                                        client a gets exactly that packet next
//	a < 40{ *}                                                         or one that starts so
//	a < 34{ 't' @x *}                                                  @x is the packet identifier there, from then on
//	a -                                                                client a gets nothing now: the answer to its ping comes next
//	a !                                                                the server closes the connection, and says nothing
//	a x                                                                the client closes it
//	restart                                                            the broker stops and starts again on the same files
//	powercut                                                           it starts again on what the disk has when the power goes now
//
// Bytes are hexadecimal, "text" is itself, 'text' has its length in two bytes before it, {…} the remaining length in front, (…) a length of one byte; 'text'*N
// and "text"*N repeat the text.

// TestMQTT3_1_1 holds the dialogues of 3.1.1, and TestMQTT5 those of 5.0.
func TestMQTT3_1_1(t *testing.T) { runDialogues(t, "testdata/3.1.1.txt", "04") }
func TestMQTT3_1(t *testing.T)   { runDialogues(t, "testdata/3.1.txt", "03") }
func TestMQTT5(t *testing.T)     { runDialogues(t, "testdata/5.0.txt", "05") }

func runDialogues(t *testing.T, file, level string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split("\n"+string(text), "\n== ")
	for i, block := range blocks[1:] {
		head, body, _ := strings.Cut(block, "\n")
		line := 1 + strings.Count(strings.Join(blocks[:i+1], "\n== "), "\n")
		name, about, _ := strings.Cut(head, "  ")
		t.Run(strings.ReplaceAll(name, " ", ","), func(t *testing.T) {
			t.Parallel()
			d := &dialogue{t: t, level: level, file: file, clients: map[string]*peer{}, ids: map[string]string{}}
			d.run(body, line, about)
		})
	}
}

// dialogue is one of them as it runs.
type dialogue struct {
	t       *testing.T
	level   string
	file    string
	line    int
	server  *server
	clients map[string]*peer
	ids     map[string]string // packet identifiers by name, in hexadecimal
}

// peer is a client in it.
type peer struct {
	socket net.Conn
	reader *bufio.Reader
}

func (d *dialogue) fail(format string, args ...any) {
	d.t.Helper()
	d.t.Fatalf("%s:%d: %s", d.file, d.line, fmt.Sprintf(format, args...))
}

func (d *dialogue) run(body string, line int, about string) {
	if first, rest, _ := strings.Cut(body, "\n"); strings.Contains(first, "=") && !strings.Contains(first, " ") {
		d.server = serve(d.t, first, guarded)
		body = "\n" + rest
	} else {
		d.server = serve(d.t, "", guarded)
	}
	for i, text := range strings.Split(body, "\n") {
		d.line = line + i
		if words := strings.Fields(text); len(words) > 0 {
			d.step(words, text)
		}
	}
	_ = about
}

// guarded makes a broker that knows one user with a password, and lets others in who name none.
func guarded(o *broker.Options) {
	o.Authenticate = func(user, password string) error {
		if user == "" || user == "user" && password == "secret" {
			return nil
		}
		return fmt.Errorf("User name [%s] or password is invalid.", user)
	}
}

func (d *dialogue) step(words []string, text string) {
	d.t.Helper()
	switch words[0] {
	case "restart":
		d.server.stop()
		d.server.start()
		return
	case "powercut":
		d.server.powerCut()
		return
	case "open":
		d.open(words[1])
		return
	case "connect":
		d.connect(words[1], words[2:])
		return
	}
	c := d.clients[words[0]]
	if c == nil || len(words) < 2 {
		d.fail("%q is no step", text)
	}
	_, rest, _ := strings.Cut(text, words[1])
	switch words[1] {
	case ">":
		if _, err := c.socket.Write(d.bytes(rest)); err != nil {
			d.fail("%v", err)
		}
	case "<":
		d.expect(c, rest)
	case "-":
		c.socket.Write([]byte{0xc0, 0})
		d.expect(c, "d0 00")
	case "!":
		c.socket.SetReadDeadline(time.Now().Add(patience))
		if b, err := io.ReadAll(c.reader); len(b) > 0 || err != nil && !strings.Contains(err.Error(), "reset") {
			d.fail("%x and %v came, want the end of the connection", b, err)
		}
	case "x":
		c.socket.Close()
	default:
		d.fail("%q is no step", text)
	}
}

func (d *dialogue) open(name string) *peer {
	socket := d.server.dial()
	c := &peer{socket, bufio.NewReader(socket)}
	d.clients[name] = c
	return c
}

// connect opens a connection and connects.
func (d *dialogue) connect(name string, options []string) {
	d.t.Helper()
	c := d.open(name)
	flags, present, properties := "02", "00", ""
	for _, o := range options {
		switch {
		case o == "kept":
			flags = "00"
		case o == "resumed":
			flags, present = "00", "01"
		default:
			properties += " " + o
		}
	}
	protocol := "'MQTT'"
	switch d.level {
	case "03":
		protocol = "'MQIsdp'"
	case "05":
		if properties == "" {
			properties = "00"
		}
	}
	if _, err := c.socket.Write(d.bytes(fmt.Sprintf("10{ %s %s %s 0000 %s '%s' }", protocol, d.level, flags, properties, name))); err != nil {
		d.fail("%v", err)
	}
	if d.level == "05" {
		d.expect(c, "20{ "+present+"00 *}")
	} else {
		d.expect(c, "20{ "+present+"00 }")
	}
}

// expect reads a packet and compares it.
func (d *dialogue) expect(c *peer, want string) {
	d.t.Helper()
	c.socket.SetReadDeadline(time.Now().Add(patience))
	got, err := readPacket(c.reader)
	if err != nil {
		d.fail("%v, want %s", err, want)
	}
	prefix, open := strings.CutSuffix(strings.TrimSpace(want), "*}")
	if open {
		kind, start, _ := strings.Cut(prefix, "{")
		start = d.learn(got, start)
		head, body := d.bytes(kind), d.bytes(start)
		size := len(got) - len(body)
		if got[0] != head[0] || size < 0 || !strings.HasPrefix(string(got[packetHead(got):]), string(body)) {
			d.fail("%x came, want %s", got, want)
		}
		return
	}
	if w := d.bytes(want); string(got) != string(w) {
		d.fail("%x %q came, want %x", got, got, w)
	}
}

var learned = regexp.MustCompile(`@\w+`)

// learn takes the packet identifier that an expectation names for the first time from the packet.
func (d *dialogue) learn(got []byte, want string) string {
	at := learned.FindStringIndex(want)
	if at == nil || d.ids[want[at[0]:at[1]]] != "" {
		return want
	}
	offset := packetHead(got) + len(d.bytes(want[:at[0]]))
	if len(got) < offset+2 {
		d.fail("%x came, want %s", got, want)
	}
	d.ids[want[at[0]:at[1]]] = hex.EncodeToString(got[offset : offset+2])
	return want
}

// readPacket reads the bytes of one packet.
func readPacket(r *bufio.Reader) ([]byte, error) {
	var all []byte
	length, shift := 0, 0
	for i := 0; ; i++ {
		b, err := r.ReadByte()
		if err != nil {
			return all, err
		}
		all = append(all, b)
		if i > 0 {
			length |= int(b&0x7f) << shift
			shift += 7
			if b < 0x80 {
				break
			}
		}
	}
	body := make([]byte, length)
	_, err := io.ReadFull(r, body)
	return append(all, body...), err
}

// packetHead is the size of what comes before a packet's body.
func packetHead(packet []byte) int {
	n := 1
	for packet[n] >= 0x80 {
		n++
	}
	return n + 1
}

var tokens = regexp.MustCompile(`'[^']*'(\*\d+)?|"[^"]*"(\*\d+)?|[{}()]|[0-9a-fA-F]+`)

// bytes turns the text form of bytes into bytes.
func (d *dialogue) bytes(text string) []byte {
	d.t.Helper()
	text = learned.ReplaceAllStringFunc(text, func(name string) string { return d.ids[name] })
	stack := [][]byte{nil}
	for _, token := range tokens.FindAllString(text, -1) {
		top := &stack[len(stack)-1]
		switch token[0] {
		case '{', '(':
			stack = append(stack, nil)
		case '}', ')':
			inner := *top
			stack = stack[:len(stack)-1]
			top = &stack[len(stack)-1]
			for n := len(inner); ; n >>= 7 {
				if n < 0x80 {
					*top = append(*top, byte(n))
					break
				}
				*top = append(*top, byte(n)|0x80)
			}
			*top = append(*top, inner...)
		case '\'', '"':
			quoted, times, _ := strings.Cut(token[1:], token[:1])
			n := 1
			if times != "" {
				fmt.Sscanf(times, "*%d", &n)
			}
			s := strings.Repeat(quoted, n)
			if token[0] == '\'' {
				*top = append(*top, byte(len(s)>>8), byte(len(s)))
			}
			*top = append(*top, s...)
		default:
			b, err := hex.DecodeString(token)
			if err != nil {
				d.fail("%q: %v", token, err)
			}
			*top = append(*top, b...)
		}
	}
	return stack[0]
}
