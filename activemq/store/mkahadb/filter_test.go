package mkahadb

import (
	"strings"
	"testing"

	"goactivemq/activemq/message"
)

// TestFolderName has names that Java made, two of them with a name that is longer than a folder's may be.
func TestFolderName(t *testing.T) {
	for qualified, want := range map[string]string{
		"queue://BIG.>":                      "queue#3a#2f#2fBIG.#3e",
		"queue://odd/name with:all*stuff%":   "queue#3a#2f#2fodd#2fname#20with#3aall#2astuff#25",
		"topic://a-b_c.d#e":                  "topic#3a#2f#2fa-b_c.d#e",
		"queue://ünï\U0001F600":              "queue#3a#2f#2f#fcn#ef#d83d#de00",
		"queue://" + strings.Repeat("a", 70): strings.Repeat("a", 64),
		"queue://" + strings.Repeat("/", 30): "f" + strings.Repeat("#2f", 21),
		all:                                  "Any#3a#2f#2fqueue#3a#2f#2f#3e#2ctopic#3a#2f#2f#3e",
	} {
		if got := folderName(qualified); got != want {
			t.Errorf("%s is in folder %s, want %s", qualified, got, want)
		}
	}
}

func TestBest(t *testing.T) {
	var filters []Filter
	for _, name := range []string{">", "A.>", "A.*", "*.B", "A.B", "A.B.C,X", "topic://T.>", ""} {
		f := Filter{}
		if name != "" {
			f.Destination = message.ParseDestination(name, message.Queue)
		}
		filters = append(filters, f)
	}
	for name, want := range map[string]string{
		"A.B":         "queue://A.B",
		"A.B.C":       "queue://A.B.C,X",
		"X":           "queue://A.B.C,X",
		"A.C":         "queue://A.*",
		"A.C.D":       "queue://A.>",
		"X.B":         "queue://*.B",
		"Y.Z":         "queue://>",
		"topic://T.A": "topic://T.>",
		"topic://U":   "",
	} {
		got := best(filters, message.ParseDestination(name, message.Queue))
		if got == nil || got.Destination.Name != "" && got.Destination.String() != want || got.Destination.Name == "" && want != "" {
			t.Errorf("%s belongs to %v, want %s", name, got, want)
		}
	}
	if got := best(filters[:6], message.ParseDestination("topic://U", message.Queue)); got != nil {
		t.Errorf("a topic belongs to %v, want none", got.Destination)
	}
}
