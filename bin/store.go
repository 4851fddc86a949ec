package main

import (
	"context"
	"fmt"
	"log/slog"

	"goactivemq/activemq/config"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/memory"
)

// failing is what stores on disks have in common.
type failing interface {
	Failed() <-chan struct{}
	Err() error
}

// openStore is the broker's store, with what the broker has to know about it.
type openStore struct {
	store.Store
	failing        failing // nil: a store that never fails
	beforeDispatch bool    // messages are to be on disk before a consumer gets them
	version        int     // the OpenWire version of its records
}

// open opens the store that the configuration asks for. It waits while another broker has it; standBy is then called once, with what it waits for.
func (s *openStore) open(ctx context.Context, c *config.Broker, log *slog.Logger, standBy func(lock string)) error {
	switch adapter := c.PersistenceAdapter.(type) {
	case *config.MemoryStore:
		log.Info("Using Persistence Adapter: MemoryPersistenceAdapter")
		s.Store = memory.New()
		return nil
	case *config.KahaDB:
		return s.openKahaDB(ctx, c, adapter, log, standBy)
	case *config.MultiKahaDB:
		return s.openMultiKahaDB(ctx, c, adapter, log, standBy)
	}
	return fmt.Errorf("the store %T is not served by this version: use kahaDB", c.PersistenceAdapter)
}

// empty removes all that the store holds.
func (s *openStore) empty() error {
	for _, p := range s.Prepared() {
		p.Transaction.Rollback(func(error) {})
		p.Transaction.Finish()
	}
	for _, d := range s.Destinations() {
		done := make(chan error, 1)
		s.RemoveDestination(d, func(err error) { done <- err })
		if err := <-done; err != nil {
			return fmt.Errorf("deleteAllMessagesOnStartup: %s: %w", d, err)
		}
	}
	return nil
}

// failed returns a channel that is closed when the store cannot go on, nil for a store that always can.
func (s *openStore) failed() <-chan struct{} {
	if s.failing == nil {
		return nil
	}
	return s.failing.Failed()
}

// close closes the store, if it was opened.
func (s *openStore) close() error {
	if s.Store == nil {
		return nil
	}
	return s.Store.Close()
}
