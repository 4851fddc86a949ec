package mkahadb_test

import (
	"log/slog"
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/kahadb"
	"goactivemq/activemq/store/mkahadb"
	"goactivemq/activemq/store/storetest"
	"goactivemq/activemq/vfs"
	"goactivemq/openwire/wire"
)

// options are those of stores in memory, by filter.
func options(t testing.TB, fs vfs.FS, filters ...mkahadb.Filter) mkahadb.Options {
	t.Helper()
	codec, err := wire.NewStoreCodec(11)
	if err != nil {
		t.Fatal(err)
	}
	for i := range filters {
		filters[i].Options = func(directory string) (kahadb.Options, error) {
			o := kahadb.Defaults(directory, codec)
			o.MaxFileLength = 64 << 10
			return o, nil
		}
	}
	return mkahadb.Options{Directory: "data", FS: fs, Log: slog.New(slog.DiscardHandler), Filters: filters, Outcomes: kahadb.Defaults("", nil)}
}

// The ways to part destinations: all in one, each for itself, and queues from topics.
var (
	one     = []mkahadb.Filter{{}}
	each    = []mkahadb.Filter{{PerDestination: true}}
	parted  = []mkahadb.Filter{{Destination: *message.NewQueue(">")}, {Destination: *message.NewTopic(">")}}
	special = []mkahadb.Filter{{Destination: *message.NewQueue("BIG.>")}, {PerDestination: true}}
)

// place is a directory in memory.
type place struct {
	t       *testing.T
	fs      *vfs.Mem
	filters []mkahadb.Filter
}

func (p *place) open() (store.Store, error) {
	s, err := mkahadb.Open(options(p.t, p.fs, p.filters...))
	if err != nil {
		return nil, err
	}
	return s, nil
}

// kill leaves what the process had written; what it does from then on comes too late.
func (p *place) kill(s store.Store) {
	p.fs = p.fs.Copy()
	if err := s.Close(); err != nil {
		p.t.Error(err)
	}
}

func TestContract(t *testing.T) {
	for name, filters := range map[string][]mkahadb.Filter{"one store": one, "each for itself": each, "queues from topics": parted} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, storetest.Harness{Place: func(t *testing.T) storetest.Place {
				p := &place{t: t, fs: vfs.NewMem(), filters: filters}
				return storetest.Place{Open: p.open, Kill: p.kill}
			}})
		})
	}
}
