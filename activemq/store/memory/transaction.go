package memory

import (
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// transaction needs no state: what it adds waits in the broker's entries until they are admitted, and what it removes stays
// until it is dropped. There is no journal that would have to remember either.
type transaction struct{}

// Begin returns the store's side of any transaction.
func (s *Store) Begin(*message.TransactionID) store.Transaction { return transaction{} }

// Prepared returns nothing: no transaction outlives the process.
func (s *Store) Prepared() []store.Prepared { return nil }

func (transaction) Prepare(done store.Completion)  { complete(done) }
func (transaction) Commit(done store.Completion)   { complete(done) }
func (transaction) Rollback(done store.Completion) { complete(done) }
func (transaction) Finish()                        {}
