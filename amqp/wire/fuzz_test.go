package wire

import (
	"bytes"
	"reflect"
	"testing"
)

// FuzzFrame: no body of a frame breaks the decoder, and what is accepted means the same after it was written and read again.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		"00 53 10 c0 0f 05 a1 01 63 40 70 00 02 00 00 60 7f ff 52 0a",
		"00 53 12 c0 16 07 a1 01 6c 43 41 40 40 00 53 28 c0 05 01 a1 02 71 31 00 53 29 45",
		"00 53 13 c0 0c 09 40 43 43 43 52 02 43 52 64 40 41",
		"00 53 14 c0 13 08 52 01 43 a0 00 43 40 40 40 00 53 34 c0 04 01 a0 01 09 01 02 03",
		"00 53 15 c0 17 05 41 43 40 41 00 53 25 c0 0d 01 00 53 1d c0 07 02 a3 01 65 a1 01 64",
		"00 a3 0f 616d71703a636c6f73653a6c697374 45",
	} {
		f.Add(unhex(f, seed), false)
	}
	f.Add(unhex(f, "00 53 40 c0 10 01 f0 00 00 00 0a 00 00 00 01 b3 00 00 00 01 58"), true)
	f.Fuzz(func(t *testing.T, body []byte, sasl bool) {
		kind := FrameAMQP
		if sasl {
			kind = FrameSASL
		}
		var d, again Decoder
		p, payload, err := d.Decode(Frame{Type: kind, Body: body})
		if err != nil {
			return
		}
		var e Encoder
		written := e.AppendComposite(nil, p.(Performative))
		q, rest, err := again.Decode(Frame{Type: kind, Body: append(written[:len(written):len(written)], payload...)})
		if err != nil {
			t.Fatalf("% x is read, and not what is written of it, % x: %v", body, written, err)
		}
		if !bytes.Equal(rest, payload) || !bytes.Equal(e.AppendComposite(nil, q.(Performative)), written) || reflect.TypeOf(p) != reflect.TypeOf(q) {
			t.Fatalf("% x is %+v, and %+v after it was written as % x", body, p, q, written)
		}
	})
}

// FuzzMessage: no message breaks the parser, and all that it found can be walked.
func FuzzMessage(f *testing.F) {
	for _, seed := range []string{
		"00 53 70 c0 04 02 41 50 07 00 53 73 c0 04 01 a1 01 69 00 53 75 a0 01 01",
		"00 53 72 c1 06 02 a3 01 61 54 01 00 53 77 d1 00 00 00 04 00 00 00 00",
		"00 53 76 e0 05 02 00 53 24 45", "00 53 76 c0 03 02 41 40 00 53 78 c1 01 00",
	} {
		f.Add(unhex(f, seed))
	}
	f.Fuzz(func(t *testing.T, encoded []byte) {
		var m Message
		if m.Parse(encoded) != nil {
			return
		}
		values := append([]Value{m.Annotations, m.DeliveryAnnotations, m.ApplicationProperties, m.Footer}, m.Body...)
		for _, v := range values {
			if text := show(v); text == "" {
				t.Errorf("% x shows as nothing", []byte(v))
			}
		}
	})
}
