package dialogue

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"goactivemq/activemq/message"
	"goactivemq/openwire/wire"
)

// Player plays scenes against the broker at an address. It serves one goroutine; Close ends its clients.
type Player struct {
	Addr    string
	Restart func() // restarts the broker

	clients   map[string]*client
	consumers map[string]*consumer
	made      int // connections, for their ids
}

// consumer is a consumer of a client, under the name that the dialogue gave it.
type consumer struct {
	client *client
	info   *message.ConsumerInfo
	show   []string                // fields of each message
	sorted bool                    // the order of what comes means nothing
	held   []*wire.MessageDispatch // all that came
}

// Scene plays a scene and returns it with what really came. Without record it waits for what the text expects, and ends early where that does
// not come; with it, it waits until nothing more comes.
func (p *Player) Scene(text string, record bool) string {
	defer p.Close()
	p.clients, p.consumers = map[string]*client{}, map[string]*consumer{}
	var out strings.Builder
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "< ") {
			continue
		}
		out.WriteString(line)
		command, ok := strings.CutPrefix(line, "> ")
		if !ok {
			continue
		}
		var want []string
		for _, next := range lines[i+1:] {
			if !strings.HasPrefix(next, "< ") {
				break
			}
			want = append(want, strings.TrimPrefix(strings.TrimSuffix(next, "\n"), "< "))
		}
		words := strings.Fields(command)
		var got []string
		if err := p.do(words[0], ParseWords(words[1:])); err != nil {
			got = append(got, told(err))
		}
		if record {
			p.calm()
		} else {
			p.expect(want)
		}
		got = append(got, p.came()...)
		for _, line := range got {
			fmt.Fprintf(&out, "< %s\n", line)
		}
		if !record && !slices.Equal(got, want) {
			break // what follows depends on it
		}
	}
	return out.String()
}

// Close ends all clients, and waits until the broker knows.
func (p *Player) Close() {
	for _, c := range p.clients {
		c.leave()
	}
	clear(p.clients)
	clear(p.consumers)
}

// leave says good-bye and cuts the line. A connection that has ended already needs neither.
func (c *client) leave() {
	_, _ = c.request(&message.RemoveInfo{Object: &message.ConnectionID{Value: c.id}, LastDelivered: message.NoneDelivered})
	c.close()
}

// told is what the text says of an error.
func told(err error) string {
	if r := new(refused); errors.As(err, &r) {
		return "error: " + r.class
	}
	return "failed: " + err.Error()
}

// expect waits until as much has come as the lines want, and then for an answer of the broker on each connection, which what it has to
// say at once precedes.
func (p *Player) expect(want []string) {
	for _, line := range want {
		name, rest, _ := strings.Cut(line, ": ")
		if s := p.consumers[name]; s != nil {
			n := len(strings.Fields(rest))
			s.client.await(func() bool { return len(s.client.got[*s.info.Consumer]) >= n })
		} else if client, _, ok := strings.Cut(name, " "); ok && p.clients[client] != nil {
			c := p.clients[client]
			c.await(func() bool { return len(c.errors) > 0 })
		}
	}
	for _, c := range p.clients {
		_, _ = c.request(&wire.FlushCommand{}) // an ended connection has nothing more to say
	}
}

// calm waits until nothing came on any connection for a while: a recording has nothing else to go by.
func (p *Player) calm() {
	const pause, rounds = 50 * time.Millisecond, 6
	before := -1
	for same := 0; same < rounds; {
		time.Sleep(pause)
		now := 0
		for _, c := range p.clients {
			now += c.progress()
		}
		if now == before {
			same++
		} else {
			same = 0
		}
		before = now
	}
}

// came lists what came since the last call, by consumer, and errors that no command asked for.
func (p *Player) came() []string {
	var all []string
	for _, name := range sortedKeys(p.consumers) {
		s := p.consumers[name]
		s.client.mu.Lock()
		got := s.client.got[*s.info.Consumer]
		delete(s.client.got, *s.info.Consumer)
		s.client.mu.Unlock()
		if len(got) == 0 {
			continue
		}
		s.held = append(s.held, got...)
		words := make([]string, len(got))
		for i, d := range got {
			words[i] = p.shown(s, d)
		}
		if s.sorted {
			slices.Sort(words)
		}
		all = append(all, name+": "+strings.Join(words, " "))
	}
	for _, name := range sortedKeys(p.clients) {
		c := p.clients[name]
		c.mu.Lock()
		for _, class := range c.errors {
			all = append(all, name+" error: "+class)
		}
		c.errors = nil
		c.mu.Unlock()
	}
	return all
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// shown is a delivery as the text has it.
func (p *Player) shown(s *consumer, d *wire.MessageDispatch) string {
	if d.Message == nil {
		return "end"
	}
	word := nameOf(d.Message)
	if d.Redeliveries > 0 {
		word += "+" + strconv.Itoa(int(d.Redeliveries))
	}
	if len(s.show) == 0 {
		return word
	}
	fields := make([]string, len(s.show))
	for i, name := range s.show {
		fields[i] = name + "=" + p.generic(fieldOf(d, name))
	}
	return word + "[" + strings.Join(fields, ",") + "]"
}

// nameOf is what a message goes by: its text, or the type of what it carries.
func nameOf(m *message.Message) string {
	if m.Data != nil {
		return "(" + reflect.TypeOf(m.Data).Elem().Name() + ")"
	}
	text, err := m.TextBody()
	if err != nil || text.IsNull() {
		return "(empty)"
	}
	return strings.ReplaceAll(text.String(), " ", "_")
}

// fieldOf is a field of a message, or a property of that name.
func fieldOf(d *wire.MessageDispatch, name string) string {
	m := d.Message
	switch name {
	case "destination":
		return destinationText(m.Destination)
	case "from":
		return destinationText(d.Destination)
	case "original":
		return destinationText(m.OriginalDestination)
	case "group":
		return m.GroupID.String()
	case "seq":
		return strconv.Itoa(int(m.GroupSequence))
	case "first":
		return strconv.FormatBool(m.GroupFirst)
	case "priority":
		return strconv.Itoa(int(m.Priority))
	case "persistent":
		return strconv.FormatBool(m.Persistent)
	case "type":
		return m.Type.String()
	case "correlation":
		return m.CorrelationID.String()
	case "expires":
		return strconv.FormatBool(m.Expiration > 0)
	}
	v, found := m.Property(name)
	if !found {
		return "-"
	}
	return strings.ReplaceAll(fmt.Sprint(v), " ", "_")
}

// destinationText prints a destination, "-" for none.
func destinationText(d *message.Destination) string {
	if d == nil {
		return "-"
	}
	return d.String()
}

// generic replaces the ids of the connections by their names.
func (p *Player) generic(text string) string {
	for name, c := range p.clients {
		text = strings.ReplaceAll(text, c.id, "$"+name)
	}
	return text
}

// specific replaces the names of connections by their ids.
func (p *Player) specific(text string) string {
	for name, c := range p.clients {
		text = strings.ReplaceAll(text, "$"+name, c.id)
	}
	return text
}
