package main

import (
	"fmt"

	"goactivemq/activemq/broker"
	"goactivemq/activemq/broker/spool"
	"goactivemq/activemq/vfs"
	"goactivemq/openwire/wire"
)

// spool opens the temporary store, and deletes what an earlier run left in it. As in the original a broker that keeps nothing has none.
func (r *running) spool() (*broker.Spool, error) {
	if !r.config.Persistent {
		return nil, nil
	}
	directory, err := spool.Open(vfs.OS{}, r.config.TempDirectory)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: see that tmpDataDirectory can be written to", r.config.At, err)
	}
	codec, err := wire.NewStoreCodec(r.config.StoreOpenWireVersion)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.config.Place("storeOpenWireVersion"), err)
	}
	return &broker.Spool{Directory: directory, Codec: codec}, nil
}
