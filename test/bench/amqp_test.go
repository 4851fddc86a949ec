package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/Azure/go-amqp"

	"goactivemq/test/broker"
)

const amqpConfig = broker.Head + `
  <broker xmlns="http://activemq.apache.org/schema/core" brokerName="localhost" dataDirectory="${activemq.data}">
    <managementContext><managementContext createConnector="false"/></managementContext>
    <persistenceAdapter><kahaDB directory="${activemq.data}/kahadb"/></persistenceAdapter>
    <transportConnectors>
      <transportConnector name="openwire" uri="tcp://127.0.0.1:@openwire@"/>
      <transportConnector name="amqp" uri="amqp://127.0.0.1:@amqp@"/>
    </transportConnectors>
  </broker>
` + broker.Foot

const (
	amqpSize   = 1024 // bytes of a body
	amqpCredit = 200  // of the receiver, and how many sends wait for their outcome
)

// BenchmarkAMQPDurable sends durable messages to a queue and receives them, on two connections, as fast as both go. It prints what that costs the
// broker beside how long it takes.
func BenchmarkAMQPDurable(b *testing.B) {
	p := openAMQP(b)
	before := p.broker.CPU()
	b.ResetTimer()
	p.run(b, b.N, 0)
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	b.ReportMetric(float64((p.broker.CPU()-before).Microseconds())/float64(b.N), "broker-µs/message")
}

// BenchmarkAMQPLatency sends half of the 30,000 messages a second that the broker has to bear, and prints how long they take from end to end.
func BenchmarkAMQPLatency(b *testing.B) {
	p := openAMQP(b)
	b.ResetTimer()
	latencies := p.run(b, b.N, 15000)
	b.StopTimer()
	slices.Sort(latencies)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	b.ReportMetric(float64(latencies[len(latencies)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(latencies[len(latencies)*99/100].Microseconds())/1000, "p99-ms")
}

// pipeline is a sender and a receiver on connections of their own.
type pipeline struct {
	broker   *broker.Broker
	sender   *amqp.Sender
	receiver *amqp.Receiver
}

// openAMQP starts a broker and attaches both ends to a queue.
func openAMQP(b *testing.B) *pipeline {
	p := &pipeline{broker: broker.Start(b, broker.Config{XML: amqpConfig})}
	ctx := b.Context()
	session := func(id string) *amqp.Session {
		c, err := amqp.Dial(ctx, "amqp://"+p.broker.AddrOf("amqp"), &amqp.ConnOptions{ContainerID: id, SASLType: amqp.SASLTypeAnonymous()})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close() })
		s, err := c.NewSession(ctx, nil)
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
	var err error
	if p.receiver, err = session("receiver").NewReceiver(ctx, "queue://BENCH", &amqp.ReceiverOptions{Credit: amqpCredit}); err != nil {
		b.Fatal(err)
	}
	if p.sender, err = session("sender").NewSender(ctx, "queue://BENCH", nil); err != nil {
		b.Fatal(err)
	}
	return p
}

// run sends and receives n messages, rate a second where that is not 0, and returns how long each took.
func (p *pipeline) run(b *testing.B, n, rate int) []time.Duration {
	ctx, cancel := context.WithCancelCause(b.Context())
	defer cancel(nil)
	go func() {
		if err := p.send(ctx, n, rate); err != nil {
			cancel(err)
		}
	}()
	latencies := make([]time.Duration, 0, n)
	for range n {
		m, err := p.receiver.Receive(ctx, nil)
		if err != nil {
			b.Fatal(err, context.Cause(ctx))
		}
		sent := int64(binary.BigEndian.Uint64(m.GetData()))
		latencies = append(latencies, time.Duration(time.Now().UnixNano()-sent))
		if err := p.receiver.AcceptMessage(ctx, m); err != nil {
			b.Fatal(err)
		}
	}
	return latencies
}

// send sends n messages, and waits for the outcome of each while so many others are on their way.
func (p *pipeline) send(ctx context.Context, n, rate int) error {
	receipts := make(chan amqp.SendReceipt, amqpCredit)
	outcomes := make(chan error, 1)
	go func() { outcomes <- settle(ctx, receipts) }()
	begin := time.Now()
	for i := range n {
		if rate > 0 {
			pace(begin, i, rate)
		}
		body := make([]byte, amqpSize)
		binary.BigEndian.PutUint64(body, uint64(time.Now().UnixNano()))
		m := amqp.NewMessage(body)
		m.Header = &amqp.MessageHeader{Durable: true}
		receipt, err := p.sender.SendWithReceipt(ctx, m, nil)
		if err != nil {
			return fmt.Errorf("message %d: %w", i, err)
		}
		receipts <- receipt
	}
	close(receipts)
	return <-outcomes
}

// pace waits until it is time for message i. Waiting for a millisecond at a time is as fine as the system's timers go.
func pace(begin time.Time, i, rate int) {
	due := begin.Add(time.Duration(i) * time.Second / time.Duration(rate))
	if wait := time.Until(due); wait > time.Millisecond {
		time.Sleep(wait)
	}
}

// settle waits for the outcome of each message.
func settle(ctx context.Context, receipts <-chan amqp.SendReceipt) error {
	for r := range receipts {
		state, err := r.Wait(ctx)
		if err != nil {
			return err
		}
		if _, accepted := state.(*amqp.StateAccepted); !accepted {
			return fmt.Errorf("outcome %T, want accepted", state)
		}
	}
	return nil
}
