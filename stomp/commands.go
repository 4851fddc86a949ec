package stomp

import (
	"errors"
	"strconv"
	"strings"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/protocols"
	"goactivemq/stomp/frame"
)

// transaction is one that the client began.
type transaction struct{ id *message.TransactionID }

// handle does one frame. An error that it returns ends the connection, told to the client; one that the client is only told does not.
func (c *conn) handle(f *frame.Frame) error {
	command, receiptID := string(f.Command), f.Text("receipt")
	err := c.do(command, receiptID, f)
	if err == nil {
		return nil
	}
	c.out.Put(c.failed(receiptID, err))
	var p *protocolError
	if errors.As(err, &p) && p.fatal {
		return err
	}
	if c.session == nil {
		return err // a client that is not let in is sent away
	}
	return nil
}

// do does one frame. Errors are for the client.
func (c *conn) do(command, receiptID string, f *frame.Frame) error {
	if command == "CONNECT" || command == "STOMP" {
		return c.handleConnect(f)
	}
	if c.session == nil {
		return fatal("Not connected.")
	}
	switch command {
	case "SEND":
		return c.handleSend(f, receiptID)
	case "ACK":
		return c.handleAck(f, receiptID, false)
	case "NACK":
		return c.handleAck(f, receiptID, true)
	}
	c.pace.Doing(&c.out, protocols.Mixed, nil, false)
	switch {
	case command == "BEGIN":
		return c.handleBegin(f, receiptID)
	case command == "COMMIT", command == "ABORT":
		return c.handleEnd(f, receiptID, command == "COMMIT")
	case strings.HasPrefix(command, "SUB"): // the original takes shortened names
		return c.handleSubscribe(f, receiptID)
	case strings.HasPrefix(command, "UNSUB"):
		return c.handleUnsubscribe(f, receiptID)
	case command == "DISCONNECT":
		return c.handleDisconnect(receiptID)
	}
	return fatal("Unknown STOMP action: " + command)
}

// handleConnect makes the client known to the broker.
func (c *conn) handleConnect(f *frame.Frame) error {
	if c.session != nil {
		return fatal("Already connected.")
	}
	version, err := chooseVersion(f)
	if err != nil {
		return err
	}
	header := c.handler.heartBeat
	if h := f.Get("heart-beat"); h != nil {
		header = string(h)
	}
	if _, _, err := parseHeartBeat(header); err != nil {
		return err
	}
	c.clientID = c.id.Value
	if id := f.Text("client-id"); id != "" {
		c.clientID = id
	}
	info := &message.ConnectionInfo{Connection: c.id, ClientID: message.T(c.clientID), ClientMaster: true}
	if login := f.Get("login"); login != nil {
		info.UserName = message.T(string(login))
	}
	if passcode := f.Get("passcode"); passcode != nil {
		info.Password = message.T(string(passcode))
	}
	session, err := c.handler.broker.Connect(info, c, c.remote)
	if err != nil {
		return err
	}
	c.session = session
	c.linked.Store(session)
	if err := session.AddProducer(&message.ProducerInfo{Producer: c.producer}); err != nil {
		return err
	}
	beats, err := c.beat(header)
	if err != nil {
		return err
	}
	c.reader.SetLimits(c.handler.limits)
	c.speak(version)
	c.out.Put(item{kind: connected, headers: c.greeting(f, beats)})
	return nil
}

// speak changes to the version that both ends agreed on.
func (c *conn) speak(v frame.Version) {
	c.version = v
	c.written.Store(uint32(v))
	c.reader.SetVersion(v)
}

// greeting is what CONNECTED says.
func (c *conn) greeting(f *frame.Frame, beats string) []pair {
	headers := []pair{
		{"server", c.handler.server}, {"heart-beat", beats}, {"session", c.clientID}, {"version", c.version.String()},
	}
	request := f.Get("request-id")
	if request == nil {
		request = f.Get("receipt")
	}
	if request != nil {
		headers = append(headers, pair{"response-id", string(request)}, pair{"receipt-id", string(request)})
	}
	return headers
}

// chooseVersion returns the highest version that the client accepts.
func chooseVersion(f *frame.Frame) (frame.Version, error) {
	accepts := f.Get("accept-version")
	if accepts == nil {
		return frame.V10, nil
	}
	best, found := frame.V10, false
	for text := range strings.SplitSeq(string(accepts), ",") {
		for v := frame.V10; v <= frame.V12; v++ {
			if strings.TrimSpace(text) == v.String() {
				best, found = max(best, v), true
			}
		}
	}
	if !found {
		return 0, fatal("Invalid Protocol version[" + string(accepts) + "], supported versions are: [1.2, 1.1, 1.0]")
	}
	return best, nil
}

// handleSend takes a message in.
func (c *conn) handleSend(f *frame.Frame, receiptID string) error {
	kind := protocols.Mixed
	if receiptID == "" {
		kind = protocols.Messages
	}
	c.pace.Doing(&c.out, kind, nil, false)
	m, err := c.toMessage(f)
	if err != nil {
		return err
	}
	tx, err := c.transactionOf(f)
	if err != nil {
		return err
	}
	if tx != nil {
		m.Transaction = tx.id
	}
	c.sequence++
	m.Producer = c.producer
	m.ID = &message.ID{Producer: c.producer, ProducerSequence: c.sequence}
	if receiptID == "" {
		return c.session.Send(m, nil)
	}
	c.answerLater(receiptID, "message", func(whenDone func(error)) error { return c.session.Send(m, whenDone) })
	return nil
}

// transactionOf returns the transaction that a frame is in, nil for none.
func (c *conn) transactionOf(f *frame.Frame) (*transaction, error) {
	name := f.Get("transaction")
	if name == nil {
		return nil, nil
	}
	if t := c.transactions[string(name)]; t != nil {
		return t, nil
	}
	return nil, wrong("Invalid transaction id: " + string(name))
}

// handleAck takes an acknowledgement, or with negative the word that the client cannot process a message.
func (c *conn) handleAck(f *frame.Frame, receiptID string, negative bool) error {
	s, number, err := c.acknowledged(f, negative)
	if err != nil {
		c.pace.Doing(&c.out, protocols.Mixed, nil, false)
		return err
	}
	kind := protocols.Mixed
	if receiptID == "" {
		kind = protocols.Acks
	}
	c.pace.Doing(&c.out, kind, s.consumer, true)
	tx, err := c.transactionOf(f)
	if err != nil {
		return err
	}
	if negative && tx != nil {
		return wrong("A NACK cannot be in a transaction")
	}
	ack := &message.Ack{Destination: &s.destination, Consumer: s.consumer}
	single := negative || s.mode != ackClient
	ack.First, ack.Last, ack.Count = s.take(number, single, tx)
	if ack.Last == nil {
		return c.unexpected(f, negative)
	}
	switch {
	case negative:
		ack.Kind = message.Poison
	case single:
		ack.Kind = message.Individual
	default:
		ack.Kind = message.Standard
	}
	if tx != nil {
		ack.Transaction = tx.id
	}
	c.answerLater(receiptID, "acknowledgement", func(whenDone func(error)) error { return c.session.Ack(ack, whenDone) })
	return nil
}

// acknowledged finds what an ACK or NACK is about: in 1.2 by the id that the message came with, before that by the message's own.
func (c *conn) acknowledged(f *frame.Frame, negative bool) (*subscription, int64, error) {
	command := string(f.Command)
	if negative && c.version == frame.V10 {
		return nil, 0, wrong("NACK received but connection is in v1.0 mode.")
	}
	if ackID := f.Get("id"); ackID != nil && c.version == frame.V12 {
		if consumer, number, ok := parseAckID(string(ackID)); ok {
			if s := c.subscribed.number(consumer); s != nil {
				return s, number, c.nackable(s, negative)
			}
		}
		return nil, 0, c.unexpected(f, negative)
	}
	messageID, subscriptionID := f.Get("message-id"), f.Get("subscription")
	switch {
	case c.version == frame.V12:
		return nil, 0, wrong(command + " received without an ack id for acknowledge!")
	case messageID == nil:
		return nil, 0, wrong(command + " received without a message-id to acknowledge!")
	case subscriptionID == nil && c.version == frame.V11:
		return nil, 0, wrong(command + " received without a subscription id for acknowledge!")
	}
	candidates := c.subscribed.each()
	if subscriptionID != nil {
		candidates = nil
		if s := c.subscribed.named(string(subscriptionID)); s != nil {
			candidates = []*subscription{s}
		}
	}
	id := message.ParseID(string(messageID))
	for _, s := range candidates {
		if number, ok := s.find(id, string(messageID)); ok {
			return s, number, c.nackable(s, negative)
		}
	}
	return nil, 0, c.unexpected(f, negative)
}

// nackable refuses to reject what a browser only looks at.
func (c *conn) nackable(s *subscription, negative bool) error {
	if negative && s.browser {
		return wrong("Cannot Nack a message on a Queue Browser Subscription.")
	}
	return nil
}

// unexpected is the error for an acknowledgement of what was not sent, or is acknowledged already.
func (c *conn) unexpected(f *frame.Frame, negative bool) error {
	name := "ACK"
	if negative {
		name = "NACK"
	}
	id := f.Text("message-id")
	if id == "" {
		id = f.Text("id")
	}
	return wrong("Unexpected " + name + " received for message-id [" + id + "]")
}

// handleBegin opens a transaction.
func (c *conn) handleBegin(f *frame.Frame, receiptID string) error {
	name := f.Get("transaction")
	if name == nil {
		return wrong("Must specify the transaction you are beginning")
	}
	if c.transactions[string(name)] != nil {
		return wrong("The transaction was already started: " + string(name))
	}
	c.begun++
	t := &transaction{&message.TransactionID{Connection: c.id, Value: c.begun}}
	if err := c.session.Begin(t.id); err != nil {
		return err
	}
	c.transactions[string(name)] = t
	c.answer(receiptID, nil)
	return nil
}

// handleEnd ends a transaction.
func (c *conn) handleEnd(f *frame.Frame, receiptID string, commit bool) error {
	if !f.Has("transaction") {
		return wrong("Must specify the transaction you are committing")
	}
	t, err := c.transactionOf(f)
	if err != nil {
		return err
	}
	delete(c.transactions, f.Text("transaction"))
	if commit {
		c.answerLater(receiptID, "commit", func(whenDone func(error)) error { return c.session.Commit(t.id, true, whenDone) })
	} else {
		c.answerLater(receiptID, "rollback", func(whenDone func(error)) error { return c.session.Rollback(t.id, whenDone) })
	}
	for _, s := range c.subscribed.each() {
		s.ended(t, commit)
	}
	return nil
}

// handleUnsubscribe ends a subscription, or the durable subscription behind it.
func (c *conn) handleUnsubscribe(f *frame.Frame, receiptID string) error {
	id := f.Get("id")
	if id == nil && c.version != frame.V10 {
		return wrong("UNSUBSCRIBE received without a subscription id!")
	}
	if durable := f.Get("activemq.subscriptionName"); durable != nil {
		if err := c.session.RemoveDurable(message.T(string(durable))); err != nil {
			return err
		}
		c.answer(receiptID, nil)
		return nil
	}
	s, err := c.unsubscribed(f)
	if err != nil {
		return err
	}
	c.out.Flush()
	c.subscribed.remove(s)
	c.acks.settle()
	c.session.RemoveConsumer(*s.consumer, message.DeliveredUnknown)
	c.answer(receiptID, nil)
	return nil
}

// unsubscribed finds the subscription that an UNSUBSCRIBE names, by its id or its destination.
func (c *conn) unsubscribed(f *frame.Frame) (*subscription, error) {
	if id := f.Get("id"); id != nil {
		if s := c.subscribed.named(string(id)); s != nil {
			return s, nil
		}
		return nil, wrong("No subscription matched.")
	}
	name := f.Get("destination")
	if name == nil {
		return nil, wrong("Must specify the subscriptionId or the destination you are unsubscribing from")
	}
	d, err := c.destinations.parse(name)
	if err != nil {
		return nil, err
	}
	for _, s := range c.subscribed.each() {
		if s.destination == *d {
			return s, nil
		}
	}
	return nil, wrong("No subscription matched.")
}

// handleDisconnect ends the connection, once all that the client asked a receipt for is done.
func (c *conn) handleDisconnect(receiptID string) error {
	c.session.MoreToCome(false)
	c.out.Release()
	c.out.Flush()
	c.waiting.Wait()
	c.acks.settle()
	c.session.Close()
	c.answer(receiptID, nil)
	c.over = true
	return nil
}

// tempName is the name of a connection's temporary destination.
func tempName(id *message.ConnectionID, number int) string {
	return id.Value + ":" + strconv.Itoa(number)
}

// check that a conn is what the broker sends to.
var _ broker.Peer = (*conn)(nil)
