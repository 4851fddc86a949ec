package hostile

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"goactivemq/test/broker"
)

// TestBadConfiguration: a broker whose file it does not understand does not start, and says where the mistake is.
func TestBadConfiguration(t *testing.T) {
	const connectors = "    <transportConnectors>\n"
	for _, c := range []struct {
		name, old, new string // a change of the plain configuration
		cause          string // pattern; @line@ is that of the first line that differs
	}{
		{"no_xml", broker.Plain, "this is no XML", ""},
		{"element_left_open", "</transportConnectors>", "", `activemq\.xml:\d+:\d+`},
		{"unknown_element", connectors, "    <transportConectors/>\n" + connectors, `activemq\.xml:@line@:\d+.*transportConectors`},
		{"unknown_attribute", `<kahaDB `, `<kahaDB indexCacheSiez="1" `, `activemq\.xml:@line@:\d+.*indexCacheSiez`},
		{"value_of_wrong_type", `<kahaDB `, `<kahaDB indexCacheSize="many" `, `activemq\.xml:@line@:\d+.*many`},
		{"unknown_property", "${activemq.data}/kahadb", "${activemq.dta}/kahadb", `activemq\.xml:@line@:\d+.*activemq\.dta`},
		{"unknown_scheme", "tcp://", "tpc://", `activemq\.xml:@line@:\d+.*tpc`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(broker.Plain, c.old) {
				t.Fatalf("%q is not in the plain configuration", c.old)
			}
			text := strings.Replace(broker.Plain, c.old, c.new, 1)
			line := 1
			for line <= strings.Count(text, "\n") && strings.SplitN(text, "\n", line+1)[line-1] == strings.SplitN(broker.Plain, "\n", line+1)[line-1] {
				line++
			}
			b := broker.Stand(t, broker.Config{XML: text})
			status, output := b.Fails()
			refused(t, status, output, strings.ReplaceAll(c.cause, "@line@", fmt.Sprint(line)))
		})
	}
}

// TestPortInUse: what is stored waits for the port, and is there when the broker gets it.
func TestPortInUse(t *testing.T) {
	b := broker.Start(t, broker.Config{XML: broker.Plain})
	fill(t, b)
	b.Stop()
	holder, err := net.Listen("tcp", b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	status, output := b.Fails()
	_, port, _ := strings.Cut(b.Addr(), ":")
	refused(t, status, output, port+".*in use|in use.*"+port)
	if err := holder.Close(); err != nil {
		t.Fatal(err)
	}
	b.Restart()
	drained(t, b)
}

// TestNoDataDirectory: the store is to lie below a plain file, where not even root can make a directory.
func TestNoDataDirectory(t *testing.T) {
	if broker.Java() {
		t.Skip("ActiveMQ 5.17 hangs")
	}
	b := broker.Stand(t, broker.Config{XML: strings.Replace(broker.Plain, "${activemq.data}/kahadb", "${activemq.data}/file/kahadb", 1)})
	if err := os.WriteFile(filepath.Join(b.Data(), "file"), []byte("in the way"), 0o644); err != nil {
		t.Fatal(err)
	}
	status, output := b.Fails()
	refused(t, status, output, "data/file.*not a directory|not a directory.*data/file")
}

// TestCorruptJournal changes a byte of a message in the journal and takes the index away. The broker names the file and
// the place and leaves all as it is: with the byte put right, every message is there.
func TestCorruptJournal(t *testing.T) {
	if broker.Java() {
		t.Skip("ActiveMQ 5.17 warns and drops the message")
	}
	b := broker.Start(t, broker.Config{XML: broker.Plain})
	fill(t, b)
	b.Kill()
	store := filepath.Join(b.Data(), "kahadb")
	journal := filepath.Join(store, "db-1.log")
	dropIndex(t, store)
	turn := flip(t, journal, []byte("stored 50"))
	status, output := b.Fails()
	refused(t, status, output, `db-1\.log at \d+`)
	turn()
	b.Restart()
	drained(t, b)
}

// refused wants a failed start: a status that says so, and one line on the error output, no stack, with the cause. (The
// log may tell it too.) The original tells its causes in words and stacks of its own; of it only the status is asked.
func refused(t *testing.T, status int, output, cause string) {
	t.Helper()
	if status <= 0 {
		t.Errorf("exit status %d, want above 0", status)
	}
	if broker.Java() {
		return
	}
	pattern, lines := regexp.MustCompile("(?i)"+cause), 0
	for line := range strings.Lines(output) {
		if strings.HasPrefix(line, "ERROR: ") && pattern.MatchString(line) {
			lines++
		}
		if strings.HasPrefix(line, "goroutine ") {
			t.Error("the output has a stack")
		}
	}
	if lines != 1 {
		t.Errorf("%d error lines with %q, want 1:\n%s", lines, cause, output)
	}
}

// stored is how many messages fill leaves behind.
const stored = 100

// fill leaves messages in a queue.
func fill(t *testing.T, b *broker.Broker) {
	t.Helper()
	c := b.Connect(t)
	for n := range stored {
		c.Publish("stored", fmt.Sprintf("stored %d", n))
	}
}

// drained wants them all, in their order.
func drained(t *testing.T, b *broker.Broker) {
	t.Helper()
	c := b.Connect(t)
	c.Subscribe("stored")
	for n := range stored {
		want := []byte(fmt.Sprintf("stored %d", n))
		c.Await(string(want), func(frame []byte) bool {
			if frame[0] != broker.MessageDispatch {
				return false
			}
			if !bytes.Contains(frame, append([]byte{0, 0, 0, byte(len(want))}, want...)) {
				t.Fatalf("message %q, want %q", frame, want)
			}
			return true
		})
	}
}

// dropIndex removes all but the journal's files.
func dropIndex(t *testing.T, store string) {
	t.Helper()
	entries, err := os.ReadDir(store)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if ok, _ := filepath.Match("db-*.log", e.Name()); !ok {
			if err := os.RemoveAll(filepath.Join(store, e.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// flip turns a bit in the first appearance of a text in a file, and returns what turns it back.
func flip(t *testing.T, file string, text []byte) (back func()) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(content, text)
	if at < 0 {
		t.Fatalf("%q is not in %s", text, file)
	}
	turn := func() {
		t.Helper()
		f, err := os.OpenFile(file, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		b := make([]byte, 1)
		if _, err := f.ReadAt(b, int64(at)); err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt([]byte{b[0] ^ 0x20}, int64(at)); err != nil {
			t.Fatal(err)
		}
	}
	turn()
	return turn
}
