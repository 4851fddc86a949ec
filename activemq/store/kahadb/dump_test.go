package kahadb

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"goactivemq/activemq/store"
	"goactivemq/activemq/store/storetest/captured"
	"goactivemq/activemq/vfs"
)

// TestDump compares with what an independent parser made of the journals of Java brokers.
func TestDump(t *testing.T) {
	for _, f := range captured.All(t, "kahadb") {
		t.Run(f.Name, func(t *testing.T) {
			fs := vfs.NewMem()
			f.Unpack(t, "store", fs, "data")
			var out bytes.Buffer
			if err := Dump(&out, fs, "data"); err != nil {
				t.Fatal(err)
			}
			got := captured.ParseLines(t, strings.Split(strings.TrimSpace(out.String()), "\n"))
			want := captured.ParseLines(t, f.Lines(t, "journal.jsonl"))
			if len(got) != len(want) {
				t.Fatalf("%d lines, want %d", len(got), len(want))
			}
			for i := range want {
				if _, end := want[i]["end"]; end {
					// How it says why a file ends is its own.
					want[i], got[i] = map[string]any{"offset": want[i]["offset"]}, map[string]any{"offset": got[i]["offset"]}
				}
				if c, ok := want[i]["c"].(map[string]any); ok {
					shorten(c, got[i]["c"].(map[string]any))
				}
				delete(got[i], "damaged") // which the other parser does not tell
				if !reflect.DeepEqual(got[i], want[i]) {
					t.Fatalf("line %d:\n%v, want\n%v", i, got[i], want[i])
				}
			}
		})
	}
}

// shorten makes the two parsers' beginnings of bytes comparable.
func shorten(want, got map[string]any) {
	delete(want, "messageDataType")
	for _, name := range []string{"messageHead", "ackHead", "head", "payloadHead"} {
		w, ok1 := want[name].(string)
		g, ok2 := got[name].(string)
		if ok1 && ok2 && len(w) < len(g) {
			got[name] = g[:len(w)]
		}
	}
}

// TestMend looks at what is made of a damaged part of a journal.
func TestMend(t *testing.T) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	h := open(t, o)
	q := h.queue("A")
	for range 3 {
		h.send(q, 100)
	}
	h.close()
	f, err := mem.Open("data/db-1.log", false)
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1000)
	if _, err := f.ReadAt(b, 0); err != nil {
		t.Fatal(err)
	}
	second := int64(bytes.Index(b[1:], []byte(batchMagic)) + 1)
	if _, err := f.WriteAt([]byte("damage"), second+60); err != nil {
		t.Fatal(err)
	}
	o.ForceRecoverIndex = true
	damage := new(store.Corruption)
	if _, err := Open(o); !errors.As(err, &damage) || damage.File != "data/db-1.log" || damage.Offset != second {
		t.Errorf("without leave to pass over it: %v, want the damage at %d", err, second)
	}
	o.IgnoreMissingJournalFiles = true
	h = open(t, o)
	h.expect(h.queue("A"), 1, 3)
	h.close()
	var out bytes.Buffer
	if err := errors.Join(Dump(&out, mem, "data"), f.Close()); err != nil {
		t.Fatal(err)
	}
	lines := captured.ParseLines(t, strings.Split(strings.TrimSpace(out.String()), "\n"))
	for _, l := range lines {
		if l["damaged"] != nil || l["checksumOk"] == false {
			t.Errorf("still damaged: %v", l)
		}
	}
	if lines[3]["command"] != "trace" || !strings.Contains(lines[3]["c"].(map[string]any)["message"].(string), "damage") {
		t.Errorf("in place of the damaged record there is %v", lines[3])
	}
}
