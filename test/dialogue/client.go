package dialogue

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
)

// patience is how long a client waits for what must come. Nothing is measured by it: it only ends what hangs.
const patience = 10 * time.Second

// client is an OpenWire connection with one session and one producer. A goroutine reads until the connection ends.
type client struct {
	name string
	id   string // of the connection
	conn net.Conn
	out  *wire.Encoder
	done chan struct{} // closed when the reader has ended

	commands, consumers, sent int64

	mu sync.Mutex
	// mu guards what follows.
	more    *sync.Cond // something came
	answers map[int32]any
	got     map[message.ConsumerID][]*wire.MessageDispatch
	errors  []string // that no command asked for
	frames  int      // read so far
	ended   error
}

// frameMax bounds the frames that a client reads.
const frameMax = 100 << 20

// dial opens a connection to the broker at addr, with a session and a producer.
func dial(addr, name, id, clientID string) (*client, error) {
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return nil, err
	}
	c := &client{name: name, id: id, conn: conn, done: make(chan struct{}), answers: map[int32]any{}, got: map[message.ConsumerID][]*wire.MessageDispatch{}}
	c.more = sync.NewCond(&c.mu)
	if err := c.open(clientID); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// open greets, agrees with the broker on version 12 without tight encoding and cache, and starts the reader.
func (c *client) open(clientID string) error {
	mine := wire.Offer{Version: wire.VersionMax, StackTrace: false, MaxFrame: frameMax, MaxFrameEnabled: true}
	info, err := mine.Info()
	if err != nil {
		return err
	}
	c.out = wire.NewEncoder(wire.Settings{Version: wire.VersionMax})
	if err := c.write(info); err != nil {
		close(c.done)
		return err
	}
	go c.read()
	_, err = c.request(&message.ConnectionInfo{Connection: &message.ConnectionID{Value: c.id}, ClientID: message.NonEmpty(clientID)})
	if err != nil {
		return err
	}
	if _, err = c.request(&message.SessionInfo{Session: &message.SessionID{Connection: c.id, Value: 1}}); err != nil {
		return err
	}
	_, err = c.request(&message.ProducerInfo{Producer: c.producer()})
	return err
}

// producer is the id of the client's only producer.
func (c *client) producer() *message.ProducerID {
	return &message.ProducerID{Connection: c.id, Session: 1, Value: 1}
}

// close cuts the line and waits for the reader.
func (c *client) close() {
	c.conn.Close()
	<-c.done
}

// write sends a command.
func (c *client) write(command any) error {
	frame, err := c.out.Append(nil, command)
	if err != nil {
		return err
	}
	_, err = c.conn.Write(frame)
	return err
}

// read takes in what the broker sends.
func (c *client) read() {
	defer close(c.done)
	reader, decoder := wire.NewReader(c.conn, frameMax), wire.NewDecoder(wire.Settings{Version: wire.VersionMax})
	for {
		frame, err := reader.Next()
		var command any
		if err == nil {
			command, err = decoder.Decode(frame)
		}
		c.mu.Lock()
		c.frames++
		if err != nil {
			c.ended = err
			c.more.Broadcast()
			c.mu.Unlock()
			return
		}
		c.take(command)
		c.more.Broadcast()
		c.mu.Unlock()
	}
}

// take notes what came. The caller holds the lock.
func (c *client) take(command any) {
	switch v := command.(type) {
	case *wire.MessageDispatch:
		c.got[*v.Consumer] = append(c.got[*v.Consumer], v)
	case *wire.ConnectionError:
		c.errors = append(c.errors, v.Exception.Class.String())
	case *wire.Response:
		c.answers[v.CorrelationID] = v
	case *wire.ExceptionResponse:
		c.answers[v.CorrelationID] = v
	case *wire.DataArrayResponse:
		c.answers[v.CorrelationID] = v
	case *wire.IntegerResponse:
		c.answers[v.CorrelationID] = v
	}
}

// refused is a command that the broker answered with an exception.
type refused struct{ class, text string }

func (r *refused) Error() string { return r.class + ": " + r.text }

// errSilent tells of a broker that does not answer.
var errSilent = errors.New("no answer came")

// request sends a command and waits for its answer.
func (c *client) request(command any) (answer any, err error) {
	c.commands++
	number := int32(c.commands)
	if err := demandAnswer(command, number); err != nil {
		return nil, err
	}
	if err := c.write(command); err != nil {
		return nil, err
	}
	c.await(func() bool { return c.answers[number] != nil })
	c.mu.Lock()
	defer c.mu.Unlock()
	answer = c.answers[number]
	delete(c.answers, number)
	switch v := answer.(type) {
	case nil:
		if c.ended != nil {
			return nil, c.ended
		}
		return nil, errSilent
	case *wire.ExceptionResponse:
		return nil, &refused{v.Exception.Class.String(), v.Exception.Message.String()}
	}
	return answer, nil
}

// demandAnswer numbers a command and asks for an answer to it.
func demandAnswer(command any, number int32) error {
	head := message.Command{CommandID: number, ResponseRequired: true}
	switch v := command.(type) {
	case *message.ConnectionInfo:
		v.Command = head
	case *message.SessionInfo:
		v.Command = head
	case *message.ProducerInfo:
		v.Command = head
	case *message.ConsumerInfo:
		v.Command = head
	case *message.DestinationInfo:
		v.Command = head
	case *message.RemoveInfo:
		v.Command = head
	case *message.RemoveSubscriptionInfo:
		v.Command = head
	case *message.Message:
		v.Command = head
	case *message.Ack:
		v.Command = head
	case *wire.TransactionInfo:
		v.Command = head
	case *wire.MessagePull:
		v.Command = head
	case *wire.ConsumerControl:
		v.Command = head
	case *wire.FlushCommand:
		v.Command = head
	default:
		return fmt.Errorf("%T is no command of a dialogue", command)
	}
	return nil
}

// await waits until done answers true, the connection has ended, or patience is over. It asks with the lock held.
func (c *client) await(done func() bool) bool {
	late := false
	timer := time.AfterFunc(patience, func() {
		c.mu.Lock()
		late = true
		c.more.Broadcast()
		c.mu.Unlock()
	})
	defer timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for !done() {
		if late || c.ended != nil {
			return false
		}
		c.more.Wait()
	}
	return true
}

// progress is the number of frames that came so far.
func (c *client) progress() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.frames
}
