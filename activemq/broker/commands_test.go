package broker_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// words are the arguments of a command: those by place, and those with a name.
type words struct {
	plain []string
	named map[string]string
}

// parseWords tells the two apart. A word without a value that is the name of a switch is named too.
func parseWords(all []string) words {
	w := words{named: map[string]string{}}
	for _, word := range all {
		key, value, ok := strings.Cut(word, "=")
		switch {
		case ok:
			w.named[key] = value
		case word == "transient" || word == "browser" || word == "nolocal" || word == "sorted" || word == "retroactive" || word == "empty":
			w.named[word] = "true"
		default:
			w.plain = append(w.plain, word)
		}
	}
	return w
}

// at returns the argument at a place, "" when there is none.
func (w words) at(i int) string {
	if i < len(w.plain) {
		return w.plain[i]
	}
	return ""
}

// number returns a named argument as a number, or what holds without it.
func (w words) number(name string, otherwise int64) int64 {
	if n, err := strconv.ParseInt(w.named[name], 10, 64); err == nil {
		return n
	}
	return otherwise
}

// acks are the commands that acknowledge.
var acks = map[string]message.AckKind{
	"ack": message.Standard, "individual": message.Individual, "delivered": message.Delivered, "poison": message.Poison, "expired": message.ExpiredInUse,
}

// do does one command and returns what it answers: an error, or what was asked for.
func (f *fixture) do(command string, w words) string {
	f.Helper()
	if kind, ok := acks[command]; ok {
		return f.doAck(kind, w)
	}
	switch command {
	case "restart":
		f.restart()
	case "kill":
		f.kill()
	case "connect":
		id := w.at(0)
		if w.named["id"] != "" {
			id = w.named["id"]
		}
		_, err := f.tryConnect(w.at(0), id)
		return told(err)
	case "advance":
		d, err := time.ParseDuration(w.at(0))
		f.must(err)
		f.advance(d)
	case "show":
		c, ok := f.counters(w.at(0))
		if !ok {
			return "there is none"
		}
		return fmt.Sprintf("pending %d, in flight %d, enqueued %d, dispatched %d, dequeued %d, expired %d, consumers %d, producers %d",
			c.Pending, c.InFlight, c.Enqueued, c.Dispatched, c.Dequeued, c.Expired, c.Consumers, c.Producers)
	case "prepared":
		ids := map[string]bool{}
		for _, id := range f.broker.Prepared() {
			ids[string(id.Global)] = true
		}
		return strings.Join(append([]string{"prepared:"}, sorted(ids)...), " ")
	case "close", "pull", "prefetch":
		return f.doConsumer(command, w)
	default:
		return f.doClient(command, w)
	}
	return ""
}

// doConsumer does the commands about a consumer.
func (f *fixture) doConsumer(command string, w words) string {
	s := f.consumers[w.at(0)]
	if s == nil {
		f.Fatalf("%s: there is no consumer %s", command, w.at(0))
	}
	switch command {
	case "close":
		last := message.DeliveredUnknown
		switch d := w.named["delivered"]; d {
		case "":
		case "none":
			last = message.NoneDelivered
		default:
			last = f.ids[d].BrokerSequence
		}
		s.client.conn.RemoveConsumer(s.id, last)
	case "prefetch":
		n, err := strconv.ParseInt(w.at(1), 10, 32)
		f.must(err)
		s.client.conn.SetPrefetch(s.id, int32(n))
	case "pull":
		timeout := map[string]int64{"never": 0, "now": -1}
		n, ok := timeout[w.at(1)]
		if !ok {
			d, err := time.ParseDuration(w.at(1))
			f.must(err)
			n = d.Milliseconds()
		}
		s.client.conn.Pull(s.id, n)
	}
	return ""
}

// doAck acknowledges.
func (f *fixture) doAck(kind message.AckKind, w words) string {
	s := f.consumers[w.at(0)]
	first, last, ranged := strings.Cut(w.at(1), "..")
	if !ranged {
		first, last = last, first
	}
	var tx *message.TransactionID
	if name := w.named["tx"]; name != "" {
		tx = f.transaction(s.client, name)
	}
	return told(f.ackIn(tx, s, kind, first, last))
}

// transaction returns the id that a name stands for: "X…" an XA transaction, a number a local one.
func (f *fixture) transaction(c *client, name string) *message.TransactionID {
	if strings.HasPrefix(name, "X") {
		return xa(name)
	}
	n, err := strconv.ParseInt(name, 10, 64)
	f.must(err)
	return c.local(n)
}

// doClient does the commands that a client sends.
func (f *fixture) doClient(command string, w words) string {
	c := f.clients[w.at(0)]
	if c == nil {
		f.Fatalf("%s: there is no client %s", command, w.at(0))
	}
	switch command {
	case "drop":
		c.conn.Close()
	case "consume":
		return f.doConsume(c, w)
	case "send":
		return f.doSend(c, w)
	case "make":
		return told(c.conn.AddDestination(message.ParseDestination(w.at(1), message.Queue)))
	case "remove":
		d := message.ParseDestination(w.at(1), message.Queue)
		return told(result(func(done store.Completion) error { return c.conn.RemoveDestination(d, done) }))
	case "unsubscribe":
		return told(c.conn.RemoveDurable(message.T(w.at(1))))
	case "endsession":
		c.conn.RemoveSession(message.SessionID{Connection: c.id, Value: 1}, message.DeliveredUnknown)
	case "forget":
		return told(result(func(done store.Completion) error { return c.conn.Forget(f.transaction(c, w.at(1)), done) }))
	case "begin":
		return told(c.conn.Begin(f.transaction(c, w.at(1))))
	case "prepare":
		readOnly, err := c.conn.Prepare(f.transaction(c, w.at(1)))
		if readOnly {
			return "read only"
		}
		return told(err)
	case "commit", "onephase":
		return told(result(func(done store.Completion) error {
			return c.conn.Commit(f.transaction(c, w.at(1)), command == "onephase", done)
		}))
	case "rollback":
		return told(result(func(done store.Completion) error { return c.conn.Rollback(f.transaction(c, w.at(1)), done) }))
	default:
		f.Fatalf("%s is no command", command)
	}
	return ""
}

// doConsume adds a consumer.
func (f *fixture) doConsume(c *client, w words) string {
	s, err := f.tryConsume(c, w.at(1), w.at(2), func(i *message.ConsumerInfo) {
		i.Prefetch = int32(w.number("prefetch", 100))
		i.MaxPending = int32(w.number("pending", 0))
		i.Priority = int8(w.number("priority", 0))
		i.Selector = message.NonEmpty(strings.ReplaceAll(w.named["selector"], "_", " "))
		i.SubscriptionName = message.NonEmpty(w.named["durable"])
		i.Browser = w.named["browser"] != ""
		i.NoLocal = w.named["nolocal"] != ""
		i.Retroactive = w.named["retroactive"] != ""
	})
	if err == nil {
		s.sorted = w.named["sorted"] != ""
	}
	return told(err)
}

// sortWords puts the words of a text in order.
func sortWords(text string) string {
	all := strings.Fields(text)
	slices.Sort(all)
	return strings.Join(all, " ")
}

// doSend sends messages, until one is refused.
func (f *fixture) doSend(c *client, w words) string {
	var properties message.Map
	for _, name := range w.plain[2:] {
		if key, value, ok := strings.Cut(name, ":"); ok {
			properties = append(properties, message.Entry{Name: key, Value: value})
		}
	}
	for _, name := range w.plain[2:] {
		if strings.Contains(name, ":") {
			continue
		}
		m := f.newMessage(c, w.at(1), name)
		m.Persistent = w.named["transient"] == ""
		m.Priority = int8(w.number("priority", message.DefaultPriority))
		if w.named["empty"] != "" {
			m.Content = nil
		}
		if tx := w.named["tx"]; tx != "" {
			m.Transaction = f.transaction(c, tx)
		}
		if ttl := w.named["ttl"]; ttl != "" {
			d, err := time.ParseDuration(ttl)
			f.must(err)
			m.Expiration = time.Now().Add(d).UnixMilli()
		}
		if properties != nil {
			encoded, err := message.AppendMap(nil, properties)
			f.must(err)
			m.Properties = encoded
		}
		if err := f.sendOne(c, m); err != nil {
			return told(err)
		}
	}
	return ""
}

// told is what a client would be told of an error, "" for none.
func told(err error) string {
	if err == nil {
		return ""
	}
	return "error: " + err.Error()
}
