package dialogue

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"goactivemq/test/broker"
	"goactivemq/test/peers"
)

var rewrite = flag.Bool("rewrite", false, "have the original write what comes into testdata/*.txt; only commit what you understand")

func TestMain(m *testing.M) { broker.Main(m) }

// file is a dialogue of testdata.
type file struct {
	path, text string
	scenes     []string
}

// TestDialogues plays the dialogues against our broker, and against the original where that is installed. Each has to behave as
// written.
func TestDialogues(t *testing.T) {
	order, files := byConfiguration(t)
	t.Run("ours", func(t *testing.T) {
		if *rewrite {
			t.Skip("the original writes")
		}
		for _, configuration := range order {
			playAll(t, broker.Config{XML: withConfiguration(configuration)}, files[configuration])
		}
	})
	t.Run("original", func(t *testing.T) {
		peers.Java(t)
		for _, configuration := range order {
			playAll(t, broker.Config{XML: withConfiguration(configuration), Java: true}, files[configuration])
		}
	})
}

// byConfiguration reads the dialogues, together those that want the same configuration.
func byConfiguration(t *testing.T) (order []string, files map[string][]*file) {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no dialogues in testdata: %v", err)
	}
	files = map[string][]*file{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		configuration := configurationOf(string(text))
		if files[configuration] == nil {
			order = append(order, configuration)
		}
		files[configuration] = append(files[configuration], &file{path, string(text), strings.SplitAfter(string(text), "\n===\n")})
	}
	return order, files
}

// configurationOf returns the lines that say how the broker is configured, without their mark.
func configurationOf(text string) string {
	var all strings.Builder
	for line := range strings.SplitAfterSeq(text, "\n") {
		if c, ok := strings.CutPrefix(line, "| "); ok {
			all.WriteString(c)
		}
	}
	return all.String()
}

// withConfiguration puts the lines of a dialogue into a whole configuration.
func withConfiguration(lines string) string {
	var attributes, elements strings.Builder
	for line := range strings.SplitAfterSeq(lines, "\n") {
		if a, ok := strings.CutPrefix(line, "@"); ok {
			attributes.WriteString(" " + strings.TrimSpace(a))
		} else {
			elements.WriteString(line)
		}
	}
	xml := strings.Replace(broker.Plain, "<broker ", "<broker"+attributes.String()+" ", 1)
	return strings.Replace(xml, "    <persistenceAdapter>", elements.String()+"    <persistenceAdapter>", 1)
}

// playAll plays dialogues against one broker, which it starts when one of them is wanted.
func playAll(t *testing.T, c broker.Config, files []*file) {
	t.Helper()
	var b *broker.Broker
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f.path), ".txt"), func(inner *testing.T) {
			if b == nil {
				b = broker.Start(t, c)
			}
			play(inner, b, f)
		})
	}
	if b != nil {
		b.Kill()
	}
}

// play plays one dialogue.
func play(t *testing.T, b *broker.Broker, f *file) {
	p := &Player{Addr: b.Addr(), Restart: func() {
		b.Stop()
		b.Restart()
	}}
	var played strings.Builder
	for _, scene := range f.scenes {
		got := p.Scene(scene, *rewrite)
		played.WriteString(got)
		if got != scene && !*rewrite {
			t.Errorf("%s went otherwise:\n%s", f.path, Difference(scene, got))
		}
	}
	if *rewrite && played.String() != f.text {
		if err := os.WriteFile(f.path, []byte(played.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
