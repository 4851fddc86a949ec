package amqp

import (
	"sync"

	"goactivemq/activemq/message"
)

// settler acknowledges what is settled as it is sent, and gives up what cannot be sent at all. Both turn out while something is encoded, on whatever
// goroutine that is, with locks held: so it has a goroutine of its own, which lives as long as there is something to do.
type settler struct {
	group sync.WaitGroup
	doing sync.Mutex // held while something is done

	mu sync.Mutex
	// mu guards what follows.
	pending []settlement
	running bool
}

// settlement is a message to be acknowledged, or with an error, to be given up.
type settlement struct {
	sender *sender
	id     *message.ID
	err    error
}

// add has the settler do s.
func (t *settler) add(c *conn, s settlement) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pending = append(t.pending, s)
	if t.running {
		return
	}
	t.running = true
	t.group.Add(1)
	go func() {
		defer t.group.Done()
		t.run(c)
	}()
}

// run does what there is to do until there is nothing.
func (t *settler) run(c *conn) {
	for {
		t.flush(c)
		t.mu.Lock()
		t.running = len(t.pending) > 0
		over := !t.running
		t.mu.Unlock()
		if over {
			return
		}
	}
}

// flush does what there was to do when it was called. Before a consumer ends it has to come: what was sent settled must not go back.
func (t *settler) flush(c *conn) {
	t.doing.Lock()
	defer t.doing.Unlock()
	t.mu.Lock()
	todo := t.pending
	t.pending = nil
	t.mu.Unlock()
	for len(todo) > 0 {
		n := 1
		for n < len(todo) && todo[0].err == nil && todo[n].err == nil && todo[n].sender == todo[0].sender {
			n++
		}
		todo[0].sender.settle(c, todo[:n])
		todo = todo[n:]
	}
}

// wait waits for the settler's goroutine. Nothing may be encoded any more.
func (t *settler) wait() { t.group.Wait() }

// settle acknowledges messages of one sender, which follow each other, or gives one up.
func (s *sender) settle(c *conn, todo []settlement) {
	first := todo[0]
	ack := &message.Ack{Consumer: &s.id, Destination: s.info.Destination, Kind: message.Standard, First: first.id, Last: todo[len(todo)-1].id, Count: int32(len(todo))}
	if first.err != nil {
		c.handler.log.Error("message "+first.id.String()+" from "+s.info.Destination.String()+" cannot be sent to a client of AMQP and goes to the dead letter queue", "error", first.err)
		ack.Kind = message.Poison
		ack.Cause = &message.Throwable{Class: message.T("javax.jms.MessageFormatException"), Message: message.T(first.err.Error())}
	}
	if err := c.session.Ack(ack, nil); err != nil {
		c.handler.log.Debug("a message that was sent to "+c.remote+" is not acknowledged", "error", err)
	}
	if first.err != nil {
		c.unclaim(1)
		s.grantAgain(c)
	}
}
