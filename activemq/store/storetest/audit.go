package storetest

import (
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

var auditCases = []testCase{
	{"last sequence", auditLast},
	{"transaction", auditTransaction},
	{"consumed", auditConsumed},
}

// wantLast fails unless the store knows that number as the producer's last, that of the messages that f.make makes.
func (f *fixture) wantLast(want int64) {
	f.Helper()
	audit, ok := f.store.(store.Audit)
	if !ok {
		f.Skip("the store knows nothing of producers")
	}
	for producer, want := range map[message.ProducerID]int64{*f.harness.Message(queueNamed("A"), 1, 0).Producer: want, {Connection: "ID:nobody", Session: 1, Value: 1}: -1} {
		if got, err := audit.LastSequence(producer); err != nil || got != want {
			f.Errorf("last sequence of %v is %d, %v, want %d", producer, got, err, want)
		}
	}
}

// auditLast: a message counts from when it is admitted.
func auditLast(f *fixture) {
	f.wantLast(-1)
	f.add(queueNamed("A"), 3)
	f.add(queueNamed("B"), 2)
	f.holds(func() { f.wantLast(5) })
	f.add(queueNamed("A"), 1)
	f.holds(func() { f.wantLast(6) })
}

// auditTransaction: what is sent in a transaction counts from the commit on, and not at all when there is none.
func auditTransaction(f *fixture) {
	d := queueNamed("A")
	f.add(d, 1)
	gone, stays := f.begin(localID(1)), f.begin(localID(2))
	f.addIn(stays, d, 2)
	f.wantLast(1)
	f.commit(stays)
	f.addIn(gone, d, 2)
	f.rollback(gone)
	f.holds(func() { f.wantLast(3) })
}

// auditConsumed: a message counts although it has been consumed.
func auditConsumed(f *fixture) {
	d := queueNamed("A")
	items := f.add(d, 4)
	f.settle(f.T)
	f.remove(d, items...)
	f.holds(func() { f.wantLast(4) })
}
