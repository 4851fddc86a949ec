package mqtt

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"
	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// pahoClient is an Eclipse Paho client for 3.1.1.
func pahoClient(t *testing.T, address, id string, change func(*mqtt.ClientOptions)) mqtt.Client {
	t.Helper()
	o := mqtt.NewClientOptions().AddBroker("tcp://" + address).SetClientID(id).SetAutoReconnect(false).SetOrderMatters(true)
	if change != nil {
		change(o)
	}
	c := mqtt.NewClient(o)
	await(t, c.Connect())
	t.Cleanup(func() { c.Disconnect(0) })
	return c
}

func await(t *testing.T, token mqtt.Token) {
	t.Helper()
	if !token.WaitTimeout(patience) || token.Error() != nil {
		t.Fatalf("%T: %v", token, token.Error())
	}
}

// next waits for a message.
func next[T any](t *testing.T, messages <-chan T) T {
	t.Helper()
	select {
	case m := <-messages:
		return m
	case <-time.After(patience):
		t.Fatal("no message came")
		panic("unreachable")
	}
}

// TestPaho311 sends and receives with each QoS, by a session that is kept while its client is away.
func TestPaho311(t *testing.T) {
	b := start(t)
	messages := make(chan mqtt.Message, 100)
	kept := func(o *mqtt.ClientOptions) {
		o.SetCleanSession(false)
		o.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) { messages <- m })
	}
	sub := pahoClient(t, b.AddrOf("mqtt"), "sub", kept)
	await(t, sub.Subscribe("paho/#", 2, nil))
	pub := pahoClient(t, b.AddrOf("mqtt"), "pub", nil)
	for qos := range byte(3) {
		await(t, pub.Publish(fmt.Sprintf("paho/%d", qos), qos, false, "there"))
		if m := next(t, messages); m.Qos() != qos || string(m.Payload()) != "there" || m.Topic() != fmt.Sprintf("paho/%d", qos) {
			t.Errorf("%s %q came with QoS %d, want %d", m.Topic(), m.Payload(), m.Qos(), qos)
		}
	}
	sub.Disconnect(250)
	for i := range 50 {
		await(t, pub.Publish("paho/away", 1, false, fmt.Sprint(i)))
	}
	pahoClient(t, b.AddrOf("mqtt"), "sub", kept)
	for i := range 50 {
		if m := next(t, messages); string(m.Payload()) != fmt.Sprint(i) {
			t.Fatalf("%q came, want %d", m.Payload(), i)
		}
	}
}

// paho5 is an Eclipse Paho client for 5.0.
func paho5(t *testing.T, address string, connect *paho.Connect, received chan *paho.Publish) (*paho.Client, *paho.Connack) {
	t.Helper()
	socket, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c := paho.NewClient(paho.ClientConfig{
		Conn: socket,
		OnPublishReceived: []func(paho.PublishReceived) (bool, error){
			func(p paho.PublishReceived) (bool, error) { received <- p.Packet; return true, nil },
		},
	})
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ack, err := c.Connect(ctx, connect)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Disconnect(&paho.Disconnect{}) })
	return c, ack
}

// TestPaho5 sends a request with all properties and its reply, to a subscription with an identifier.
func TestPaho5(t *testing.T) {
	b := start(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	requests, replies := make(chan *paho.Publish, 10), make(chan *paho.Publish, 10)
	server, _ := paho5(t, b.AddrOf("mqtt"), &paho.Connect{ClientID: "server", CleanStart: true, KeepAlive: 30}, requests)
	client, ack := paho5(t, b.AddrOf("mqtt"), &paho.Connect{CleanStart: true, KeepAlive: 30}, replies)
	if ack.Properties.AssignedClientID == "" {
		t.Error("no client id was assigned")
	}
	id := 7
	if _, err := server.Subscribe(ctx, &paho.Subscribe{
		Properties: &paho.SubscribeProperties{SubscriptionIdentifier: &id}, Subscriptions: []paho.SubscribeOptions{{Topic: "service/+", QoS: 2}},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: "reply/x", QoS: 1}}}); err != nil {
		t.Fatal(err)
	}
	expiry, format := uint32(3600), byte(1)
	_, err := client.Publish(ctx, &paho.Publish{Topic: "service/x", QoS: 2, Payload: []byte("ask"), Properties: &paho.PublishProperties{
		ResponseTopic: "reply/x", CorrelationData: []byte{0, 1, 0xff}, ContentType: "text/plain", MessageExpiry: &expiry, PayloadFormat: &format,
		User: paho.UserProperties{{Key: "a", Value: "1"}, {Key: "a", Value: "2"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	m := next(t, requests)
	p := m.Properties
	if m.QoS != 2 || string(m.Payload) != "ask" || p.ContentType != "text/plain" || p.SubscriptionIdentifier == nil || *p.SubscriptionIdentifier != id ||
		p.MessageExpiry == nil || *p.MessageExpiry > expiry || p.PayloadFormat == nil || *p.PayloadFormat != 1 || fmt.Sprint(p.User) != "[{a 1} {a 2}]" {
		t.Errorf("the request came as %v with %+v", m, p)
	}
	if _, err := server.Publish(ctx, &paho.Publish{Topic: p.ResponseTopic, QoS: 1, Payload: []byte("answer"), Properties: &paho.PublishProperties{CorrelationData: p.CorrelationData}}); err != nil {
		t.Fatal(err)
	}
	if r := next(t, replies); string(r.Payload) != "answer" || string(r.Properties.CorrelationData) != "\x00\x01\xff" {
		t.Errorf("the reply came as %v with %+v", r, r.Properties)
	}
}

// TestPaho5Shared has two clients share a subscription: each message goes to one.
func TestPaho5Shared(t *testing.T) {
	b := start(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	received := [2]chan *paho.Publish{make(chan *paho.Publish, 100), make(chan *paho.Publish, 100)}
	for i := range 2 {
		c, _ := paho5(t, b.AddrOf("mqtt"), &paho.Connect{ClientID: fmt.Sprint("worker", i), CleanStart: true}, received[i])
		if _, err := c.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: "$share/workers/jobs/#", QoS: 1}}}); err != nil {
			t.Fatal(err)
		}
	}
	pub, _ := paho5(t, b.AddrOf("mqtt"), &paho.Connect{ClientID: "boss", CleanStart: true}, nil)
	for i := range 20 {
		if _, err := pub.Publish(ctx, &paho.Publish{Topic: "jobs/x", QoS: 1, Payload: []byte(fmt.Sprint(i))}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 20 {
		if m := next(t, received[i%2]); string(m.Payload) != fmt.Sprint(i) {
			t.Errorf("worker %d got %q, want %d", i%2, m.Payload, i)
		}
	}
}
