package wire

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// TestPerformatives reads performatives and writes them again, to the same bytes.
func TestPerformatives(t *testing.T) {
	for _, c := range []struct {
		name, bytes string
		kind        byte
		want        Performative
	}{
		{"open", "00 53 10 c0 0f 05 a1 01 63 40 70 00 02 00 00 60 7f ff 52 0a", FrameAMQP,
			&Open{ContainerID: "c", MaxFrameSize: 131072, ChannelMax: 32767, IdleTimeOut: Some[uint32](10)}},
		{"begin", "00 53 11 c0 09 04 60 00 01 43 52 64 52 c8", FrameAMQP,
			&BeginSession{RemoteChannel: Some[uint16](1), IncomingWindow: 100, OutgoingWindow: 200, HandleMax: 1<<32 - 1}},
		{"attach", "00 53 12 c0 16 07 a1 01 6c 43 41 40 40 00 53 28 c0 05 01 a1 02 71 31 00 53 29 45", FrameAMQP,
			&Attach{Name: "l", Role: ReceiverRole, SenderSettleMode: SenderMixed, Source: &Source{Address: Some("q1")}, Target: &Target{}}},
		{"attach to a coordinator", "00 53 12 c0 0f 07 a1 01 6c 43 42 50 01 50 01 40 00 53 30 45", FrameAMQP,
			&Attach{Name: "l", SenderSettleMode: SenderSettled, ReceiverSettleMode: ReceiverSecond, Coordinator: &Coordinator{}}},
		{"flow of a session", "00 53 13 c0 06 04 52 01 43 43 43", FrameAMQP, &Flow{NextIncomingID: Some[uint32](1)}},
		{"flow of a link", "00 53 13 c0 0c 09 40 43 43 43 52 02 43 52 64 40 41", FrameAMQP,
			&Flow{Handle: Some[uint32](2), DeliveryCount: Some[uint32](0), LinkCredit: Some[uint32](100), Drain: true}},
		{"transfer", "00 53 14 c0 0a 06 43 52 05 a0 01 07 43 42 41", FrameAMQP,
			&Transfer{DeliveryID: Some[uint32](5), DeliveryTag: []byte{7}, Settled: Some(false), More: true}},
		{"transfer in a transaction", "00 53 14 c0 13 08 52 01 43 a0 00 43 40 40 40 00 53 34 c0 04 01 a0 01 09", FrameAMQP,
			&Transfer{Handle: 1, DeliveryID: Some[uint32](0), DeliveryTag: []byte{}, State: State{Kind: Transactional, Transaction: []byte{9}}}},
		{"accepted", "00 53 15 c0 0a 05 41 43 52 09 41 00 53 24 45", FrameAMQP,
			&Disposition{Role: ReceiverRole, Last: Some[uint32](9), Settled: true, State: State{Kind: Accepted}}},
		{"modified", "00 53 15 c0 0e 05 42 52 01 40 40 00 53 27 c0 03 02 41 41", FrameAMQP,
			&Disposition{First: 1, State: State{Kind: Modified, DeliveryFailed: true, UndeliverableHere: true}}},
		{"rejected", "00 53 15 c0 17 05 41 43 40 41 00 53 25 c0 0d 01 00 53 1d c0 07 02 a3 01 65 a1 01 64", FrameAMQP,
			&Disposition{Role: ReceiverRole, Settled: true, State: State{Kind: Rejected, Error: &Condition{Condition: "e", Description: "d"}}}},
		{"detach", "00 53 16 c0 03 02 43 41", FrameAMQP, &Detach{Closed: true}},
		{"end", "00 53 17 45", FrameAMQP, &End{}},
		{"close", "00 53 18 c0 0a 01 00 53 1d c0 04 01 a3 01 65", FrameAMQP, &Close{Error: &Condition{Condition: "e"}}},
		{"mechanisms", "00 53 40 c0 10 01 f0 00 00 00 0a 00 00 00 01 b3 00 00 00 01 58", FrameSASL, &Mechanisms{Mechanisms: []Symbol{"X"}}},
		{"init", "00 53 41 c0 0c 02 a3 05 50 4c 41 49 4e a0 02 00 00", FrameSASL, &Init{Mechanism: "PLAIN", Response: []byte{0, 0}}},
		{"outcome", "00 53 44 c0 03 01 50 01", FrameSASL, &Outcome{Code: SASLAuth}},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := unhex(t, c.bytes)
			var d Decoder
			got, payload, err := d.Decode(Frame{Type: c.kind, Body: body})
			if err != nil || len(payload) > 0 {
				t.Fatalf("%v, payload % x", err, payload)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
			var e Encoder
			if out := e.AppendFrame(nil, c.kind, 3, c.want); !bytes.Equal(out[8:], body) {
				t.Errorf("written as % x, want % x", out[8:], body)
			} else if head := []byte{0, 0, 0, byte(len(out)), 2, c.kind, 0, 3}; !bytes.Equal(out[:8], head) {
				t.Errorf("head % x, want % x", out[:8], head)
			}
		})
	}
}

// TestFieldsRefused: what a frame may not say, and the condition for that.
func TestFieldsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no performative":               "40",
		"unknown performative":          "00 53 99 45",
		"SASL in AMQP":                  "00 53 40 45",
		"open without its container-id": "00 53 10 45",
		"open of a map":                 "00 53 10 c1 01 00",
		"attach without a role":         "00 53 12 c0 05 02 a1 01 6c 43",
		"handle that is a string":       "00 53 16 c0 04 01 a1 01 78",
		"fields beyond the list":        "00 53 16 c0 02 01 70 00 00 00 01",
		"state of a source":             "00 53 15 c0 08 05 41 43 43 41 00 53 28 45",
		"transaction in a transaction":  "00 53 15 c0 16 05 41 43 43 41 00 53 34 c0 0d 02 a0 01 01 00 53 34 c0 04 01 a0 01 01",
		"bytes behind a detach":         "00 53 16 c0 02 01 43 00",
	} {
		var d Decoder
		p, _, err := d.Decode(Frame{Body: unhex(t, text)})
		var e *Error
		if !errors.As(err, &e) || e.Condition != DecodeError {
			t.Errorf("%s: %+v, %v, want %s", name, p, err, DecodeError)
		}
	}
}

// TestReader cuts a stream that arrives byte by byte, or at once, with frames larger than any buffer.
func TestReader(t *testing.T) {
	var e Encoder
	large := make([]byte, 300<<10)
	stream := append(HeaderAMQP[:], AppendEmpty(nil)...)
	stream = e.AppendFrame(stream, FrameAMQP, 1, &End{})
	stream, rest := e.AppendTransfer(stream, 2, &Transfer{}, large, 1<<20)
	if len(rest) > 0 {
		t.Fatalf("%d bytes left over", len(rest))
	}
	stream = append(stream, 0, 0, 0, 16, 3, 0, 0, 9, 1, 2, 3, 4, 0, 0x53, 0x17, 0x45) // with an extended header
	for name, from := range map[string]io.Reader{
		"at once":      bytes.NewReader(stream),
		"byte by byte": iotest.OneByteReader(bytes.NewReader(stream)),
		"with the end": iotest.DataErrReader(bytes.NewReader(stream)),
	} {
		t.Run(name, func(t *testing.T) {
			r := NewReader(from, 1<<20)
			if h, err := r.Header(); h != HeaderAMQP || err != nil {
				t.Fatal(h, err)
			}
			for _, want := range []struct {
				channel uint16
				size    int
			}{{0, 0}, {1, 4}, {2, len(stream) - 8 - 8 - 12 - 16 - 8}, {9, 4}} {
				f, err := r.Next()
				if err != nil || f.Channel != want.channel || len(f.Body) != want.size {
					t.Fatalf("channel %d, %d bytes, %v, want channel %d, %d bytes", f.Channel, len(f.Body), err, want.channel, want.size)
				}
			}
			if _, err := r.Next(); err != io.EOF {
				t.Errorf("%v, want %v", err, io.EOF)
			}
		})
	}
}

// TestS10FrameSizes: sizes that no frame can have are refused before anything is read or allocated for them.
func TestS10FrameSizes(t *testing.T) {
	for name, head := range map[string]string{
		"size 0":              "00 00 00 00 02 00 00 00",
		"size 7":              "00 00 00 07 02 00 00 00",
		"size above the most": "00 00 10 01 02 00 00 00",
		"size of 4 GB":        "ff ff ff ff 02 00 00 00",
		"body in the head":    "00 00 00 08 01 00 00 00",
		"body behind the end": "00 00 00 0c 04 00 00 00",
		"type 2":              "00 00 00 08 02 02 00 00",
	} {
		_, err := NewReader(bytes.NewReader(unhex(t, head)), 4096).Next()
		var e *Error
		if !errors.As(err, &e) || e.Condition != FramingError {
			t.Errorf("%s: %v, want %s", name, err, FramingError)
		}
	}
	if _, err := NewReader(strings.NewReader("\x00\x00\x00\x10\x02\x00\x00\x00ab"), 4096).Next(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v, want %v", err, io.ErrUnexpectedEOF)
	}
}

// TestTransferSplit: no frame is larger than its limit, all but the last say that there is more, and together they carry it all.
func TestTransferSplit(t *testing.T) {
	payload := make([]byte, 5000)
	for i := range payload {
		payload[i] = byte(i * 7)
	}
	var e Encoder
	var d Decoder
	var got []byte
	tr := &Transfer{Handle: 1, DeliveryID: Some[uint32](3), DeliveryTag: []byte{1, 2, 3, 4}, Settled: Some(false)}
	for rest := payload; ; {
		var frame []byte
		frame, rest = e.AppendTransfer(nil, 0, tr, rest, FrameSizeMin)
		if len(frame) > FrameSizeMin {
			t.Fatalf("frame of %d bytes, want at most %d", len(frame), FrameSizeMin)
		}
		p, part, err := d.Decode(Frame{Body: frame[8:]})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, part...)
		if more := p.(*Transfer).More; more != (len(rest) > 0) {
			t.Fatalf("more is %t with %d bytes left", more, len(rest))
		}
		if len(rest) == 0 {
			break
		}
	}
	if !bytes.Equal(got, payload) {
		t.Errorf("%d bytes arrive, not the %d that were sent", len(got), len(payload))
	}
}
