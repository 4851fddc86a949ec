package kahadb

import (
	"encoding/binary"
	"fmt"
	"math"

	"goactivemq/activemq/message"
)

// command says what a record tells. The numbers are the original's KahaEntryType.
type command uint8

const (
	cmdTrace             command = 0
	cmdAdd               command = 1
	cmdRemove            command = 2
	cmdPrepare           command = 3
	cmdCommit            command = 4
	cmdRollback          command = 5
	cmdRemoveDestination command = 6
	cmdSubscription      command = 7
	cmdProducerAudit     command = 8
	cmdAckFileMap        command = 9
	cmdUpdate            command = 10
	cmdAddJob            command = 11
	cmdRescheduleJob     command = 12
	cmdRemoveJob         command = 13
	cmdRemoveJobs        command = 14
	cmdDestroyScheduler  command = 15
	cmdRewrittenFile     command = 16
)

var commandNames = [...]string{"trace", "add", "remove", "prepare", "commit", "rollback", "removeDestination", "subscription",
	"producerAudit", "ackMessageFileMap", "update", "addScheduledJob", "rescheduleJob", "removeScheduledJob", "removeScheduledJobs",
	"destroyScheduler", "rewrittenDataFile"}

func (c command) String() string {
	if int(c) < len(commandNames) {
		return commandNames[c]
	}
	return fmt.Sprintf("command %d", uint8(c))
}

// record is a record of the journal, decoded. Its slices alias the record's bytes; nil means absent.
//
// The protobuf messages, field numbers in front; every message stands behind its varint length:
//
//	trace               1 message
//	add                 1 transaction  2 destination  3 messageId  4 message  5 priority  6 prioritySupported
//	update              1 add
//	remove              1 transaction  2 destination  3 messageId  4 ack      5 subscriptionKey
//	prepare … rollback  1 transaction
//	removeDestination   1 destination
//	subscription        1 destination  2 subscriptionKey  3 retroactive  4 subscriptionInfo (absent: removed)
//	rewrittenDataFile   1 sourceDataFileId  2 rewriteType  3 skipIfSourceExists (absent: true)
//
//	destination         1 type (0 queue, 1 topic, 2 temporary queue, 3 temporary topic)  2 name
//	transaction         1 local (1 connection id, and 1 again: number)  2 xa (1 format id  2 branch qualifier  3 global id)
type record struct {
	command     command
	transaction []byte
	destination []byte
	id          []byte
	message     []byte
	priority    int32
	ack         []byte // not nil but empty: the ack of a message that a selector did not match
	key         []byte // of a durable subscription
	info        []byte
	retroactive bool
	text        []byte
	source      int32
	skipSource  bool
}

// decodeRecord reads the payload of a record, command byte included. The scheduler's commands, the audit and the ack file map are told
// by their command only.
func decodeRecord(payload []byte) (record, error) {
	var r record
	if len(payload) == 0 {
		return r, errProtobuf
	}
	r.command = command(payload[0])
	length, n := binary.Uvarint(payload[1:])
	if n <= 0 || length != uint64(len(payload)-1-n) {
		return r, fmt.Errorf("%v: framed length %d, want %d", r.command, length, len(payload)-1-n)
	}
	body := payload[1+n:]
	var err error
	switch r.command {
	case cmdAdd:
		err = eachField(body, r.addField)
	case cmdUpdate:
		err = eachField(body, func(x field) error {
			if x.number == 1 {
				return eachField(x.bytes, r.addField)
			}
			return nil
		})
	default:
		err = eachField(body, r.field)
	}
	if err == nil {
		err = r.check()
	}
	if err != nil {
		err = fmt.Errorf("%v: %w", r.command, err)
	}
	return r, err
}

// present makes an empty field differ from an absent one.
func present(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func (r *record) addField(x field) error {
	switch x.number {
	case 1:
		r.transaction = x.bytes
	case 2:
		r.destination = x.bytes
	case 3:
		r.id = present(x.bytes)
	case 4:
		r.message = present(x.bytes)
	case 5:
		r.priority = int32(x.value)
	}
	return nil
}

// field takes a field of any command but add and update.
func (r *record) field(x field) error {
	switch {
	case r.command == cmdTrace && x.number == 1:
		r.text = x.bytes
	case r.command == cmdRemove:
		switch x.number {
		case 1:
			r.transaction = x.bytes
		case 2:
			r.destination = x.bytes
		case 3:
			r.id = present(x.bytes)
		case 4:
			r.ack = present(x.bytes)
		case 5:
			r.key = present(x.bytes)
		}
	case (r.command == cmdPrepare || r.command == cmdCommit || r.command == cmdRollback) && x.number == 1:
		r.transaction = x.bytes
	case r.command == cmdRemoveDestination && x.number == 1:
		r.destination = x.bytes
	case r.command == cmdSubscription:
		switch x.number {
		case 1:
			r.destination = x.bytes
		case 2:
			r.key = present(x.bytes)
		case 3:
			r.retroactive = x.value != 0
		case 4:
			r.info = present(x.bytes)
		}
	case r.command == cmdRewrittenFile:
		switch x.number {
		case 1:
			r.source, r.skipSource = int32(x.value), true
		case 3:
			r.skipSource = x.value != 0
		}
	}
	return nil
}

// check tells whether a required field is missing, and whether the command is one we know.
func (r *record) check() error {
	missing := ""
	switch r.command {
	case cmdAdd, cmdUpdate:
		if r.destination == nil {
			missing = "destination"
		} else if r.id == nil {
			missing = "messageId"
		} else if r.message == nil {
			missing = "message"
		}
	case cmdRemove:
		if r.destination == nil {
			missing = "destination"
		} else if r.id == nil {
			missing = "messageId"
		}
	case cmdPrepare, cmdCommit, cmdRollback:
		if r.transaction == nil {
			missing = "transaction_info"
		}
	case cmdRemoveDestination:
		if r.destination == nil {
			missing = "destination"
		}
	case cmdSubscription:
		if r.destination == nil {
			missing = "destination"
		} else if r.key == nil {
			missing = "subscriptionKey"
		}
	}
	switch {
	case missing != "":
		return fmt.Errorf("no %s", missing)
	case r.command > cmdRewrittenFile:
		return fmt.Errorf("unknown to this version")
	}
	return nil
}

// kinds are the destination kinds by their number in the journal.
var kinds = [...]message.DestinationKind{message.Queue, message.Topic, message.TempQueue, message.TempTopic}

// decodeDestination reads a destination.
func decodeDestination(b []byte) (message.Destination, error) {
	var d message.Destination
	err := eachField(b, func(x field) error {
		switch {
		case x.number == 1 && x.value < uint64(len(kinds)):
			d.Kind = kinds[x.value]
		case x.number == 1:
			return fmt.Errorf("destination type %d, want 0 to 3", x.value)
		case x.number == 2:
			d.Name = string(x.bytes)
		}
		return nil
	})
	if err == nil && d.Kind == 0 {
		err = fmt.Errorf("destination without a type")
	}
	return d, err
}

// appendDestination writes a destination without its length.
func appendDestination(b []byte, d message.Destination) []byte {
	var kind uint64
	for i, k := range kinds {
		if k == d.Kind {
			kind = uint64(i)
		}
	}
	return appendBytesField(appendVarintField(b, 1, kind), 2, d.Name)
}

// decodeTransaction reads a transaction's id.
func decodeTransaction(b []byte) (*message.TransactionID, error) {
	var t *message.TransactionID
	err := eachField(b, func(x field) error {
		switch x.number {
		case 1:
			t = &message.TransactionID{Connection: &message.ConnectionID{}}
			// Both fields have number 1 in the original's description; the wire type tells them apart.
			return eachField(x.bytes, func(y field) error {
				if y.wire == wireBytes {
					t.Connection.Value = string(y.bytes)
				} else {
					t.Value = int64(y.value)
				}
				return nil
			})
		case 2:
			t = &message.TransactionID{XA: true, Branch: []byte{}, Global: []byte{}}
			return eachField(x.bytes, func(y field) error {
				switch y.number {
				case 1:
					t.Format = int32(y.value)
				case 2:
					t.Branch = append(t.Branch, y.bytes...)
				case 3:
					t.Global = append(t.Global, y.bytes...)
				}
				return nil
			})
		}
		return nil
	})
	if err == nil && t == nil {
		err = fmt.Errorf("transaction without an id")
	}
	return t, err
}

// appendTransaction writes a transaction's id without its length.
func appendTransaction(b []byte, t *message.TransactionID) []byte {
	var id []byte
	if t.XA {
		id = appendVarintField(id, 1, uint64(int64(t.Format)))
		id = appendBytesField(id, 2, t.Branch)
		id = appendBytesField(id, 3, t.Global)
		return appendBytesField(b, 2, id)
	}
	connection := message.NullName
	if t.Connection != nil {
		connection = t.Connection.Value
	}
	id = appendBytesField(id, 1, connection)
	id = appendVarintField(id, 1, uint64(t.Value))
	return appendBytesField(b, 1, id)
}

// recordRoom is the space in front of a protobuf message for what depends on its length: head, command and length.
const recordRoom = recordHead + 1 + 5

// recordMax is the largest record that a position and a size can describe.
const recordMax = math.MaxInt32 - batchHead - 2*recordHead

// startRecord returns the buffer with room for a head; the protobuf message is appended to it.
func startRecord(b []byte) []byte { return append(b[:0], make([]byte, recordRoom)...) }

// finishRecord fills in what stands in front of the protobuf message, and returns the record: a part of b.
func finishRecord(b []byte, c command) []byte { return headRecord(b, recordRoom, c) }

// headRecord writes head, command and length before b[start:] and returns the record.
func headRecord(b []byte, start int, c command) []byte {
	length := uint64(len(b) - start)
	start -= sizeVarint(length)
	binary.PutUvarint(b[start:], length)
	start--
	b[start] = byte(c)
	start -= recordHead
	binary.BigEndian.PutUint32(b[start:], uint32(len(b)-start))
	b[start+4] = recordType
	return b[start:]
}

// hash is the number by which the index knows a message id or another key: FNV-1a, whose low bits then are mixed once more.
func hash[T string | []byte](key T) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(key); i++ {
		h = (h ^ uint64(key[i])) * 1099511628211
	}
	h ^= h >> 32
	h *= 0x9e3779b97f4a7c15
	return h ^ h>>29
}
