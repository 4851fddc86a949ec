package kahadb

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"goactivemq/activemq/vfs"
)

// StoredVersion returns the OpenWire version in which the messages of a store are kept, 0 when nothing readable tells. The journal does not: a
// Java broker tells it in its index, ours in our metadata, and a store whose index was lost is taken to be as the configuration
// says. Whoever opens a store asks before, so that Options.Codec is of that version.
func StoredVersion(fsys vfs.FS, indexDirectory string) (int, error) {
	version, err := javaVersion(fsys, filepath.Join(indexDirectory, javaIndex[0]))
	if errors.Is(err, fs.ErrNotExist) {
		version, err = metaVersion(fsys, filepath.Join(indexDirectory, metaName))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	return version, err
}

// The original's page file begins with 4096 bytes of Java properties. Page 0 of its index follows:
//
//	+------+-------+---------------------+----------+-------+---------------------------------------------------------------+
//	| type | txId  | bytes, head and all | checksum | state | destinations  3 locations  version  location (since 5)  OpenWire |
//	| byte | int64 | int64               | int32    | int32 | int64         1 or 9 each  int32    1 or 9              int32    |
//	+------+-------+---------------------+----------+-------+---------------------------------------------------------------+
//
// A location is a flag byte and, where that is 1, file and offset as int32. Indexes without the last field are of version 6.
const (
	propertiesSize  = 4096
	javaPageHead    = 21
	javaFixed       = 4 + 8 // state, destinations
	javaOldVersion  = 6
	javaPageSizeMax = 1 << 20
)

// javaVersion reads the OpenWire version in a Java broker's index.
func javaVersion(fsys vfs.FS, name string) (int, error) {
	f, err := fsys.Open(name, false)
	if err != nil {
		return 0, err
	}
	b := make([]byte, propertiesSize+256)
	n, err := f.ReadAt(b, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, err
	}
	b = b[:n]
	if n < propertiesSize+javaPageHead || !isPageFile(b[:propertiesSize]) {
		return 0, nil
	}
	return pageVersion(b[propertiesSize:]), nil
}

// pageVersion returns the OpenWire version in page 0, 0 when it is not such a page.
func pageVersion(page []byte) int {
	size := binary.BigEndian.Uint64(page[9:])
	if size < javaPageHead+javaFixed || size > uint64(len(page)) {
		return 0
	}
	rest := page[javaPageHead+javaFixed : size]
	for range 3 {
		rest = skipLocation(rest)
	}
	if len(rest) < 4 {
		return 0
	}
	version := binary.BigEndian.Uint32(rest)
	rest = rest[4:]
	if version >= 5 {
		rest = skipLocation(rest)
	}
	if len(rest) < 4 {
		return javaOldVersion
	}
	return int(int32(binary.BigEndian.Uint32(rest)))
}

func skipLocation(b []byte) []byte {
	switch {
	case len(b) > 0 && b[0] == 0:
		return b[1:]
	case len(b) >= 9:
		return b[9:]
	}
	return nil
}

// isPageFile tells whether the properties are of a page file with a page size that is one.
func isPageFile(properties []byte) bool {
	known := false
	for s := bufio.NewScanner(bytes.NewReader(properties)); s.Scan(); {
		name, value, _ := strings.Cut(strings.TrimSpace(s.Text()), "=")
		switch name {
		case "fileType":
			known = value == "org.apache.activemq.store.kahadb.disk.page.PageFile"
		case "pageSize":
			if n, err := strconv.Atoi(value); err != nil || n < 64 || n > javaPageSizeMax {
				return false
			}
		}
	}
	return known
}

// metaVersion reads the version in our own metadata.
func metaVersion(fsys vfs.FS, name string) (int, error) {
	b, err := vfs.ReadFile(fsys, name)
	if err != nil {
		return 0, err
	}
	r, err := openMeta(b)
	if err != nil {
		return 0, nil // Open will give it up, and tell why
	}
	return int(r.number()), nil
}
