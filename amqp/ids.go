package amqp

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"

	"goactivemq/amqp/wire"
)

// Message ids and correlation ids are text for all other protocols. What type an id has over AMQP is kept in a prefix of the text; a string has
// none unless it would be taken for one of these.
//
//	string  the text, or AMQP_STRING: and the text
//	uuid    AMQP_UUID:01234567-89ab-cdef-0123-456789abcdef
//	ulong   AMQP_ULONG:42
//	binary  AMQP_BINARY:0AFF
const (
	stringPrefix = "AMQP_STRING:"
	uuidPrefix   = "AMQP_UUID:"
	ulongPrefix  = "AMQP_ULONG:"
	binaryPrefix = "AMQP_BINARY:"
)

// idText returns an id as text.
func idText(v wire.Value) string {
	b := v.Bytes()
	switch v.Type() {
	case wire.UUID:
		return uuidPrefix + formatUUID(b)
	case wire.Ulong:
		n, _ := v.Uint()
		return ulongPrefix + strconv.FormatUint(n, 10)
	case wire.Binary:
		return binaryPrefix + strings.ToUpper(hex.EncodeToString(b))
	}
	text := string(b)
	for _, prefix := range [...]string{stringPrefix, uuidPrefix, ulongPrefix, binaryPrefix} {
		if strings.HasPrefix(text, prefix) {
			return stringPrefix + text
		}
	}
	return text
}

// appendID appends an id in the type that its text tells. Text behind a prefix that does not fit it goes as a string, prefix included.
func appendID(to []byte, text string) []byte {
	if !strings.HasPrefix(text, "AMQP_") {
		return wire.AppendString(to, text)
	}
	if rest, ok := strings.CutPrefix(text, stringPrefix); ok {
		return wire.AppendString(to, rest)
	}
	if rest, ok := strings.CutPrefix(text, uuidPrefix); ok {
		if id, ok := parseUUID(rest); ok {
			return wire.AppendUUID(to, id)
		}
	}
	if rest, ok := strings.CutPrefix(text, ulongPrefix); ok {
		if n, err := strconv.ParseUint(rest, 10, 64); err == nil {
			return wire.AppendUlong(to, n)
		}
	}
	if rest, ok := strings.CutPrefix(text, binaryPrefix); ok {
		if b, err := hex.DecodeString(rest); err == nil {
			return wire.AppendBinary(to, b)
		}
	}
	return wire.AppendString(to, text)
}

// formatUUID writes 16 bytes in the form 8-4-4-4-12.
func formatUUID(b []byte) string {
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// parseUUID reads the form 8-4-4-4-12.
func parseUUID(text string) (id [16]byte, ok bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return id, false
	}
	n, err := hex.Decode(id[:], []byte(strings.ReplaceAll(text, "-", "")))
	return id, err == nil && n == len(id)
}

// transactionID is the wire form of a transaction's number.
func transactionID(number int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(number)) }

// transactionNumber reads a transaction id that transactionID made.
func transactionNumber(id []byte) (number int64, ok bool) {
	if len(id) != 8 {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(id)), true
}
