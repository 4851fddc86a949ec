package mqtt

import (
	"errors"
	"fmt"
	"time"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/mqtt/packet"
)

// errNoConnect is why a connection ends whose client says nothing.
func errNoConnect(after time.Duration) error {
	return fmt.Errorf("CONNECT frame not received with in connectionTimeout (>%d)", after.Milliseconds())
}

// handleConnect takes a client in, or tells it why not and ends the connection.
func (c *conn) handleConnect(f packet.Frame) error {
	if err := f.CheckFlags(); err != nil {
		c.silent = true
		return err
	}
	p, err := packet.DecodeConnect(f)
	if err == nil {
		c.version = p.Version
		err = c.checkConnect(p)
	}
	if err == nil {
		err = c.connect(p)
	}
	if err == nil {
		return nil
	}
	c.silent = true // a DISCONNECT is for those who are connected
	if p != nil && answered(p, err) {
		// [MQTT-3.1.4-1], [MQTT-3.2.2-5]: refused clients are told and then disconnected.
		c.version = p.Version
		reason := reasonOf(err)
		if reason == packet.UnsupportedProtocolVersion && p.Version > packet.V5 {
			c.version = packet.V311 // in a form that all can read
		}
		c.out.Put(item{kind: packet.CONNACK, raw: packet.AppendConnack(nil, c.version, false, reason, nil)})
	}
	return err
}

// answered tells whether a client is told that its CONNECT is refused: before 5.0 not for one that is malformed [MQTT-3.1.4-1].
func answered(p *packet.Connect, err error) bool {
	reason := reasonOf(err)
	return p.Version >= packet.V5 || reason != packet.MalformedPacket && reason != packet.ProtocolError && reason != packet.InvalidTopicName
}

// checkConnect refuses what this server does not do.
func (c *conn) checkConnect(p *packet.Connect) error {
	if p.ClientID == "" && !p.CleanStart && p.Version != packet.V5 { // [MQTT-3.1.3-8]
		return fmt.Errorf("an empty client id without a clean session: %w", packet.InvalidClientID)
	}
	if m := p.Properties.Find(packet.AuthMethod); m != nil { // 4.12
		return fmt.Errorf("authentication method %q: %w", m.Data, packet.BadAuthenticationMethod)
	}
	if p.Properties.Find(packet.AuthData) != nil {
		return packet.Wrong("CONNECT: authentication data without a method") // 3.1.2.11.10
	}
	return nil
}

// connect makes the client known to the broker and finds its session.
func (c *conn) connect(p *packet.Connect) error {
	sessions := c.handler.sessions
	id := sessions.nextConnection()
	assigned := p.ClientID == ""
	if c.clientID = p.ClientID; assigned {
		c.clientID = id // [MQTT-3.1.3-6], [MQTT-3.1.3-7]
	}
	c.producer = &message.ProducerID{Connection: id, Session: -1, Value: 1}
	s := sessions.claim(c, p.CleanStart)
	link, err := c.handler.broker.ConnectInPlace(&message.ConnectionInfo{
		Connection: &message.ConnectionID{Value: id}, ClientID: message.T(c.clientID),
		UserName: text(p.UserName, p.HasUser), Password: message.NonEmpty(p.Password), ClientIP: message.T(c.remote),
	}, c, c.remote)
	if err != nil {
		sessions.release(s, c)
		return c.refusal(err)
	}
	c.link, c.session = link, s
	c.linked.Store(link)
	c.expiry = sessionExpiry(p)
	c.will = p.Will
	present, err := s.open(c, p.CleanStart)
	if err != nil {
		return err
	}
	c.reader.max = int(c.handler.maxFrame)
	keepAlive, theirs := c.keepAlive(p)
	c.flow.window = int(min(p.Properties.Number(packet.ReceiveMaximum, windowMax), windowMax))
	c.flow.packetMax = int(p.Properties.Number(packet.MaximumPacketSize, 0))
	c.flow.natural = c.expiry > 0 || present
	var properties packet.Properties
	if p.Version == packet.V5 {
		properties = c.granted(assigned, keepAlive, theirs)
	}
	c.out.Put(item{kind: packet.CONNACK, raw: packet.AppendConnack(nil, c.version, present, packet.Success, properties)}) // [MQTT-3.2.0-1]
	c.handler.log.Debug("MQTT Client " + c.clientID + " connected. (version: " + versions[c.version] + ")")
	c.alive.watch(keepAlive+keepAlive/2, func() { // [MQTT-3.1.2-24], in 5.0 [MQTT-3.1.2-22]
		c.end(fmt.Errorf("Channel was inactive for too (>%d) long: %s: %w", (keepAlive + keepAlive/2).Milliseconds(), c.remote, packet.KeepAliveTimeout))
	})
	if present {
		err = s.resume(c)
	}
	c.resumed = true
	return err
}

// windowMax bounds the messages that are under way to a client, whose identifiers have two bytes.
const windowMax = 32767

// text is a string that may be missing.
func text(s string, is bool) message.Text {
	if !is {
		return message.Text{}
	}
	return message.T(s)
}

// refusal is the error for a client that the broker did not take.
func (c *conn) refusal(err error) error {
	var e *broker.Error
	if c.version == packet.V5 && errors.As(err, &e) && e.Kind == broker.NotAuthorized {
		return fmt.Errorf("%w: %w", packet.BadUserNameOrPassword, err)
	}
	return err
}

// sessionExpiry is how many seconds the client's session is to outlive the connection. Before 5.0 it is for ever or not at all.
func sessionExpiry(p *packet.Connect) uint32 {
	if p.Version == packet.V5 {
		return p.Properties.Number(packet.SessionExpiry, 0)
	}
	if p.CleanStart {
		return 0
	}
	return forever
}

// keepAlive returns how often the client will say something, and whether that is what it asked for.
func (c *conn) keepAlive(p *packet.Connect) (period time.Duration, theirs bool) {
	if p.KeepAlive == 0 && c.handler.keepAlive > 0 {
		return c.handler.keepAlive, false
	}
	return time.Duration(p.KeepAlive) * time.Second, true
}

// granted are the properties of a CONNACK: what the client may do, as far as that is not what it would think anyway.
func (c *conn) granted(assigned bool, keepAlive time.Duration, theirs bool) packet.Properties {
	all := packet.Properties{
		{ID: packet.ReceiveMaximum, Number: receiveMaximum},
		{ID: packet.TopicAliasMaximum, Number: aliasMaximum},
		{ID: packet.MaximumPacketSize, Number: uint32(c.handler.maxFrame)},
	}
	if assigned { // [MQTT-3.2.2-16]
		all = append(all, packet.Property{ID: packet.AssignedClientID, Data: []byte(c.clientID)})
	}
	if !theirs { // [MQTT-3.2.2-21]
		all = append(all, packet.Property{ID: packet.ServerKeepAlive, Number: uint32((keepAlive + time.Second - 1) / time.Second)})
	}
	return all
}
