package openwire

import (
	"errors"
	"fmt"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
)

// handle does one command. An error that it returns ends the connection; one that the client is told does not.
func (c *conn) handle(command any) error {
	if m, ok := command.(*message.Message); ok && c.session != nil {
		return c.handleMessage(m)
	}
	switch v := command.(type) {
	case nil:
		return nil // the null command
	case *wire.KeepAliveInfo:
		if v.ResponseRequired {
			v.ResponseRequired = false
			c.out.Put(item{command: v})
		}
		return nil
	case *wire.WireFormatInfo:
		return errors.New("a second WireFormatInfo")
	case *wire.ShutdownInfo:
		c.over = true
		return nil
	case *wire.ConnectionControl:
		if c.session != nil {
			return c.answer(v.Command, nil)
		}
		if !v.Close && v.FaultTolerant {
			return nil // what a client that has just reconnected by itself says first; nothing comes of it before the login
		}
	case *message.ConnectionInfo:
		return c.handleConnection(v)
	}
	if c.session == nil {
		return fmt.Errorf("%T before the ConnectionInfo", command)
	}
	return c.handleConnected(command)
}

// handleConnected does the commands of a client that the broker knows.
func (c *conn) handleConnected(command any) error {
	s := c.session
	switch v := command.(type) {
	case *message.Ack:
		return c.answerLater(v.Command, "acknowledgement", func(whenDone func(error)) error { return s.Ack(v, whenDone) })
	case *wire.MessagePull:
		if v.Consumer != nil {
			s.Pull(*v.Consumer, v.Timeout)
		}
		return c.answer(v.Command, nil)
	case *message.SessionInfo:
		return c.answer(v.Command, nil)
	case *message.ProducerInfo:
		return c.answer(v.Command, s.AddProducer(v))
	case *message.ConsumerInfo:
		_, err := s.AddConsumer(v)
		return c.answer(v.Command, err)
	case *wire.ConsumerControl:
		return c.handleConsumerControl(v)
	case *message.RemoveInfo:
		return c.handleRemove(v)
	case *message.DestinationInfo:
		return c.handleDestination(v)
	case *message.RemoveSubscriptionInfo:
		return c.answer(v.Command, s.RemoveDurable(v.SubscriptionName))
	case *wire.TransactionInfo:
		return c.handleTransaction(v)
	case *wire.FlushCommand:
		return c.answer(v.Command, nil)
	case *wire.ControlCommand:
		// "shutdown" stopped the broker in the original once. From a client it means nothing here.
		return c.answer(v.Command, nil)
	case *message.BrokerInfo:
		return errors.New("the peer is a broker that wants to build a network connection: this version has none")
	}
	return fmt.Errorf("%T is not for a broker", command)
}

// handleConnection makes the client known to the broker.
func (c *conn) handleConnection(info *message.ConnectionInfo) error {
	if c.session != nil {
		return errors.New("a second ConnectionInfo")
	}
	session, err := c.handler.broker.Connect(info, c, c.remote)
	if err != nil {
		c.answer(info.Command, err)
		var e *broker.Error
		if errors.As(err, &e) && e.Kind == broker.NotAuthorized {
			return err
		}
		id := "without id"
		if info.Connection != nil {
			id = info.Connection.Value
		}
		c.handler.log.Warn("Failed to add Connection "+id+" from "+c.remote, "error", err)
		return nil
	}
	c.session = session
	c.linked.Store(session)
	c.reader.SetLimit(c.settings.MaxFrame)
	if err := c.answer(info.Command, nil); err != nil {
		return err
	}
	if info.Manageable {
		c.out.Put(item{command: &wire.ConnectionControl{ConnectedBrokers: message.T(""), ReconnectTo: message.T("")}})
	}
	return nil
}

// handleMessage takes a message in.
func (c *conn) handleMessage(m *message.Message) error {
	if m.ResponseRequired {
		return c.answerLater(m.Command, "message", func(whenDone func(error)) error { return c.session.Send(m, whenDone) })
	}
	var whenDone func(error)
	if m.Producer != nil && c.session.ProducerWindow(*m.Producer) > 0 {
		whenDone = c.windowOpener(m)
	}
	if err := c.session.Send(m, whenDone); err != nil {
		return c.answer(m.Command, err)
	}
	return nil
}

// windowOpener returns what tells a producer with a window that the broker has a message of its, so that it may send as many bytes more.
func (c *conn) windowOpener(m *message.Message) func(error) {
	opens := &wire.ProducerAck{Producer: m.Producer, Size: int32(m.Size())}
	command := m.Command
	return func(err error) {
		if err != nil {
			c.out.Put(c.failed(command, err))
		}
		c.out.Send(item{command: opens})
	}
}

// handleConsumerControl changes a consumer's prefetch, or ends it.
func (c *conn) handleConsumerControl(v *wire.ConsumerControl) error {
	if v.Consumer != nil {
		if v.Close {
			c.session.RemoveConsumer(*v.Consumer, message.DeliveredUnknown)
		} else if v.Prefetch >= 0 {
			c.session.SetPrefetch(*v.Consumer, v.Prefetch)
		}
	}
	return c.answer(v.Command, nil)
}

// handleRemove ends what the client is done with.
func (c *conn) handleRemove(v *message.RemoveInfo) error {
	switch id := v.Object.(type) {
	case *message.ConnectionID:
		c.session.CloseAfter(v.LastDelivered)
	case *message.SessionID:
		c.session.RemoveSession(*id, v.LastDelivered)
	case *message.ConsumerID:
		c.session.RemoveConsumer(*id, v.LastDelivered)
	case *message.ProducerID:
		c.session.RemoveProducer(*id)
	default:
		return fmt.Errorf("RemoveInfo of %T", v.Object)
	}
	return c.answer(v.Command, nil)
}

// handleDestination makes or ends a destination.
func (c *conn) handleDestination(v *message.DestinationInfo) error {
	if v.Destination == nil {
		return errors.New("DestinationInfo without a destination")
	}
	if v.Operation == message.RemoveDestination {
		return c.answerLater(v.Command, "removal", func(whenDone func(error)) error {
			return c.session.RemoveDestination(*v.Destination, whenDone)
		})
	}
	return c.answer(v.Command, c.session.AddDestination(*v.Destination))
}

// handleTransaction takes a transaction a step further.
func (c *conn) handleTransaction(v *wire.TransactionInfo) error {
	s := c.session
	if v.Step == wire.Recover {
		ids := c.handler.broker.Prepared()
		data := make([]any, len(ids))
		for i, id := range ids {
			data[i] = id
		}
		r := &wire.DataArrayResponse{Data: data}
		r.CorrelationID = v.CommandID
		c.out.Put(item{command: r})
		return nil
	}
	if v.Transaction == nil {
		return errors.New("TransactionInfo without a transaction")
	}
	switch v.Step {
	case wire.Begin:
		return c.answer(v.Command, s.Begin(v.Transaction))
	case wire.EndOfAssociation:
		return c.answer(v.Command, nil)
	case wire.Prepare:
		return c.prepare(v)
	case wire.CommitOnePhase, wire.CommitTwoPhase:
		return c.answerLater(v.Command, "commit", func(whenDone func(error)) error {
			return s.Commit(v.Transaction, v.Step == wire.CommitOnePhase, whenDone)
		})
	case wire.Rollback:
		return c.answerLater(v.Command, "rollback", func(whenDone func(error)) error { return s.Rollback(v.Transaction, whenDone) })
	case wire.Forget:
		return c.answerLater(v.Command, "forget", func(whenDone func(error)) error { return s.Forget(v.Transaction, whenDone) })
	}
	return fmt.Errorf("TransactionInfo of type %d", v.Step)
}

// prepare answers with the XA result.
func (c *conn) prepare(v *wire.TransactionInfo) error {
	readOnly, err := c.session.Prepare(v.Transaction)
	if err != nil {
		return c.answer(v.Command, err)
	}
	r := &wire.IntegerResponse{Result: wire.XAOK}
	r.CorrelationID = v.CommandID
	if readOnly {
		r.Result = wire.XAReadOnly
	}
	c.out.Put(item{command: r})
	return nil
}

// answer tells the client how its command ended: by a response where it waits for one, else only when it failed.
func (c *conn) answer(command message.Command, err error) error {
	switch {
	case err != nil:
		c.out.Put(c.failed(command, err))
	case command.ResponseRequired:
		c.out.Put(item{answer: true, number: command.CommandID})
	}
	return nil
}

// answerLater does something whose end the store tells, and answers then.
func (c *conn) answerLater(command message.Command, what string, do func(whenDone func(error)) error) error {
	var whenDone func(error)
	if command.ResponseRequired {
		whenDone = func(err error) {
			if err != nil {
				c.handler.log.Error(what+" of "+c.remote+" was not stored", "error", err)
				c.out.Send(c.failed(command, err))
				return
			}
			c.out.Send(item{answer: true, number: command.CommandID})
		}
	}
	if err := do(whenDone); err != nil {
		return c.answer(command, err)
	}
	return nil
}

// failed is what tells the client of an error: the answer to the command, or where it waits for none, a ConnectionError.
func (c *conn) failed(command message.Command, err error) item {
	c.handler.log.Debug("a command of "+c.remote+" failed", "error", err)
	t := throwable(err)
	if !command.ResponseRequired {
		return item{command: &wire.ConnectionError{Exception: t}}
	}
	r := &wire.ExceptionResponse{Exception: t}
	r.CorrelationID = command.CommandID
	return item{command: r}
}
