package broker_test

import (
	"strings"
	"testing"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/broker/policy"
	"goactivemq/activemq/broker/spool"
	"goactivemq/activemq/message"
	"goactivemq/activemq/vfs"
	"goactivemq/openwire/wire"
)

// spooling gives a broker a temporary store, in memory, with a limit.
func spooling(t *testing.T, fs vfs.FS, limit int64) func(*broker.Options) {
	return func(o *broker.Options) {
		directory, err := spool.Open(fs, "tmp_storage")
		if err != nil {
			t.Fatal(err)
		}
		codec, err := wire.NewStoreCodec(11)
		if err != nil {
			t.Fatal(err)
		}
		o.Spool, o.TempLimit = &broker.Spool{Directory: directory, Codec: codec}, limit
	}
}

// TestSpool sends far more than memory may hold, stored and not stored in turns, and takes it back. The order stays, memory its limit, and nothing is
// left on disk.
func TestSpool(t *testing.T) {
	const limit, page, n = 100_000, 20, 3000
	fs := vfs.NewMem()
	bubble(t, "kahadb", func(f *fixture) {
		p := f.connect("p")
		names := sequenceNames("m", n)
		for i, name := range names {
			m := f.newMessage(p, "Q", name)
			m.Persistent = i/7%3 == 0
			f.must(p.conn.Send(m, nil))
			if i%100 == 99 {
				f.settle()
			}
		}
		if f.broker.Temporary().Used() == 0 {
			f.Error("nothing is spooled")
		}
		var got []string
		for round := 0; round < 100 && len(got) < n; round++ {
			c := f.connect("c")
			x := f.consume(c, "x", "Q", func(i *message.ConsumerInfo) { i.Prefetch = 50 })
			for range 4 {
				f.settle()
				if used := f.broker.Memory().Used(); used > limit+page*1100 {
					f.Fatalf("%d bytes of memory used, want the limit of %d and a page at most", used, limit)
				}
				for _, d := range x.take() {
					got = append(got, f.nameOf(d.Message))
					f.must(f.ack(x, message.Individual, "", "", d.Message.ID))
				}
			}
			c.conn.CloseAfter(message.NoneDelivered)
			x.take()
		}
		if strings.Join(got, " ") != strings.Join(names, " ") {
			f.Error(firstDifference(got, names))
		}
		if used := f.broker.Temporary().Used(); used != 0 {
			f.Errorf("%d bytes are spooled at the end, want none", used)
		}
		if c, _ := f.counters("Q"); c.Pending != 0 || c.Memory != 0 {
			f.Errorf("the queue has %+v at the end", c)
		}
		if files, err := fs.ReadDir("tmp_storage"); err != nil || len(files) != 0 {
			f.Errorf("%v (%v) are left on disk", files, err)
		}
	}, limited(limit), policies(func(e *policy.Entry) { e.MaxPageSize = page }), spooling(t, fs, 0))
}

// TestSpoolRoom shows that producers wait when the temporary store is full, too, and go on as it is read.
func TestSpoolRoom(t *testing.T) {
	bubble(t, "kahadb", func(f *fixture) {
		p, c := f.connect("p"), f.connect("c")
		var waits int
		answers := make(chan error, 100)
		for waits = 1; len(f.broker.Blocked()) == 0 && waits < 100; waits++ {
			f.must(p.conn.Send(f.transient(p, "Q", "m"), func(err error) { answers <- err }))
			f.settle()
		}
		blocked := f.broker.Blocked()
		if len(blocked) != 1 || blocked[0].Usage != "temp" {
			f.Fatalf("after %d messages blocked are %+v, want the producer, by temp", waits, blocked)
		}
		x := f.consume(c, "x", "Q")
		f.settle()
		got := x.take()
		for _, d := range got {
			f.must(f.ack(x, message.Individual, "", "", d.Message.ID))
		}
		f.settle()
		if sent, came := waits-1, len(got)+len(x.take()); came != sent || len(answers) != sent {
			f.Errorf("%d messages came and %d were answered, want %d", came, len(answers), sent)
		}
	}, limited(10_000), spooling(t, vfs.NewMem(), 4000))
}

// TestSpoolRemoved shows that a queue which is removed takes what is spooled with it.
func TestSpoolRemoved(t *testing.T) {
	fs := vfs.NewMem()
	bubble(t, "memory", func(f *fixture) {
		p := f.connect("p")
		for _, name := range sequenceNames("m", 200) {
			f.must(f.sendOne(p, f.transient(p, "Q", name)))
		}
		if f.broker.Temporary().Used() == 0 {
			f.Fatal("nothing is spooled")
		}
		f.must(p.conn.RemoveDestination(*message.NewQueue("Q"), nil))
		if used, memory := f.broker.Temporary().Used(), f.broker.Memory().Used(); used != 0 || memory != 0 {
			f.Errorf("%d bytes are spooled and %d in memory, want none", used, memory)
		}
	}, limited(10_000), spooling(t, fs, 0))
}
