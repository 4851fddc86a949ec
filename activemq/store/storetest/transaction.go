package storetest

import (
	"goactivemq/activemq/message"
	"goactivemq/activemq/store"
)

var transactionCases = []testCase{
	{"commit", transactionCommit},
	{"takes place at its commit", transactionPlace},
	{"rollback", transactionRollback},
	{"empty", transactionEmpty},
	{"id used again", transactionIDAgain},
	{"several open", transactionSeveral},
	{"topic", transactionTopic},
	{"in flight", transactionInFlight},
	{"prepare and commit", transactionPrepareCommit},
	{"prepare and rollback", transactionPrepareRollback},
}

// transaction is a transaction as the broker has it: what to do when the store has committed, in the order of operation.
type transaction struct {
	id    *message.TransactionID
	store store.Transaction
	apply []func()
}

// begin opens a transaction.
func (f *fixture) begin(id *message.TransactionID) *transaction {
	return &transaction{id: id, store: f.store.Begin(id)}
}

// addIn appends n messages in the transaction.
func (f *fixture) addIn(tx *transaction, d message.Destination, n int) []*item {
	f.Helper()
	items := make([]*item, n)
	for i := range items {
		it := f.append(d, 100, tx)
		l := f.log(d)
		tx.apply = append(tx.apply, func() { l.Admit(it.entry) })
		items[i] = it
	}
	return items
}

// removeIn removes items from a queue in the transaction.
func (f *fixture) removeIn(tx *transaction, d message.Destination, items ...*item) {
	f.Helper()
	q := f.queue(d)
	for _, it := range items {
		q.Remove(it.entry, newAck(d, it.message, message.Standard, tx.id), tx.store, f.done("remove in "+tx.id.String()))
		tx.apply = append(tx.apply, func() { q.Drop(it.entry) })
	}
}

// prepare, commit and rollback do what the broker does.
func (f *fixture) prepare(tx *transaction) {
	f.Helper()
	tx.store.Prepare(f.done("prepare " + tx.id.String()))
	f.settle(f.T)
}

func (f *fixture) commit(tx *transaction) {
	f.Helper()
	tx.store.Commit(f.done("commit " + tx.id.String()))
	f.settle(f.T)
	for _, apply := range tx.apply {
		apply()
	}
	tx.store.Finish()
}

func (f *fixture) rollback(tx *transaction) {
	f.Helper()
	tx.store.Rollback(f.done("rollback " + tx.id.String()))
	f.settle(f.T)
	tx.store.Finish()
}

// transactionCommit: nothing changes before the commit, everything with it.
func transactionCommit(f *fixture) {
	a, b := queueNamed("TX.A"), queueNamed("TX.B")
	inA := f.add(a, 4)
	tx := f.begin(localID(1))
	f.removeIn(tx, a, inA[0])
	addedA := f.addIn(tx, a, 2)
	addedB := f.addIn(tx, b, 3)
	f.removeIn(tx, a, inA[2])
	f.settle(f.T)
	f.wantQueue(a, inA...)
	f.wantQueue(b)

	f.commit(tx)
	wantA := append(pick(inA, 1, 3), addedA...)
	f.holds(func() {
		f.wantQueue(a, wantA...)
		f.wantQueue(b, addedB...)
	})
	f.remove(a, wantA[0], addedA[0])
	f.holds(func() { f.wantQueue(a, wantA[1], addedA[1]) })
}

// transactionPlace: what is added in a transaction comes behind what was added outside it before the commit.
func transactionPlace(f *fixture) {
	d := queueNamed("TX.PLACE")
	tx := f.begin(localID(1))
	first := f.addIn(tx, d, 2)
	outside := f.add(d, 2)
	second := f.addIn(tx, d, 1)
	f.commit(tx)
	behind := f.add(d, 1)
	f.holds(func() { f.wantQueue(d, outside[0], outside[1], first[0], first[1], second[0], behind[0]) })
}

// transactionRollback: after a rollback all is as before, and stays usable.
func transactionRollback(f *fixture) {
	d := queueNamed("TX.ROLLBACK")
	items := f.add(d, 3)
	tx := f.begin(localID(1))
	f.addIn(tx, d, 2)
	f.removeIn(tx, d, items[1])
	f.rollback(tx)
	f.wantQueue(d, items...)
	f.holds(func() { f.wantQueue(d, items...) })

	f.remove(d, items[1])
	f.holds(func() { f.wantQueue(d, items[0], items[2]) })
}

// transactionEmpty: a transaction without operations ends like any other. The store may never have heard of it.
func transactionEmpty(f *fixture) {
	d := queueNamed("TX.EMPTY")
	items := f.add(d, 1)
	f.commit(f.begin(localID(1)))
	f.rollback(f.begin(localID(2)))
	f.commit(f.begin(xaID(1)))
	tx := f.begin(xaID(2))
	f.prepare(tx)
	f.commit(tx)
	f.holds(func() {
		f.wantQueue(d, items...)
		f.wantNonePrepared()
	})
}

// transactionIDAgain: an id may come again once its transaction has ended.
func transactionIDAgain(f *fixture) {
	d := queueNamed("TX.AGAIN")
	var want []*item
	for range 3 {
		tx := f.begin(localID(1))
		f.addIn(tx, d, 1)
		f.rollback(tx)
		tx = f.begin(localID(1))
		want = append(want, f.addIn(tx, d, 2)...)
		f.commit(tx)
	}
	f.holds(func() { f.wantQueue(d, want...) })
}

// transactionSeveral: open transactions do not touch one another.
func transactionSeveral(f *fixture) {
	d := queueNamed("TX.SEVERAL")
	items := f.add(d, 4)
	one, two, three := f.begin(localID(1)), f.begin(xaID(2)), f.begin(localID(3))
	inOne := f.addIn(one, d, 1)
	f.addIn(two, d, 1)
	inThree := f.addIn(three, d, 1)
	f.removeIn(one, d, items[0])
	f.removeIn(two, d, items[1])
	f.removeIn(three, d, items[2])
	inOne = append(inOne, f.addIn(one, d, 1)...)
	f.commit(three)
	f.wantQueue(d, items[0], items[1], items[3], inThree[0])
	f.rollback(two)
	f.wantQueue(d, items[0], items[1], items[3], inThree[0])
	f.commit(one)
	f.holds(func() { f.wantQueue(d, items[1], items[3], inThree[0], inOne[0], inOne[1]) })
}

// transactionTopic: additions and acknowledgements of durable subscriptions take part like those of queues.
func transactionTopic(f *fixture) {
	d := topicNamed("TX.TOPIC")
	f.subscribe(d, "a", false)
	f.subscribe(d, "b", false)
	items := f.add(d, 3)

	undone := f.begin(localID(1))
	f.addIn(undone, d, 1)
	f.ackIn(undone, d, "a", items[0])
	f.rollback(undone)
	f.wantSubscription(d, "a", items...)

	tx := f.begin(localID(2))
	added := f.addIn(tx, d, 1)
	f.ackIn(tx, d, "a", items[0], items[1])
	f.ackIn(tx, d, "b", items[1])
	f.settle(f.T)
	f.wantSubscription(d, "a", items...)
	f.wantSubscription(d, "b", items...)
	f.commit(tx)
	f.holds(func() {
		f.wantSubscription(d, "a", items[2], added[0])
		f.wantSubscription(d, "b", items[0], items[2], added[0])
		f.wantHeld(d, items[0], items[2], added[0])
	})
}

// transactionInFlight: a transaction that was not prepared does not outlive the run, and its id can be used again.
func transactionInFlight(f *fixture) {
	f.needsRestart()
	d := queueNamed("TX.IN.FLIGHT")
	items := f.add(d, 3)
	for _, id := range []*message.TransactionID{localID(1), xaID(1)} {
		tx := f.begin(id)
		f.addIn(tx, d, 2)
		f.removeIn(tx, d, items[1])
	}
	f.restart()
	f.holds(func() {
		f.wantQueue(d, items...)
		f.wantNonePrepared()
	})
	tx := f.begin(localID(1))
	added := f.addIn(tx, d, 1)
	f.removeIn(tx, d, items[0])
	f.commit(tx)
	f.holds(func() { f.wantQueue(d, items[1], items[2], added[0]) })
}

// transactionPrepareCommit: in the run that prepared it a transaction commits like any other.
func transactionPrepareCommit(f *fixture) {
	d := queueNamed("TX.PREPARE.COMMIT")
	items := f.add(d, 2)
	tx := f.begin(xaID(1))
	f.removeIn(tx, d, items[0])
	added := f.addIn(tx, d, 1)
	f.prepare(tx)
	f.wantQueue(d, items...)
	f.commit(tx)
	f.holds(func() {
		f.wantQueue(d, items[1], added[0])
		f.wantNonePrepared()
	})
}

// transactionPrepareRollback: and rolls back like any other.
func transactionPrepareRollback(f *fixture) {
	d := queueNamed("TX.PREPARE.ROLLBACK")
	items := f.add(d, 2)
	tx := f.begin(xaID(1))
	f.removeIn(tx, d, items[0])
	f.addIn(tx, d, 1)
	f.prepare(tx)
	f.rollback(tx)
	f.holds(func() {
		f.wantQueue(d, items...)
		f.wantNonePrepared()
	})
}
