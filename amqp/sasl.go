package amqp

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"goactivemq/activemq/message"
	"goactivemq/amqp/wire"
)

// login is who the client says it is.
type login struct{ user, password message.Text }

// mechanism is one way to authenticate. step takes what the client says, and returns what to ask next; when it returns a login it has ended.
type mechanism interface {
	step(response []byte) (challenge []byte, who *login, err error)
}

// errCredentials is returned by mechanisms that the client does not pass.
var errCredentials = errors.New("the credentials are wrong")

// greet exchanges headers, and authenticates the client where it says that it will be.
func (c *conn) greet() error {
	h, err := c.reader.Header()
	if err != nil {
		return err
	}
	if h == wire.HeaderSASL {
		if err := c.authenticate(); err != nil {
			return err
		}
		if h, err = c.reader.Header(); err != nil {
			return err
		}
	} else if !c.handler.withoutSASL {
		return c.otherHeader(h, wire.HeaderSASL)
	}
	if h != wire.HeaderAMQP {
		return c.otherHeader(h, wire.HeaderAMQP)
	}
	return c.write(wire.HeaderAMQP[:])
}

// otherHeader tells the client which header is wanted [AMQP 2.2].
func (c *conn) otherHeader(got, want wire.Header) error {
	if err := c.write(want[:]); err != nil {
		return err
	}
	c.farewell()
	return fmt.Errorf("Connection from client using unsupported AMQP attempted: header %q, want %q", got[:], want[:])
}

// write writes bytes that come before the first frame of AMQP. Nothing is in the outbox then.
func (c *conn) write(b []byte) error {
	_, err := c.socket.Write(b)
	c.watch.Written()
	return err
}

// writeSASL writes a frame of SASL.
func (c *conn) writeSASL(p wire.Performative) error {
	var e wire.Encoder
	return c.write(e.AppendFrame(nil, wire.FrameSASL, 0, p))
}

// authenticate has the client show who it is.
func (c *conn) authenticate() error {
	if err := c.write(wire.HeaderSASL[:]); err != nil {
		return err
	}
	if err := c.writeSASL(&wire.Mechanisms{Mechanisms: c.mechanisms()}); err != nil {
		return err
	}
	init, err := readSASL[*wire.Init](c)
	if err != nil {
		return err
	}
	m := c.mechanism(init.Mechanism)
	if m == nil {
		return c.unauthenticated(wire.SASLPermanent, fmt.Errorf("mechanism %s is not served here", init.Mechanism))
	}
	response := bytes.Clone(init.Response)
	for {
		challenge, who, err := m.step(response)
		if err == nil && who != nil {
			err = c.check(who)
		}
		switch {
		case err != nil:
			return c.unauthenticated(wire.SASLAuth, fmt.Errorf("SASL %s: %w", init.Mechanism, err))
		case who != nil:
			c.login = *who
			return c.writeSASL(&wire.Outcome{Code: wire.SASLOK, Additional: challenge})
		}
		if err := c.writeSASL(&wire.Challenge{Challenge: challenge}); err != nil {
			return err
		}
		next, err := readSASL[*wire.Response](c)
		if err != nil {
			return err
		}
		response = bytes.Clone(next.Response)
	}
}

// readSASL reads a frame of SASL that must say a T.
func readSASL[T any](c *conn) (T, error) {
	var none T
	frame, err := c.reader.Next()
	if err != nil {
		return none, err
	}
	if frame.Type != wire.FrameSASL {
		return none, &wire.Error{Condition: wire.FramingError, Text: "a frame of AMQP within SASL"}
	}
	p, _, err := c.decoder.Decode(frame)
	if err != nil {
		return none, err
	}
	said, ok := p.(T)
	if !ok {
		return none, fmt.Errorf("amqp: %T within SASL, want %T", p, none)
	}
	return said, nil
}

// unauthenticated ends the exchange without success.
func (c *conn) unauthenticated(code uint8, err error) error {
	if err := c.writeSASL(&wire.Outcome{Code: code}); err != nil {
		return err
	}
	c.farewell()
	return err
}

// check asks the broker whether it knows the client, before the client is told that it does.
func (c *conn) check(who *login) error {
	authenticate := c.handler.broker.Options().Authenticate
	if authenticate == nil {
		return nil
	}
	return authenticate(who.user.String(), who.password.String())
}

// mechanisms are those that this client may choose from, the best first.
func (c *conn) mechanisms() []wire.Symbol {
	var all []wire.Symbol
	if c.certificate() != "" {
		all = append(all, "EXTERNAL")
	}
	if c.handler.broker.Options().Password != nil {
		all = append(all, "SCRAM-SHA-256")
	}
	return append(all, "PLAIN", "ANONYMOUS")
}

// mechanism begins one, nil for one that is not served.
func (c *conn) mechanism(name wire.Symbol) mechanism {
	if !has(c.mechanisms(), name) {
		return nil
	}
	switch name {
	case "PLAIN":
		return plain{}
	case "ANONYMOUS":
		return anonymous{}
	case "EXTERNAL":
		return external(c.certificate())
	}
	return &scram{password: c.handler.broker.Options().Password}
}

// certificate returns the subject of the certificate that the client has shown and the connector has verified, "" for none.
func (c *conn) certificate() string {
	socket, ok := c.socket.(interface {
		net.Conn
		ConnectionState() tls.ConnectionState
	})
	if !ok {
		return ""
	}
	state := socket.ConnectionState()
	if len(state.VerifiedChains) == 0 {
		return ""
	}
	return state.PeerCertificates[0].Subject.String()
}

// plain is PLAIN [RFC 4616]: authorization id, user and password with zeros between.
type plain struct{}

func (plain) step(response []byte) ([]byte, *login, error) {
	parts := bytes.Split(response, []byte{0})
	if len(parts) != 3 {
		return nil, nil, fmt.Errorf("%d parts, want 3", len(parts))
	}
	return nil, &login{message.T(string(parts[1])), message.T(string(parts[2]))}, nil
}

// anonymous is ANONYMOUS [RFC 4505]: nobody.
type anonymous struct{}

func (anonymous) step([]byte) ([]byte, *login, error) { return nil, &login{}, nil }

// external is EXTERNAL [RFC 4422]: who the client's certificate says it is.
type external string

func (subject external) step(response []byte) ([]byte, *login, error) {
	if len(response) > 0 && string(response) != string(subject) {
		return nil, nil, fmt.Errorf("authorization as %q, the certificate is that of %q", response, string(subject))
	}
	return nil, &login{user: message.T(string(subject))}, nil
}
