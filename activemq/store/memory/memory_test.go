package memory_test

import (
	"testing"

	"goactivemq/activemq/store"
	"goactivemq/activemq/store/memory"
	"goactivemq/activemq/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, storetest.Harness{
		Forgets: true,
		Place: func(t *testing.T) storetest.Place {
			return storetest.Place{Open: func() (store.Store, error) { return memory.New(), nil }}
		},
	})
}
