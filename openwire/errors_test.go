package openwire

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
)

// TestThrowable has for each kind of error the class that the original throws, as the recordings and its API show it.
func TestThrowable(t *testing.T) {
	for _, c := range []struct {
		kind  broker.Kind
		class string
		end   string // of the text
	}{
		{broker.Internal, "javax.jms.JMSException", "text"},
		{broker.IllegalState, "javax.jms.JMSException", "text"},
		{broker.NoDestination, "org.apache.activemq.DestinationDoesNotExistException", "text"},
		{broker.NoSubscription, "javax.jms.InvalidDestinationException", "text"},
		{broker.InvalidDestination, "javax.jms.InvalidDestinationException", "text"},
		{broker.InvalidSelector, "javax.jms.InvalidSelectorException", "text"},
		{broker.InvalidClientID, "javax.jms.InvalidClientIDException", "text"},
		{broker.NotAuthorized, "java.lang.SecurityException", "text"},
		{broker.LimitReached, "javax.jms.ResourceAllocationException", "text"},
		{broker.NoTransaction, "javax.transaction.xa.XAException", "text xaErrorCode:-4"},
		{broker.TransactionState, "javax.transaction.xa.XAException", "text xaErrorCode:-6"},
		{broker.RolledBack, "javax.jms.TransactionRolledBackException", "text"},
		{broker.NotConnected, "java.lang.IllegalStateException", "text"},
		{broker.InvalidMessage, "javax.jms.MessageFormatException", "text"},
	} {
		got := throwable(fmt.Errorf("around: %w", &broker.Error{Kind: c.kind, Text: "text"}))
		if got.Class != message.T(c.class) || got.Message != message.T(c.end) {
			t.Errorf("kind %d: %s, want %s: %s", c.kind, got, c.class, c.end)
		}
		if got := throwable(&broker.Error{Kind: c.kind}); got.Message.IsNull() {
			t.Errorf("kind %d without text has a null message, at which clients of versions 1 and 10 break", c.kind)
		}
	}
	if n := int(broker.InvalidMessage) + 1; len(classes) != n {
		t.Errorf("%d kinds have classes, want all %d", len(classes), n)
	}
}

// TestThrowableOfOthers tells nothing of errors that are not the broker's own words.
func TestThrowableOfOthers(t *testing.T) {
	got := throwable(errors.New("open /secret/path: no such file"))
	if got.Class != message.T("javax.jms.JMSException") || got.Message.IsEmpty() || strings.Contains(got.String(), "secret") {
		t.Errorf("got %s", got)
	}
}

// TestLongThrowable cuts texts by what they take on the wire, between characters, and keeps the code that clients look for at the end.
func TestLongThrowable(t *testing.T) {
	for _, c := range []struct{ name, unit string }{{"ascii", "x"}, {"two bytes", "ü"}, {"three bytes", "€"}, {"surrogates", "😀"}, {"zeros", "\x00"}} {
		for shift := range 6 {
			long := strings.Repeat(".", shift) + strings.Repeat(c.unit, 40000)
			got := throwable(&broker.Error{Kind: broker.NoTransaction, Text: long})
			body, ok := strings.CutSuffix(got.Message.String(), " xaErrorCode:-4")
			if !ok {
				t.Fatalf("%s: the code is lost: …%q", c.name, body[max(0, len(body)-40):])
			}
			size, _ := message.SizeMUTF8(body)
			if !strings.HasPrefix(long, body) || (len(body)-shift)%len(c.unit) != 0 || size > textMax || size <= textMax-6 {
				t.Errorf("%s shifted by %d: %d bytes of %d as modified UTF-8, want whole characters up to %d", c.name, shift, len(body), size, textMax)
			}
		}
	}
}

// TestFailures has what a client is told when something fails, with and without waiting for the answer.
func TestFailures(t *testing.T) {
	s := serve(t, "", func(o *broker.Options) { o.Name = "b" })
	nowhere := &message.Destination{Kind: message.TempQueue, Name: "ID:nobody:1"}
	unknownXA := &message.TransactionID{XA: true, Format: 1, Global: []byte("g"), Branch: []byte("b")}
	for _, f := range []struct {
		name    string
		command func(c *client) any
		class   string
		part    string
	}{
		{"producer for a temporary queue that is not there", func(c *client) any {
			return &message.ProducerInfo{Producer: &message.ProducerID{Connection: c.id, Session: 1, Value: 1}, Destination: nowhere}
		}, "org.apache.activemq.DestinationDoesNotExistException", "temp-queue://ID:nobody:1"},
		{"message to it", func(c *client) any {
			return text(&message.ProducerID{Connection: c.id, Session: 1, Value: 2}, 1, nowhere, "x")
		}, "org.apache.activemq.DestinationDoesNotExistException", "temp-queue://ID:nobody:1"},
		{"selector", func(c *client) any {
			return &message.ConsumerInfo{Consumer: &message.ConsumerID{Connection: c.id, Session: 1, Value: 1}, Destination: message.NewQueue("Q"), Selector: message.T("a = = b")}
		}, "javax.jms.InvalidSelectorException", "a = = b"},
		{"a very long selector", func(c *client) any {
			return &message.ConsumerInfo{Consumer: &message.ConsumerID{Connection: c.id, Session: 1, Value: 1}, Destination: message.NewQueue("Q"), Selector: message.T("(" + strings.Repeat("ü", 15000))}
		}, "javax.jms.InvalidSelectorException", "(üüü"},
		{"unknown subscription", func(c *client) any {
			return &message.RemoveSubscriptionInfo{Connection: &message.ConnectionID{Value: c.id}, ClientID: message.T(c.id), SubscriptionName: message.T("s")}
		}, "javax.jms.InvalidDestinationException", "No durable subscription exists"},
		{"commit of an unknown xid", func(c *client) any {
			return &wire.TransactionInfo{Connection: &message.ConnectionID{Value: c.id}, Transaction: unknownXA, Step: wire.CommitTwoPhase}
		}, "javax.transaction.xa.XAException", "xaErrorCode:-4"},
	} {
		t.Run(f.name, func(t *testing.T) {
			c := s.connect(f.name)
			c.t = t
			r, ok := c.ask(f.command(c)).(*wire.ExceptionResponse)
			if !ok || r.Exception == nil {
				t.Fatalf("answered with %s", show(r))
			}
			told(t, r.Exception, f.class, f.part)
			c.tell(f.command(c))
			told(t, await[*wire.ConnectionError](c).Exception, f.class, f.part)
			c.ok(&wire.FlushCommand{}) // the connection goes on
			c.end()
		})
	}
}

// told checks what a client is told.
func told(t *testing.T, e *message.Throwable, class, part string) {
	t.Helper()
	if e.Class != message.T(class) || !strings.Contains(e.Message.String(), part) {
		t.Errorf("told %.200s, want %s: …%s…", e, class, part)
	}
}

// TestRefusedLogin answers a login that fails. Wrong credentials end the connection; a client id in use does not.
func TestRefusedLogin(t *testing.T) {
	s := serve(t, "", func(o *broker.Options) {
		o.Authenticate = func(user, password string) error {
			if user != "good" || password != "right" {
				return errors.New("User name [" + user + "] or password is invalid.")
			}
			return nil
		}
	})
	login := func(c *client, id, user, password string) any {
		c.id = id
		return c.ask(&message.ConnectionInfo{Connection: &message.ConnectionID{Value: id}, ClientID: message.T("client"),
			UserName: message.T(user), Password: message.T(password)})
	}
	fresh := func() *client {
		c := s.dial()
		c.hello(infoOf(t, 12, capable()), wire.Settings{Version: 12, Tight: true, Cache: true, CacheSize: 1024, StackTrace: true})
		return c
	}
	first, second, third := fresh(), fresh(), fresh()
	r, ok := login(first, "1", "good", "wrong").(*wire.ExceptionResponse)
	if !ok {
		t.Fatal("a wrong password is not refused")
	}
	told(t, r.Exception, "java.lang.SecurityException", "User name [good] or password is invalid.")
	first.closed()

	if _, ok := login(second, "2", "good", "right").(*wire.Response); !ok {
		t.Fatal("the right password is refused")
	}
	r, ok = login(third, "3", "good", "right").(*wire.ExceptionResponse)
	if !ok {
		t.Fatal("a client id can be used twice")
	}
	told(t, r.Exception, "javax.jms.InvalidClientIDException", "Client: client already connected from tcp://127.0.0.1:")
	second.ok(&message.RemoveInfo{Object: &message.ConnectionID{Value: "2"}})
	if _, ok := login(third, "3", "good", "right").(*wire.Response); !ok {
		t.Error("the client id stays in use")
	}
}
