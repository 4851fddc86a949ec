package stomp

import (
	"strings"
	"sync"

	"goactivemq/activemq/message"
)

// Names of destinations:
//
//	STOMP                        broker
//	/queue/A                     queue://A
//	/topic/A                     topic://A
//	/temp-queue/name             temp-queue://connection:number, made for this connection, which alone knows it by that name
//	/temp-topic/name             temp-topic://connection:number, likewise
//	/remote-temp-queue/id        temp-queue://id, of another connection
//	/remote-temp-topic/id        temp-topic://id, likewise
//	A,B                          a composite of the two
//	any other name               queue://name, but in reply-to, where it stays text
var prefixes = [...]struct {
	kind   message.DestinationKind
	prefix string
}{
	{message.Queue, "/queue/"},
	{message.Topic, "/topic/"},
	{message.TempQueue, "/remote-temp-queue/"},
	{message.TempTopic, "/remote-temp-topic/"},
}

const (
	tempQueuePrefix = "/temp-queue/"
	tempTopicPrefix = "/temp-topic/"
)

// cacheMax is how many names a connection keeps read.
const cacheMax = 64

// destinations translates names for a connection.
type destinations struct {
	conn  *conn
	cache map[string]*message.Destination // of names that make nothing; the connection's goroutine owns it

	mu sync.Mutex
	// mu guards what follows: the connection's goroutine makes temporary destinations, those who write look for their names.
	made  map[string]message.Destination // the connection's own temporary destinations by their names
	names map[message.Destination]string
}

// init makes it ready.
func (l *destinations) init(c *conn) {
	l.conn = c
	l.cache = map[string]*message.Destination{}
}

// parse reads a name. The result is shared, and must not be changed.
func (l *destinations) parse(name []byte) (*message.Destination, error) {
	if d := l.cache[string(name)]; d != nil {
		return d, nil
	}
	text := strings.TrimSpace(string(name))
	if text == "" {
		return nil, wrong("Invalid empty or 'null' Destination header")
	}
	d, temporary, err := l.parseParts(text)
	if err != nil {
		return nil, err
	}
	if !temporary && len(l.cache) < cacheMax {
		l.cache[string(name)] = d
	}
	return d, nil
}

// parseParts reads a name of one or several destinations, and tells whether one of them is temporary.
func (l *destinations) parseParts(text string) (*message.Destination, bool, error) {
	if strings.IndexByte(text, ',') < 0 {
		d, temporary, err := l.parseOne(text)
		return &d, temporary, err
	}
	var whole message.Destination
	any := false
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		d, temporary, err := l.parseOne(part)
		if err != nil {
			return nil, false, err
		}
		any = any || temporary
		if whole.Name == "" {
			whole = d
		} else {
			whole.Name += "," + d.String()
		}
	}
	if whole.Name == "" {
		return nil, false, wrong("Invalid empty or 'null' Destination header")
	}
	return &whole, any, nil
}

// parseOne reads the name of one destination.
func (l *destinations) parseOne(text string) (d message.Destination, temporary bool, err error) {
	switch {
	case strings.HasPrefix(text, tempQueuePrefix):
		d, err = l.temporary(text, message.TempQueue)
		return d, true, err
	case strings.HasPrefix(text, tempTopicPrefix):
		d, err = l.temporary(text, message.TempTopic)
		return d, true, err
	}
	d, ok := parsePrefixed(text)
	if !ok {
		d = message.Destination{Kind: message.Queue, Name: text}
	}
	if d.Name == "" {
		return d, false, wrong("Illegal destination name: [" + text + "] -- ActiveMQ STOMP destinations must begin with one of: /queue/ /topic/ /temp-queue/ /temp-topic/")
	}
	return d, false, nil
}

// parsePrefixed reads a name that tells its kind. Options behind a question mark are for clients of the original.
func parsePrefixed(text string) (message.Destination, bool) {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(text, p.prefix); ok {
			rest, _, _ = strings.Cut(rest, "?")
			return message.Destination{Kind: p.kind, Name: rest}, true
		}
	}
	return message.Destination{}, false
}

// temporary returns the connection's temporary destination of that name, made where there is none.
func (l *destinations) temporary(name string, kind message.DestinationKind) (message.Destination, error) {
	l.mu.Lock()
	d, ok := l.made[name]
	number := len(l.made) + 1
	l.mu.Unlock()
	if ok {
		return d, nil
	}
	d = message.Destination{Kind: kind, Name: tempName(l.conn.id, number)}
	if err := l.conn.session.AddDestination(d); err != nil {
		return d, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.made == nil {
		l.made, l.names = map[string]message.Destination{}, map[message.Destination]string{}
	}
	l.made[name], l.names[d] = d, name
	return d, nil
}

// isName tells whether a text names its kind, as it must in reply-to.
func isName(text string) bool {
	if strings.HasPrefix(text, tempQueuePrefix) || strings.HasPrefix(text, tempTopicPrefix) {
		return true
	}
	_, ok := parsePrefixed(text)
	return ok
}

// nameOf returns a destination's name as this connection knows it.
func (l *destinations) nameOf(d message.Destination) string {
	if d.IsTemporary() {
		l.mu.Lock()
		name, ok := l.names[d]
		l.mu.Unlock()
		if ok {
			return name
		}
	}
	for _, p := range prefixes {
		if p.kind == d.Kind {
			return p.prefix + d.Name
		}
	}
	return d.Name
}
