package main

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/logging"
	"goactivemq/activemq/message"
)

// picture is a file in the language of Graphviz that shows a part of the broker. It is drawn anew after each change, by a goroutine of its own, which
// may leave pictures out that nobody could have seen.
type picture struct {
	file string
	draw func(w io.Writer)
	wake chan struct{}
	done sync.WaitGroup
}

// newPicture makes one that is drawn from start on.
func newPicture(file string, draw func(w io.Writer)) *picture {
	return &picture{file: file, draw: draw, wake: make(chan struct{}, 1)}
}

// changed has the picture drawn anew.
func (p *picture) changed() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// start begins to draw.
func (p *picture) start() {
	p.done.Add(1)
	go func() {
		defer p.done.Done()
		for range p.wake {
			if err := p.write(); err != nil {
				logging.Logger(pictureLogger).Warn("the picture cannot be drawn: see that the directory is there and may be written to", "file", p.file, "error", err)
			}
		}
	}()
}

// close ends it. Nothing changes any more.
func (p *picture) close() {
	close(p.wake)
	p.done.Wait()
}

// write draws the picture and puts it in the place of the one before.
func (p *picture) write() error {
	f, err := os.CreateTemp(filepath.Dir(p.file), filepath.Base(p.file)+".*")
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	p.draw(w)
	err = w.Flush()
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		return os.Rename(f.Name(), p.file)
	}
	return fmt.Errorf("%w; %w", err, os.Remove(f.Name()))
}

// connectionPicture shows the clients, what they consume from and where they send to.
func (r *running) connectionPicture(w io.Writer) {
	b := r.broker
	clients, queues, topics := map[string]string{}, map[string]string{}, map[string]string{}
	place := func(d message.Destination) string {
		name := dotID(d.Name)
		if d.IsQueue() {
			queues["queue_"+name] = d.Name
			return "queue_" + name
		}
		topics["topic_"+name] = d.Name
		return "topic_" + name
	}
	fmt.Fprintf(w, "digraph \"ActiveMQ Connections\" {\n\nlabel=\"ActiveMQ Broker: %s\";\n\nnode [style = \"rounded,filled\", fillcolor = yellow, fontname=\"Helvetica-Oblique\"];\n\n", dotText(b.ID()))
	for _, c := range b.Connections() {
		client := c.Info().ClientID.String()
		clients[dotID(client)] = client
		for _, s := range c.Consumers() {
			drawConsumer(w, dotID(client), place, s)
		}
		for _, p := range c.Producers() {
			id := dotID(p.Producer.String())
			fmt.Fprintf(w, "%s -> %s;\n", dotID(client), id)
			if p.Destination != nil {
				fmt.Fprintf(w, "%s -> %s;\n", id, place(*p.Destination))
			}
			fmt.Fprintf(w, "%s [label = \"Producer: %d-%d\"];\n", id, p.Producer.Session, p.Producer.Value)
		}
	}
	drawLabels(w, "green", "Client: ", clients)
	drawLabels(w, "red", "Queue: ", queues)
	drawLabels(w, "blue", "Topic: ", topics)
	fmt.Fprintln(w, "}")
}

// drawConsumer shows one consumer of a client.
func drawConsumer(w io.Writer, client string, place func(message.Destination) string, s *broker.Subscription) {
	info := s.Info()
	id := fmt.Sprintf("%s_%d_%d", client, info.Consumer.Session, info.Consumer.Value)
	label := fmt.Sprintf("Subscription: %d-%d", info.Consumer.Session, info.Consumer.Value)
	if !info.Selector.IsEmpty() {
		label += `\nSelector: ` + dotText(info.Selector.String())
	}
	fmt.Fprintf(w, "%s -> %s;\n%s -> %s;\n%s [label = \"%s\"];\n", id, client, place(*info.Destination), id, id, label)
}

// drawLabels gives nodes their names and their colour.
func drawLabels(w io.Writer, colour, prefix string, names map[string]string) {
	for _, id := range slices.Sorted(maps.Keys(names)) {
		fmt.Fprintf(w, "%s [ fillcolor = %s, label = \"%s%s\"];\n", id, colour, prefix, dotText(names[id]))
	}
	fmt.Fprintln(w)
}

// destinationPicture shows the names of destinations as trees.
func (r *running) destinationPicture(w io.Writer) {
	fmt.Fprintf(w, "digraph \"ActiveMQ Destinations\" {\n\nnode [style = \"rounded,filled\", fontname=\"Helvetica-Oblique\"];\n\n")
	fmt.Fprintf(w, "topic_root [fillcolor = deepskyblue, label = \"Topics\" ];\nqueue_root [fillcolor = deepskyblue, label = \"Queues\" ];\n\n")
	var queues, topics []string
	for _, q := range r.broker.Queues() {
		queues = append(queues, q.Name().Name)
	}
	for _, t := range r.broker.Topics() {
		topics = append(topics, t.Name().Name)
	}
	drawTree(w, "queues", "Queues", "red", "queue_root", queues)
	drawTree(w, "topics", "Topics", "green", "topic_root", topics)
	fmt.Fprintln(w, "}")
}

// drawTree shows names with their parts as branches.
func drawTree(w io.Writer, subgraph, label, colour, root string, names []string) {
	fmt.Fprintf(w, "subgraph %s {\n  node [fillcolor=%s];\n  label = \"%s\"\n\n", subgraph, colour, label)
	drawn := map[string]bool{}
	slices.Sort(names)
	for _, name := range names {
		at := root
		for part := range strings.SplitSeq(name, ".") {
			next := at + "_" + dotID(part)
			if !drawn[next] {
				drawn[next] = true
				fmt.Fprintf(w, "  %s -> %s;\n  %s [ label = \"%s\" ];\n", at, next, next, dotText(part))
			}
			at = next
		}
	}
	fmt.Fprintf(w, "}\n\n")
}

// dotID makes a node's id of a name.
func dotID(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, name)
}

// dotText is a text as it stands between quotation marks.
func dotText(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(text)
}
