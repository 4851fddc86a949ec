package interop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/Azure/go-amqp"

	"goactivemq/test/broker"
)

// goAMQP is a connection of Azure's client.
type goAMQP struct {
	*amqp.Conn
	t   *testing.T
	ctx context.Context
}

// dialAMQP connects as container id.
func dialAMQP(t *testing.T, b *broker.Broker, id string, options *amqp.ConnOptions) *goAMQP {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	if options == nil {
		options = &amqp.ConnOptions{}
	}
	options.ContainerID, options.SASLType = id, amqp.SASLTypePlain("admin", "admin")
	c, err := amqp.Dial(ctx, "amqp://"+b.AddrOf("amqp"), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &goAMQP{c, t, ctx}
}

// session begins a session.
func (c *goAMQP) session() *amqp.Session {
	c.t.Helper()
	s, err := c.NewSession(c.ctx, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return s
}

// sender attaches a sender to a session of its own.
func (c *goAMQP) sender(address string, options *amqp.SenderOptions) *amqp.Sender {
	c.t.Helper()
	s, err := c.session().NewSender(c.ctx, address, options)
	if err != nil {
		c.t.Fatal(err)
	}
	return s
}

// receiver attaches a receiver to a session of its own.
func (c *goAMQP) receiver(address string, options *amqp.ReceiverOptions) *amqp.Receiver {
	c.t.Helper()
	r, err := c.session().NewReceiver(c.ctx, address, options)
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

// send sends durable messages of text.
func (c *goAMQP) send(s *amqp.Sender, bodies ...string) {
	c.t.Helper()
	for _, body := range bodies {
		m := amqp.NewMessage([]byte(body))
		m.Header = &amqp.MessageHeader{Durable: true}
		if err := s.Send(c.ctx, m, nil); err != nil {
			c.t.Fatalf("message %q: %v", body, err)
		}
	}
}

// receive receives a message that must have that body.
func (c *goAMQP) receive(r *amqp.Receiver, body string) *amqp.Message {
	c.t.Helper()
	m, err := r.Receive(c.ctx, nil)
	if err != nil {
		c.t.Fatalf("want message %q: %v", body, err)
	}
	if got := string(m.GetData()); got != body {
		c.t.Fatalf("message %.40q, want %.40q", got, body)
	}
	return m
}

// check fails the test because of an error.
func (c *goAMQP) check(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// TestGoAMQP has Azure's client try what the other clients do not.
func TestGoAMQP(t *testing.T) {
	b := broker.Start(t, broker.Config{XML: amqpConfig})
	for name, f := range map[string]func(*testing.T, *broker.Broker){
		"sessions": goSessions, "settlement modes": goSettlement, "outcomes": goOutcomes, "drain": goDrain, "link errors": goLinkErrors,
		"large messages": goLarge, "small windows": goWindows, "capabilities": goCapabilities,
	} {
		t.Run(name, func(t *testing.T) { f(t, b) })
	}
	t.Run("reconnect", func(t *testing.T) { goReconnect(t, b) })
}

// goSessions: sessions of a connection stand on their own.
func goSessions(t *testing.T, b *broker.Broker) {
	c := dialAMQP(t, b, "sessions", nil)
	var senders []*amqp.Sender
	var sessions []*amqp.Session
	for i := range 20 {
		s := c.session()
		sender, err := s.NewSender(c.ctx, fmt.Sprintf("queue://GO.SESSION.%d", i), nil)
		c.check(err)
		sessions, senders = append(sessions, s), append(senders, sender)
	}
	for i := 0; i < 20; i += 2 {
		c.check(sessions[i].Close(c.ctx))
	}
	for i, s := range senders {
		err := s.Send(c.ctx, amqp.NewMessage([]byte("m")), nil)
		if closed := i%2 == 0; closed != (err != nil) {
			t.Errorf("sender %d of a session closed=%t: %v", i, closed, err)
		}
	}
	c.receive(c.receiver("queue://GO.SESSION.1", nil), "m")
}

// goSettlement: every combination of how both ends settle.
func goSettlement(t *testing.T, b *broker.Broker) {
	c := dialAMQP(t, b, "settlement", nil)
	for _, sending := range []amqp.SenderSettleMode{amqp.SenderSettleModeUnsettled, amqp.SenderSettleModeSettled, amqp.SenderSettleModeMixed} {
		for _, receiving := range []amqp.ReceiverSettleMode{amqp.ReceiverSettleModeFirst, amqp.ReceiverSettleModeSecond} {
			queue := fmt.Sprintf("queue://GO.SETTLE.%d.%d", sending, receiving)
			s := c.sender(queue, &amqp.SenderOptions{SettlementMode: sending.Ptr(), RequestedReceiverSettleMode: receiving.Ptr()})
			r := c.receiver(queue, &amqp.ReceiverOptions{SettlementMode: receiving.Ptr(), RequestedSenderSettleMode: sending.Ptr()})
			for i := range 5 {
				body := fmt.Sprintf("%s %d", queue, i)
				m := amqp.NewMessage([]byte(body))
				c.check(s.Send(c.ctx, m, &amqp.SendOptions{Settled: sending == amqp.SenderSettleModeSettled}))
				c.check(r.AcceptMessage(c.ctx, c.receive(r, body)))
			}
			c.check(r.Close(c.ctx))
			c.send(s, "last")
			after := c.receiver(queue, &amqp.ReceiverOptions{Credit: 1})
			c.check(after.AcceptMessage(c.ctx, c.receive(after, "last")))
		}
	}
}

// goOutcomes: released and modified messages come again, with the count that they must have; rejected and undeliverable ones become dead letters.
func goOutcomes(t *testing.T, b *broker.Broker) {
	c := dialAMQP(t, b, "outcomes", nil)
	s := c.sender("queue://GO.OUTCOME", nil)
	r := c.receiver("queue://GO.OUTCOME", &amqp.ReceiverOptions{Credit: 10})
	c.send(s, "m")
	c.check(r.ReleaseMessage(c.ctx, c.receive(r, "m")))
	m := c.receive(r, "m")
	if m.Header.DeliveryCount != 0 {
		t.Errorf("delivery-count %d after a release, want 0", m.Header.DeliveryCount)
	}
	c.check(r.ModifyMessage(c.ctx, m, &amqp.ModifyMessageOptions{DeliveryFailed: true}))
	m = c.receive(r, "m")
	if m.Header.DeliveryCount != 1 {
		t.Errorf("delivery-count %d after a failed delivery, want 1", m.Header.DeliveryCount)
	}
	c.check(r.ModifyMessage(c.ctx, m, &amqp.ModifyMessageOptions{UndeliverableHere: true}))
	dead := c.receiver("queue://ActiveMQ.DLQ", nil)
	c.check(dead.AcceptMessage(c.ctx, c.receive(dead, "m")))
	c.send(s, "bad")
	c.check(r.RejectMessage(c.ctx, c.receive(r, "bad"), &amqp.Error{Condition: "test:bad", Description: "because"}))
	letter := c.receive(dead, "bad")
	if cause := letter.ApplicationProperties["dlqDeliveryFailureCause"]; cause != "java.lang.Throwable: test:bad: because" {
		t.Errorf("cause %q", cause)
	}
	c.check(dead.AcceptMessage(c.ctx, letter))
}

// empty drains a receiver, which must bring nothing.
func (c *goAMQP) empty(r *amqp.Receiver) {
	c.t.Helper()
	c.check(r.DrainCredit(c.ctx, nil))
	if m := r.Prefetched(); m != nil {
		c.t.Errorf("%q is there", m.GetData())
	}
}

// goDrain: after a drain nothing comes before there is new credit.
func goDrain(t *testing.T, b *broker.Broker) {
	c := dialAMQP(t, b, "drain", nil)
	s := c.sender("queue://GO.DRAIN", nil)
	r := c.receiver("queue://GO.DRAIN", &amqp.ReceiverOptions{Credit: -1})
	for range 3 {
		c.send(s, "1", "2")
		c.check(r.IssueCredit(50))
		c.check(r.AcceptMessage(c.ctx, c.receive(r, "1")))
		c.check(r.AcceptMessage(c.ctx, c.receive(r, "2")))
		c.empty(r)
		c.send(s, "3")
		c.empty(r)
		c.check(r.IssueCredit(1))
		c.check(r.AcceptMessage(c.ctx, c.receive(r, "3")))
	}
}

// goLinkErrors: a link that is refused harms no other.
func goLinkErrors(t *testing.T, b *broker.Broker) {
	c := dialAMQP(t, b, "errors", nil)
	s := c.session()
	wrong := &amqp.ReceiverOptions{Filters: []amqp.LinkFilter{amqp.NewSelectorFilter("a b = =")}}
	for _, attempt := range []struct {
		address string
		options *amqp.ReceiverOptions
		want    amqp.ErrCond
	}{
		{"queue://GO.ERROR", wrong, amqp.ErrCondInvalidField},
		{"temp-queue://ID:nobody:1", nil, amqp.ErrCondNotFound},
		{"", nil, amqp.ErrCondInvalidField},
	} {
		var e *amqp.Error
		if _, err := s.NewReceiver(c.ctx, attempt.address, attempt.options); !errors.As(err, &e) || e.Condition != attempt.want {
			t.Errorf("%s: %v, want %s", attempt.address, err, attempt.want)
		}
	}
	sender, err := s.NewSender(c.ctx, "queue://GO.ERROR", nil)
	c.check(err)
	c.send(sender, "alive")
	receiver, err := s.NewReceiver(c.ctx, "queue://GO.ERROR", nil)
	c.check(err)
	c.receive(receiver, "alive")
}

// goLarge: messages of many frames arrive whole, in either direction, and between small ones.
func goLarge(t *testing.T, b *broker.Broker) {
	c := dialAMQP(t, b, "large", &amqp.ConnOptions{MaxFrameSize: 4096})
	s := c.sender("queue://GO.LARGE", nil)
	r := c.receiver("queue://GO.LARGE", &amqp.ReceiverOptions{Credit: 10})
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, 4000, 4096, 5000, 1 << 20, 10 << 20} {
		body := make([]byte, size)
		for i := range body {
			body[i] = byte(random.Uint32())
		}
		c.send(s, string(body), "between")
		m, err := r.Receive(c.ctx, nil)
		c.check(err)
		if !bytes.Equal(m.GetData(), body) {
			t.Errorf("%d bytes arrive for %d, or others", len(m.GetData()), size)
		}
		c.check(r.AcceptMessage(c.ctx, m))
		c.check(r.AcceptMessage(c.ctx, c.receive(r, "between")))
	}
}

// goWindows: a session with room for few transfers gets all messages, in order.
func goWindows(t *testing.T, b *broker.Broker) {
	c := dialAMQP(t, b, "windows", &amqp.ConnOptions{MaxFrameSize: 512})
	s := c.sender("queue://GO.WINDOW", nil)
	var bodies []string
	for i := range 50 {
		bodies = append(bodies, fmt.Sprintf("%d %s", i, bytes.Repeat([]byte("x"), i*100)))
	}
	c.send(s, bodies...)
	r := c.receiver("queue://GO.WINDOW", &amqp.ReceiverOptions{Credit: 7})
	for _, body := range bodies {
		c.check(r.AcceptMessage(c.ctx, c.receive(r, body)))
	}
}

// goCapabilities: a connection and a sender are told what the broker can do.
func goCapabilities(t *testing.T, b *broker.Broker) {
	c := dialAMQP(t, b, "capabilities", nil)
	for name, want := range map[string]any{"product": "ActiveMQ", "queue-prefix": "queue://", "topic-prefix": "topic://"} {
		if got := c.Properties()[name]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	s := c.sender("queue://GO.CAPABILITY", &amqp.SenderOptions{DesiredCapabilities: []string{"DELAYED_DELIVERY"}})
	if max := s.MaxMessageSize(); max != 104857600 {
		t.Errorf("largest message of %d bytes, want what the connector says", max)
	}
}

// goReconnect: what was accepted is there after the broker was killed, and nothing that was settled comes again.
func goReconnect(t *testing.T, b *broker.Broker) {
	c := dialAMQP(t, b, "reconnect", nil)
	s := c.sender("queue://GO.RECONNECT", nil)
	for i := range 100 {
		c.send(s, fmt.Sprint(i))
	}
	r := c.receiver("queue://GO.RECONNECT", &amqp.ReceiverOptions{Credit: 10, SettlementMode: amqp.ReceiverSettleModeSecond.Ptr()})
	for i := range 40 {
		c.check(r.AcceptMessage(c.ctx, c.receive(r, fmt.Sprint(i)))) // returns when the broker has settled it
	}
	b.Kill()
	if err := s.Send(c.ctx, amqp.NewMessage([]byte("lost")), nil); err == nil {
		t.Error("a message was accepted by a broker that is dead")
	}
	b.Restart()
	c = dialAMQP(t, b, "reconnect", nil)
	r = c.receiver("queue://GO.RECONNECT", &amqp.ReceiverOptions{Credit: 10})
	for i := 40; i < 100; i++ {
		m := c.receive(r, fmt.Sprint(i))
		c.check(r.AcceptMessage(c.ctx, m))
	}
	c.send(c.sender("queue://GO.RECONNECT", nil), "last")
	c.receive(r, "last")
}
