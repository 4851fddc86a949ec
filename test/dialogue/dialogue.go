// Package dialogue holds conversations of clients with a broker, as text: what each client does, and what comes of it. The same text is
// played against our broker and, where it is installed, against the original, which wrote the expected answers down.
//
// A file of testdata has scenes, which lines of "===" part. A line that starts with ">" is a command; those with "<" behind it are what
// came of it; those with "|" in front of the first command say how the broker is configured; everything else is commentary:
//
//	A message with a selector goes to who wants it.
//
//	| @useMirroredQueues="true"                 an attribute of <broker>
//	| <destinationPolicy>…</destinationPolicy>  an element within it
//
//	> connect a
//	> consume a x dialogue.Q selector=color='red'
//	> send a dialogue.Q 1 color:red
//	< x: 1
//
// The commands, where [] is optional; CLIENT and NAME are the dialogue's own names for a connection and a consumer:
//
//	connect CLIENT [id=CLIENTID]       drop CLIENT cuts the line, disconnect CLIENT says good-bye
//	consume CLIENT NAME DESTINATION [prefetch=N priority=N selector=S durable=NAME pending=N show=FIELD,… browser nolocal exclusive retroactive async network sorted]
//	                                   a selector has "_" for a blank; show adds fields to each message; sorted lists what comes by name
//	close NAME [delivered=none|MESSAGE]
//	send CLIENT DESTINATION MESSAGE … [tx=T transient priority=N ttl=N group=G seq=N type=T correlation=C reply=DESTINATION KEY:VALUE]
//	                                   MESSAGE is the message's text, with "_" for a blank; ttl is in milliseconds; a VALUE that is a number or true or false is sent as such
//	ack, individual, delivered, poison, expired, redelivered NAME [FIRST..]LAST [tx=T]
//	begin, prepare, commit, onephase, rollback, forget CLIENT T      T is an XA transaction where it starts with X
//	pull NAME MILLISECONDS             0 waits for ever, -1 not at all
//	prefetch NAME N
//	make, remove CLIENT DESTINATION    unsubscribe CLIENT NAME ends a durable subscription
//	pass MILLISECONDS                  lets time pass; for what only time brings about
//	restart                            the broker, which ends all clients
//
// Answers: "< x: 1 2+1 end" are the messages 1 and 2, which has a redelivery count of 1, and the delivery without a message that ends a
// browse and a pull. "< error: CLASS" is a command refused, with the Java class of the exception; "< a error: CLASS" one that the client had
// not asked to be told of. A message without a text shows the type of what it carries, as advisories do: "(ConsumerInfo)". In
// destinations "$a" stands for the connection id of client a, as in "temp-queue://$a:1".
//
// Files with the same configuration are played by one broker one after the other: a scene uses destinations of its own, best with the file's
// name in them.
package dialogue

import (
	"fmt"
	"strconv"
	"strings"
)

// Words are the arguments of a command: those by place, and those with a name.
type Words struct {
	Plain []string
	Named map[string]string
}

// switches are the named arguments without a value.
var switches = map[string]bool{
	"transient": true, "browser": true, "nolocal": true, "sorted": true, "retroactive": true, "exclusive": true, "async": true, "network": true,
}

// ParseWords tells the two kinds of arguments apart. A word without a value that is the name of a switch is named too.
func ParseWords(all []string) Words {
	w := Words{Named: map[string]string{}}
	for _, word := range all {
		key, value, ok := strings.Cut(word, "=")
		ok = ok && !strings.ContainsAny(key, "?/:<") // which have a place in destinations and texts
		switch {
		case ok:
			w.Named[key] = value
		case switches[word]:
			w.Named[word] = "true"
		default:
			w.Plain = append(w.Plain, word)
		}
	}
	return w
}

// At returns the argument at a place, "" when there is none.
func (w Words) At(i int) string {
	if i < len(w.Plain) {
		return w.Plain[i]
	}
	return ""
}

// Has tells whether a switch is there.
func (w Words) Has(name string) bool { return w.Named[name] != "" }

// Number returns a named argument as a number, or what holds without it.
func (w Words) Number(name string, otherwise int64) int64 {
	if n, err := strconv.ParseInt(w.Named[name], 10, 64); err == nil {
		return n
	}
	return otherwise
}

// Difference shows the first line that is not the same in both texts, with those before it.
func Difference(want, got string) string {
	wants, gots := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range wants {
		if i < len(gots) && wants[i] == gots[i] {
			continue
		}
		line := "(the end)"
		if i < len(gots) {
			line = gots[i]
		}
		return fmt.Sprintf("%s\nline %d: want %q\n        got %q", strings.Join(wants[max(0, i-8):i], "\n"), i+1, wants[i], line)
	}
	return "more lines: " + strings.Join(gots[len(wants):], "\n")
}
