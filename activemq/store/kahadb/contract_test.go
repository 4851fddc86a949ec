package kahadb_test

import (
	"log/slog"
	"testing"

	"goactivemq/activemq/store"
	"goactivemq/activemq/store/kahadb"
	"goactivemq/activemq/store/storetest"
	"goactivemq/activemq/vfs"
	"goactivemq/openwire/wire"
)

// place is a store's directory in memory.
type place struct {
	t     *testing.T
	codec store.Codec
	fs    *vfs.Mem
	small bool
}

func (p *place) open() (store.Store, error) {
	o := kahadb.Defaults("data", p.codec)
	o.FS, o.Log = p.fs, slog.New(slog.DiscardHandler)
	if p.small {
		o.MaxFileLength, o.IndexCache = 32<<10, 1
	}
	s, err := kahadb.Open(o)
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
	codec, err := wire.NewStoreCodec(11)
	if err != nil {
		t.Fatal(err)
	}
	for name, small := range map[string]bool{"default": false, "small files": true} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, storetest.Harness{Place: func(t *testing.T) storetest.Place {
				p := &place{t: t, codec: codec, fs: vfs.NewMem(), small: small}
				return storetest.Place{Open: p.open, Kill: p.kill}
			}})
		})
	}
}
