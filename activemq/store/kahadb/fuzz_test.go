package kahadb

import (
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/activemq/vfs"
)

// FuzzRecord decodes payloads of records.
func FuzzRecord(f *testing.F) {
	for c := range cmdRewrittenFile + 2 {
		w := &write{}
		w.encode(c, func(b []byte) []byte {
			b = appendBytesField(b, 1, appendTransaction(nil, &message.TransactionID{Value: 3}))
			return appendVarintField(appendBytesField(b, 2, appendDestination(nil, queueA)), 3, 7)
		})
		f.Add(w.record[recordHead:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := decodeRecord(b)
		if err != nil {
			return
		}
		if r.transaction != nil {
			if id, err := decodeTransaction(r.transaction); err == nil && id == nil {
				t.Error("a transaction without an id")
			}
		}
		if r.destination != nil {
			if d, err := decodeDestination(r.destination); err == nil && !d.IsQueue() && !d.IsTopic() {
				t.Errorf("destination of kind %d", d.Kind)
			}
		}
	})
}

// FuzzOpen opens a directory with any bytes for a journal file, and for the index's metadata; where the store opens, it must work.
func FuzzOpen(f *testing.F) {
	mem := vfs.NewMem()
	o := testOptions(mem)
	h := open(f, o)
	q := h.queue("A")
	for range 5 {
		h.send(q, 20)
	}
	h.close()
	journal, err := vfs.ReadFile(mem, "data/db-1.log")
	if err != nil {
		f.Fatal(err)
	}
	meta, err := vfs.ReadFile(mem, "data/"+metaName)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(journal[:1200], meta, true)
	f.Add(journal[:700], []byte(metaMagic), false)
	f.Fuzz(func(t *testing.T, journal, meta []byte, lenient bool) {
		o := testOptions(vfs.NewMem())
		o.IgnoreMissingJournalFiles = lenient
		for name, b := range map[string][]byte{"db-1.log": journal, metaName: meta} {
			file, err := o.FS.Open("data/"+name, true)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := file.WriteAt(b, 0); err != nil {
				t.Fatal(err)
			}
		}
		s, err := Open(o)
		if err != nil {
			return
		}
		h := &harness{Store: s, t: t, n: 1 << 20}
		q := h.queue("B")
		h.send(q, 10)
		if got := h.numbers(q); len(got) == 0 || got[len(got)-1] != h.n {
			t.Errorf("holds %v, want %d at the end", got, h.n)
		}
		h.close()
	})
}
