package message

import "encoding/hex"

// TransactionID names a transaction: a local one by its connection and number there, an XA one by its xid.
type TransactionID struct {
	XA bool

	// Of a local transaction.
	Connection *ConnectionID
	Value      int64

	// Of an XA transaction. Global and Branch are at most 64 bytes in a valid xid, which nobody checks on the wire.
	Format int32
	Global []byte
	Branch []byte
}

// TransactionKey is a comparable form of a TransactionID.
type TransactionKey struct {
	xa            bool
	number        int64
	first, second string
}

// Key returns the form of the id that serves as a map key.
func (t *TransactionID) Key() TransactionKey {
	if t.XA {
		return TransactionKey{true, int64(t.Format), string(t.Global), string(t.Branch)}
	}
	k := TransactionKey{number: t.Value, first: NullName}
	if t.Connection != nil {
		k.first = t.Connection.Value
	}
	return k
}

// String returns the id as the original prints it: TX:connection:number, or XID:[format,globalId=hex,branchId=hex].
func (t *TransactionID) String() string {
	if !t.XA {
		if t.Connection == nil {
			return join("TX:", t.Value)
		}
		return join("TX:"+t.Connection.Value, t.Value)
	}
	format := join("", int64(t.Format))[1:]
	return "XID:[" + format + ",globalId=" + hex.EncodeToString(t.Global) + ",branchId=" + hex.EncodeToString(t.Branch) + "]"
}
