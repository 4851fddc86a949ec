// Package storetest is the one suite that every store passes. A store's own test calls [Run] with a [Harness]; the expected
// values come from the contract in package store, never from a store.
//
// Each case sets something up and then says what holds. It runs up to three times: "live" asks the store that did the work,
// "reopened" closes and opens the store before it asks, "killed" stops it the way a killed process does. A store that
// forgets runs live only. When a case is over the store's Check is called where it has one (Check() error), the store is
// closed, and every completion must have come exactly once.
//
// One of the random cases has a new seed each time, which a failure prints; STORETEST_SEED repeats it.
package storetest

import (
	"testing"

	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

// Harness makes the stores under test.
type Harness struct {
	// Place prepares an empty place for one store, in a directory of t for instance.
	Place func(t *testing.T) Place

	// Forgets says that nothing survives Close.
	Forgets bool

	// Message makes the n-th message for d, persistent, with an id of its own for each n, and a body of size bytes.
	// nil: NewMessage of this package.
	Message func(d message.Destination, n, size int) *message.Message

	// Difference tells how a message that was read back differs from what was stored, "" when it does not. nil: Difference
	// of this package.
	Difference func(got, want *message.Message) string
}

// Place is where one store lies.
type Place struct {
	// Open opens the store. It is called again after Close or Kill.
	Open func() (store.Store, error)

	// Kill leaves the store as a killed process does: what was completed survives, what was not may or may not, completions
	// may come late or never. It releases what keeps Open from opening the place again. nil: the store cannot be killed.
	Kill func(store.Store)
}

// A testCase is one of the suite.
type testCase struct {
	name string
	run  func(*fixture)
}

// cases are all there are, by what they look at.
var cases = []struct {
	name  string
	cases []testCase
}{
	{"queue", queueCases},
	{"destination", destinationCases},
	{"transaction", transactionCases},
	{"prepared", preparedCases},
	{"topic", topicCases},
	{"delivering", deliveringCases},
	{"load", loadCases},
	{"audit", auditCases},
	{"random", randomCases},
}

// Run runs the suite as sub-tests of t: group/case/mode.
func Run(t *testing.T, h Harness) {
	if h.Message == nil {
		h.Message = NewMessage
	}
	if h.Difference == nil {
		h.Difference = Difference
	}
	for _, group := range cases {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) {
					for _, m := range []mode{live, reopened, killed} {
						t.Run(m.String(), func(t *testing.T) { c.run(newFixture(t, h, m)) })
					}
				})
			}
		})
	}
}
