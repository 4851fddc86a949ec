package dialogue

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
)

// acks are the commands that acknowledge.
var acks = map[string]message.AckKind{
	"ack": message.Standard, "individual": message.Individual, "delivered": message.Delivered, "poison": message.Poison,
	"expired": message.ExpiredInUse, "redelivered": message.Redelivered,
}

// steps are the commands that take a transaction further.
var steps = map[string]wire.TransactionStep{
	"begin": wire.Begin, "prepare": wire.Prepare, "commit": wire.CommitTwoPhase, "onephase": wire.CommitOnePhase, "rollback": wire.Rollback, "forget": wire.Forget,
}

// do does one command. What it returns is what the client was told.
func (p *Player) do(command string, w Words) error {
	switch command {
	case "connect":
		return p.connect(w)
	case "pass":
		n, err := strconv.Atoi(w.At(0))
		time.Sleep(time.Duration(n) * time.Millisecond)
		return err
	case "restart":
		for _, c := range p.clients {
			c.close()
		}
		clear(p.clients)
		clear(p.consumers)
		p.Restart()
		return nil
	}
	if c := p.clients[w.At(0)]; c != nil {
		return p.doClient(c, command, w)
	}
	if s := p.consumers[w.At(0)]; s != nil {
		return p.doConsumer(s, command, w)
	}
	return fmt.Errorf("%s: there is no client or consumer %s", command, w.At(0))
}

// connect opens a connection.
func (p *Player) connect(w Words) error {
	name := w.At(0)
	clientID := name
	if w.Has("id") {
		clientID = w.Named["id"]
	}
	p.made++
	c, err := dial(p.Addr, name, fmt.Sprintf("ID:%s-%d-%d", name, time.Now().UnixNano(), p.made), clientID)
	if err == nil {
		p.clients[name] = c
	}
	return err
}

// doClient does what a client does that is about no consumer of its.
func (p *Player) doClient(c *client, command string, w Words) error {
	if step, ok := steps[command]; ok {
		info := &wire.TransactionInfo{Connection: &message.ConnectionID{Value: c.id}, Transaction: c.transaction(w.At(1)), Step: step}
		_, err := c.request(info)
		return err
	}
	switch command {
	case "drop":
		p.forget(c)
		c.close()
		return nil
	case "disconnect":
		p.forget(c)
		c.leave()
		return nil
	case "consume":
		return p.consume(c, w)
	case "send":
		return p.send(c, w)
	case "make", "remove":
		info := &message.DestinationInfo{Connection: &message.ConnectionID{Value: c.id}, Destination: p.destination(w.At(1))}
		if command == "remove" {
			info.Operation = message.RemoveDestination
		}
		_, err := c.request(info)
		return err
	case "unsubscribe":
		_, err := c.request(&message.RemoveSubscriptionInfo{
			Connection: &message.ConnectionID{Value: c.id}, SubscriptionName: message.T(w.At(1)), ClientID: message.T(c.name),
		})
		return err
	}
	return fmt.Errorf("%s is no command of a client", command)
}

// forget leaves a client and its consumers out from now on.
func (p *Player) forget(c *client) {
	delete(p.clients, c.name)
	for name, s := range p.consumers {
		if s.client == c {
			delete(p.consumers, name)
		}
	}
}

// destination reads a destination, a queue where nothing else is said.
func (p *Player) destination(text string) *message.Destination {
	d := message.ParseDestination(p.specific(text), message.Queue)
	return &d
}

// transaction returns the id that a name stands for: "X…" an XA transaction, a number a local one.
func (c *client) transaction(name string) *message.TransactionID {
	if strings.HasPrefix(name, "X") {
		return &message.TransactionID{XA: true, Format: 1, Global: []byte(c.id + name), Branch: []byte("branch")}
	}
	n, _ := strconv.ParseInt(name, 10, 64) // what is no number is number 0
	return &message.TransactionID{Connection: &message.ConnectionID{Value: c.id}, Value: n}
}

// consume adds a consumer.
func (p *Player) consume(c *client, w Words) error {
	c.consumers++
	info := &message.ConsumerInfo{
		Consumer:            &message.ConsumerID{Connection: c.id, Session: 1, Value: c.consumers},
		Destination:         p.destination(w.At(2)),
		Prefetch:            int32(w.Number("prefetch", 100)),
		MaxPending:          int32(w.Number("pending", 0)),
		Priority:            int8(w.Number("priority", 0)),
		Selector:            message.NonEmpty(strings.ReplaceAll(w.Named["selector"], "_", " ")),
		SubscriptionName:    message.NonEmpty(w.Named["durable"]),
		Browser:             w.Has("browser"),
		NoLocal:             w.Has("nolocal"),
		Exclusive:           w.Has("exclusive"),
		Retroactive:         w.Has("retroactive"),
		DispatchAsync:       w.Has("async"),
		NetworkSubscription: w.Has("network"),
	}
	s := &consumer{client: c, info: info, sorted: w.Has("sorted")}
	if w.Has("show") {
		s.show = strings.Split(w.Named["show"], ",")
	}
	_, err := c.request(info)
	if err == nil {
		p.consumers[w.At(1)] = s
	}
	return err
}

// send sends messages, until one is refused.
func (p *Player) send(c *client, w Words) error {
	var properties message.Map
	var names []string
	for _, word := range w.Plain[min(2, len(w.Plain)):] {
		if key, value, ok := strings.Cut(word, ":"); ok && !strings.HasPrefix(word, "<") {
			properties = append(properties, message.Entry{Name: key, Value: valueOf(value)})
		} else {
			names = append(names, strings.ReplaceAll(word, "_", " "))
		}
	}
	var encoded []byte
	if properties != nil {
		var err error
		if encoded, err = message.AppendMap(nil, properties); err != nil {
			return err
		}
	}
	for _, name := range names {
		m := p.newMessage(c, w, name)
		m.Properties = encoded
		if _, err := c.request(m); err != nil {
			return err
		}
	}
	return nil
}

// valueOf reads a property's value.
func valueOf(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	if text == "true" || text == "false" {
		return text == "true"
	}
	return text
}

// newMessage makes a text message whose text is its name.
func (p *Player) newMessage(c *client, w Words, name string) *message.Message {
	c.sent++
	now := time.Now().UnixMilli()
	m := &message.Message{
		Kind: message.KindText, Producer: c.producer(), Destination: p.destination(w.At(1)),
		ID:            &message.ID{Producer: c.producer(), ProducerSequence: c.sent},
		Priority:      int8(w.Number("priority", message.DefaultPriority)),
		Persistent:    !w.Has("transient"),
		Timestamp:     now,
		GroupID:       message.NonEmpty(w.Named["group"]),
		GroupSequence: int32(w.Number("seq", 0)),
		Type:          message.NonEmpty(w.Named["type"]),
		CorrelationID: message.NonEmpty(w.Named["correlation"]),
		Content:       message.TextContent(name),
	}
	if w.Has("ttl") {
		m.Expiration = now + w.Number("ttl", 0)
	}
	if w.Has("reply") {
		m.ReplyTo = p.destination(w.Named["reply"])
	}
	if w.Has("tx") {
		m.Transaction = c.transaction(w.Named["tx"])
	}
	return m
}

// doConsumer does what a client does about a consumer of its.
func (p *Player) doConsumer(s *consumer, command string, w Words) error {
	if kind, ok := acks[command]; ok {
		return p.ack(s, kind, w)
	}
	switch command {
	case "close":
		return p.closeConsumer(s, w)
	case "pull":
		n, err := strconv.ParseInt(w.At(1), 10, 64)
		if err != nil {
			return err
		}
		_, err = s.client.request(&wire.MessagePull{Consumer: s.info.Consumer, Destination: s.info.Destination, Timeout: n})
		return err
	case "prefetch":
		n, err := strconv.ParseInt(w.At(1), 10, 32)
		if err != nil {
			return err
		}
		_, err = s.client.request(&wire.ConsumerControl{Consumer: s.info.Consumer, Destination: s.info.Destination, Prefetch: int32(n)})
		return err
	}
	return fmt.Errorf("%s is no command of a consumer", command)
}

// closeConsumer ends a consumer and tells what reached its application.
func (p *Player) closeConsumer(s *consumer, w Words) error {
	last := message.DeliveredUnknown
	switch name := w.Named["delivered"]; name {
	case "":
	case "none":
		last = message.NoneDelivered
	default:
		i := s.find(name)
		if i < 0 {
			return fmt.Errorf("close: %s did not come", name)
		}
		last = s.held[i].Message.ID.BrokerSequence
	}
	delete(p.consumers, w.At(0))
	_, err := s.client.request(&message.RemoveInfo{Object: s.info.Consumer, LastDelivered: last})
	return err
}

// find returns the place of the latest message of that name among those that came, -1 when it did not.
func (s *consumer) find(name string) int {
	for i := len(s.held) - 1; i >= 0; i-- {
		if m := s.held[i].Message; m != nil && nameOf(m) == name {
			return i
		}
	}
	return -1
}

// ack acknowledges a message, or a range of them.
func (p *Player) ack(s *consumer, kind message.AckKind, w Words) error {
	firstName, lastName, ranged := strings.Cut(w.At(1), "..")
	if !ranged {
		lastName = firstName
	}
	first, last := s.find(firstName), s.find(lastName)
	if first < 0 || last < first {
		return fmt.Errorf("%s did not come in that order", w.At(1))
	}
	a := &message.Ack{
		Consumer: s.info.Consumer, Kind: kind, Destination: s.held[last].Destination,
		Last: s.held[last].Message.ID, Count: int32(last - first + 1),
	}
	if ranged {
		a.First = s.held[first].Message.ID
	}
	if w.Has("tx") {
		a.Transaction = s.client.transaction(w.Named["tx"])
	}
	_, err := s.client.request(a)
	return err
}
