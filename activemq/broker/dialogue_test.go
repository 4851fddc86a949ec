package broker_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/broker/policy"
)

var rewrite = flag.Bool("rewrite", false, "write what really came into testdata/*.txt; only commit what you understand")

// TestDialogues runs the conversations in testdata over both stores. A line that starts with ">" is a command; those with "<" behind it
// are what came of it once nothing moved any more; everything else is commentary. The commands, where [] is optional:
//
//	broker key=value …                     options, before everything else; see dialogueOptions
//	connect CLIENT [id=CLIENTID]           drop CLIENT ends it without a word
//	consume CLIENT NAME DESTINATION [prefetch=N pending=N priority=N selector=S durable=NAME browser nolocal retroactive sorted]
//	                                       sorted lists what comes by name, where its order means nothing
//	close NAME [delivered=none|MESSAGE]    without it the client says nothing about what was delivered
//	send CLIENT DESTINATION MESSAGE … [tx=T transient empty priority=N ttl=1s KEY:VALUE]
//	ack, individual, delivered, poison, expired NAME [FIRST..]LAST [tx=T]
//	endsession CLIENT                      with all its consumers, which are in one session
//	begin, prepare, commit, onephase, rollback, forget CLIENT T      T is an XA transaction where it starts with X
//	pull NAME TIMEOUT                      never, now or a duration
//	prefetch NAME N
//	make, remove CLIENT DESTINATION        unsubscribe CLIENT NAME ends a durable subscription
//	show DESTINATION                       its counters
//	prepared                               the XA transactions that wait
//	advance DURATION                       moves the clock
//	restart, kill                          the broker; only the store on disk goes on behind these
//
// What came is listed by consumer: "< x: 1 2+1 end" are the messages 1 and 2, which has a redelivery count of 1, and the delivery
// without a message that ends a browse and a pull.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dialogues in testdata: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range stores {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+kind, func(t *testing.T) {
				playAll(t, kind, file, string(text))
			})
		}
	}
}

// playAll plays the scenes of a file, which lines of "===" part. Each has a broker of its own.
func playAll(t *testing.T, kind, file, text string) {
	var played bytes.Buffer
	for scene := range strings.SplitAfterSeq(text, "\n===\n") {
		_, commands, _ := strings.Cut(scene, "> ")
		options, rest, _ := strings.Cut(commands, "\n")
		set := func(*broker.Options) {}
		if words := strings.Fields(options); len(words) > 0 && words[0] == "broker" {
			set = dialogueOptions(t, words[1:])
		}
		if kind == "memory" && (strings.Contains(rest, "\n> restart") || strings.Contains(rest, "\n> kill")) {
			played.WriteString(scene) // it needs a store that remembers
			continue
		}
		bubble(t, kind, func(f *fixture) { played.WriteString(f.play(scene)) }, set)
	}
	if played.String() == text {
		return
	}
	if *rewrite && kind == "memory" {
		return // what the other store does is written
	}
	if !*rewrite {
		t.Errorf("%s went otherwise:\n%s", file, difference(text, played.String()))
		return
	}
	if err := os.WriteFile(file, played.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// difference shows the first line that is not the same, with those before it.
func difference(want, got string) string {
	wants, gots := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range wants {
		if i < len(gots) && wants[i] == gots[i] {
			continue
		}
		line := "(the end)"
		if i < len(gots) {
			line = gots[i]
		}
		return fmt.Sprintf("%s\nline %d: want %q\n        got %q", strings.Join(wants[max(0, i-4):i], "\n"), i+1, wants[i], line)
	}
	return "more lines: " + strings.Join(gots[len(wants):], "\n")
}

// dialogueOptions reads the words behind "broker".
func dialogueOptions(t *testing.T, words []string) func(*broker.Options) {
	e := policy.Default()
	o := broker.Options{}
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		number, _ := strconv.Atoi(value)
		switch key {
		case "prioritized":
			e.Prioritized = true
		case "strictOrder":
			e.StrictOrder = true
		case "page":
			e.MaxPageSize = number
		case "persistRedelivered":
			e.PersistRedelivered = true
		case "discard":
			e.DeadLetter.Discard = true
		case "individual":
			e.DeadLetter.Individual = true
		case "transients":
			e.DeadLetter.ProcessNonPersistent = true
		case "keepExpired":
			e.DeadLetter.ProcessExpired = value == "true"
		case "letterLives":
			e.DeadLetter.Expiration = int64(number)
		case "memory":
			o.MemoryLimit = int64(number)
		case "storeFirst":
			o.StoreBeforeDispatch = true
		default:
			if !policyOption(&e, key, value) {
				t.Fatalf("broker option %s is not known", key)
			}
		}
	}
	return func(to *broker.Options) {
		to.Policies = policy.NewMap(nil, e)
		to.MemoryLimit, to.StoreBeforeDispatch = o.MemoryLimit, o.StoreBeforeDispatch
	}
}

// play returns a scene with what really came.
func (f *fixture) play(scene string) string {
	var out strings.Builder
	for line := range strings.SplitAfterSeq(scene, "\n") {
		if strings.HasPrefix(line, "< ") {
			continue
		}
		out.WriteString(line)
		command, ok := strings.CutPrefix(line, "> ")
		if !ok {
			continue
		}
		words := strings.Fields(command)
		if words[0] == "broker" {
			continue
		}
		answer := f.do(words[0], parseWords(words[1:]))
		f.settle()
		f.allFlushed(words[1:], command)
		if answer != "" {
			fmt.Fprintf(&out, "< %s\n", answer)
		}
		for _, name := range sorted(f.consumers) {
			s := f.consumers[name]
			if got := f.show(s.take()); got != "" {
				if s.sorted {
					got = sortWords(got)
				}
				fmt.Fprintf(&out, "< %s: %s\n", name, got)
			}
		}
	}
	return out.String()
}

// allFlushed checks that all clients but the one whose command it was were told to send what came for them. That one sends by itself.
func (f *fixture) allFlushed(arguments []string, command string) {
	f.Helper()
	var by *client
	if len(arguments) > 0 {
		by = f.clients[arguments[0]]
		if s := f.consumers[arguments[0]]; by == nil && s != nil {
			by = s.client
		}
	}
	for _, name := range sorted(f.clients) {
		if c := f.clients[name]; c.unflushed() > 0 && c != by {
			f.Errorf("%s: %s was not told to send what came for it", strings.TrimSpace(command), name)
		}
	}
}
