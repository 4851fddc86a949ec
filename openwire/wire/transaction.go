package wire

import "goactivemq/activemq/message"

// transactionID is the shape of a field that can name a local or an XA transaction.
var transactionID = &shape[message.TransactionID]{
	ref: "TransactionId",
	id:  transactionIDType,
	make: func(id byte) *message.TransactionID {
		switch id {
		case typeLocalTransactionID:
			return newLocalTransactionID()
		case typeXATransactionID:
			return newXATransactionID()
		}
		return nil
	},
	walk: walkTransactionID,
	key:  transactionIDKey,
}

func newLocalTransactionID() *message.TransactionID { return &message.TransactionID{} }
func newXATransactionID() *message.TransactionID    { return &message.TransactionID{XA: true} }

func transactionIDType(t *message.TransactionID) byte {
	if t.XA {
		return typeXATransactionID
	}
	return typeLocalTransactionID
}

// walkTransactionID walks either kind; t.XA is set.
func walkTransactionID(w *walker, t *message.TransactionID) {
	if t.XA {
		w.int32(&t.Format)
		w.bytes(&t.Global)
		w.bytes(&t.Branch)
		return
	}
	w.int64(&t.Value)
	cached(w, connectionID, &t.Connection)
}

// TransactionStep is what a TransactionInfo asks for.
type TransactionStep int8

// The steps of a transaction.
const (
	Begin            TransactionStep = 0
	Prepare          TransactionStep = 1
	CommitOnePhase   TransactionStep = 2
	CommitTwoPhase   TransactionStep = 3
	Rollback         TransactionStep = 4
	Recover          TransactionStep = 5
	Forget           TransactionStep = 6
	EndOfAssociation TransactionStep = 7
)

// TransactionInfo asks for a step of a transaction.
type TransactionInfo struct {
	message.Command
	Connection  *message.ConnectionID
	Transaction *message.TransactionID
	Step        TransactionStep
}

func walkTransactionInfo(w *walker, t *TransactionInfo) {
	walkCommand(w, &t.Command)
	cached(w, connectionID, &t.Connection)
	cached(w, transactionID, &t.Transaction)
	w.int8((*int8)(&t.Step))
}
