package main

import (
	"context"
	"crypto/subtle"
	"log/slog"

	"goactivemq/activemq/config"
	"goactivemq/activemq/store"
	"goactivemq/activemq/store/memory"
)

// openStore is the broker's store, with what to watch about it.
type openStore struct {
	store.Store
	beforeDispatch bool
}

// open opens the store that the configuration asks for.
func (s *openStore) open(ctx context.Context, c *config.Broker, log *slog.Logger, ready func()) error {
	s.Store = memory.New()
	return nil
}

// failed returns a channel that is closed when the store cannot go on.
func (s *openStore) failed() <-chan struct{} { return nil }

// err returns why the store cannot go on.
func (s *openStore) err() error { return nil }

// close closes the store, if it was opened.
func (s *openStore) close() error {
	if s.Store == nil {
		return nil
	}
	return s.Store.Close()
}

// equal compares secrets without telling by its time how much of them agrees.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
