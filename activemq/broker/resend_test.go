package broker_test

import (
	"testing"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// reconnect connects a client again, as one does that reconnects by itself: with the same ids, and saying so.
func (f *fixture) reconnect(name string) *client {
	f.Helper()
	c := &client{f: f, name: name, id: "ID:" + name, got: map[message.ConsumerID][]broker.Dispatch{}}
	info := &message.ConnectionInfo{Connection: &message.ConnectionID{Value: c.id}, ClientID: message.T(name), FaultTolerant: true, FailoverReconnect: true}
	conn, err := f.broker.Connect(info, c, "tcp://"+name+":2")
	f.must(err)
	c.conn = conn
	f.clients[name] = c
	return c
}

// again returns a message as the client sends it once more.
func again(m *message.Message) *message.Message {
	copied, id := *m, *m.ID
	copied.ID = &id
	return &copied
}

// TestResend has a client reconnect and send what it got no answer to: what the broker has is confirmed and not taken again.
func TestResend(t *testing.T) {
	for name, between := range map[string]func(f *fixture){
		"broken line": func(*fixture) {},
		"restart":     (*fixture).restart,
		"kill":        (*fixture).kill,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, "kahadb", func(f *fixture) {
				a := f.connect("a")
				first, second, third := f.newMessage(a, "Q", "1"), f.newMessage(a, "Q", "2"), f.newMessage(a, "Q", "3")
				f.must(f.sendOne(a, first))
				f.must(f.sendOne(a, second))
				between(f)
				a = f.reconnect("a")
				f.must(f.sendOne(a, again(second)))
				f.must(f.sendOne(a, third))
				f.must(f.sendOne(a, again(third)))
				f.want(f.consume(f.connect("b"), "x", "Q"), "1 2 3")
			})
		})
	}
}

// TestResendInTransaction has a client reconnect within a transaction, which it then sends from the beginning: what was not committed is no
// resend, what was committed is.
func TestResendInTransaction(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		in := func(m *message.Message, tx *message.TransactionID) *message.Message {
			m.Transaction = tx
			return m
		}
		committed, open := a.local(1), a.local(2)
		f.must(a.conn.Begin(committed))
		first := in(f.newMessage(a, "Q", "1"), committed)
		f.must(f.sendOne(a, first))
		f.must(result(func(done store.Completion) error { return a.conn.Commit(committed, true, done) }))
		f.must(a.conn.Begin(open))
		second := in(f.newMessage(a, "Q", "2"), open)
		f.must(f.sendOne(a, second))
		a = f.reconnect("a")
		f.must(a.conn.Begin(open))
		f.must(f.sendOne(a, again(second)))
		f.must(f.sendOne(a, in(f.newMessage(a, "Q", "3"), open)))
		f.must(result(func(done store.Completion) error { return a.conn.Commit(open, true, done) }))
		f.must(a.conn.Begin(committed))
		f.must(f.sendOne(a, again(first)))
		f.must(result(func(done store.Completion) error { return a.conn.Commit(committed, true, done) }))
		f.want(f.consume(f.connect("b"), "x", "Q"), "1 2 3")
	})
}

// TestNoResend takes what only looks like a resend: from a client that does not reconnect, not stored, or of a producer of its own.
func TestNoResend(t *testing.T) {
	over(t, func(f *fixture) {
		a := f.connect("a")
		first := f.newMessage(a, "Q", "1")
		f.must(f.sendOne(a, first))
		f.must(f.sendOne(a, again(first)))
		a = f.reconnect("a")
		transient := again(first)
		transient.Persistent = false
		f.must(f.sendOne(a, transient))
		other := again(first)
		other.ID.Producer = &message.ProducerID{Connection: a.id, Session: 1, Value: 2}
		f.must(f.sendOne(a, other))
		f.want(f.consume(f.connect("b"), "x", "Q"), "1 1 1 1")
	})
}
