package kahadb

import (
	"encoding/binary"
	"errors"
	"fmt"

	"goactivemq/activemq/store"
)

// schedulerName is the name of the only scheduler that the original's broker has.
const schedulerName = "JMS"

// jobRecord is a record of the scheduler's journal, decoded. Its slices alias the record's bytes.
//
//	addScheduledJob        1 scheduler  2 jobId  3 startTime  4 cronEntry  5 delay  6 period  7 repeat  8 payload  9 nextExecutionTime
//	rescheduleJob          1 scheduler  2 jobId  3 executionTime  4 nextExecutionTime  5 rescheduledCount
//	removeScheduledJob     1 scheduler  2 jobId  3 nextExecutionTime (-1: whenever it is due)
//	removeScheduledJobs    1 scheduler  2 startTime  3 endTime
//	destroyScheduler       1 scheduler
//
// The payload is the message as the stores keep messages.
type jobRecord struct {
	command   command
	scheduler []byte
	id        []byte
	cron      []byte
	payload   []byte
	numbers   [10]int64 // by field
}

// decodeJobRecord reads the payload of a record of the scheduler's journal, command byte included. Commands that it has no business with are
// told by their command only.
func decodeJobRecord(payload []byte) (jobRecord, error) {
	var r jobRecord
	if len(payload) == 0 {
		return r, errProtobuf
	}
	r.command = command(payload[0])
	length, n := binary.Uvarint(payload[1:])
	if n <= 0 || length != uint64(len(payload)-1-n) {
		return r, fmt.Errorf("%v: framed length %d, want %d", r.command, length, len(payload)-1-n)
	}
	if r.command < cmdAddJob || r.command > cmdDestroyScheduler {
		return r, nil
	}
	if err := eachField(payload[1+n:], r.field); err != nil {
		return r, fmt.Errorf("%v: %w", r.command, err)
	}
	if r.id == nil && r.command <= cmdRemoveJob {
		return r, fmt.Errorf("%v: no jobId", r.command)
	}
	if r.payload == nil && r.command == cmdAddJob {
		return r, fmt.Errorf("%v: no payload", r.command)
	}
	return r, nil
}

func (r *jobRecord) field(x field) error {
	add := r.command == cmdAddJob
	switch {
	case x.number == 1:
		r.scheduler = x.bytes
	case x.number == 2 && r.command <= cmdRemoveJob:
		r.id = present(x.bytes)
	case x.number == 4 && add:
		r.cron = x.bytes
	case x.number == 8 && add:
		r.payload = present(x.bytes)
	case x.number < len(r.numbers):
		if x.wire != wireVarint {
			return errors.New("a number is not one")
		}
		r.numbers[x.number] = int64(x.value)
	}
	return nil
}

// job returns the job that an addition tells of.
func (r *jobRecord) job() *store.Job {
	n := &r.numbers
	return &store.Job{ID: string(r.id), Cron: string(r.cron), Start: n[3], Delay: n[5], Period: n[6], Repeat: int32(n[7]), Next: n[9]}
}

// appendJob appends the record that adds a job with a message that is encoded already.
func appendJob(b []byte, j *store.Job, payload []byte) []byte {
	return appendRecord(b, cmdAddJob, func(b []byte) []byte {
		b = appendBytesField(b, 1, schedulerName)
		b = appendBytesField(b, 2, j.ID)
		b = appendVarintField(b, 3, uint64(j.Start))
		b = appendBytesField(b, 4, j.Cron)
		b = appendVarintField(b, 5, uint64(j.Delay))
		b = appendVarintField(b, 6, uint64(j.Period))
		b = appendVarintField(b, 7, uint64(int64(j.Repeat)))
		b = appendBytesField(b, 8, payload)
		return appendVarintField(b, 9, uint64(j.Next))
	})
}

// appendReschedule appends the record of a job that came and is due again.
func appendReschedule(b []byte, j *store.Job, was int64) []byte {
	return appendRecord(b, cmdRescheduleJob, func(b []byte) []byte {
		b = appendBytesField(b, 1, schedulerName)
		b = appendBytesField(b, 2, j.ID)
		b = appendVarintField(b, 3, uint64(was))
		b = appendVarintField(b, 4, uint64(j.Next))
		return appendVarintField(b, 5, uint64(int64(j.Count)))
	})
}

// appendJobRemoval appends the record of a job that was due at a time and is gone.
func appendJobRemoval(b []byte, id string, due int64) []byte {
	return appendRecord(b, cmdRemoveJob, func(b []byte) []byte {
		b = appendBytesField(b, 1, schedulerName)
		b = appendBytesField(b, 2, id)
		return appendVarintField(b, 3, uint64(due))
	})
}

// appendRecord appends a whole record. What stands in front of the message depends on its length, so that it is moved down once that is known.
func appendRecord(b []byte, c command, body func([]byte) []byte) []byte {
	start := len(b)
	b = append(b, make([]byte, recordRoom)...)
	b = body(b)
	r := headRecord(b, start+recordRoom, c)
	return b[:start+copy(b[start:], r)]
}
