// Package virtual decides where else a message goes than to the destination that it was sent to: to the queues of a virtual topic's consumers,
// to what a composite destination forwards to, to the topic that mirrors a queue. It knows names and filters only; the broker sends.
package virtual

import (
	"strings"

	"goactivemq/activemq/message"
	"goactivemq/activemq/selector"
)

// Rules are the virtual destinations of a broker. They never change once they are in use.
type Rules struct {
	Topics     []Topic
	Composites []Composite
	Mirror     *Mirror // nil: no queue is mirrored
}

// Topic is a virtual topic: what is sent to it goes to a queue of each of its consumers as well.
//
//	name "VirtualTopic.>", prefix "Consumer.*.":  topic VirtualTopic.Orders, queues Consumer.*.VirtualTopic.Orders
type Topic struct {
	Name            string // a pattern
	Prefix, Postfix string
	SelectorAware   bool // a queue gets only what one of its consumers wants
	Local           bool // not what came from another broker
	Transacted      bool // the queues get it all together or not at all
	DropWhenFull    bool // a queue without room is left out
	KeepDestination bool // the copies name the topic as their destination
}

// DefaultTopic is the virtual topic of a broker that is configured with no others.
func DefaultTopic() Topic { return Topic{Name: "VirtualTopic.>", Prefix: "Consumer.*."} }

// Composite is a composite queue or topic.
type Composite struct {
	Destination    message.Destination // its name may be a pattern
	Forwards       []Forward
	ForwardOnly    bool // it keeps nothing itself
	WhenNotMatched bool // it keeps what no filter wants, and nothing else
}

// Forward is one of the destinations that a composite one forwards to.
type Forward struct {
	To       message.Destination
	Filtered bool
	Filter   *selector.Selector // where Filtered: nil lets nothing through
}

// Mirror says where queues are mirrored.
type Mirror struct {
	Prefix, Postfix string
	Temporary       bool // temporary queues too
}

// topic returns the topic that mirrors a queue.
func (m *Mirror) topic(queue string) message.Destination {
	return message.Destination{Kind: message.Topic, Name: m.Prefix + queue + m.Postfix}
}

// Plan is what the rules say about one destination.
type Plan struct {
	Mirror     *message.Destination // the topic that gets everything first
	FanOuts    []FanOut
	composites []*Composite
}

// FanOut is the queues that a virtual topic's messages go to.
type FanOut struct {
	*Topic
	queues string // a pattern
	start  string // of their names, "" for any
}

// For returns the plan for a destination, nil when messages only go there.
func (r *Rules) For(d message.Destination) *Plan {
	if r == nil || d.IsAdvisory() {
		return nil
	}
	p := &Plan{}
	if r.Mirror != nil && d.IsQueue() && (r.Mirror.Temporary || !d.IsTemporary()) {
		topic := r.Mirror.topic(d.Name)
		p.Mirror = &topic
	}
	for i := range r.Topics {
		if t := &r.Topics[i]; d.Kind == message.Topic && message.Matches(t.Name, d.Name) {
			p.FanOuts = append(p.FanOuts, FanOut{t, t.Prefix + d.Name + t.Postfix, t.start()})
		}
	}
	for i := range r.Composites {
		if c := &r.Composites[i]; c.Destination.Kind == d.Kind && message.Matches(c.Destination.Name, d.Name) {
			p.composites = append(p.composites, c)
		}
	}
	if p.Mirror == nil && p.FanOuts == nil && p.composites == nil {
		return nil
	}
	return p
}

// start is what the names of the queues begin with: the prefix as far as it holds no wildcard.
func (t *Topic) start() string {
	before, _, ok := strings.Cut(t.Prefix, ".*")
	if !ok || strings.HasPrefix(t.Prefix, "*") {
		return ""
	}
	return before
}

// Covers tells whether a queue of that name gets the messages. One whose own name is a pattern, as consumers with wildcards have it made, does when
// the two patterns have a name in common.
func (f *FanOut) Covers(queue message.Destination) bool {
	return queue.Kind == message.Queue && strings.HasPrefix(queue.Name, f.start) && overlap(f.queues, queue.Name)
}

// overlap tells whether there is a name that both patterns cover.
func overlap(x, y string) bool {
	for {
		a, arest, amore := strings.Cut(x, ".")
		b, brest, bmore := strings.Cut(y, ".")
		switch {
		case a == ">" || b == ">":
			return true
		case a != "*" && b != "*" && a != b:
			return false
		case !amore && !bmore:
			return true
		case !amore:
			return brest == ">"
		case !bmore:
			return arest == ">"
		}
		x, y = arest, brest
	}
}

// Forwards returns where a message is forwarded to, and whether the destination keeps it.
func (p *Plan) Forwards(m selector.Message) (to []message.Destination, keeps bool) {
	keeps = len(p.composites) == 0 // a plan without any has only others that leave it alone
	for _, c := range p.composites {
		matched := c.matching(m)
		to = append(to, matched...)
		switch {
		case c.WhenNotMatched:
			keeps = keeps || len(matched) == 0
		default:
			keeps = keeps || !c.ForwardOnly
		}
	}
	return to, keeps || len(p.FanOuts) > 0
}

// matching returns the destinations whose filters let a message through.
func (c *Composite) matching(m selector.Message) []message.Destination {
	var to []message.Destination
	for _, f := range c.Forwards {
		if !f.Filtered || f.Filter != nil && f.Filter.Matches(m) {
			to = append(to, f.To.Parts()...)
		}
	}
	return to
}

// Collects tells whether a queue pattern that somebody consumes from is to be made as a queue of that name: virtual topics send to it, so that
// nothing is missed of topics whose queues are not there yet.
func (r *Rules) Collects(d message.Destination) bool {
	if r == nil || d.Kind != message.Queue || !d.IsPattern() {
		return false
	}
	for i := range r.Topics {
		if message.Matches(r.Topics[i].Prefix+">", d.Name) {
			return true
		}
	}
	return false
}
