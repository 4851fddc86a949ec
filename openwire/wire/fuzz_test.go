package wire

import (
	"reflect"
	"strings"
	"testing"

	"goactivemq/activemq/message"
)

// fuzzSettings turns two bytes into settings.
func fuzzSettings(version, options byte) Settings {
	return Settings{Version: int(version)%VersionMax + 1, Tight: options&1 != 0, Cache: options&2 != 0, CacheSize: 8, StackTrace: options&4 != 0}
}

// FuzzDecoder reads two frames, the second with what the first left in the cache. Whatever is accepted must come back the same after it was
// written and read again.
func FuzzDecoder(f *testing.F) {
	id := &message.TransactionID{XA: true, Format: 7, Global: []byte{1}, Branch: []byte{}}
	remove := &message.RemoveInfo{Object: &message.ConsumerInfo{AdditionalPredicate: &NetworkBridgeFilter{Broker: &message.BrokerID{Value: "b"}}}}
	failure := &ExceptionResponse{Exception: &message.Throwable{Class: message.T("C"), Stack: []message.StackFrame{{Line: -2}}, Cause: &message.Throwable{}}}
	commands := []any{remove, failure, &DataArrayResponse{Data: []any{id, nil}}, &message.BrokerInfo{Peers: []*message.BrokerInfo{nil, {}}}}
	small := typical()
	small.Content, small.Transaction, small.ReplyTo, small.Data = small.Content[:9], id, message.NewTopic("R"), remove
	commands = append(commands, small, &MessageDispatch{Message: small, Destination: small.Destination}, &message.Ack{Last: small.ID})
	for i, c := range commands {
		for options := range byte(8) {
			e := NewEncoder(fuzzSettings(byte(11+i), options))
			first, err := e.Append(nil, c)
			if err != nil {
				f.Fatal(err)
			}
			second, err := e.Append(nil, c)
			if err != nil {
				f.Fatal(err)
			}
			if len(first) < 500 {
				f.Add(byte(11+i), options, first[headSize:], second[headSize:])
			}
		}
	}
	f.Fuzz(func(t *testing.T, version, options byte, first, second []byte) {
		if len(first) > 1000 || len(second) > 1000 { // longer texts of exceptions are cut
			return
		}
		s := fuzzSettings(version, options)
		d, e, again := NewDecoder(s), NewEncoder(s), NewDecoder(s)
		for _, frame := range [][]byte{first, second} {
			v, err := d.Decode(frame)
			if err != nil {
				return
			}
			encoded, err := e.Append(nil, v)
			if err != nil {
				t.Fatalf("%x is %+v, which is not written: %v", frame, v, err)
			}
			w, err := again.Decode(encoded[headSize:])
			if err != nil || !reflect.DeepEqual(v, w) {
				t.Fatalf("%x is %+v, written as %x it is %+v, %v", frame, v, encoded, w, err)
			}
		}
	})
}

func FuzzOffer(f *testing.F) {
	info, err := DefaultOffer("5.17.2").Info()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(int32(12), info.Properties)
	f.Add(int32(-1), []byte{})
	f.Fuzz(func(t *testing.T, version int32, properties []byte) {
		o, err := (&WireFormatInfo{Magic: Magic, Version: version, Properties: properties}).Offer()
		if err != nil {
			return
		}
		s, err := Negotiate(DefaultOffer(""), o)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "openwire: ") {
				t.Fatal(err)
			}
			return
		}
		if s.Version < 1 || s.Version > VersionMax || s.CacheSize < 0 || s.CacheSize > 1024 || s.MaxInactivity < 0 || s.MaxFrame <= 0 {
			t.Fatalf("%+v from %+v", s, o)
		}
	})
}
