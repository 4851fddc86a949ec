package amqp

import (
	"fmt"

	"goactivemq/activemq/message"
	"goactivemq/amqp/wire"
)

// coordinator is our end of a link on which a client declares and discharges transactions [AMQP 4]. Any number of them may be open, and each may be
// used in all sessions of the connection.
type coordinator struct {
	incoming
}

// transaction is a transaction that a client declared.
type transaction struct {
	id    *message.TransactionID
	by    *coordinator
	taken []taken
}

// taken are deliveries of one sender whose outcome, which the client has told, is to take effect with the transaction.
type taken struct {
	sender  *sender
	ids     []*message.ID
	numbers []uint32
	outcome wire.State
	settled bool // by the client: after a rollback the messages are not its any more
}

// newCoordinator makes our end of a link to the coordinator.
func (s *session) newCoordinator(e endpoint, answer *wire.Attach) (link, error) {
	answer.Coordinator = &wire.Coordinator{Capabilities: []wire.Symbol{
		"amqp:local-transactions", "amqp:multi-txns-per-ssn", "amqp:multi-ssns-per-txn",
	}}
	answer.ReceiverSettleMode = wire.ReceiverFirst
	return &coordinator{incoming{endpoint: e}}, nil
}

// end rolls back what was declared on the link and not discharged [AMQP 4.2].
func (l *coordinator) end(bool) error {
	c := l.session.conn
	for number, tx := range c.transactions {
		if tx.by == l {
			delete(c.transactions, number)
			if err := c.rollback(tx, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// handleTransfer takes in what is to be done.
func (l *coordinator) handleTransfer(t *wire.Transfer, payload []byte) error {
	d, err := l.receive(l, t, payload)
	if d == nil || err != nil {
		return err
	}
	control, err := wire.ParseControl(d.payload)
	if err != nil {
		return err
	}
	switch p := control.(type) {
	case *wire.Declare:
		err = l.declare(d, p)
	case *wire.Discharge:
		err = l.discharge(d, p)
	}
	if err != nil {
		l.answer(d, wire.State{Kind: wire.Rejected, Error: condition(err)})
	}
	l.refill()
	return nil
}

// answer tells the client how what it asked for ended.
func (l *coordinator) answer(d *partial, state wire.State) {
	if d.settled {
		return
	}
	l.session.conn.out.Send(item{session: l.session, frame: &wire.Disposition{
		Role: wire.ReceiverRole, First: d.number, Settled: true, State: state,
	}})
}

// declare opens a transaction.
func (l *coordinator) declare(d *partial, p *wire.Declare) error {
	if !p.GlobalID.IsNull() {
		return refuse(notImplemented, "a declare with a global-id: distributed transactions are not served over AMQP")
	}
	c := l.session.conn
	c.declared++
	tx := &transaction{id: &message.TransactionID{Connection: &message.ConnectionID{Value: c.id}, Value: c.declared}, by: l}
	if err := c.session.Begin(tx.id); err != nil {
		return err
	}
	c.transactions[c.declared] = tx
	l.answer(d, wire.State{Kind: wire.Declared, Transaction: transactionID(c.declared)})
	return nil
}

// discharge ends a transaction. The answer comes when that is on disk.
func (l *coordinator) discharge(d *partial, p *wire.Discharge) error {
	c := l.session.conn
	tx, err := c.transaction(p.Transaction)
	if err != nil {
		return err
	}
	delete(c.transactions, tx.id.Value)
	done := func(err error) {
		if err != nil {
			c.handler.log.Error("transaction "+tx.id.String()+" of "+c.remote+" was not stored", "error", err)
			l.answer(d, wire.State{Kind: wire.Rejected, Error: condition(err)})
			return
		}
		l.answer(d, wire.State{Kind: wire.Accepted})
	}
	if p.Fail {
		return c.rollback(tx, done)
	}
	return c.commit(tx, done)
}

// transaction returns the open transaction of that id.
func (c *conn) transaction(id []byte) (*transaction, error) {
	if number, ok := transactionNumber(id); ok {
		if tx := c.transactions[number]; tx != nil {
			return tx, nil
		}
	}
	return nil, refuse(unknownTransaction, fmt.Sprintf("transaction %x is not open", id))
}

// commit makes all in the transaction happen.
func (c *conn) commit(tx *transaction, done func(error)) error {
	err := c.session.Commit(tx.id, true, func(err error) {
		for _, t := range tx.taken {
			c.discharged(t, err == nil)
		}
		done(err)
	})
	if err != nil {
		c.giveBack(tx)
		return err
	}
	for _, t := range tx.taken {
		if t.outcome.Kind != wire.Accepted { // the broker knows nothing of these
			t.sender.apply(t.ids, t.outcome, nil)
		}
	}
	return nil
}

// rollback undoes all in the transaction. done may be nil.
func (c *conn) rollback(tx *transaction, done func(error)) error {
	err := c.session.Rollback(tx.id, done)
	c.giveBack(tx)
	return err
}

// giveBack lets go what the client had settled in a transaction that was rolled back. What it has not settled it still holds, and may accept
// again.
func (c *conn) giveBack(tx *transaction) {
	for _, t := range tx.taken {
		c.discharged(t, false)
		if t.settled {
			c.session.Release(t.sender.id, t.ids, true)
		}
	}
}

// discharged forgets deliveries of a transaction that is committed, and tells the client that they are settled; of one that is rolled back it only
// forgets that they were in it.
func (c *conn) discharged(t taken, committed bool) {
	s := t.sender.session
	c.sending.Lock()
	defer c.sending.Unlock()
	c.claims -= len(t.ids)
	for _, number := range t.numbers {
		d, open := s.outgoing.unsettled[number]
		if !open {
			continue
		}
		if !committed {
			d.in = nil
			s.outgoing.unsettled[number] = d
			continue
		}
		delete(s.outgoing.unsettled, number)
		c.out.Put(item{session: s, frame: &wire.Disposition{
			Role: wire.SenderRole, First: number, Settled: true, State: t.outcome,
		}})
	}
}
