package kahadb

import (
	"encoding/binary"
	"fmt"
	"hash/adler32"
	"strconv"
	"strings"
)

// # A journal file
//
// db-N.log, N from 1 without padding. All integers are big-endian. A file is a run of batches; each is written with one write and
// synced with one sync (the original's DataFileAppender):
//
//	+------------+--------+---------------+-------------+--------------+----------------+
//	| size = 28  | type 2 | "WRITE BATCH" | L           | Adler32      | L bytes of     |
//	| int32      | byte   | 11 bytes      | int32       | int64        | records        |
//	+------------+--------+---------------+-------------+--------------+----------------+
//
// The checksum covers the L bytes; 0 means that there is none. Behind the last batch stand the five bytes of the end mark,
// which look like the head of a record, have no part in L, and are overwritten by the next batch. Five zero bytes end a file too.
//
// A record:
//
//	+-----------------+--------+---------+---------------------+----------+
//	| size, all of it | type 1 | command | length of the rest  | protobuf |
//	| int32           | byte   | byte    | varint              | message  |
//	+-----------------+--------+---------+---------------------+----------+
//
// A file is preallocated to its full length: sparse, with the end mark in its first and its last five bytes, or filled with zeros. A torn
// tail is a batch that is cut off or whose checksum is wrong; all of it counts as not written.
const (
	batchHead  = 28
	recordHead = 5
	batchType  = 2
	recordType = 1
	batchMagic = "\x00\x00\x00\x1c\x02WRITE BATCH"
	endMark    = "\x2d\x71\x4d\x61\x34"
	zeroMark   = "\x00\x00\x00\x00\x00"

	filePrefix = "db-"
	fileSuffix = ".log"
)

// position says where a record lies: the number of its file in the upper half, the offset of its head in the lower. Positions grow in the
// order of writing. 0 is no position, since no file is number 0.
type position int64

func at(file int32, offset int64) position { return position(int64(file)<<32 | offset) }

func (p position) file() int32   { return int32(p >> 32) }
func (p position) offset() int64 { return int64(p & 0xffffffff) }

// String returns file:offset, as the original prints it.
func (p position) String() string { return fmt.Sprintf("%d:%d", p.file(), p.offset()) }

// fileName returns the name of journal file n.
func fileName(n int32) string { return filePrefix + strconv.Itoa(int(n)) + fileSuffix }

// parseFileName returns the number in the name of a journal file.
func parseFileName(name string) (int32, bool) {
	digits, ok1 := strings.CutPrefix(name, filePrefix)
	digits, ok2 := strings.CutSuffix(digits, fileSuffix)
	n, err := strconv.ParseInt(digits, 10, 32)
	return int32(n), ok1 && ok2 && err == nil && n > 0
}

// appendBatchHead makes room for a batch's head in an empty buffer.
func appendBatchHead(b []byte) []byte {
	b = append(b, batchMagic...)
	return append(b, make([]byte, batchHead-len(batchMagic))...)
}

// sealBatch fills in the head of a batch that is complete, and appends the end mark.
func sealBatch(b []byte, checksum bool) []byte {
	records := b[batchHead:]
	binary.BigEndian.PutUint32(b[16:], uint32(len(records)))
	var sum uint64
	if checksum {
		sum = uint64(adler32.Checksum(records))
	}
	binary.BigEndian.PutUint64(b[20:], sum)
	return append(b, endMark...)
}

// isEnd tells whether a file ends where b begins.
func isEnd(b []byte) bool {
	return len(b) < recordHead || string(b[:recordHead]) == endMark || string(b[:recordHead]) == zeroMark
}

// makeTrace turns b into a batch of one trace record, of which all but the head is as it was. It is false when b is too short.
func makeTrace(b []byte) bool {
	const head = batchHead + recordHead + 1 + 5 + 1 + 5
	if len(b) < head {
		return false
	}
	text := len(b) - head
	copy(b, batchMagic)
	binary.BigEndian.PutUint32(b[batchHead:], uint32(len(b)-batchHead))
	b[batchHead+4], b[batchHead+5] = recordType, byte(cmdTrace)
	putLongVarint(b[batchHead+6:], uint64(text+6))
	b[batchHead+11] = 1<<3 | wireBytes
	putLongVarint(b[batchHead+12:], uint64(text))
	sealBatch(b[:len(b):len(b)], true)
	return true
}

// putLongVarint writes v, which is below 2^35, as a varint of five bytes.
func putLongVarint(b []byte, v uint64) {
	for i := range 5 {
		b[i] = byte(v>>(7*i))&0x7f | 0x80
	}
	b[4] &= 0x7f
}
