package kahadb

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash/adler32"
	"io"

	"goactivemq/activemq/vfs"
)

// shape says how a dump shows a field of a record.
type shape uint8

const (
	asText        shape = iota
	asNumber            // varint
	asLength            // bytes, of which the length is told, and the first few
	asHex               // bytes
	asTransaction       // KahaTransactionInfo
	asDestination       // KahaDestination
	asAdd               // the fields of an add, in an update
)

// named is a field: its name in the original's description, and its shape.
type named struct {
	name  string
	shape shape
}

var (
	addFields      = []named{{"tx", asTransaction}, {"destination", asDestination}, {"messageId", asText}, {"message", asLength}, {"priority", asNumber}, {"prioritySupported", asNumber}}
	outcomeFields  = []named{{"tx", asTransaction}}
	sequenceFields = []named{{"", asLength}}
)

// commandFields are the fields of every command, by number from 1.
var commandFields = [...][]named{
	cmdTrace:             {{"message", asText}},
	cmdAdd:               addFields,
	cmdRemove:            {{"tx", asTransaction}, {"destination", asDestination}, {"messageId", asText}, {"ack", asLength}, {"subscriptionKey", asText}},
	cmdPrepare:           outcomeFields,
	cmdCommit:            outcomeFields,
	cmdRollback:          outcomeFields,
	cmdRemoveDestination: {{"destination", asDestination}},
	cmdSubscription:      {{"destination", asDestination}, {"subscriptionKey", asText}, {"retroactive", asNumber}, {"subscriptionInfo", asHex}},
	cmdProducerAudit:     sequenceFields,
	cmdAckFileMap:        sequenceFields,
	cmdUpdate:            {{"", asAdd}},
	cmdAddJob: {{"scheduler", asText}, {"jobId", asText}, {"startTime", asNumber}, {"cron", asText}, {"delay", asNumber},
		{"period", asNumber}, {"repeat", asNumber}, {"payload", asLength}, {"nextExecutionTime", asNumber}},
	cmdRescheduleJob:    {{"scheduler", asText}, {"jobId", asText}, {"executionTime", asNumber}, {"nextExecutionTime", asNumber}, {"rescheduledCount", asNumber}},
	cmdRemoveJob:        {{"scheduler", asText}, {"jobId", asText}, {"nextExecutionTime", asNumber}},
	cmdRemoveJobs:       {{"scheduler", asText}, {"startTime", asNumber}, {"endTime", asNumber}},
	cmdDestroyScheduler: {{"scheduler", asText}},
	cmdRewrittenFile:    {{"sourceDataFileId", asNumber}, {"rewriteType", asNumber}, {"skipIfSourceExists", asNumber}},
}

// Dump writes what is in the journal of a directory, that of a message store or of the scheduler's, as lines of JSON: one for each batch,
// one for each record, and one where a file ends. It takes no lock and changes nothing, so what a running broker is just writing
// may show as damage at the end.
func Dump(to io.Writer, fs vfs.FS, directory string) error {
	files, err := listFiles(fs, directory)
	if err != nil {
		return err
	}
	d := &dumper{out: json.NewEncoder(to)}
	d.out.SetEscapeHTML(false)
	for _, n := range files.numbers() {
		f, err := files.acquire(n)
		if err != nil {
			return err
		}
		if err = errors.Join(d.file(f), files.release(f)); err != nil {
			return errors.Join(err, files.close())
		}
	}
	return files.close()
}

// dumper writes lines.
type dumper struct{ out *json.Encoder }

// line is a line of a dump.
type line map[string]any

func (d *dumper) file(f *dataFile) error {
	size, err := f.file.Size()
	if err != nil {
		return err
	}
	head := make([]byte, batchHead)
	for offset := int64(0); ; {
		n, err := readUpTo(f, head, offset)
		if err != nil {
			return err
		}
		end := ""
		switch {
		case n < recordHead:
			end = "file length"
		case string(head[:recordHead]) == endMark:
			end = "eof record"
		case isEnd(head[:n]):
			end = "zeros"
		}
		length, ok := batchLength(head[:n], offset, size)
		if end == "" && !ok {
			end = "not a batch"
		}
		if end != "" {
			return d.out.Encode(line{"file": f.number, "offset": offset, "end": end, "fileLength": size})
		}
		if err := d.batch(f, offset, head, int(length)); err != nil {
			return err
		}
		offset += batchHead + length
	}
}

func (d *dumper) batch(f *dataFile, offset int64, head []byte, length int) error {
	b := make([]byte, length)
	n, err := readUpTo(f, b, offset+batchHead)
	if err != nil {
		return err
	}
	b = b[:n]
	sum := binary.BigEndian.Uint64(head[20:])
	ok := n == length && (sum == 0 || sum == uint64(adler32.Checksum(b)))
	err = d.out.Encode(line{"file": f.number, "offset": offset, "batch": length, "adler32": sum, "checksumOk": ok})
	for at := offset + batchHead; err == nil && len(b) > 0; {
		size := recordSize(b)
		if size == 0 {
			return d.out.Encode(line{"file": f.number, "offset": at, "damaged": "invalid record size or type"})
		}
		err = d.record(f.number, at, b[:size])
		at += int64(size)
		b = b[size:]
	}
	return err
}

func (d *dumper) record(file int32, offset int64, b []byte) error {
	l := line{"file": file, "offset": offset, "size": len(b), "recordType": b[4], "command": command(b[recordHead]).String()}
	length, n := binary.Uvarint(b[recordHead+1:])
	body := b[recordHead+1+max(n, 0):]
	c := b[recordHead]
	if n <= 0 || length != uint64(len(body)) || int(c) >= len(commandFields) {
		l["damaged"] = "unknown command or wrong length"
		return d.out.Encode(l)
	}
	fields, err := describe(body, commandFields[c])
	l["c"] = fields
	if err != nil {
		l["damaged"] = err.Error()
	}
	return d.out.Encode(l)
}

// describe tells the fields of a protobuf message.
func describe(b []byte, names []named) (line, error) {
	l := line{}
	err := eachField(b, func(x field) error {
		if x.number > len(names) {
			return errors.New("unknown field")
		}
		return l.add(names[x.number-1], x)
	})
	return l, err
}

// add tells one field.
func (l line) add(n named, x field) error {
	var err error
	switch n.shape {
	case asText:
		l[n.name] = string(x.bytes)
	case asNumber:
		l[n.name] = int64(x.value)
	case asHex:
		l[n.name] = hex.EncodeToString(x.bytes)
	case asLength:
		length, head := n.name+"Length", n.name+"Head"
		if n.name == "" {
			length, head = "length", "head"
		}
		l[length] = len(x.bytes)
		l[head] = hex.EncodeToString(x.bytes[:min(len(x.bytes), 16)])
	case asDestination:
		d, e := decodeDestination(x.bytes)
		l[n.name], err = d.String(), e
	case asTransaction:
		t, e := decodeTransaction(x.bytes)
		if err = e; err == nil && t.XA {
			l[n.name] = line{"xid": []any{t.Format, hex.EncodeToString(t.Global), hex.EncodeToString(t.Branch)}}
		} else if err == nil {
			l[n.name] = line{"connectionId": t.Connection.Value, "localId": t.Value}
		}
	case asAdd:
		var added line
		added, err = describe(x.bytes, addFields)
		for name, value := range added {
			l[name] = value
		}
	}
	return err
}
