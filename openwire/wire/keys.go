package wire

import "goactivemq/activemq/message"

// key is what makes two structures equal in the cache. The zero key is none.
type key struct {
	kind       byte
	a, b       int64
	text, more string
}

// otherKind is the kind of keys that hold the bytes of the structure. No type has that number.
const otherKind = 0xfe

// nullKey is the key of a missing structure, which has a slot as any other.
var nullKey = key{kind: 0xff}

// anyKey returns the key of a structure of any type. For those that nobody caches in earnest it is the structure as it is written.
func (w *walker) anyKey(v any) key {
	switch v := v.(type) {
	case nil:
		return nullKey
	case *message.ConnectionID:
		return connectionIDKey(v)
	case *message.SessionID:
		return sessionIDKey(v)
	case *message.ConsumerID:
		return consumerIDKey(v)
	case *message.ProducerID:
		return producerIDKey(v)
	case *message.BrokerID:
		return brokerIDKey(v)
	case *message.Destination:
		return destinationKey(v)
	case *message.TransactionID:
		return transactionIDKey(v)
	}
	plain := walker{mode: writeLoose, version: w.version, stackTrace: w.stackTrace, depth: w.depth}
	plain.writeAny(v)
	if plain.err != nil {
		w.fail("%w", plain.err)
	}
	return key{kind: otherKind, text: string(plain.out)}
}

func connectionIDKey(v *message.ConnectionID) key {
	return key{kind: typeConnectionID, text: v.Value}
}

func sessionIDKey(v *message.SessionID) key {
	return key{kind: typeSessionID, text: v.Connection, a: v.Value}
}

func consumerIDKey(v *message.ConsumerID) key {
	return key{kind: typeConsumerID, text: v.Connection, a: v.Session, b: v.Value}
}

func producerIDKey(v *message.ProducerID) key {
	return key{kind: typeProducerID, text: v.Connection, a: v.Value, b: v.Session}
}

func brokerIDKey(v *message.BrokerID) key {
	return key{kind: typeBrokerID, text: v.Value}
}

func destinationKey(v *message.Destination) key {
	return key{kind: destinationType(v), text: v.Name}
}

// transactionIDKey makes null and empty parts of an xid equal to nothing but themselves, as the bytes on the wire are.
func transactionIDKey(v *message.TransactionID) key {
	if v.XA {
		k := key{kind: typeXATransactionID, a: int64(v.Format), text: string(v.Global), more: string(v.Branch)}
		if v.Global == nil {
			k.b |= 1
		}
		if v.Branch == nil {
			k.b |= 2
		}
		return k
	}
	k := key{kind: typeLocalTransactionID, a: v.Value}
	if v.Connection != nil {
		k.text, k.b = v.Connection.Value, 1
	}
	return k
}
